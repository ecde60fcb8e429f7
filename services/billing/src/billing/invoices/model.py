"""Decides what an invoice says: its lines, its VAT per rate, its number, its place in the chain."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from billing.amounts.model import Taxed, Totals, totals
from billing.charges.model import Charge, Why
from billing.issuers.model import Seller
from billing.parties.model import Customer
from contracts.billing import InvoicedItem, VatLine
from contracts.money import Money, Quantity, UnitPrice, VatRate
from contracts.values import CivilPeriod, Day, Wording

INVOICE: Final = "380"
FIRST_LINK: Final = "0" * 64


class InvoiceLine(BaseModel):
    """One charge on an invoice: what, when, how much and why; `amount` is in the invoice's price mode."""

    model_config = ConfigDict(frozen=True)

    number: int
    charge_id: UUID
    price_code: str
    label: Wording
    detail: Wording
    quantity: Quantity
    unit: str
    unit_price: UnitPrice
    amount: Money
    net: Money
    vat_category: str
    vat_rate: VatRate
    service_period: CivilPeriod
    why: Why


class Invoice(BaseModel):
    """An issued invoice, as it is for ever: the parties, lines and sums of that day."""

    model_config = ConfigDict(frozen=True)

    invoice_id: UUID
    kind: Literal["380"]
    number: str
    issuer: Seller
    customer: Customer
    bill_run_id: UUID | None
    issued_on: Day
    due_on: Day
    service_period: CivilPeriod
    price_mode: str
    lines: tuple[InvoiceLine, ...]
    vat_lines: tuple[VatLine, ...]
    net: Money
    vat: Money
    gross: Money

    @property
    def text(self) -> str:
        """The text that the chain covers."""
        return self.model_dump_json()

    @property
    def items(self) -> tuple[InvoicedItem, ...]:
        """The lines added up by price."""
        ordered = sorted(self.lines, key=lambda line: line.price_code)
        return tuple(
            InvoicedItem(
                price_code=code,
                label=(same := list(group))[0].label,
                lines=len(same),
                net=Money.total((line.net for line in same), self.net.currency),
            )
            for code, group in groupby(ordered, key=lambda line: line.price_code)
        )


class Draft(BaseModel):
    """What is to be invoiced to one customer, in one price mode, before it has a number."""

    model_config = ConfigDict(frozen=True)

    invoice_id: UUID
    bill_run_id: UUID | None
    customer: Customer
    price_mode: str


def sums(price_mode: str, charges: Sequence[Charge]) -> Totals:
    """Return the sums of a document that holds these charges."""
    said = [charge.said for charge in charges if charge.said]
    return totals(price_mode, [Taxed(each.vat_category, each.vat_rate, each.amount.minor) for each in said])


def in_order(charges: Sequence[Charge]) -> list[Charge]:
    """Return the charges as an invoice lists them: by first day of service."""
    return sorted(charges, key=lambda charge: (charge.usage.measure.days.start, str(charge.charge_id)))


def number_of(seller: Seller, year: int, no: int) -> str:
    """Write a number of at most 20 letters, digits and hyphens: `2026-000017`."""
    return f"{seller.number_prefix}{year}-{no:06d}"


def issue(draft: Draft, seller: Seller, number: str, issued_on: date, charges: Sequence[Charge]) -> Invoice:
    """Return the invoice of these charges, in their order."""
    found = sums(draft.price_mode, charges)
    lines = tuple(
        _line(place, charge, net)
        for place, (charge, net) in enumerate(zip(charges, found.nets, strict=True), start=1)
    )
    return Invoice(
        invoice_id=draft.invoice_id,
        kind="380",
        number=number,
        issuer=seller,
        customer=draft.customer,
        bill_run_id=draft.bill_run_id,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=seller.payment_days),
        service_period=CivilPeriod(
            start=min(line.service_period.start for line in lines),
            end=max(line.service_period.end for line in lines),
        ),
        price_mode=draft.price_mode,
        lines=lines,
        vat_lines=tuple(
            VatLine(category=each.category, rate=each.rate, base=_eur(each.base), vat=_eur(each.vat))
            for each in found.vat_totals
        ),
        net=_eur(found.net),
        vat=_eur(found.vat),
        gross=_eur(found.gross),
    )


def linked(previous_hash: str, text: str, document_digest: str) -> str:
    """Return the hash of a document: SHA-256 of the one before, of its own text and of its PDF's digest."""
    return hashlib.sha256(f"{previous_hash}\n{text}\n{document_digest}".encode()).hexdigest()


def _line(place: int, charge: Charge, net: int) -> InvoiceLine:
    said = charge.said
    assert said is not None  # noqa: S101 - only priced charges are invoiced
    return InvoiceLine(
        number=place,
        charge_id=charge.charge_id,
        price_code=said.price_code,
        label=said.label,
        detail=charge.usage.detail,
        quantity=said.quantity,
        unit=said.unit,
        unit_price=said.unit_price,
        amount=said.amount,
        net=_eur(net),
        vat_category=said.vat_category,
        vat_rate=Decimal(said.vat_rate),
        service_period=said.service_period,
        why=charge.why,
    )


def _eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")

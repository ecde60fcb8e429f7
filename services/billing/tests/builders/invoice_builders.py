"""Builds invoices of uses, without any database."""

import datetime as dt
from decimal import Decimal
from typing import Any

from billing_builders import a_price, a_seller

from billing.charges.model import Charge, Usage, charge
from billing.invoices.model import Draft, Invoice, in_order, issue
from billing.parties.model import Customer
from billing.prices.model import Offer
from billing.quotes.model import Span
from chassis.ids import new_id
from contracts.values import Party, Wording

PAYER = Party(person_id=new_id())
Use = tuple[int, int, str, int]


def a_charge(use: Use, mode: str) -> Charge:
    """A use of so many minutes at a price in cents an hour, taxed at a rate, on a day of March."""
    cents, minutes, rate, day = use
    start = dt.datetime(2026, 3, 1 + day, 8, tzinfo=dt.UTC)
    span = Span(start=start, end=start + dt.timedelta(minutes=minutes), zone="Europe/Paris")
    usage = Usage(
        kind="booking",
        source_id=new_id(),
        item="use",
        event_id=new_id(),
        payer=PAYER,
        audience="nomad",
        price_code=f"code-{rate.replace('.', '-')}",
        detail=Wording(fr="", en=""),
        measure=span,
        priced_on=(span.first,),
        billable_from=span.days.end,
    )
    price = a_price(
        f"code-{rate.replace('.', '-')}", f"{cents / 100:.2f}", price_mode=mode, vat_rate=Decimal(rate)
    )
    values: dict[str, Any] = {"issuer_id": new_id(), "price_book_id": new_id(), "version": 1}
    offer = Offer(**values, book_name="Tarifs", currency="EUR", deliberation=None, price=price)
    return charge(new_id(), usage, offer)


def an_invoice(uses: list[Use], mode: str) -> Invoice:
    draft = Draft(
        invoice_id=new_id(),
        bill_run_id=None,
        customer=Customer(party=PAYER, name="Aïcha d'Orgeix", professional=False),
        price_mode=mode,
    )
    charges = in_order([a_charge(use, mode) for use in uses])
    return issue(draft, a_seller(), "2026-000001", dt.date(2026, 4, 1), charges)

"""Seals invoices: number, chain, PDF, entry and charges in one transaction; shows and checks them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import Base64Bytes, BaseModel

from billing.charges import store as charge_store
from billing.charges.model import Charge
from billing.invoices import model, ports, store
from billing.invoices.model import INVOICE, Draft, Invoice
from billing.issuers.handlers import known_issuer
from billing.issuers.model import Seller
from billing.ledger.handlers import enter_invoice
from billing.parties import handlers as parties
from billing.parties.model import key_of
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.pages import Asked, Page
from chassis.traces import note
from contracts.billing import ChargeInvoiced, InvoiceSealed
from contracts.money import Money
from contracts.values import Day, Party

_PAGE: Final = 200  # links of a chain read at once


class InvoiceView(BaseModel):
    """An invoice in a list."""

    invoice_id: UUID
    number: str
    issuer_id: UUID
    issuer_name: str
    customer: Party
    customer_name: str
    issued_on: Day
    due_on: Day
    net: Money
    vat: Money
    gross: Money
    document_digest: str


class InvoiceFile(BaseModel):
    """The PDF of an invoice."""

    number: str
    digest: str
    pdf: Base64Bytes


class ChainView(BaseModel):
    """Whether the chain of an issuer's documents holds, and the rank of the first at which it does not."""

    length: int
    intact: bool
    first_broken: int | None = None


async def seal(tx: Tx, draft: Draft, issuer: Seller, charges: Sequence[Charge], day: date) -> Invoice:
    """Issue an invoice of these charges: the number is drawn and the document final with this commit.

    The same draft again is the invoice already issued.
    """
    if issued := await store.invoice(tx, draft.invoice_id):
        return issued
    link = await store.next_link(tx, issuer.issuer_id)
    number = await store.next_number(tx, issuer.issuer_id, INVOICE, day)
    written = model.number_of(issuer, number.year, number.no)
    invoice = model.issue(draft, issuer, written, number.issued_on, model.in_order(charges))
    pdf = await ports.typeset(invoice)
    digest = hashlib.sha256(pdf).hexdigest()
    sealed = store.Seal(number, link, model.linked(link.previous_hash, invoice.text, digest), digest)
    await store.insert(tx, invoice, sealed, pdf, await tx.now())
    owed = (key_of(invoice.customer.party), invoice.net.minor, invoice.vat.minor)
    await enter_invoice(tx, issuer, invoice.invoice_id, invoice.issued_on, owed)
    await charge_store.mark_invoiced(
        tx, invoice.invoice_id, invoice.number, [line.charge_id for line in invoice.lines]
    )
    await _tell(tx, invoice, model.in_order(charges), digest)
    return invoice


async def invoice_view(tx: Tx, invoice_id: UUID) -> Invoice | None:
    return await store.invoice(tx, invoice_id)


async def invoice_page(tx: Tx, asked: Asked) -> Page[InvoiceView]:
    return await _page(tx, asked, None)


async def own_invoices(tx: Tx, asked: Asked, person_id: UUID) -> Page[InvoiceView]:
    """Return the invoices of the person, and of organisations that the person acts for."""
    return await _page(tx, asked, await parties.parties_of(tx, person_id))


async def invoice_file(tx: Tx, invoice_id: UUID) -> InvoiceFile | None:
    found = await store.pdf(tx, invoice_id)
    if found is None:
        return None
    number, digest, pdf = found
    return InvoiceFile.model_construct(number=number, digest=digest, pdf=pdf)


async def verify_chain(tx: Tx, issuer_id: UUID) -> ChainView:
    """Recompute every hash of the chain, from the first document to the last."""
    await known_issuer(tx, issuer_id)
    end = await store.chain_end(tx, issuer_id)
    rank, previous = 0, model.FIRST_LINK
    while links := await store.chain(tx, issuer_id, rank, _PAGE):
        for link, text, digest, hash_ in links:
            rank += 1
            holds = link.rank == rank and link.previous_hash == previous
            previous = model.linked(previous, text, digest)
            if not holds or hash_ != previous:
                return ChainView(length=end.rank, intact=False, first_broken=rank)
    return ChainView(length=end.rank, intact=(rank, previous) == end)


def at_invoice(principal: Principal) -> Lookup:
    """Find out whose an invoice is, for the decision whether the caller may see it."""

    async def look(tx: Tx, invoice_id: UUID) -> Target | None:
        found = await store.invoice(tx, invoice_id)
        return await parties.target(tx, found.customer.party, principal) if found else None

    return look


async def _page(tx: Tx, asked: Asked, customer_ids: Sequence[UUID] | None) -> Page[InvoiceView]:
    page = await store.page(tx, asked, customer_ids)
    items = [_view(Invoice.model_validate_json(row["content"]), row["document_digest"]) for row in page.items]
    return Page(items, page.last)


def _view(invoice: Invoice, digest: str) -> InvoiceView:
    return InvoiceView(
        invoice_id=invoice.invoice_id,
        number=invoice.number,
        issuer_id=invoice.issuer.issuer_id,
        issuer_name=invoice.issuer.name,
        customer=invoice.customer.party,
        customer_name=invoice.customer.name,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        net=invoice.net,
        vat=invoice.vat,
        gross=invoice.gross,
        document_digest=digest,
    )


async def _tell(tx: Tx, invoice: Invoice, charges: Sequence[Charge], digest: str) -> None:
    for line, charge in zip(invoice.lines, charges, strict=True):
        about: Mapping[str, str | int] = {"invoice.number": invoice.number, "invoice.line": line.number}
        note("invoice line", charge.traceparent, about)
        tx.emit(
            ChargeInvoiced(
                charge_id=charge.charge_id,
                source=charge.source,
                payer=charge.usage.payer,
                amount=line.amount,
                invoice_id=invoice.invoice_id,
                invoice_number=invoice.number,
                line_number=line.number,
            ),
            site_id=str(charge.usage.site_id) if charge.usage.site_id else None,
        )
    tx.emit(
        InvoiceSealed(
            invoice_id=invoice.invoice_id,
            number=invoice.number,
            kind=invoice.kind,
            issuer=invoice.issuer.told,
            customer=invoice.customer.party,
            bill_run_id=invoice.bill_run_id,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            service_period=invoice.service_period,
            items=invoice.items,
            vat_lines=invoice.vat_lines,
            net=invoice.net,
            vat=invoice.vat,
            gross=invoice.gross,
            language=invoice.customer.language,
            document_digest=digest,
            sealed_at=await tx.now(),
        )
    )

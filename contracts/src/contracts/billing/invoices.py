"""Owns the facts about bill runs and the invoices they seal."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.billing.charges import InvoiceNumber
from contracts.billing.prices import Issuer, VatCategory
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Money, VatRate
from contracts.values import (
    CivilPeriod,
    Day,
    Instant,
    InvoiceId,
    IssuerId,
    Language,
    Party,
    PersonId,
    PriceCode,
    Value,
    Wording,
)

BILL_RUNS = Topic("billing.bill-runs.v1", key="bill_run_id")
INVOICES = Topic("billing.invoices.v1", key="invoice_id")

BillRunId = Annotated[UUID, about("A bill run.", "0195a1b0-5c00-7000-8000-000000000014")]
Count = Annotated[int, Field(ge=0), about("How many.", 12)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$"), about("SHA-256 in hexadecimal.", "0f" * 32)]


class BillRunState(Fact):
    """What a bill run covers and what it comes to."""

    bill_run_id: BillRunId
    issuer_id: IssuerId
    cut_off_on: Annotated[Day, about("Services up to this day, excluded, are invoiced.", "2026-04-01")]
    invoices: Annotated[Count, about("Number of invoices.", 12)]
    charges: Annotated[Count, about("Number of charges on them.", 148)]
    gross: Annotated[Money, about("Sum of the invoices, with VAT.")]
    plan_digest: Annotated[Sha256, about("Digest of the plan: what is released is what was seen.", "0f" * 32)]


class BillRunPlanned(BillRunState, topic=BILL_RUNS):
    """A bill run can be looked at; nothing is numbered yet."""

    planned_by: Annotated[PersonId, about("Who planned it, opaquely.")]
    planned_at: Annotated[Instant, about("When, business time of the territory.")]


class BillRunReleased(BillRunState, topic=BILL_RUNS):
    """A second person let the planned invoices go."""

    released_by: Annotated[PersonId, about("Who released it, opaquely; never who planned it.")]
    released_at: Annotated[Instant, about("When, business time of the territory.")]


class BillRunSealed(BillRunState, topic=BILL_RUNS):
    """Every invoice of the run is numbered and sealed."""

    first_number: Annotated[InvoiceNumber | None, about("First number taken; none for an empty run.")] = None
    last_number: Annotated[InvoiceNumber | None, about("Last number taken.")] = None
    sealed_at: Annotated[Instant, about("When, business time of the territory.")]


class InvoicedItem(Value):
    """The lines of an invoice that share a price, added up."""

    price_code: PriceCode
    label: Annotated[Wording, about("How the invoice names it.")]
    lines: Annotated[int, Field(ge=1), about("Number of lines.", 1)]
    net: Annotated[Money, about("Sum without VAT.")]


class VatLine(Value):
    """VAT of an invoice at one rate, computed once on the sum."""

    category: VatCategory
    rate: VatRate
    base: Annotated[Money, about("Sum without VAT of the lines at this rate.")]
    vat: Annotated[Money, about("VAT on it, rounded half up.")]


class InvoiceSealed(Fact, topic=INVOICES):
    """An invoice is issued: numbered without gap, and never changed or withdrawn."""

    invoice_id: InvoiceId
    number: InvoiceNumber
    kind: Annotated[
        str,
        Known("380", "381", "384", "386"),
        about("UNTDID 1001; 380 is an invoice, 381 a credit note.", "380"),
    ]
    issuer: Annotated[Issuer, about("Who sells.")]
    customer: Annotated[Party, about("Who buys.")]
    bill_run_id: BillRunId | None = None
    issued_on: Annotated[Day, about("Date of the invoice.", "2026-04-01")]
    due_on: Annotated[Day, about("Last day to pay.", "2026-05-01")]
    service_period: Annotated[CivilPeriod, about("Civil days of the services on it.")]
    items: Annotated[tuple[InvoicedItem, ...], about("What is on it, added up by price.")]
    vat_lines: Annotated[tuple[VatLine, ...], about("VAT per category and rate.")]
    net: Annotated[Money, about("Total without VAT.")]
    vat: Annotated[Money, about("Total VAT: the sum over the rates.")]
    gross: Annotated[Money, about("Total with VAT, to pay.")]
    language: Language
    document_digest: Annotated[Sha256, about("Digest of the PDF.", "0f" * 32)]
    sealed_at: Annotated[Instant, about("When, business time of the territory.")]

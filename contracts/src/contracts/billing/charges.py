"""Owns the facts about charges: what one use, membership or line costs, until it is on an invoice."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.billing.prices import PriceMode, Unit, VatCategory
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Money, Quantity, UnitPrice, VatRate
from contracts.values import (
    Audience,
    ChargeId,
    CivilPeriod,
    Day,
    Instant,
    InvoiceId,
    IssuerId,
    Party,
    PriceBookId,
    PriceCode,
    SiteId,
    Value,
    Version,
    Wording,
)

CHARGES = Topic("billing.charges.v1", key="charge_id", partitions=12)

InvoiceNumber = Annotated[str, about("Number of the invoice in its series, without gap.", "2026-000017")]


class ChargeSource(Value):
    """The thing a charge is for, and the event that made it due."""

    kind: Annotated[
        str,
        Known("booking", "registration", "membership", "fibre_line", "usage", "pass"),
        about("What is charged.", "fibre_line"),
    ]
    id: Annotated[UUID, about("Which one.", "0195a1b0-5c00-7000-8000-000000000013")]
    event_id: Annotated[
        UUID, about("The event by which it became due.", "0195a1b0-5c00-7000-8000-000000000023")
    ]


class ChargeState(Fact):
    """All that went into an amount: what, for whom, how much, by which price."""

    charge_id: ChargeId
    source: Annotated[ChargeSource, about("What it is for.")]
    payer: Annotated[Party, about("Who pays.")]
    issuer_id: IssuerId
    site_id: SiteId | None = None
    label: Annotated[Wording, about("How the invoice names it.")]
    audience: Audience
    price_code: PriceCode
    price_book_id: PriceBookId
    price_book_version: Version
    quantity: Quantity
    unit: Unit
    unit_price: UnitPrice
    price_mode: PriceMode
    vat_category: VatCategory
    vat_rate: VatRate
    amount: Annotated[
        Money,
        about(
            "Rounded amount of the line, without or with VAT as `price_mode` says. VAT itself is computed "
            "once per rate on the invoice."
        ),
    ]
    service_period: Annotated[CivilPeriod, about("Civil days of the service.")]
    billable_from: Annotated[Day, about("First day on which an invoice may take it up.", "2026-04-01")]


class ChargePriced(ChargeState, topic=CHARGES):
    """Something became due and has its price."""

    priced_at: Annotated[Instant, about("When it was priced, business time of the territory.")]


class ChargeAdjusted(ChargeState, topic=CHARGES):
    """A charge not yet invoiced changed with the thing it is for; the state is the new one."""

    previous_amount: Annotated[Money, about("The amount before.")]
    reason: Annotated[
        str,
        Known("rescheduled", "cancelled", "no_show", "ended", "corrected"),
        about("Why it changed.", "rescheduled"),
    ]
    adjusted_at: Annotated[Instant, about("When it changed, business time of the territory.")]


class ChargeCancelled(Fact, topic=CHARGES):
    """A charge not yet invoiced is no longer due."""

    charge_id: ChargeId
    source: Annotated[ChargeSource, about("What it was for.")]
    payer: Annotated[Party, about("Who would have paid.")]
    previous_amount: Annotated[Money, about("The amount that is no longer due.")]
    reason: Annotated[
        str, Known("cancelled", "rescheduled", "waived", "corrected"), about("Why.", "cancelled")
    ]
    cancelled_at: Annotated[Instant, about("When, business time of the territory.")]


class ChargeInvoiced(Fact, topic=CHARGES):
    """A charge is on a sealed invoice and never changes again."""

    charge_id: ChargeId
    source: Annotated[ChargeSource, about("What it is for.")]
    payer: Annotated[Party, about("Who pays.")]
    amount: Annotated[Money, about("The amount of the line.")]
    invoice_id: InvoiceId
    invoice_number: InvoiceNumber
    line_number: Annotated[int, Field(ge=1), about("Its line on the invoice.", 1)]


class ChargeLeftUnpriced(Fact, topic=CHARGES):
    """Something became due but no price fits; a person must publish one or say that it is free."""

    charge_id: ChargeId
    source: Annotated[ChargeSource, about("What it is for.")]
    payer: Annotated[Party, about("Who would pay.")]
    site_id: SiteId | None = None
    audience: Audience
    price_code: PriceCode | None = None
    service_period: Annotated[CivilPeriod, about("Civil days of the service.")]
    reason: Annotated[
        str,
        Known("no_price_book", "no_price_for_code", "no_price_for_audience"),
        about("What is missing.", "no_price_for_code"),
    ]

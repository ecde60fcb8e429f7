"""Owns the facts about fibre lines, from the qualification of an address to the activation."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.billing.prices import PriceMode
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Money, UnitPrice
from contracts.values import (
    Audience,
    Day,
    Instant,
    IssuerId,
    Party,
    Period,
    PriceBookId,
    PriceCode,
    SiteId,
    Value,
    Version,
)

FIBRE_LINES = Topic("billing.fibre-lines.v1", key="line_id")

LineId = Annotated[UUID, about("A fibre line.", "0195a1b0-5c00-7000-8000-000000000013")]
Megabits = Annotated[int, Field(ge=1), about("Megabits per second.", 1000)]


class FibreLineState(Fact):
    """Whose line it is and where it ends."""

    line_id: LineId
    customer: Annotated[Party, about("Who asked for the line.")]
    site_id: SiteId
    site_name: Annotated[str, about("Name of the site at that moment.", "Le 302")]
    address: Annotated[str, about("Where the line ends.", "302 Rue Lamarck, 11000 Carcassonne")]
    unit: Annotated[str | None, about("Office or unit inside the site.", "Bureau 12")] = None


class FibreLineQualified(FibreLineState, topic=FIBRE_LINES):
    """The address can have a line, on these terms, until a day."""

    down_mbps: Annotated[Megabits, about("Megabits per second towards the customer.", 1000)]
    up_mbps: Annotated[Megabits, about("Megabits per second from the customer.", 1000)]
    lead_days: Annotated[int, Field(ge=0), about("Days from order to activation, expected.", 10)]
    works: Annotated[Money | None, about("Cost of works to be done once, without VAT.")] = None
    valid_until: Annotated[Day, about("First day on which this no longer holds.", "2026-06-01")]
    qualified_at: Annotated[Instant, about("When, business time of the territory.")]


class FibreLineNotEligible(FibreLineState, topic=FIBRE_LINES):
    """The address cannot have a line for now."""

    reason: Annotated[
        str,
        Known("site_not_served", "no_free_port", "address_unknown"),
        about("Why not.", "site_not_served"),
    ]
    decided_at: Annotated[Instant, about("When, business time of the territory.")]


class FibreLineOrdered(FibreLineState, topic=FIBRE_LINES):
    """A customer ordered a qualified line at a price that stays as ordered."""

    issuer_id: IssuerId
    audience: Audience
    price_code: Annotated[PriceCode, about("The line, as the price book names it.", "fibre-1g")]
    price_book_id: PriceBookId
    price_book_version: Version
    monthly_price: Annotated[UnitPrice, about("Price of a month.", "500.00")]
    currency: Annotated[str, about("ISO 4217 code.", "EUR")]
    price_mode: PriceMode
    commitment_months: Annotated[int, Field(ge=0), about("Months the customer is bound for.", 12)]
    ordered_at: Annotated[Instant, about("When, business time of the territory.")]


class FibreLineAppointmentBooked(FibreLineState, topic=FIBRE_LINES):
    """A technician comes at a time agreed with the customer."""

    period: Annotated[Period, about("When the technician comes.")]
    booked_at: Annotated[Instant, about("When it was agreed, business time of the territory.")]


class ActivationProof(Value):
    """What was measured on the line when it was handed over."""

    down_mbps: Annotated[Megabits, about("Measured towards the customer.", 941)]
    up_mbps: Annotated[Megabits, about("Measured from the customer.", 938)]
    reference: Annotated[str, about("Where the measurement is kept.", "PV-2026-0312")]


class FibreLineActivated(FibreLineState, topic=FIBRE_LINES):
    """The line works, as a measurement proves; it is charged from that civil day on."""

    activated_on: Annotated[Day, about("Civil day at the site: the first one charged.", "2026-03-12")]
    activated_at: Annotated[Instant, about("When, business time of the territory.")]
    proof: Annotated[ActivationProof, about("What was measured.")]

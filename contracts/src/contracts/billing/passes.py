"""Owns the facts about passes: so many units of use, sold ahead to somebody, until a day."""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Quantity
from contracts.values import (
    Audience,
    Day,
    Instant,
    Party,
    PriceBookId,
    PriceCode,
    SiteId,
    Version,
    Wording,
    Zone,
)

PASSES = Topic("billing.passes.v1", key="sale_id")

SaleId = Annotated[UUID, about("The sale of a pass.", "0195a1b0-5c00-7000-8000-000000000061")]
PassUnit = Annotated[str, Known("hour", "half_day", "day"), about("What one unit of a pass is.", "half_day")]
ResourceKinds = Annotated[
    tuple[str, ...], about("The kinds of resources that it opens, one at least.", ["desk"])
]


class PassState(Fact):
    """What a reader needs of a pass whatever happens to it."""

    sale_id: SaleId
    site_id: Annotated[SiteId, about("Where it was sold.")]
    price_code: PriceCode
    price_book_id: PriceBookId
    price_book_version: Version
    name: Annotated[Wording, about("What it is called.")]
    holder: Annotated[Party, about("Who uses it: a person, or whoever belongs to an organisation.")]
    payer: Annotated[Party, about("Who pays.")]
    audience: Audience
    unit: PassUnit
    units: Annotated[Quantity, about("How many units it holds when it is sold.", "10")]
    resource_kinds: ResourceKinds
    site_ids: Annotated[tuple[SiteId, ...], about("The sites that it opens; none stands for all.")] = ()
    price_codes: Annotated[
        tuple[PriceCode, ...],
        about("What it is taken for: things of these prices, all taxed as the pass is."),
    ]
    valid_from: Annotated[Day, about("First day of use.", "2026-03-12")]
    valid_until: Annotated[Day, about("First day on which it no longer holds.", "2026-09-12")]
    zone: Zone
    grace_days: Annotated[
        int,
        about("For how many days units hold that come back after its last day; 0 for not at all.", 30),
    ] = 0


class PassSold(PassState, topic=PASSES):
    """A pass was sold: its price is charged, and its units can be used."""

    sold_at: Annotated[Instant, about("When it was sold, business time of the territory.")]


class PassCancellationAsked(PassState, topic=PASSES):
    """The seller takes a pass back if nothing of it is spent; whoever keeps its units says whether."""

    asked_at: Annotated[Instant, about("When it was asked, business time of the territory.")]


class PassCancelled(PassState, topic=PASSES):
    """A pass of which nothing was spent was taken back: its price is not due any more."""

    cancelled_at: Annotated[Instant, about("When it was taken back, business time of the territory.")]
    reason: Annotated[str, about("Reason given, in words.", "Erreur de saisie")]

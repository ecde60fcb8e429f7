"""Owns what services answer when a person is erased: what holds it up, what is gone, what stays and why."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Fact
from contracts.marks import Known, about
from contracts.values import Day, Instant, TerritoryId, Value

ErasureId = Annotated[
    UUID,
    about(
        "The erasure of one person, from the wish to the certificate.", "0195a1b0-5c00-7000-8000-000000000091"
    ),
]
Rows = Annotated[int, Field(ge=0), about("How many.", 3)]
Place = Annotated[str, about("Where, as the service names its own table.", "visits")]


class Hold(Value):
    """Something that has to be ended or settled before a person can be erased."""

    territory_id: TerritoryId
    reason: Annotated[
        str,
        Known(
            "membership-running",
            "role-held",
            "booking-to-come",
            "charge-to-invoice",
            "line-running",
            "machine-in-use",
            "registration-to-come",
            "seat-elsewhere",
            "session-to-lead",
            "credits-unspent",
            "badge-held",
            "active-lately",
        ),
        about("What it is.", "booking-to-come"),
    ]
    count: Rows


class Gone(Value):
    """What a service has taken away of a person, in one place."""

    place: Place
    rows: Rows


class Kept(Value):
    """What a service keeps of what a person did, on which ground, and until when."""

    place: Place
    rows: Rows
    ground: Annotated[
        str,
        Known("accounting-law", "names-nobody", "told-already", "key-destroyed", "erasure-proof"),
        about("On which ground it stays.", "accounting-law"),
    ]
    until: Annotated[Day | None, about("First day on which the ground is gone; none: it names nobody.")] = (
        None
    )


class ErasureAnswer(Fact):
    """What every answer to an erasure says."""

    erasure_id: ErasureId
    answered_at: Annotated[Instant, about("When the service answered, real time.")]


class ErasureCheck(ErasureAnswer):
    """Whether something holds an erasure up."""

    holds: Annotated[tuple[Hold, ...], about("What holds it up; empty: nothing.")]


class ErasureReceipt(ErasureAnswer):
    """What a service has done of an erasure."""

    gone: Annotated[tuple[Gone, ...], about("What it has taken away, place by place.")]
    kept: Annotated[tuple[Kept, ...], about("What it keeps, and on which ground.")]

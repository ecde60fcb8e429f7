"""Owns the facts about seats that somebody has in a session of another territory, told by their own."""

from typing import Annotated
from uuid import UUID

from contracts.booking.bookings import SessionId
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import Instant, Period, PersonId, TerritoryId, Wording

SHARED_SEATS = Topic("booking.shared-seats.v1", key="shared_seat_id")


class SharedSeatState(Fact):
    """What a reader needs of a seat elsewhere whatever happens to it, without knowing any other topic."""

    shared_seat_id: Annotated[
        UUID,
        about(
            "Somebody's seat in another territory's session: there it is a registration of the same id.",
            "0195a1b0-5c00-7000-8000-000000000074",
        ),
    ]
    session_id: SessionId
    host_territory_id: Annotated[TerritoryId, about("The territory that holds the session.", "240200477")]
    title: Annotated[Wording, about("What the session is called.")]
    periods: Annotated[tuple[Period, ...], about("When: each half-day, in order, as last heard.")]
    person_id: Annotated[PersonId, about("Who has the seat, opaquely.")]


class SharedSeatGranted(SharedSeatState, topic=SHARED_SEATS):
    """Somebody has a seat in a session of another territory, free of charge."""

    granted_at: Annotated[Instant, about("When, business time of the person's territory.")]


class SharedSeatEnded(SharedSeatState, topic=SHARED_SEATS):
    """A seat elsewhere was given up, withdrawn there, or its session is not held."""

    state: Annotated[
        str,
        Known("given_up", "withdrawn", "not_held"),
        about("By the person, by the host's staff, or with its session.", "given_up"),
    ]
    ended_at: Annotated[Instant, about("When, business time of the person's territory.")]

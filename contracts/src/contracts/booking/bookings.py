"""Owns the facts about bookings: what is taken, by whom, and what becomes of it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.resources import ResourceKind
from contracts.envelope import Fact, Topic
from contracts.marks import Known, Pseudonym, about
from contracts.values import (
    Audience,
    BookingId,
    Instant,
    MembershipId,
    Party,
    Period,
    PersonId,
    PlanId,
    PriceCode,
    ResourceId,
    SiteId,
    Value,
    Version,
)

BOOKINGS = Topic("booking.bookings.v1", key="booking_id", partitions=12)

PolicyId = Annotated[UUID, about("A booking policy.", "0195a1b0-5c00-7000-8000-000000000013")]
DuePercent = Annotated[
    int,
    Field(ge=0, le=100),
    about("Share of the price that stays due under the booking rules in force, in percent.", 50),
]


class ResourceBookedWith(Value):
    """A resource that is booked with another one for the same time, such as a screen with a room."""

    resource_id: ResourceId
    name: Annotated[str, about("Name of the resource at that moment.", "Écran mobile")]
    kind: ResourceKind
    price_code: PriceCode | None = None
    paid_by: Annotated[
        str, Known("money", "credits", "plan"), about("How the use of this one is paid.", "money")
    ]


SeriesId = Annotated[UUID, about("A series of bookings.", "0195a1b0-5c00-7000-8000-000000000013")]
SessionId = Annotated[
    UUID, about("A session: a course, a workshop, an event.", "0195a1b0-5c00-7000-8000-000000000071")
]
RecurrenceId = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]$"),
    about("Which date of its series: the wall time at which its rule has it begin.", "2026-10-27T18:00"),
]


class BookingState(Fact):
    """What a reader needs of a booking whatever happens to it, without knowing any other topic."""

    booking_id: BookingId
    site_id: SiteId
    site_name: Annotated[str, about("Name of the site at that moment.", "Le 302")]
    resource_id: ResourceId
    resource_name: Annotated[str, about("Name of the resource at that moment.", "Grande salle")]
    kind: ResourceKind
    period: Annotated[Period, about("When the resource is booked.")]
    person_id: Annotated[PersonId, about("The person who comes, opaquely.")]
    payer: Annotated[Party, about("Who pays: the person, or an organisation the person belongs to.")]
    attendees: Annotated[int | None, Field(ge=1), about("Number of people expected.", 8)] = None
    audience: Audience
    membership_id: Annotated[
        MembershipId | None, about("The membership whose right is used; none for a walk-in.")
    ] = None
    plan_id: PlanId | None = None
    plan_version: Version | None = None
    paid_by: Annotated[
        str,
        Known("money", "credits", "plan"),
        about("How the use is paid: charged in money, taken from credits, or included in the plan.", "money"),
    ]
    price_code: PriceCode | None = None
    policy_id: Annotated[PolicyId | None, about("The policy it was made by; none where none holds.")] = None
    policy_version: Version | None = None
    rights_as_of: Annotated[
        Instant, about("How recent booking's knowledge of the rights was when it decided.")
    ]
    with_resources: Annotated[
        tuple[ResourceBookedWith, ...], about("What is booked with the resource, for the same time.")
    ] = ()
    series_id: Annotated[SeriesId | None, about("The series that it is a date of, if any.")] = None
    recurrence_id: RecurrenceId | None = None
    session_id: Annotated[SessionId | None, about("The session that it holds a place for, if any.")] = None
    told_by_series: Annotated[
        bool, about("Whether an event of the series tells the person of it, once for all its dates.", False)
    ] = False


class BookingHeld(BookingState, topic=BOOKINGS):
    """A resource is kept for a short time; unless confirmed before `expires_at` it becomes free again."""

    held_at: Annotated[Instant, about("When it was held, business time of the territory.")]
    expires_at: Annotated[Instant, about("When the hold ends by itself.", "2026-03-12T08:45:00Z")]


class BookingConfirmed(BookingState, topic=BOOKINGS):
    """A booking is firm: the resource is taken for that period and the use is to be charged."""

    confirmed_at: Annotated[Instant, about("When it was confirmed, business time of the territory.")]
    approved_at: Annotated[
        Instant | None, about("When the request for it was approved, where it had to be.")
    ] = None
    arrival_code: Annotated[
        str | None,
        Pseudonym(),
        about("What the desk finds the booking by when the person comes.", "7K3MQ2XD"),
    ] = None


class BookingRescheduled(BookingState, topic=BOOKINGS):
    """A firm booking moved to another period or resource; the state is the new one."""

    previous_resource_id: Annotated[ResourceId, about("The resource booked before.")]
    previous_period: Annotated[Period, about("The period booked before.")]
    rescheduled_at: Annotated[Instant, about("When it was moved, business time of the territory.")]


class BookingCancelled(BookingState, topic=BOOKINGS):
    """A held or firm booking was given up and its resource is free again."""

    cancelled_at: Annotated[Instant, about("When it was cancelled, business time of the territory.")]
    cancelled_by: Annotated[
        str, Known("member", "staff", "platform"), about("On whose side it was cancelled.", "member")
    ]
    reason: Annotated[str | None, about("Reason given, in words.", "À la demande de la personne")] = None
    due_percent: DuePercent


class BookingExpired(BookingState, topic=BOOKINGS):
    """A hold ended without confirmation and its resource is free again."""

    expired_at: Annotated[Instant, about("When it ended, business time of the territory.")]


class BookingCheckedIn(BookingState, topic=BOOKINGS):
    """The person came and the use began."""

    checked_in_at: Annotated[Instant, about("When the person came, business time of the territory.")]


class BookingMarkedNoShow(BookingState, topic=BOOKINGS):
    """Nobody came in the time allowed; the rest of the period is free again."""

    marked_at: Annotated[Instant, about("When it was decided, business time of the territory.")]
    due_percent: DuePercent

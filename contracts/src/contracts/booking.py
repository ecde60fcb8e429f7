"""Owns every fact that booking tells: resources and when they open, bookings and what becomes of them."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import (
    Audience,
    BookingId,
    Day,
    Instant,
    LocalTime,
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
    Zone,
)

RESOURCES = Topic("booking.resources.v1", key="resource_id")
BOOKINGS = Topic("booking.bookings.v1", key="booking_id", partitions=12)

ResourceKind = Annotated[
    str,
    Known("building", "floor", "desk", "office", "room", "equipment"),
    about("Kind of resource.", "room"),
]
DuePercent = Annotated[
    int,
    Field(ge=0, le=100),
    about("Share of the price that stays due under the booking rules in force, in percent.", 50),
]


class WeeklyHours(Value):
    """One opening on one day of the week, in local time of the site."""

    weekday: Annotated[int, Field(ge=1, le=7), about("Day of the week, ISO 8601: Monday is 1.", 1)]
    opens: Annotated[LocalTime, about("Opening, local time.", "08:30")]
    closes: Annotated[LocalTime, about("Closing, local time.", "19:00")]


class ResourceState(Fact):
    """What a reader knows of a resource after any change."""

    resource_id: ResourceId
    site_id: SiteId
    parent_id: Annotated[
        ResourceId | None, about("The resource that contains it; none for the top of a site.")
    ] = None
    leaf_ids: Annotated[
        tuple[ResourceId, ...],
        about(
            "The undivided resources it is made of; itself alone when it has no parts. Two resources that "
            "share a leaf cannot be booked at the same time."
        ),
    ]
    kind: ResourceKind
    name: Annotated[str, about("Name shown to people.", "Grande salle")]
    capacity: Annotated[int | None, Field(ge=1), about("Number of people it takes.", 20)] = None
    bookable: Annotated[bool, about("Whether it can be booked itself.", True)]
    approval_required: Annotated[bool, about("Whether staff must approve each booking.", False)]
    turnaround_minutes: Annotated[int, Field(ge=0), about("Minutes kept free after each booking.", 15)]
    price_code: PriceCode | None = None
    available_from: Annotated[Day | None, about("First day it can be used, when not at once.")] = None


class ResourceRegistered(ResourceState, topic=RESOURCES, data_class="public"):
    """A resource was added to a site: a building, a room, a desk, a piece of equipment."""


class ResourceChanged(ResourceState, topic=RESOURCES, data_class="public"):
    """A resource changed; the event carries its whole new state."""


class OpeningHoursDefined(Fact, topic=RESOURCES, data_class="public"):
    """The weekly opening hours of a resource, and of what it contains, were set from a day on."""

    resource_id: ResourceId
    site_id: SiteId
    zone: Zone
    valid_from: Annotated[Day, about("First day on which these hours hold.", "2026-03-01")]
    valid_until: Annotated[Day | None, about("First day on which they no longer hold.")] = None
    weekly: Annotated[tuple[WeeklyHours, ...], about("Openings of a week; a day without one is closed.")]


class ResourceTakenOutOfService(Fact, topic=RESOURCES, data_class="public"):
    """A resource cannot be used for a while; bookings that fall in that time are listed, not cancelled."""

    resource_id: ResourceId
    site_id: SiteId
    start: Annotated[Instant, about("First instant out of service.", "2026-03-20T07:00:00Z")]
    end: Annotated[Instant | None, about("First instant back in service, when known.")] = None
    reason: Annotated[str, about("Reason, in words for the public.", "Travaux d'éclairage")]
    affected_booking_ids: Annotated[tuple[BookingId, ...], about("Bookings that fall in that time.")] = ()


class ResourceReturnedToService(Fact, topic=RESOURCES, data_class="public"):
    """A resource that was out of service can be used again."""

    resource_id: ResourceId
    site_id: SiteId
    returned_at: Annotated[Instant, about("When it returned, business time of the territory.")]


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
    rights_as_of: Annotated[
        Instant, about("How recent booking's knowledge of the rights was when it decided.")
    ]


class BookingHeld(BookingState, topic=BOOKINGS):
    """A resource is kept for a short time; unless confirmed before `expires_at` it becomes free again."""

    held_at: Annotated[Instant, about("When it was held, business time of the territory.")]
    expires_at: Annotated[Instant, about("When the hold ends by itself.", "2026-03-12T08:45:00Z")]


class BookingConfirmed(BookingState, topic=BOOKINGS):
    """A booking is firm: the resource is taken for that period and the use is to be charged."""

    confirmed_at: Annotated[Instant, about("When it was confirmed, business time of the territory.")]


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

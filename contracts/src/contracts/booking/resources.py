"""Owns the facts about resources: what there is, when it opens, when it cannot be used."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import BookingId, Day, Instant, LocalTime, PriceCode, ResourceId, SiteId, Value, Zone

RESOURCES = Topic("booking.resources.v1", key="resource_id")

ResourceKind = Annotated[
    str,
    Known("building", "floor", "desk", "office", "room", "equipment", "person"),
    about("Kind of resource.", "room"),
]


ResourceFeature = Annotated[
    str,
    Known(
        "screen",
        "whiteboard",
        "videoconference",
        "projector",
        "step_free",
        "hearing_loop",
        "quiet",
        "daylight",
    ),
    about("Something that a resource offers.", "screen"),
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
    features: Annotated[tuple[ResourceFeature, ...], about("What it offers.", ("screen", "step_free"))] = ()


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

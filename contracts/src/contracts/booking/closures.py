"""Owns the facts about days unlike the others: dated exceptions, closures, sets of days subscribed to."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.resources import RESOURCES
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import BookingId, Day, Instant, LocalTime, ResourceId, SiteId, Value, Zone

CLOSURES = Topic("booking.closures.v1", key="closure_id")

ClosureId = Annotated[UUID, about("The closure.", "01890a5d-ac96-774b-bcce-b302099a8062")]
SubscriptionId = Annotated[
    UUID, about("The subscription to a set of days.", "01890a5d-ac96-774b-bcce-b302099a8063")
]


class DayHours(Value):
    """One opening of one day, in local time of the site."""

    opens: Annotated[LocalTime, about("Opening, local time.", "10:00")]
    closes: Annotated[LocalTime, about("Closing, local time.", "16:00")]


class AvailabilityExceptionAdded(Fact, topic=RESOURCES, data_class="public"):
    """On one day, a resource or site and what it contains opens otherwise than every week, or not at all."""

    resource_id: ResourceId
    site_id: SiteId
    zone: Zone
    day: Annotated[Day, about("The day.", "2026-05-08")]
    openings: Annotated[tuple[DayHours, ...], about("Openings of that day; none means closed.")]
    reason: Annotated[str, about("Reason, in words for the public.", "Fête de la Victoire")]
    subscription_id: Annotated[
        SubscriptionId | None, about("The subscription it comes from; none for one made by hand.")
    ] = None


class AvailabilityExceptionWithdrawn(Fact, topic=RESOURCES, data_class="public"):
    """A day of a resource or site follows the weekly hours again."""

    resource_id: ResourceId
    site_id: SiteId
    day: Annotated[Day, about("The day.", "2026-05-08")]


class ClosureState(Fact):
    """What a closure is, whatever happens to it."""

    closure_id: ClosureId
    site_id: SiteId
    resource_id: Annotated[
        ResourceId | None, about("The resource that is closed, with all inside it; none for the whole site.")
    ] = None
    start: Annotated[Instant, about("First instant of the closure.", "2026-08-01T22:00:00Z")]
    end: Annotated[Instant, about("First instant after it.", "2026-08-15T22:00:00Z")]
    reason: Annotated[str, about("Reason, in words for the public.", "Fermeture d'été")]
    staff_may_override: Annotated[bool, about("Whether staff may book all the same.", False)] = False


class ClosureDeclared(ClosureState, topic=CLOSURES, data_class="public"):
    """A site or resource is closed for a while; the bookings that it hits are told, not cancelled."""

    declared_at: Annotated[Instant, about("When it was declared, business time of the territory.")]
    affected: Annotated[int, Field(ge=0), about("How many bookings it hits.", 3)]
    affected_booking_ids: Annotated[
        tuple[BookingId, ...], about("The bookings it hits, earliest first; the first thousand of them.")
    ] = ()


class ClosureLifted(ClosureState, topic=CLOSURES, data_class="public"):
    """A closure holds no more."""

    lifted_at: Annotated[Instant, about("When it was lifted, business time of the territory.")]


class ClosureSetSubscribed(Fact, topic=RESOURCES, data_class="public"):
    """A site follows a set of days: each of them becomes an exception, as far as the set is known."""

    resource_id: Annotated[ResourceId, about("The site, as in its opening hours.")]
    site_id: SiteId
    subscription_id: SubscriptionId
    closure_set: Annotated[
        str,
        Known(
            "public-holidays",
            "school-holidays-a",
            "school-holidays-b",
            "school-holidays-c",
            "imported",
        ),
        about("Which days.", "public-holidays"),
    ]
    area: Annotated[
        str | None, about("Part of France whose public holidays count, where it is not the mainland.", "57")
    ] = None
    openings: Annotated[tuple[DayHours, ...], about("Openings on these days; none means closed.")]
    subscribed_at: Annotated[Instant, about("When it was subscribed, business time of the territory.")]


class ClosureSetUnsubscribed(Fact, topic=RESOURCES, data_class="public"):
    """A site no longer follows a set of days; its days to come follow the week again."""

    resource_id: Annotated[ResourceId, about("The site, as in its opening hours.")]
    site_id: SiteId
    subscription_id: SubscriptionId
    unsubscribed_at: Annotated[Instant, about("When it ended, business time of the territory.")]

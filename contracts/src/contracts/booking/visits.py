"""Owns the facts of the front desk: visitors, deliveries, what is told to those who come, who left when."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.bookings import BOOKINGS, BookingState
from contracts.envelope import Fact, Topic
from contracts.marks import Known, Sealed, about
from contracts.values import Instant, Party, PersonId, SiteId, Wording

VISITS = Topic("booking.visits.v1", key="visit_id")
DELIVERIES = Topic("booking.deliveries.v1", key="delivery_id")
ANNOUNCEMENTS = Topic("booking.announcements.v1", key="announcement_id")

VisitId = Annotated[UUID, about("A visit.", "0195a1b0-5c00-7000-8000-000000000051")]
DeliveryId = Annotated[UUID, about("A parcel or a letter.", "0195a1b0-5c00-7000-8000-000000000052")]
AnnouncementId = Annotated[UUID, about("An announcement.", "0195a1b0-5c00-7000-8000-000000000053")]
SiteName = Annotated[str, about("Name of the site at that moment.", "Le 302")]
SEALED = "c2VhbGVkOiBvbmx5IHRoZSBwZXJzb24ncyBrZXkgb3BlbnMgdGhpcw=="


class BookingCheckedOut(BookingState, topic=BOOKINGS):
    """The person left before the end; the rest of the time is free for others, the price stays as it is."""

    ended_at: Annotated[Instant, about("When the person left, business time of the territory.")]


class BookingCheckInUndone(BookingState, topic=BOOKINGS):
    """A check-in was noted by mistake: the person is expected as before."""

    undone_at: Annotated[Instant, about("When it was taken back, business time of the territory.")]


class VisitState(Fact):
    """What a reader needs of a visit whatever happens to it; the visitor's name opens by the host's key."""

    visit_id: VisitId
    site_id: SiteId
    site_name: SiteName
    host_id: Annotated[PersonId, about("The person who is visited, opaquely.")]
    visitor_name: Annotated[str, Sealed("host_id"), about("Name of the visitor.", SEALED)]
    expected_at: Annotated[Instant, about("When the visitor is expected.", "2026-03-12T09:00:00Z")]


class VisitorInvited(VisitState, topic=VISITS, data_class="personal"):
    """A visitor is expected: by the host's invitation, or noted by the desk."""

    invited_at: Annotated[Instant, about("When it was noted, business time of the territory.")]


class VisitorArrived(VisitState, topic=VISITS, data_class="personal"):
    """The visitor is at the desk; the host is told."""

    arrived_at: Annotated[Instant, about("When the visitor came, business time of the territory.")]


class VisitorLeft(VisitState, topic=VISITS, data_class="personal"):
    """The visitor has left the site."""

    left_at: Annotated[Instant, about("When the visitor left, business time of the territory.")]


class VisitCalledOff(VisitState, topic=VISITS, data_class="personal"):
    """The visitor is not expected any more."""

    called_off_at: Annotated[Instant, about("When it was called off, business time of the territory.")]


class DeliveryState(Fact):
    """What a reader needs of a delivery whatever happens to it."""

    delivery_id: DeliveryId
    site_id: SiteId
    site_name: SiteName
    kind: Annotated[str, Known("parcel", "letter"), about("What was delivered.", "parcel")]
    addressee: Annotated[Party, about("For whom it is: a person or an organisation.")]
    sealed_for: Annotated[
        PersonId,
        about(
            "Under whose key the sender stands: the addressee's, or of who took it in for an organisation."
        ),
    ]
    sender: Annotated[
        str | None, Sealed("sealed_for"), about("Who sent it, as it is written there.", SEALED)
    ] = None


class DeliveryReceived(DeliveryState, topic=DELIVERIES, data_class="personal"):
    """The desk took something in; the addressee is told."""

    received_at: Annotated[Instant, about("When it was taken in, business time of the territory.")]


class DeliveryHandedOver(DeliveryState, topic=DELIVERIES, data_class="personal"):
    """The desk gave it to somebody."""

    handed_to: Annotated[PersonId, about("Who took it, opaquely.")]
    handed_over_at: Annotated[Instant, about("When it was given, business time of the territory.")]


class DeliveryReturned(DeliveryState, topic=DELIVERIES, data_class="personal"):
    """The desk sent it back: nobody took it."""

    returned_at: Annotated[Instant, about("When it was sent back, business time of the territory.")]


class PeopleTold(Fact, topic=ANNOUNCEMENTS):
    """The desk has something to tell to everybody who comes in a stretch of time."""

    announcement_id: AnnouncementId
    site_id: SiteId
    site_name: SiteName
    person_ids: Annotated[tuple[PersonId, ...], Field(max_length=1000), about("Who is told, each once.")]
    subject: Annotated[Wording, about("What it is about.")]
    text: Annotated[Wording, about("What is said, in one paragraph.")]
    told_at: Annotated[Instant, about("When it was sent off, business time of the territory.")]

"""Owns the facts about waitlists: who waits for what, what is offered to whom, and what becomes of it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.resources import ResourceKind
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import (
    Audience,
    BookingId,
    Instant,
    MembershipId,
    Period,
    PersonId,
    ResourceId,
    SiteId,
)

WAITLISTS = Topic("booking.waitlists.v1", key="entry_id")

WaitlistEntryId = Annotated[
    UUID, about("One person's place on a waitlist.", "0195a1b0-5c00-7000-8000-000000000061")
]


class WaitlistState(Fact):
    """What a reader needs of an entry whatever happens to it, without knowing any other topic."""

    entry_id: WaitlistEntryId
    site_id: SiteId
    site_name: Annotated[str, about("Name of the site at that moment.", "Le 302")]
    kind: ResourceKind
    resource_id: Annotated[
        ResourceId | None, about("The one resource that is waited for; none for any of its kind at the site.")
    ] = None
    resource_name: Annotated[str | None, about("Name of that resource at that moment.", "Grande salle")] = (
        None
    )
    windows: Annotated[
        tuple[Period, ...],
        about("When: some time of the wanted length inside one of these, in order."),
    ]
    minutes: Annotated[int, Field(ge=1), about("The wanted length, in minutes.", 60)]
    person_id: Annotated[PersonId, about("The person who waits, opaquely.")]
    attendees: Annotated[int | None, Field(ge=1), about("Number of people expected.", 8)] = None
    membership_id: Annotated[MembershipId | None, about("The membership to be used, if one was chosen.")] = (
        None
    )
    audience: Annotated[Audience | None, about("Of who has no membership: the desk put them down.")] = None
    joined_at: Annotated[Instant, about("Since when the person waits; who waits longest comes first.")]


class WaitlistJoined(WaitlistState, topic=WAITLISTS):
    """Somebody waits for what is taken."""


class WaitlistLeft(WaitlistState, topic=WAITLISTS):
    """Somebody waits no longer, by their own will or taken off by staff; an open offer goes with it."""

    left_at: Annotated[Instant, about("When the entry ended, business time of the territory.")]
    left_by: Annotated[str, Known("member", "staff"), about("Who ended it.", "member")]
    reason: Annotated[str | None, about("Reason given, in words.", "Le besoin a disparu")] = None


class WaitlistOffer(WaitlistState):
    """An entry to which a place was offered: a hold, which is a booking of its own."""

    booking_id: BookingId
    offered_resource_id: Annotated[ResourceId, about("What is offered.")]
    offered_resource_name: Annotated[str, about("Name of what is offered.", "Grande salle")]
    period: Annotated[Period, about("When it is offered.")]
    expires_at: Annotated[
        Instant, about("When the offer ends unless it is accepted.", "2026-03-12T08:45:00Z")
    ]


class WaitlistOfferMade(WaitlistOffer, topic=WAITLISTS):
    """What came free is kept for who waits first, until `expires_at`."""

    made_at: Annotated[Instant, about("When it was offered, business time of the territory.")]


class WaitlistOfferAccepted(WaitlistOffer, topic=WAITLISTS):
    """The offer was taken: the hold is a firm booking."""

    accepted_at: Annotated[Instant, about("When it was accepted, business time of the territory.")]


class WaitlistOfferDeclined(WaitlistOffer, topic=WAITLISTS):
    """The offer was given up, and the entry with it: the place goes to the next one."""

    declined_at: Annotated[Instant, about("When it was given up, business time of the territory.")]


class WaitlistOfferExpired(WaitlistOffer, topic=WAITLISTS):
    """Nobody answered in time: the entry ends and the place goes to the next one."""

    expired_at: Annotated[Instant, about("When it was found expired, business time of the territory.")]


class WaitlistEnded(WaitlistState, topic=WAITLISTS):
    """The wanted time came and nothing had become free."""

    ended_at: Annotated[Instant, about("When it ended, business time of the territory.")]

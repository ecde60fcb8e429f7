"""Owns the facts about booking policies, and what they make of bookings: requests, fees let off, strikes."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.bookings import BOOKINGS, BookingState, DuePercent, PolicyId
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import BookingId, Day, Instant, PersonId, SiteId, Value, Version

POLICIES = Topic("booking.policies.v1", key="policy_id")
APPROVALS = Topic("booking.approvals.v1", key="delegation_id")

ScopeId = Annotated[
    UUID,
    about(
        "What it holds for: a site, or a resource with what it contains.",
        "0195a1b0-5c00-7000-8000-000000000001",
    ),
]
DelegationId = Annotated[UUID, about("A delegation of approvals.", "0195a1b0-5c00-7000-8000-000000000014")]
Minutes = Annotated[int | None, Field(ge=1)]


class CancellationTier(Value):
    """What stays due of the price when a booking is given up later than some hours before its start."""

    hours_before: Annotated[int, Field(ge=0), about("Given up later than this before the start.", 24)]
    due_percent: DuePercent


class ApprovalTerms(Value):
    """Which bookings staff must approve first, by when, and whether a request keeps others out meanwhile."""

    needed: Annotated[
        str,
        Known("never", "always", "audiences", "above"),
        about("Which bookings: none, all, those of some audiences, or the long and the large ones.", "above"),
    ]
    audiences: Annotated[tuple[str, ...], about("Audiences that need it.", ["association"])] = ()
    above_hours: Annotated[int | None, Field(ge=0), about("Longer than this needs it.", 4)] = None
    above_attendees: Annotated[int | None, Field(ge=0), about("More people than this need it.", 20)] = None
    deadline_hours: Annotated[
        int, Field(ge=1), about("Hours to decide, at most until the booking starts.", 48)
    ]
    blocks: Annotated[bool, about("Whether a request keeps others out.", True)]


class StrikeTerms(Value):
    """How often nobody may come before booking is suspended, and for how long."""

    no_shows: Annotated[int, Field(ge=1), about("So many no-shows.", 3)]
    within_days: Annotated[int, Field(ge=1), about("Within so many days.", 30)]
    suspended_days: Annotated[int, Field(ge=1), about("Suspend booking for so many days.", 14)]


class QuotaTerms(Value):
    """The most that may be booked in a stretch of time, and by whom together."""

    per: Annotated[
        str,
        Known("person", "organisation", "plan", "everybody"),
        about("Who shares it: one person, those an organisation pays for, those of a plan, all.", "person"),
    ]
    across: Annotated[
        str,
        Known("scope", "territory"),
        about("Where they count: in the scope, or everywhere.", "scope"),
    ]
    kinds: Annotated[tuple[str, ...], about("Kinds of resource; none named is all.", ["room"])] = ()
    counted: Annotated[str, Known("hours", "bookings"), about("What is counted.", "hours")]
    limit: Annotated[int, Field(ge=1), about("The most of it.", 10)]
    window: Annotated[
        str,
        Known("day", "week", "month", "rolling"),
        about("In each civil day, ISO week or month of the site, or in any days in a row.", "week"),
    ]
    days: Annotated[int | None, Field(ge=1), about("How many days in a row, where they roll.", 7)] = None


class PolicyTerms(Value):
    """What one version of a policy says."""

    name: Annotated[str, about("What people call it; refusals name it.", "Salles de réunion")]
    audiences: Annotated[
        tuple[str, ...], about("Audiences it holds for; none named is all.", ["association"])
    ] = ()
    booked_by: Annotated[
        str,
        Known("anyone", "members", "staff"),
        about("Walk-ins too, members, or staff.", "anyone"),
    ]
    shortest_notice_minutes: Annotated[Minutes, about("Booked this long before the start at least.", 60)] = (
        None
    )
    longest_notice_days: Annotated[
        int | None, Field(ge=1), about("Booked this many days before the start at most.", 60)
    ] = None
    shortest_minutes: Annotated[Minutes, about("Shortest booking, minutes.", 30)] = None
    longest_minutes: Annotated[Minutes, about("Longest booking, minutes.", 480)] = None
    grid_minutes: Annotated[Minutes, about("Starts at a multiple of this on the site's clock.", 15)] = None
    approval: Annotated[ApprovalTerms | None, about("Approval; none is never.")] = None
    cancellation: Annotated[
        tuple[CancellationTier, ...], about("What giving up late costs; none is nothing.")
    ] = ()
    check_in_opens_minutes: Annotated[int, Field(ge=1), about("Check-in opens before the start.", 30)]
    grace_minutes: Annotated[int, Field(ge=1), about("Nobody is waited for longer after the start.", 30)]
    no_show_due_percent: DuePercent
    strikes: Annotated[StrikeTerms | None, about("What repeated no-shows lead to; none is nothing.")] = None
    quotas: Annotated[tuple[QuotaTerms, ...], about("The most that may be booked.")] = ()


class BookingPolicyPublished(Fact, topic=POLICIES, data_class="public"):
    """A version of a booking policy holds from a day on; bookings keep the version they were made by."""

    policy_id: PolicyId
    version: Version
    site_id: SiteId
    scope_id: ScopeId
    in_force_from: Annotated[Day, about("First day of bookings that it holds for.", "2026-04-01")]
    terms: Annotated[PolicyTerms, about("What it says.")]


class BookingPolicyRetired(Fact, topic=POLICIES, data_class="public"):
    """A booking policy no longer holds for bookings that start from a day on."""

    policy_id: PolicyId
    version: Version
    site_id: SiteId
    scope_id: ScopeId
    retired_on: Annotated[Day, about("First day on which it no longer holds.", "2026-09-01")]


class ApprovalDelegated(Fact, topic=APPROVALS):
    """A person may approve and reject requests in a scope, from a day to a day."""

    delegation_id: DelegationId
    person_id: PersonId
    site_id: SiteId
    scope_id: ScopeId
    valid_from: Annotated[Day, about("First day.", "2026-04-01")]
    valid_until: Annotated[Day | None, about("First day on which it no longer holds.")] = None


class ApprovalDelegationEnded(Fact, topic=APPROVALS):
    """A person may no longer approve requests in a scope, from a day on."""

    delegation_id: DelegationId
    person_id: PersonId
    site_id: SiteId
    scope_id: ScopeId
    ended_on: Annotated[Day, about("First day on which it no longer holds.", "2026-05-01")]


class BookingRequested(BookingState, topic=BOOKINGS):
    """A booking waits for somebody to approve it; unless decided by `decide_by` it is rejected."""

    requested_at: Annotated[Instant, about("When it was asked for, business time of the territory.")]
    decide_by: Annotated[Instant, about("When it is rejected by itself.", "2026-03-10T08:30:00Z")]
    blocks: Annotated[bool, about("Whether the resource is kept for it meanwhile.", True)]


class BookingRejected(BookingState, topic=BOOKINGS):
    """A request was not granted; whatever was kept for it is free again."""

    rejected_at: Annotated[Instant, about("When it was rejected, business time of the territory.")]
    cause: Annotated[
        str,
        Known("decided", "not_decided_in_time", "superseded"),
        about("Why: somebody decided so, nobody decided in time, or another request was granted.", "decided"),
    ]
    reason: Annotated[str | None, about("Reason given, in words.", "Salle réservée au conseil")] = None


class FeeWaived(BookingState, topic=BOOKINGS):
    """Staff let somebody off what stayed due of a booking given up late or missed."""

    waived_at: Annotated[Instant, about("When, business time of the territory.")]
    reason: Annotated[str, about("Reason given, in words.", "Grève des transports")]


class StrikeRecorded(Fact, topic=BOOKINGS):
    """A no-show counts as a strike; enough of them suspend booking."""

    booking_id: BookingId
    site_id: SiteId
    person_id: PersonId
    recorded_at: Annotated[Instant, about("When, business time of the territory.")]
    suspended_until: Annotated[
        Day | None, about("First day on which the person may book again, when this suspends booking.")
    ] = None


class StrikeLifted(Fact, topic=BOOKINGS):
    """On appeal, staff took a strike away: it counts no more."""

    booking_id: BookingId
    site_id: SiteId
    person_id: PersonId
    lifted_at: Annotated[Instant, about("When, business time of the territory.")]
    reason: Annotated[str, about("Reason given, in words.", "Badge en panne")]

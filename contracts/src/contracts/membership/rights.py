"""Owns the facts about plans and memberships: who may use what, where, and until when."""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Money, Quantity
from contracts.values import (
    Audience,
    CivilPeriod,
    Day,
    Instant,
    MembershipId,
    Party,
    PersonId,
    PlanId,
    PriceCode,
    SiteId,
    Value,
    Version,
    Wording,
)

PLANS = Topic("membership.plans.v1", key="plan_id")
MEMBERSHIPS = Topic("membership.memberships.v1", key="membership_id", partitions=12)

Family = Annotated[
    str,
    Known("coworking", "equipment", "office"),
    about("Family of plans; a holder has one membership of a family at a time.", "coworking"),
]
SeatId = Annotated[
    UUID,
    about("A seat of a company's membership, given to a person.", "0195a1b0-5c00-7000-8000-000000000036"),
]
ByImport = Annotated[
    bool, about("Whether an import of another system's file did this, or its undoing: nobody is told.", False)
]
Sites = Annotated[tuple[SiteId, ...], about("Sites where it holds; empty means every site of the territory.")]


class Entitlement(Value):
    """One right that comes with a plan: to book certain kinds of resource, paid in a certain way."""

    resource_kinds: Annotated[tuple[str, ...], about("Kinds of resource it opens.", ["desk", "room"])]
    paid_by: Annotated[
        str,
        Known("plan", "credits", "money"),
        about("How a use under it is paid: included, from credits, or in money.", "plan"),
    ]
    quantity: Annotated[Quantity | None, about("How much is included each time; none is no limit.", "10")] = (
        None
    )
    unit: Annotated[
        str | None,
        Known("hour", "half_day", "day", "booking"),
        about("What the quantity counts.", "half_day"),
    ] = None
    per: Annotated[
        str | None, Known("day", "week", "month", "term"), about("How often it starts anew.", "month")
    ] = None


class Funding(Value):
    """What a partner pays of a membership's fee, under a convention; its payer pays the rest.

    Of each charge the partner pays `percent`, rounded half up, but `most` at most; a part of a billing period
    has its part of `most`, by civil days.
    """

    payer: Annotated[Party, about("The partner that pays.")]
    percent: Annotated[int, about("Percentage of each charge.", 60)] = 100
    most: Annotated[Money | None, about("The most for a whole billing period; none is no limit.")] = None
    until: Annotated[Day | None, about("First day that it does not pay for; none while it goes on.")] = None
    convention: Annotated[str, about("Reference of the convention.", "CONV-2026-017")]


class PlanPublished(Fact, topic=PLANS, data_class="public"):
    """A version of a plan can be taken; a membership keeps the rights of the version it was taken in."""

    plan_id: PlanId
    version: Version
    name: Annotated[Wording, about("Name of the plan.")]
    family: Family
    audiences: Annotated[tuple[str, ...], about("Audiences it is meant for.", ["nomad", "student"])]
    proof_required: Annotated[bool, about("Whether belonging to the audience must be proven.", False)] = False
    site_ids: Sites
    cadence: Annotated[
        str, Known("day", "month", "year"), about("The stretch that its price pays for.", "month")
    ]
    price_code: PriceCode
    entitlements: Annotated[tuple[Entitlement, ...], about("What it gives a right to.")]
    valid_from: Annotated[Day, about("First day it can be taken.", "2026-03-01")]
    seats: Annotated[int | None, about("Seats that come with it; none where all of a company use it.", 5)] = (
        None
    )


class PlanRetired(Fact, topic=PLANS, data_class="public"):
    """A plan can no longer be taken; memberships taken before go on."""

    plan_id: PlanId
    version: Annotated[Version, about("The last version.")]
    retired_on: Annotated[Day, about("First day it cannot be taken.", "2026-09-01")]


class MembershipState(Fact):
    """The whole of a membership's rights, as of this event; `valid_from` and `valid_until` bound them."""

    membership_id: MembershipId
    holder: Annotated[
        Party, about("Who holds it; an organisation's persons use it through their affiliation.")
    ]
    payer: Annotated[Party, about("Who pays for it.")]
    audience: Audience
    plan_id: PlanId
    plan_version: Version
    plan_name: Annotated[Wording, about("Name of the plan in that version.")]
    family: Family
    cadence: Annotated[
        str, Known("day", "month", "year"), about("The stretch that its price pays for.", "month")
    ]
    price_code: PriceCode
    site_ids: Sites
    entitlements: Annotated[tuple[Entitlement, ...], about("Its rights.")]
    valid_from: Annotated[Day, about("First day of the membership.", "2026-03-01")]
    valid_until: Annotated[Day | None, about("First day after it; none while it renews itself.")] = None
    free_until: Annotated[
        Day | None, about("First day that is charged, after a trial; none is the first.")
    ] = None
    proof_until: Annotated[
        Day | None, about("First day on which its audience is not proven; none where no proof is asked for.")
    ] = None
    seats: Annotated[
        int | None, about("How many persons may use it at a time; none is everyone affiliated.", 5)
    ] = None
    extra_seats: Annotated[int, about("Seats beyond those that the plan includes.", 0)] = 0
    funding: Annotated[Funding | None, about("What a partner pays of it.")] = None


class MembershipConfirmed(MembershipState, topic=MEMBERSHIPS):
    """A person or an organisation is a member from `valid_from` on; its price is to be charged."""

    confirmed_at: Annotated[Instant, about("When it was confirmed, business time of the territory.")]
    by_import: ByImport = False


class MembershipSuspended(MembershipState, topic=MEMBERSHIPS):
    """The rights of a membership rest from a day on, until it is resumed or ends."""

    suspended_from: Annotated[Day, about("First day without rights.", "2026-04-01")]
    reason: Annotated[str | None, about("Reason given, in words.", "À la demande de la personne")] = None


class MembershipResumed(MembershipState, topic=MEMBERSHIPS):
    """The rights of a suspended membership hold again from a day on."""

    resumed_from: Annotated[Day, about("First day with rights again.", "2026-05-01")]


class MembershipEnded(MembershipState, topic=MEMBERSHIPS):
    """A membership ends: `valid_until` is the first day without it."""

    ended_at: Annotated[Instant, about("When this was decided, business time of the territory.")]
    reason: Annotated[str | None, about("Reason given, in words.", "À la demande de la personne")] = None
    by_import: ByImport = False


class MembershipPlanChanged(MembershipState, topic=MEMBERSHIPS):
    """From a day on the membership has these terms: another plan, audience, funding or number of seats.

    The state is that of `changed_from` and after it; what was told of that day and later by an earlier change
    no longer holds. Days before keep the terms they had.
    """

    changed_from: Annotated[Day, about("First day of these terms.", "2026-05-01")]
    reason: Annotated[
        str,
        Known("asked", "proof_accepted", "proof_expired", "funding", "seats"),
        about("Why the terms change.", "asked"),
    ]
    decided_at: Annotated[Instant, about("When this was decided, business time of the territory.")]


class MembershipRenewalOffered(MembershipState, topic=MEMBERSHIPS):
    """A membership for a fixed term is about to end: it goes on if this is accepted, else it lapses."""

    answer_by: Annotated[Day, about("First day on which it is too late to accept.", "2027-03-01")]
    renewed_until: Annotated[Day, about("First day after the membership, if accepted.", "2028-03-01")]


class MembershipRenewed(MembershipState, topic=MEMBERSHIPS):
    """A membership goes on after the day on which it would have ended; `valid_until` is its new end."""

    how: Annotated[
        str,
        Known("offer_accepted", "trial_confirmed", "notice_withdrawn", "reactivated"),
        about("What made it go on.", "offer_accepted"),
    ]
    without: Annotated[
        CivilPeriod | None, about("Days without rights, where it had ended before it was taken up again.")
    ] = None
    renewed_at: Annotated[Instant, about("When this was decided, business time of the territory.")]


class SeatGiven(Fact, topic=MEMBERSHIPS):
    """From a day on a person uses a company's membership."""

    membership_id: MembershipId
    seat_id: SeatId
    person_id: PersonId
    given_from: Annotated[Day, about("First day with the seat.", "2026-03-01")]


class SeatTaken(Fact, topic=MEMBERSHIPS):
    """From a day on a person no longer uses a company's membership: the seat is free for another."""

    membership_id: MembershipId
    seat_id: SeatId
    person_id: PersonId
    taken_from: Annotated[Day, about("First day without the seat.", "2026-06-01")]

"""Owns the facts about plans and memberships: who may use what, where, and until when."""

from typing import Annotated

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Quantity
from contracts.values import (
    Audience,
    Day,
    Instant,
    MembershipId,
    Party,
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


class MembershipConfirmed(MembershipState, topic=MEMBERSHIPS):
    """A person or an organisation is a member from `valid_from` on; its price is to be charged."""

    confirmed_at: Annotated[Instant, about("When it was confirmed, business time of the territory.")]


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

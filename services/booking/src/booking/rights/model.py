"""Decides by which membership a person may use a kind of resource in a period, and how that is paid: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import Refused
from contracts.membership import Entitlement
from contracts.values import Party

_NOON: Final = time(13)  # half-days meet at 13:00, wall time
_PLACES: Final = Decimal("0.0001")  # hours are counted to the third of a second


class NoMembership(Refused):
    """This person has no membership here on {day}: the right counts at the date of use."""

    fr = "Cette personne n'a pas d'adhésion ici le {day} : le droit compte à la date d'usage."
    cure = (
        "Take a plan that begins by then, or ask the desk to book without one.",
        "Souscrivez une formule qui commence d'ici là, ou demandez à l'accueil de réserver sans formule.",
    )


class MembershipNotThen(Refused):
    """The membership {plan} holds from {valid_from} to {valid_until} (excluded), not on all of {day}."""

    fr = "L'adhésion {plan} vaut du {valid_from} au {valid_until} (exclu), pas pour tout le {day}."
    cure = (
        "Choose a day inside, or renew the membership first.",
        "Choisissez un jour compris, ou renouvelez d'abord l'adhésion.",
    )


class NotAffiliatedThen(Refused):
    """The membership {plan} is an organisation's, to which this person does not belong on all of {day}."""

    fr = "L'adhésion {plan} est celle d'une organisation dont cette personne ne relève pas tout le {day}."
    cure = (
        "Have the organisation prolong the affiliation, or choose another day.",
        "Faites prolonger le rattachement par l'organisation, ou choisissez un autre jour.",
    )


class NoSeatThen(Refused):
    """The membership {plan} is for those to whom the company gave a seat: this person has none on {day}."""

    fr = "L'adhésion {plan} sert à qui a une place ; cette personne n'en a pas le {day}."
    cure = (
        "Have the company give a seat, or choose another day.",
        "Faites donner une place par l'entreprise, ou choisissez un autre jour.",
    )


class MembershipSuspendedThen(Refused):
    """The membership {plan} is suspended on {day}."""

    fr = "L'adhésion {plan} est suspendue le {day}."
    cure = (
        "Have it resumed first, or choose another day.",
        "Faites-la reprendre, ou choisissez un autre jour.",
    )


class PlanOpensNot(Refused):
    """The plan {plan} does not open a {kind} at this site."""

    fr = "La formule {plan} n'ouvre pas de « {kind} » sur ce site."
    cure = (
        "Choose what the plan opens, or another plan.",
        "Choisissez ce qu'elle ouvre, ou une autre formule.",
    )


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody wants to use: a kind of resource at a site, from when to when."""

    person_id: UUID
    site_id: UUID
    kind: str
    start: datetime
    end: datetime
    zone: str

    @property
    def first(self) -> date:
        return self.start.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last(self) -> date:
        return (self.end - timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()


Days = tuple[date, date | None]  # first day, first day after; None is without end


@dataclass(frozen=True, slots=True)
class Membership:
    """One membership that a person may use: the person's own, or of an organisation the person belongs to."""

    membership_id: UUID
    organisation_id: UUID | None
    payer: Party
    audience: str
    plan_id: UUID
    plan_version: int
    plan_name: str
    site_ids: tuple[UUID, ...]
    entitlements: tuple[Entitlement, ...]
    valid: Days
    suspensions: tuple[Days, ...] = ()
    affiliated: tuple[Days, ...] = ()
    seated: tuple[Days, ...] | None = None

    def obstacle(self, use: Use) -> Refused | None:
        """Return what stands against using it, None when nothing does."""
        day = use.first.isoformat()
        if not _covers(self.valid, use):
            start, until = (each.isoformat() if each else "—" for each in self.valid)
            return MembershipNotThen(plan=self.plan_name, valid_from=start, valid_until=until, day=day)
        if self.organisation_id and not any(_covers(days, use) for days in self.affiliated):
            return NotAffiliatedThen(plan=self.plan_name, day=day)
        if self.seated is not None and not any(_covers(days, use) for days in self.seated):
            return NoSeatThen(plan=self.plan_name, day=day)
        if any(_meets(days, use) for days in self.suspensions):
            return MembershipSuspendedThen(plan=self.plan_name, day=day)
        if (self.site_ids and use.site_id not in self.site_ids) or not self.opening(use.kind):
            return PlanOpensNot(plan=self.plan_name, kind=use.kind)
        return None

    def opening(self, kind: str) -> list[Entitlement]:
        """Return the entitlements to a kind of resource, those that cost no money first."""
        found = [each for each in self.entitlements if kind in each.resource_kinds]
        return sorted(found, key=lambda each: each.paid_by != "plan")


class Draw(NamedTuple):
    """Units that are to be taken from a lot of credits."""

    lot_id: UUID
    units: Decimal


@dataclass(frozen=True, slots=True)
class Grant:
    """The right that a booking is made by, how it is paid, and how much of the plan it uses up.

    What is drawn from credits stands here until it is written; then the ledger of the credits has it.
    """

    audience: str
    payer: Party
    paid_by: str
    plan_units: Decimal = Decimal(0)
    membership_id: UUID | None = None
    plan_id: UUID | None = None
    plan_version: int | None = None
    draws: tuple[Draw, ...] = ()


def usable(memberships: Iterable[Membership], use: Use, chosen: UUID | None = None) -> list[Membership]:
    """Return the memberships that open the use, plans that include it first, then the person's own.

    `chosen` narrows to one. Raises the refusal that came closest when none does.
    """
    candidates = [each for each in memberships if chosen is None or each.membership_id == chosen]
    judged = [(each, each.obstacle(use)) for each in candidates]
    found = [each for each, obstacle in judged if obstacle is None]
    if not found:
        obstacles = [obstacle for _, obstacle in judged if obstacle is not None]
        raise max(obstacles, key=_closeness, default=NoMembership(day=use.first.isoformat()))
    return sorted(
        found,
        key=lambda each: (each.opening(use.kind)[0].paid_by != "plan", each.organisation_id is not None),
    )


def beside_plan(membership: Membership, kind: str) -> Grant:
    """Return the right to a use that the plan does not include: in money, or where it says so by credits."""
    by_credits = {each.paid_by for each in membership.opening(kind)} == {"credits"}
    return Grant(
        membership.audience,
        membership.payer,
        "credits" if by_credits else "money",
        Decimal(0),
        membership.membership_id,
        membership.plan_id,
        membership.plan_version,
    )


def cycle(per: str | None, day: date, valid: Days) -> Days:
    """Return the days over which a quantity counts: the day, ISO week or month, else the whole membership."""
    match per:
        case "day":
            return day, day + timedelta(days=1)
        case "week":
            monday = day - timedelta(days=day.isoweekday() - 1)
            return monday, monday + timedelta(days=7)
        case "month":
            first = day.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1)
    return valid


def units(unit: str | None, use: Use) -> Decimal:
    """Return how many units of an entitlement a use takes: true hours, half-days or days touched, or one."""
    match unit:
        case "hour":
            return (Decimal((use.end - use.start) // timedelta(seconds=1)) / 3600).quantize(_PLACES)
        case "day":
            return Decimal((use.last - use.first).days + 1)
        case "half_day":
            return Decimal(_half_days(use))
    return Decimal(1)


def _half_days(use: Use) -> int:
    zone = ZoneInfo(use.zone)
    start, last = use.start.astimezone(zone), (use.end - timedelta(microseconds=1)).astimezone(zone)
    halves = 2 * ((last.date() - start.date()).days + 1)
    return halves - (start.time() >= _NOON) - (last.time() < _NOON)


def _covers(days: Days, use: Use) -> bool:
    return days[0] <= use.first and (days[1] is None or use.last < days[1])


def _meets(days: Days, use: Use) -> bool:
    return days[0] <= use.last and (days[1] is None or use.first < days[1])


def _closeness(refusal: Refused) -> int:
    return (MembershipNotThen, NotAffiliatedThen, NoSeatThen, PlanOpensNot, MembershipSuspendedThen).index(
        type(refusal)
    )

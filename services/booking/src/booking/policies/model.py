"""Decides what a booking policy may say, and which version of which policy holds for a use: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.openings.model import Interval
from booking.resources.model import Kind, Resource
from booking.rights.model import Grant
from booking.sites.model import Rules
from chassis.errors import Refused

Audience = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Audiences = Annotated[tuple[Audience, ...], Field(max_length=20)]
Percent = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=1, le=366)]
Minutes = Annotated[int, Field(ge=1, le=44_640)]


class PolicyRetiredAlready(Refused):
    """The policy {name} is retired as of {retired_on}."""

    fr = "Le règlement {name} est retiré depuis le {retired_on}."
    cure = ("Publish another policy.", "Publiez un autre règlement.")


class PolicyInThePast(Refused):
    """A policy changes from today ({today}) on at the earliest, not on {day}: bookings rest on it before."""

    status = 422
    fr = "Un règlement change au plus tôt ce jour ({today}), pas le {day} : des réservations en dépendent."
    cure = ("Give {today} or a later day.", "Donnez le {today} ou un jour postérieur.")


class PoliciesMeet(Refused):
    """The policy {name} already holds there for some of these audiences: two would contradict each other."""

    fr = "Le règlement {name} y vaut déjà pour certains de ces publics : deux se contrediraient."
    cure = (
        "Publish a new version of {name}, or retire it first.",
        "Publiez une nouvelle version de {name}, ou retirez-le d'abord.",
    )


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(_Said):
    """Given up later than some hours before the start, so much of the price stays due."""

    hours_before: Annotated[int, Field(ge=0, le=8784)]
    due_percent: Percent


class Approval(_Said):
    """Which bookings somebody must approve, in how many hours, and whether they keep others out meanwhile."""

    needed: Literal["never", "always", "audiences", "above"]
    audiences: Audiences = ()
    above_hours: Annotated[int | None, Field(ge=0, le=744)] = None
    above_attendees: Annotated[int | None, Field(ge=0, le=100_000)] = None
    deadline_hours: Annotated[int, Field(ge=1, le=720)] = 48
    blocks: bool = True

    @model_validator(mode="after")
    def _says_for_which(self) -> Self:
        if self.needed == "audiences" and not self.audiences:
            raise ValueError("name the audiences that need approval")
        if self.needed == "above" and self.above_hours is None and self.above_attendees is None:
            raise ValueError("say above how many hours or attendees approval is needed")
        return self

    def concerns(self, use: "Case") -> bool:
        """Say whether this use must be approved."""
        match self.needed:
            case "always":
                return True
            case "audiences":
                return use.grant.audience in self.audiences
            case "above":
                long = self.above_hours is not None and use.length > timedelta(hours=self.above_hours)
                return long or (
                    self.above_attendees is not None and (use.attendees or 0) > self.above_attendees
                )
        return False


class Strikes(_Said):
    """So many no-shows within some days suspend booking for some days."""

    no_shows: Annotated[int, Field(ge=1, le=20)]
    within_days: Days
    suspended_days: Days


class Quota(_Said):
    """The most that may be booked in a stretch of days, by whom together."""

    per: Literal["person", "organisation", "plan", "everybody"]
    across: Literal["scope", "territory"] = "scope"
    kinds: Annotated[tuple[Kind, ...], Field(max_length=10)] = ()
    counted: Literal["hours", "bookings"]
    limit: Annotated[int, Field(ge=1, le=1_000_000)]
    window: Literal["day", "week", "month", "rolling"]
    days: Days | None = None

    @model_validator(mode="after")
    def _rolls_over_days(self) -> Self:
        if (self.window == "rolling") != (self.days is not None):
            raise ValueError("a rolling window names its days, and no other does")
        return self


class Terms(_Said):
    """What one version of a policy says; what it leaves out is not limited."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    audiences: Audiences = ()
    booked_by: Literal["anyone", "members", "staff"] = "anyone"
    shortest_notice_minutes: Minutes | None = None
    longest_notice_days: Annotated[int | None, Field(ge=1, le=1098)] = None
    shortest_minutes: Minutes | None = None
    longest_minutes: Minutes | None = None
    grid_minutes: Annotated[int | None, Field(ge=1, le=1440)] = None
    approval: Approval | None = None
    cancellation: Annotated[tuple[Tier, ...], Field(max_length=10)] = ()
    check_in_opens_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    grace_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    no_show_due_percent: Percent = 100
    strikes: Strikes | None = None
    quotas: Annotated[tuple[Quota, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _can_be_kept_to(self) -> Self:
        if (self.shortest_minutes or 0) > (self.longest_minutes or 44_640):
            raise ValueError("the shortest length is longer than the longest")
        if len({tier.hours_before for tier in self.cancellation}) < len(self.cancellation):
            raise ValueError("two cancellation tiers begin at the same hour")
        return self

    def rules(self, of_site: Rules) -> Rules:
        """Return how bookings made by this version go on; a hold lasts as long as the site says."""
        return Tiered(
            hold_minutes=of_site.hold_minutes,
            check_in_opens_minutes=self.check_in_opens_minutes,
            grace_minutes=self.grace_minutes,
            no_show_due_percent=self.no_show_due_percent,
            tiers=self.cancellation,
        )


@dataclass(frozen=True, slots=True)
class Tiered(Rules):
    """Rules whose cost of giving up has steps."""

    tiers: tuple[Tier, ...] = ()

    def steps(self) -> list[tuple[timedelta, int]]:
        found = sorted(self.tiers, key=lambda tier: tier.hours_before, reverse=True)
        return [(timedelta(hours=tier.hours_before), tier.due_percent) for tier in found]


class PolicyVersion(BaseModel):
    """A published version of a policy: where it holds, from which day, and what it says."""

    model_config = ConfigDict(frozen=True)

    policy_id: UUID
    version: int
    site_id: UUID
    scope_id: UUID
    in_force_from: date
    retired_on: date | None = None
    terms: Terms

    def begun(self, day: date) -> bool:
        return self.in_force_from <= day and (self.retired_on is None or day < self.retired_on)


@dataclass(frozen=True, slots=True)
class Case:
    """A use that somebody wants, as far as a policy judges it."""

    resource: Resource
    booking_id: UUID
    person_id: UUID
    grant: Grant
    asked: Interval
    attendees: int | None
    at_desk: bool

    @property
    def length(self) -> timedelta:
        return self.asked.end - self.asked.start


def last_begun(versions: Iterable[PolicyVersion], day: date) -> PolicyVersion | None:
    """Return the version of one policy that holds on a day; of two from the same day, the later one."""
    begun = [each for each in versions if each.begun(day)]
    return max(begun, key=lambda each: (each.in_force_from, each.version), default=None)


def in_force(
    versions: Sequence[PolicyVersion], lineage: Sequence[UUID], audience: str, day: date
) -> PolicyVersion | None:
    """Return the version that holds for an audience: the nearest in the lineage, one meant for it first."""
    by_policy: dict[UUID, list[PolicyVersion]] = {}
    for each in versions:
        by_policy.setdefault(each.policy_id, []).append(each)
    holding = [found for each in by_policy.values() if (found := last_begun(each, day))]
    fitting = [each for each in holding if not each.terms.audiences or audience in each.terms.audiences]
    near = {scope_id: distance for distance, scope_id in enumerate(lineage)}
    return min(
        (each for each in fitting if each.scope_id in near),
        key=lambda each: (near[each.scope_id], not each.terms.audiences),
        default=None,
    )


def check_apart(new: PolicyVersion, others: Iterable[PolicyVersion]) -> None:
    """Raise PoliciesMeet where another policy of the same scope holds for the same audiences at some time."""
    wanted = new.terms.audiences
    for other in others:
        over = other.retired_on is not None and other.retired_on <= new.in_force_from
        same = set(wanted) & set(other.terms.audiences) or (not wanted and not other.terms.audiences)
        if same and not over:
            raise PoliciesMeet(name=other.terms.name)

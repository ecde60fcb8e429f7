"""Decides when a machine is due for maintenance, and what that keeps people from: pure."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.sites.model import Site
from chassis.errors import Refused

State = Literal["fine", "soon", "due"]

SOON_DAYS: Final = 14
_SOON_TENTHS: Final = 8  # of the hours
_MINUTES: Final = 60


class MaintenanceDue(Refused):
    """{resource} cannot be started: its maintenance « {rule} » is due since {since}."""

    fr = "{resource} ne peut pas démarrer : son entretien « {rule} » est dû depuis le {since}."
    cure = (
        "Have the staff record the maintenance as done, or use another machine.",
        "Faites noter l’entretien par le personnel une fois fait, ou prenez une autre machine.",
    )


class MaintenanceToCome(Refused):
    """A maintenance that was done on {done_at} is still to come: it is {now}."""

    status = 422
    fr = "Un entretien fait le {done_at} est encore à venir : il est {now}."
    cure = ("Record it once it is done.", "Notez-le une fois fait.")


class MaintenanceRuleOver(Refused):
    """The rule of maintenance « {rule} » was retired on {retired_at}."""

    fr = "La règle d’entretien « {rule} » est retirée depuis le {retired_at}."
    cure = ("Set a new rule.", "Fixez une nouvelle règle.")


class Use(NamedTuple):
    """What a closed use of a machine adds to its hours."""

    ended_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What is to be done at a machine, every so many hours of use or months, whichever is first."""

    rule_id: UUID
    resource_id: UUID
    resource_name: str
    site_id: UUID
    name: str
    every_hours: int | None
    every_months: int | None
    blocks: bool
    set_at: datetime
    retired_at: datetime | None = None

    def retired(self, now: datetime, site: Site) -> "Rule":
        """Return it as it holds no longer; raises MaintenanceRuleOver."""
        self.check_holds(site)
        return replace(self, retired_at=now)

    def check_holds(self, site: Site) -> None:
        """Raise MaintenanceRuleOver for one that was retired."""
        if self.retired_at is not None:
            raise MaintenanceRuleOver(rule=self.name, retired_at=site.wall(self.retired_at))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rule stands: counted from when, how much was used since, and what that makes of it."""

    rule: Rule
    done_at: datetime | None
    minutes: int
    due_on: date | None  # the day its months are over
    due_since: date | None
    state: State

    @property
    def blocks(self) -> bool:
        return self.rule.blocks and self.due_since is not None

    def refuse(self) -> MaintenanceDue:
        """Return the refusal to start its machine."""
        rule = self.rule
        return MaintenanceDue(resource=rule.resource_name, rule=rule.name, since=str(self.due_since))

    def blocks_from(self, now: datetime, site: Site) -> datetime | None:
        """Return from when on nobody may start the machine, as far as it is known; None if never."""
        if self.blocks:
            return now
        if not self.rule.blocks or self.due_on is None:
            return None
        return datetime.combine(self.due_on, time(), ZoneInfo(site.zone)).astimezone(UTC)


def standing(
    rule: Rule, done_at: datetime | None, uses: Iterable[Use], now: datetime, site: Site
) -> Standing:
    """Say how a rule stands today: `uses` are the closed ones begun since it was last done, or set."""
    today, by_end = site.day_of(now), sorted(uses)
    due_on = (
        months_after(site.day_of(done_at or rule.set_at), rule.every_months) if rule.every_months else None
    )
    minutes, worn = sum(each.minutes for each in by_end), _worn_at(by_end, rule.every_hours)
    passed = [due_on] if due_on is not None and due_on <= today else []
    if worn is not None:
        passed.append(site.day_of(worn))
    state: State = "due" if passed else "soon" if _soon(rule, minutes, due_on, today) else "fine"
    return Standing(rule, done_at, minutes, due_on, min(passed, default=None), state)


def check_done(done_at: datetime, now: datetime, site: Site) -> None:
    """Raise MaintenanceToCome for what cannot have been done yet."""
    if done_at > now:
        raise MaintenanceToCome(done_at=site.wall(done_at), now=site.wall(now))


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month if it has none."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _soon(rule: Rule, minutes: int, due_on: date | None, today: date) -> bool:
    if due_on is not None and due_on - today <= timedelta(days=SOON_DAYS):
        return True
    limit = rule.every_hours
    return limit is not None and minutes * 10 >= limit * _MINUTES * _SOON_TENTHS


def _worn_at(uses: Iterable[Use], hours: int | None) -> datetime | None:
    """Return when the use ended that filled the hours."""
    if hours is None:
        return None
    left = hours * _MINUTES
    for each in uses:
        left -= each.minutes
        if left <= 0:
            return each.ended_at
    return None

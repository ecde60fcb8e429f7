"""Decides how long what serves a purpose is kept: months with bounds, and the day that a purge reaches to."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused
from contracts.values import Instant, Wording


class MonthsOutOfBounds(Refused):
    """For {purpose}, {least} to {most} months can be set, not {months}."""

    status = 422
    fr = "Pour « {purpose} », la durée se règle de {least} à {most} mois, non à {months}."
    cure = ("Give a number from {least} to {most}.", "Donnez un nombre de {least} à {most}.")


class CutOffTooLate(Refused):
    """For {purpose}, {months} months are kept: all from {latest} on stays, and {cut_off_on} is later."""

    fr = "Pour « {purpose} », {months} mois sont conservés : tout demeure dès le {latest}, et le {cut_off_on} est après."  # noqa: E501 - a sentence
    cure = (
        "Look at what is due today, and purge to {latest} at the latest.",
        "Voyez ce qui est échu ce jour, et purgez jusqu'au {latest} au plus tard.",
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """How long what serves a purpose is kept, after what, on which basis; a territory may set the months."""

    purpose: str
    what: Wording
    basis: Wording
    months: int
    least: int
    most: int


class SetMonths(BaseModel):
    """Set how many months are kept in this territory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    months: int


class Purge(BaseModel):
    """Purge what is older than a day that the dry run showed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cut_off_on: date


class RuleShown(BaseModel):
    """A rule as it holds here today, and what it reaches: due to go, and old enough yet held by what runs."""

    model_config = ConfigDict(frozen=True)

    purpose: str
    what: Wording
    basis: Wording
    months: int
    default_months: int
    least: int
    most: int
    cut_off_on: date
    due: int
    held: int


class Rules(BaseModel):
    """The rules of a service."""

    model_config = ConfigDict(frozen=True)

    rules: tuple[RuleShown, ...]


class Due(BaseModel):
    """One thing that a purge would take: its number and its day, no name."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    what: str
    since: date


class PurgeShown(BaseModel):
    """What a purge took, and what was old enough and stayed since something still runs."""

    model_config = ConfigDict(frozen=True)

    purge_id: UUID
    purpose: str
    cut_off_on: date
    purged_by: UUID
    purged_at: Instant
    taken: int
    held: int


def cut_off(today: date, months: int) -> date:
    """Return the same day some months ago, or the last of that month if it has none: what is older goes."""
    years, month = divmod(today.month - 1 - months, 12)
    first = date(today.year + years, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(today.day, last.day))


def check_months(rule: Rule, months: int) -> None:
    """Refuse months beyond the rule's bounds. Raises MonthsOutOfBounds."""
    if not rule.least <= months <= rule.most:
        raise MonthsOutOfBounds(purpose=rule.purpose, least=rule.least, most=rule.most, months=months)


def check_cut_off(rule: Rule, months: int, wanted: date, today: date) -> None:
    """Refuse to reach what the rule still keeps. Raises CutOffTooLate."""
    latest = cut_off(today, months)
    if wanted > latest:
        raise CutOffTooLate(purpose=rule.purpose, months=months, latest=str(latest), cut_off_on=str(wanted))

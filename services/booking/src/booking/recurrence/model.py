"""Decides when a series comes again: a rule over wall times, and the one instant that each of them is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from booking.bookable.model import Wanted
from booking.openings.model import Interval
from chassis.errors import Refused

AHEAD: Final = relativedelta(months=13)  # how far dates are booked
MOST: Final = 400  # dates of one series in that time: one a day

_DAY = "(MO|TU|WE|TH|FR|SA|SU)"
_MONTHDAY = "-?([1-9]|[12][0-9]|3[01])"
_PARTS: Final = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": "[1-9][0-9]?",
    "BYDAY": f"([+-]?[1-5])?{_DAY}(,([+-]?[1-5])?{_DAY})*",
    "BYMONTHDAY": f"{_MONTHDAY}(,{_MONTHDAY})*",
    "BYSETPOS": "-?[1-5](,-?[1-5])*",
    "COUNT": "[1-9][0-9]{0,3}",
    "UNTIL": "[0-9]{8}(T[0-9]{6}Z)?",
    "WKST": "MO",
}
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RuleUnusable(Refused):
    """The rule {rule} cannot be used here: {part} is not one of {allowed}."""

    status = 422
    fr = "La règle {rule} ne peut servir ici : {part} n'est pas l'un de {allowed}."
    cure = (
        "Write it with these parts, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10.",
        "Écrivez-la avec ces éléments, par exemple FREQ=WEEKLY;BYDAY=TU;COUNT=10.",
    )


class StartOutsideRule(Refused):
    """The first date, {first}, is not one that the rule {rule} gives."""

    status = 422
    fr = "La première date, {first}, n'est pas de celles que donne la règle {rule}."
    cure = ("Begin on a date of the rule.", "Commencez à une date de la règle.")


class SeriesTooLong(Refused):
    """A series has {most} dates in {months} months at most."""

    status = 422
    fr = "Une série compte au plus {most} dates en {months} mois."
    cure = (
        "Make several series of it, or take dates away.",
        "Faites-en plusieurs séries, ou ôtez des dates.",
    )


class NoDate(Refused):
    """The rule leaves no date that is still to come and in reach, which ends on {until}."""

    status = 422
    fr = "La règle ne laisse aucune date à venir d'ici au {until}."
    cure = ("Begin later, or leave fewer dates out.", "Commencez plus tard, ou ôtez moins de dates.")


class SeriesNotWhole(Refused):
    """{missing} of {dates} dates cannot be booked, and all of them were asked for."""

    fr = "{missing} des {dates} dates ne peuvent être réservées, or toutes étaient demandées."
    cure = (
        "Leave these dates out, take the alternatives, or ask for the others only.",
        "Ôtez ces dates, prenez les alternatives, ou demandez seulement les autres.",
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE of RFC 5545 in the parts published here, its end apart."""

    text: str
    until: str | None = None
    count: int | None = None

    @property
    def whole(self) -> str:
        ends = [f"COUNT={self.count}"] if self.count else [f"UNTIL={self.until}"] if self.until else []
        return ";".join([self.text, *ends])

    def after(self, gone: int) -> "Rule":
        """Return what is left of it once so many of its dates are behind."""
        return replace(self, count=max(self.count - gone, 1)) if self.count else self

    def dates(self, first: datetime, zone: str) -> Iterator[datetime]:
        """Yield the wall times from the first on; endless where nothing ends it."""
        ends = f";COUNT={self.count}" if self.count else ""
        found: Iterator[datetime] = iter(rrulestr(self.text + ends, dtstart=first))
        return takewhile(lambda wall: self._holds(wall, zone), found)

    def _holds(self, wall: datetime, zone: str) -> bool:
        if self.until is None:
            return True
        if "T" in self.until:
            return instant(wall, zone) <= datetime.fromisoformat(self.until)
        return wall.date() <= date.fromisoformat(self.until)


def rule(text: str) -> Rule:
    """Read a rule; raises RuleUnusable, which names the part that cannot be used."""
    text = text.upper().removeprefix("RRULE:").strip().rstrip(";")
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS or name in parts or not re.fullmatch(_PARTS[name], value, re.ASCII):
            raise _unusable(text, part, f"{name}={_PARTS[name]}" if name in _PARTS else ", ".join(_PARTS))
        parts[name] = value
    _check_together(text, parts)
    kept = ";".join(f"{name}={value}" for name, value in parts.items() if name not in ("COUNT", "UNTIL"))
    return Rule(kept, parts.get("UNTIL"), int(parts["COUNT"]) if "COUNT" in parts else None)


def _check_together(text: str, parts: dict[str, str]) -> None:
    if "FREQ" not in parts:
        raise _unusable(text, text, "FREQ=…")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _unusable(text, "COUNT, UNTIL", "COUNT | UNTIL")
    by_month = parts["FREQ"] in ("MONTHLY", "YEARLY")
    if re.search("[0-9]", parts.get("BYDAY", "")) and not by_month:
        raise _unusable(text, f"BYDAY={parts['BYDAY']}", "FREQ=MONTHLY, FREQ=YEARLY")
    if "BYSETPOS" in parts and (not by_month or "BYDAY" not in parts or "BYMONTHDAY" in parts):
        raise _unusable(text, f"BYSETPOS={parts['BYSETPOS']}", "FREQ=MONTHLY;BYDAY=…;BYSETPOS=…")
    try:
        datetime.fromisoformat(parts.get("UNTIL", "20000101"))
    except ValueError:
        raise _unusable(text, f"UNTIL={parts['UNTIL']}", "YYYYMMDD, YYYYMMDDTHHMMSSZ") from None


def _unusable(text: str, part: str, allowed: str) -> RuleUnusable:
    return RuleUnusable(rule=text, part=part, allowed=allowed)


def wall_of(recurrence_id: str) -> datetime:
    return datetime.fromisoformat(recurrence_id)


def recurrence_id(wall: datetime) -> str:
    """Name a date by its wall time: `2026-10-27T18:00`."""
    return wall.isoformat(timespec="minutes")


def instant(wall: datetime, zone: str) -> datetime:
    """Return the instant of a wall time: its first pass where it comes twice (fold=0, RFC 5545).

    Where the clock skips it, the instant is that of the offset before the skip.
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def reach(now: datetime, zone: str) -> date:
    """Return the first day that is too far ahead to be booked."""
    return now.astimezone(ZoneInfo(zone)).date() + AHEAD


@dataclass(frozen=True, slots=True)
class Series:
    """Uses of one resource by one person, at one wall time, each of the same true length."""

    series_id: UUID
    person_id: UUID
    site_id: UUID
    resource_id: UUID
    rule: str
    first: str
    minutes: int
    zone: str
    booked_until: date
    excluded: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    attendees: int | None = None
    membership_id: UUID | None = None
    audience: str | None = None
    by_desk: bool = False
    split_from: UUID | None = None
    ended_from: str | None = None

    def begun(self) -> "Series":
        """Return it as it can be kept; raises RuleUnusable, StartOutsideRule."""
        read = rule(self.rule)
        first = wall_of(self.first)
        if not _may_begin(read, first) or next(read.dates(first, self.zone), None) != first:
            raise StartOutsideRule(first=self.first, rule=read.whole)
        return replace(self, rule=read.whole)

    def dates(self, until: date) -> list[str]:
        """Return the dates before a day, in order, those added among them and those left out gone."""
        last = recurrence_id(datetime.combine(until, datetime.min.time()))
        end = min(last, self.ended_from or last)
        found = {wall for wall in self.added if wall < end}
        for wall in rule(self.rule).dates(wall_of(self.first), self.zone):
            if recurrence_id(wall) >= end:
                break
            found.add(recurrence_id(wall))
        return sorted(found.difference(self.excluded))

    def between(self, since: date, until: date) -> list[str]:
        """Return the dates of the days [since, until); raises SeriesTooLong."""
        found = [each for each in self.dates(until) if each >= since.isoformat()]
        if len(found) > MOST:
            raise SeriesTooLong(most=MOST, months=AHEAD.years * 12 + AHEAD.months)
        return found

    def period(self, date_: str) -> Interval:
        """Return when a date takes place: from its wall time on, of the true length of all."""
        start = instant(wall_of(date_), self.zone)
        return Interval(start, start + timedelta(minutes=self.minutes))

    def wanted(self, date_: str, booking_id: UUID) -> Wanted:
        """Return what is to be booked for a date."""
        period = self.period(date_)
        return Wanted(
            booking_id,
            self.resource_id,
            self.person_id,
            period.start,
            period.end,
            self.attendees,
            self.membership_id,
            self.audience,
        )

    @property
    def goes_on(self) -> bool:
        """Say whether dates may follow those that are booked."""
        if self.ended_from is not None:
            return False
        day = self.booked_until.isoformat()
        if any(each >= day for each in self.added):
            return True
        walls = rule(self.rule).dates(wall_of(self.first), self.zone)
        return any(recurrence_id(wall) >= day for wall in walls)


def _may_begin(read: Rule, first: datetime) -> bool:
    """Say whether the weekday and the day of the month of the first date are among those that the rule names.

    Without this look, a rule that never comes would be searched for until the year 9999.
    """
    parts = dict(part.split("=") for part in read.text.split(";"))
    days = {each[-2:] for each in parts.get("BYDAY", "").split(",") if each}
    if days and _WEEKDAYS[first.weekday()] not in days:
        return False
    named = {int(each) for each in parts.get("BYMONTHDAY", "").split(",") if each}
    backwards = first.day - ((first.replace(day=1) + relativedelta(months=1)) - timedelta(days=1)).day - 1
    return not named or bool(named & {first.day, backwards})


def merged(busy: Iterable[Interval]) -> list[Interval]:
    """Join what overlaps, in order."""
    found: list[Interval] = []
    for each in sorted(busy):
        if found and each.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return found


def in_the_way(wanted: Sequence[Interval], busy: Iterable[Interval]) -> set[int]:
    """Return which of the wanted stretches, in order, meet what is busy or one before that does not."""
    taken = merged(busy)
    met: set[int] = set()
    at, free_from = 0, None
    for number, each in enumerate(wanted):
        while at < len(taken) and taken[at].end <= each.start:
            at += 1
        if (at < len(taken) and taken[at].start < each.end) or (free_from and each.start < free_from):
            met.add(number)
        else:
            free_from = each.end
    return met

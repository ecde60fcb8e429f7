"""Decides when a place is open, in wall time; the instant of a wall time is its first (fold=0, RFC 5545)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.sites.model import Site
from chassis.errors import Refused

MOST_DAYS: Final = 31  # longer use is the matter of an agreement


class HoursOverlap(Refused):
    """On weekday {weekday} an opening from {opens} to {closes} is empty or meets another one."""

    status = 422
    fr = "Le jour {weekday}, une ouverture de {opens} à {closes} est vide ou en rencontre une autre."
    cure = (
        "Give each day openings that end after they start and do not meet.",
        "Donnez à chaque jour des ouvertures qui finissent après leur début et ne se rencontrent pas.",
    )


class OutsideOpeningHours(Refused):
    """{resource} is open {hours} on {day} ({zone}): the time from {start} to {end} is not inside."""

    fr = "{resource} ouvre {hours} le {day} ({zone}) : le temps de {start} à {end} n'y tient pas."
    cure = ("Choose a time inside {hours}.", "Choisissez un temps dans {hours}.")


class ClosedThatDay(Refused):
    """{resource} is closed on {day}."""

    fr = "{resource} est fermée le {day}."
    cure = ("Choose another day.", "Choisissez un autre jour.")


class ClosedExceptionally(Refused):
    """{resource} is closed on {day}: {reason}. It is next open on {next_open}."""

    fr = "{resource} est fermée le {day} : {reason}. Prochain jour d'ouverture : {next_open}."
    cure = ("Choose {next_open} or a later day.", "Choisissez le {next_open} ou un jour ultérieur.")


class PeriodEmpty(Refused):
    """A period from {start} to {end} is empty: it must end after it starts."""

    status = 422
    fr = "Une période du {start} au {end} est vide : elle doit finir après son début."
    cure = ("Give a later end.", "Donnez une fin ultérieure.")


class ZoneMissing(Refused):
    """The instant {instant} names no time zone."""

    status = 422
    fr = "L'instant {instant} ne nomme pas de fuseau horaire."
    cure = ("Write it as 2035-03-06T09:00:00Z.", "Écrivez-le ainsi : 2035-03-06T09:00:00Z.")


class PeriodTooLong(Refused):
    """A period of {days} days is longer than the {most} days that can be booked at once."""

    status = 422
    fr = "Une période de {days} jours dépasse les {most} jours réservables en une fois."
    cure = ("Book it in several parts.", "Réservez-la en plusieurs fois.")


class Interval(NamedTuple):
    """A stretch of time, end excluded, in UTC."""

    start: datetime
    end: datetime


def aware(instant: datetime) -> datetime:
    """Return the instant; raises ZoneMissing for one that could be many."""
    if instant.tzinfo is None:
        raise ZoneMissing(instant=instant.isoformat())
    return instant


def period(start: datetime, end: datetime) -> Interval:
    """Return the period in UTC; raises ZoneMissing, PeriodEmpty and PeriodTooLong."""
    start, end = aware(start), aware(end)
    if start >= end:
        raise PeriodEmpty(start=start.isoformat(), end=end.isoformat())
    if end - start > timedelta(days=MOST_DAYS):
        raise PeriodTooLong(days=(end - start).days, most=MOST_DAYS)
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of a week: ISO weekday, wall times as `08:30`; `24:00` is midnight at the day's end."""

    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Hours:
    """The weekly openings of a resource or site, for the days [valid_from, valid_until).

    With an exception, the openings of one day only, and why it is unlike the others.
    """

    valid_from: date
    valid_until: date | None
    weekly: tuple[Opening, ...]
    exception: str | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


HoursByOwner = Mapping[UUID, Sequence[Hours]]


def check_weekly(weekly: Iterable[Opening]) -> None:
    """Raise HoursOverlap for an opening that is empty or meets another one of its day."""
    ordered = sorted(weekly, key=lambda opening: (opening.weekday, opening.opens, opening.closes))
    for opening in ordered:
        if opening.opens >= opening.closes:
            raise HoursOverlap(weekday=opening.weekday, opens=opening.opens, closes=opening.closes)
    for before, after in pairwise(ordered):
        if before.weekday == after.weekday and before.closes > after.opens:
            raise HoursOverlap(weekday=after.weekday, opens=after.opens, closes=after.closes)


def redefine(defined: Iterable[Hours], new: Hours) -> list[Hours]:
    """Return the hours with the new ones in force over their days, what they cover of others cut away."""
    kept = [new]
    for old in defined:
        if old.valid_from < new.valid_from:
            kept.append(replace(old, valid_until=_earlier(old.valid_until, new.valid_from)))
        if new.valid_until is not None and (old.valid_until is None or old.valid_until > new.valid_until):
            kept.append(replace(old, valid_from=max(old.valid_from, new.valid_until)))
    return sorted(kept, key=lambda hours: hours.valid_from)


def in_force(hours: HoursByOwner, lineage: Iterable[UUID], day: date) -> Hours | None:
    """Return the hours of a day: those of the nearest in the lineage that has any then.

    An exception, of whatever in the lineage, goes before the week of all: a site that closes on a holiday
    closes the rooms that have hours of their own.
    """
    defined = [each for owner_id in lineage for each in hours.get(owner_id, ()) if each.holds_on(day)]
    return next((each for each in defined if each.exception), defined[0] if defined else None)


def openings(
    hours: HoursByOwner, lineage: Iterable[UUID], days: tuple[date, date], zone: str
) -> list[Interval]:
    """Return when a resource is open from the first day to the last, in order, what touches joined."""
    lineage = tuple(lineage)
    found: list[Interval] = []
    for offset in range((days[1] - days[0]).days + 1):
        day = days[0] + timedelta(days=offset)
        for opening in _of_day(in_force(hours, lineage, day), day):
            opened = Interval(instant(day, opening.opens, zone), instant(day, opening.closes, zone))
            if opened.start >= opened.end:  # an opening inside the hour that a day in March lacks
                continue
            if found and opened.start <= found[-1].end:
                found[-1] = Interval(found[-1].start, max(found[-1].end, opened.end))
            else:
                found.append(opened)
    return found


def is_open(hours: HoursByOwner, lineage: Iterable[UUID], site: Site, asked: Interval) -> bool:
    """Say whether the whole time asked for lies inside one opening."""
    found = openings(hours, lineage, site.days_of(*asked), site.zone)
    return any(opened.start <= asked.start and asked.end <= opened.end for opened in found)


def check_open(
    hours: HoursByOwner, lineage: tuple[UUID, ...], site: Site, asked: Interval, resource: str
) -> None:
    """Raise OutsideOpeningHours, which names the hours, or ClosedThatDay."""
    if is_open(hours, lineage, site, asked):
        return
    day = site.day_of(asked.start)
    named = hours_named(hours, lineage, day)
    exceptional = in_force(hours, lineage, day)
    if not named and exceptional and exceptional.exception:
        reason = exceptional.exception
        raise ClosedExceptionally(resource=resource, day=day.isoformat(), reason=reason, next_open="—")
    if not named:
        raise ClosedThatDay(resource=resource, day=day.isoformat(), zone=site.zone)
    raise OutsideOpeningHours(
        resource=resource,
        hours=named,
        day=day.isoformat(),
        zone=site.zone,
        start=site.wall(asked.start),
        end=site.wall(asked.end),
    )


def without(opened: Iterable[Interval], closed: Iterable[Interval]) -> list[Interval]:
    """Return what is left of openings when times are taken out of them."""
    left = list(opened)
    for taken in closed:
        parts = [
            part
            for each in left
            for part in (
                Interval(each.start, min(each.end, taken.start)),
                Interval(max(each.start, taken.end), each.end),
            )
        ]
        left = [part for part in parts if part.start < part.end]
    return left


def hours_named(hours: HoursByOwner, lineage: Iterable[UUID], day: date) -> str:
    """Write the hours of a day: `08:30–12:00, 14:00–19:00`; nothing for a day that is closed."""
    ordered = sorted(_of_day(in_force(hours, lineage, day), day), key=lambda opening: opening.opens)
    return ", ".join(f"{opening.opens}–{opening.closes}" for opening in ordered)


def instant(day: date, wall: str, zone: str) -> datetime:
    """Return the instant of a wall time: its first pass where it comes twice.

    Where the clock skips it, the instant is that of the offset before the skip.
    """
    hour, minute = (int(part) for part in wall.split(":"))
    if hour == 24:  # noqa: PLR2004 - the end of the day, as ISO 8601 writes it
        day, hour = day + timedelta(days=1), 0
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _of_day(hours: Hours | None, day: date) -> list[Opening]:
    if hours is None:
        return []
    found = [opening for opening in hours.weekly if opening.weekday == day.isoweekday()]
    return sorted(found, key=lambda opening: opening.opens)


def _earlier(one: date | None, other: date) -> date:
    return other if one is None else min(one, other)

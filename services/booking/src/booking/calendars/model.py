"""Decides what a calendar's link shows, and how bookings are written as iCalendar (RFC 5545): pure."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar as Document
from icalendar import Event, Timezone, TimezoneDaylight, TimezoneStandard

from chassis.errors import Refused

MOST_READS: Final = 30  # of one link in a minute
KEPT: Final = timedelta(days=30)  # how long what is past or cancelled is shown
_LIVE: Final = {"held": "TENTATIVE", "confirmed": "CONFIRMED", "checked_in": "CONFIRMED"}
_NEAR: Final = timedelta(hours=6)
_TAKEN: Final = "Occupé"


class ReadTooOften(Refused):
    """This link was read {most} times within a minute."""

    status = 429
    fr = "Ce lien a été lu {most} fois en une minute."
    cure = (
        "Read it again in a minute; once an hour is enough.",
        "Relisez-le dans une minute ; une fois par heure suffit.",
    )


class CalendarGone(Refused):
    """This calendar's link does not exist or was revoked."""

    status = 404
    fr = "Le lien de ce calendrier n'existe pas ou a été révoqué."
    cure = ("Ask whoever gave it to you for a new one.", "Demandez-en un nouveau à qui vous l'a donné.")


@dataclass(frozen=True, slots=True)
class Calendar:
    """A link: to one's own bookings, or to when a resource or a site is taken; by whom, if `details`."""

    calendar_id: UUID
    kind: str
    owner_id: UUID
    site_id: UUID | None
    resource_id: UUID | None
    details: bool
    name: str
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def is_personal(self) -> bool:
        return self.kind == "person"


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking as a calendar shows it; `version` counts what happened to it."""

    booking_id: UUID
    state: str
    start: datetime
    end: datetime
    zone: str
    resource_name: str
    site_name: str
    person_id: UUID
    decided_at: datetime
    version: int
    series_id: UUID | None = None
    recurrence_id: str | None = None
    person_name: str | None = None

    @property
    def is_live(self) -> bool:
        return self.state in _LIVE


def digest(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256; 128 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def written(calendar: Calendar, entries: Sequence[Entry]) -> bytes:
    """Write a calendar. The same bookings make the same bytes."""
    document = Document()
    document.add("version", "2.0")
    document.add("prodid", "-//Maillage//booking//FR")
    document.add("name", calendar.name)
    document.add("x-wr-calname", calendar.name)
    document.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for zone in sorted({each.zone for each in entries}):
        of_zone = [each for each in entries if each.zone == zone]
        first, last = min(each.start for each in of_zone), max(each.end for each in of_zone)
        document.add_component(_timezone(zone, first, last))
    for entry in entries:
        document.add_component(_event(calendar, entry))
    return bytes(document.to_ical())


def _event(calendar: Calendar, entry: Entry) -> Event:
    """Write a booking. Dates of a series share its UID and are told apart by RECURRENCE-ID.

    No rule is written: each date stands for itself, moved or not, so that no reader computes any.
    """
    event = Event()
    event.add("dtstamp", entry.decided_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", _wall(entry.start, entry.zone))
    event.add("dtend", _wall(entry.end, entry.zone))
    event.add("sequence", max(entry.version - 1, 0))
    event.add("status", _LIVE.get(entry.state, "CANCELLED"))
    if not calendar.is_personal:  # whoever reads it shall not know bookings apart by their ids
        event.add("uid", str(uuid5(calendar.calendar_id, str(entry.booking_id))))
        taken = entry.person_name or _TAKEN
        event.add("summary", f"{entry.resource_name} : {taken}" if calendar.kind == "site" else taken)
    else:
        event.add("uid", str(entry.series_id or entry.booking_id))
        event.add("summary", entry.resource_name)
        if entry.recurrence_id:
            original = datetime.fromisoformat(entry.recurrence_id).replace(tzinfo=ZoneInfo(entry.zone))
            event.add("recurrence-id", _wall(original.astimezone(UTC), entry.zone))
    event.add("location", entry.site_name)
    return event


def _wall(instant: datetime, zone: str) -> datetime:
    """Return an instant as wall time; in UTC some hours around a change of the clock.

    There a wall time may come twice, and readers differ in what they make of it; UTC is read by all alike.
    """
    place = ZoneInfo(zone)
    near = {(instant + hours).astimezone(place).utcoffset() for hours in (-_NEAR, _NEAR)}
    return instant.astimezone(UTC if len(near) > 1 else place)


def _timezone(zone: str, first: datetime, last: datetime) -> Timezone:
    """Write the offsets of a zone from two years before the first instant to two years after the last.

    Each change stands at its onset in the offset before it, as RFC 5545 has it, and as a yearly rule where
    it is one: readers know little else.
    """
    place, around = ZoneInfo(zone), timedelta(days=2 * 366)
    written = Timezone()
    written.add("tzid", zone)
    alike: dict[tuple[bool, timedelta | None, timedelta | None], list[datetime]] = {}
    for instant in _changes(zone, first - around, last + around):
        before = (instant - timedelta(seconds=1)).astimezone(place).utcoffset()
        after = instant.astimezone(place)
        onsets = alike.setdefault((bool(after.dst()), before, after.utcoffset()), [])
        onsets.append((instant + (before or timedelta(0))).replace(tzinfo=None))
    if not alike:
        local = first.astimezone(place)
        alike[False, local.utcoffset(), local.utcoffset()] = [
            (first - around).replace(tzinfo=None, microsecond=0)
        ]
    for (summer, offset_before, offset_after), onsets in alike.items():
        rule = _yearly(onsets)
        for onset in onsets[:1] if rule else onsets:
            kind = TimezoneDaylight() if summer else TimezoneStandard()
            kind.add("dtstart", onset)
            kind.add("tzoffsetfrom", offset_before)
            kind.add("tzoffsetto", offset_after)
            if rule:
                kind.add("rrule", rule)
            written.add_component(kind)
    return written


def _yearly(onsets: Sequence[datetime]) -> dict[str, object] | None:
    """Return the rule by which a change comes every year, such as the last Sunday of March, if any."""
    named = {(each.month, each.weekday(), each.time()) for each in onsets}
    years = [each.year for each in onsets]
    if len(onsets) < 2 or len(named) > 1 or years != list(range(years[0], years[0] + len(years))):  # noqa: PLR2004 - a rule shows twice
        return None
    last = all((each + timedelta(days=7)).month != each.month for each in onsets)
    places = {-1} if last else {(each.day - 1) // 7 + 1 for each in onsets}
    weekday = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[onsets[0].weekday()]
    rule: dict[str, object] = {
        "freq": "YEARLY",
        "bymonth": onsets[0].month,
        "byday": f"{min(places)}{weekday}",
    }
    return rule if len(places) == 1 else None


def _changes(zone: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the instants, to the minute, at which the offset of a zone changes."""
    place, day = ZoneInfo(zone), timedelta(days=1)
    at = since.astimezone(UTC).replace(second=0, microsecond=0)
    while at < until:
        low, high = at, at + day
        if low.astimezone(place).utcoffset() != high.astimezone(place).utcoffset():
            while high - low > timedelta(minutes=1):
                middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
                same = middle.astimezone(place).utcoffset() == low.astimezone(place).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high
        at += day


@dataclass(frozen=True, slots=True)
class Door:
    """What a screen at a door shows: who is in, and what comes next that day."""

    current: Entry | None
    following: Entry | None


def door(entries: Iterable[Entry], now: datetime, day: date) -> Door:
    """Return what takes the place now, and what does next on the same civil day."""
    live = sorted((each for each in entries if each.is_live), key=lambda each: each.start)
    current = next((each for each in live if each.start <= now < each.end), None)
    after = [each for each in live if each.start > now and _day(each) == day]
    return Door(current, after[0] if after else None)


def _day(entry: Entry) -> date:
    return entry.start.astimezone(ZoneInfo(entry.zone)).date()

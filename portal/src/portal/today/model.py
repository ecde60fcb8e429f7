"""Decides what of the services' answers stands on the page of the day: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

Json = dict[str, Any]
T = TypeVar("T")

_COMES: Final = ("held", "confirmed", "checked_in", "completed", "no_show")
_CAME: Final = ("checked_in", "completed")
_DESK_OPENS: Final = timedelta(minutes=30)
_VISIT: Final = timedelta(minutes=30)
_FIRST_LOOK: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who comes today."""

    booking: Json
    can_arrive: bool

    @property
    def has_come(self) -> bool:
        return self.booking["state"] in _CAME


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who comes today, and how many of them are here."""

    people: Sequence[Arrival]

    @property
    def came(self) -> int:
        return sum(each.has_come for each in self.people)


@dataclass(frozen=True, slots=True)
class Free:
    """What can be taken for the next hour, beside all that can be booked."""

    resources: Sequence[Json]
    total: int


@dataclass(frozen=True, slots=True)
class Here:
    """Who is at each site now, which visitors come, how much waits at the desk."""

    sites: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What waits for a person, each kind as far as the visitor's roles show it."""

    requests: Sequence[Json] = ()
    flagged: Sequence[Json] = ()
    bill_runs: Sequence[Json] = ()
    lines: Sequence[Json] = ()
    unpriced: Sequence[Json] = ()
    unaddressed: Sequence[Json] = ()
    documents: Sequence[Json] = ()
    more: frozenset[str] = field(default_factory=frozenset)
    """The kinds of which there are more than are shown."""

    @property
    def count(self) -> int:
        kinds = (
            self.requests,
            self.flagged,
            self.bill_runs,
            self.lines,
            self.unpriced,
            self.unaddressed,
            self.documents,
        )
        return sum(len(kind) for kind in kinds)


def whole_day(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return from when to when a civil day lasts."""
    there = ZoneInfo(zone)
    return datetime.combine(day, time(), there), datetime.combine(day + timedelta(days=1), time(), there)


def arrivals(bookings: Sequence[Json], now: datetime, day: tuple[datetime, datetime]) -> Arrivals:
    """List who comes in the day, by time; the button is there from half an hour before until the end."""
    coming = sorted(
        (each for each in bookings if each["state"] in _COMES and day[0] <= _start(each) < day[1]),
        key=lambda each: (_start(each), each["resource_name"]),
    )
    return Arrivals([Arrival(each, _can_arrive(each, now)) for each in coming])


def free(resources: Sequence[Json], everything: Sequence[Json]) -> Free:
    """Set what is free beside what there is."""
    total = sum(1 for each in everything if each["bookable"])
    return Free(resources, max(total, len(resources)))


def releasable(runs: Sequence[Json], person_id: str) -> list[Json]:
    """List the bill runs that wait for their second pair of eyes; `mine` were planned by the visitor."""
    waiting = [run for run in runs if run["state"] == "planned"]
    return [run | {"mine": run["planned_by"] == person_id} for run in waiting]


def coming(bookings: Sequence[Json], now: datetime, most: int = 4) -> list[Json]:
    """List one's next bookings, the soonest first."""
    ahead = [
        each
        for each in bookings
        if each["state"] in ("held", "requested", "confirmed", "checked_in") and _end(each) > now
    ]
    return sorted(ahead, key=_start)[:most]


def failed_since(messages: Sequence[Json], since: datetime) -> list[Json]:
    """List the messages that failed since then."""
    return [each for each in messages if datetime.fromisoformat(each["settled_at"]) > since]


@dataclass(frozen=True, slots=True)
class Opened:
    """When the page was opened: in this visit, and last in the visit before."""

    before: datetime
    now: datetime

    def written(self) -> str:
        return f"{self.before.isoformat()} {self.now.isoformat()}"


def opened(cookie: str, now: datetime) -> Opened:
    """Note that the page is opened; looks within half an hour of each other are one visit."""
    try:
        before, last = (datetime.fromisoformat(part) for part in cookie.split(" "))
    except ValueError:
        return Opened(now - _FIRST_LOOK, now)
    if before.tzinfo is None or last.tzinfo is None or last > now:
        return Opened(now - _FIRST_LOOK, now)
    return Opened(before if now - last < _VISIT else last, now)


def by_site(resources: Sequence[Json], sites: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Json]]]:
    """Put what is free under the names of its sites."""
    names = {site["site_id"]: str(site["name"]) for site in sites}
    grouped: dict[str, list[Json]] = {}
    for each in resources:
        grouped.setdefault(names.get(each["site_id"], ""), []).append(each)
    return sorted(grouped.items())


def _can_arrive(booking: Json, now: datetime) -> bool:
    return booking["state"] == "confirmed" and _start(booking) - _DESK_OPENS <= now < _end(booking)


def _start(booking: Json) -> datetime:
    return datetime.fromisoformat(booking["period"]["start"])


def _end(booking: Json) -> datetime:
    return datetime.fromisoformat(booking["period"]["end"])

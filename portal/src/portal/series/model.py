"""Decides what a series is asked with, from the fields of a form, and how its dates are grouped: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

RHYTHMS: Final = ("weekly", "fortnightly", "daily", "monthly", "weekday-of-month")
MOST: Final = 400
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Repetition:
    """How often, from which day on, and until when or how many times."""

    rhythm: str
    first: date
    count: int | None
    until: date | None

    @property
    def rule(self) -> str:
        """Write it as RFC 5545 does."""
        weekday = _DAYS[self.first.weekday()]
        daily = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" if weekday in _DAYS[:5] else "FREQ=DAILY"
        nth = (self.first.day - 1) // 7 + 1
        parts = {
            "weekly": f"FREQ=WEEKLY;BYDAY={weekday}",
            "fortnightly": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}",
            "daily": daily,
            "monthly": f"FREQ=MONTHLY;BYMONTHDAY={self.first.day}",
            "weekday-of-month": f"FREQ=MONTHLY;BYDAY={nth if nth <= 4 else -1}{weekday}",  # noqa: PLR2004 - a fifth is the last
        }
        rule = parts[self.rhythm]
        if self.until:
            return f"{rule};UNTIL={self.until:%Y%m%d}"
        return f"{rule};COUNT={self.count}" if self.count else rule


def repetition(asked: Mapping[str, str], first: date) -> Repetition:
    """Read it from a form; what is missing or cannot be read is every week, without end."""
    rhythm = asked.get("rhythm", "")
    count, until = asked.get("count", ""), asked.get("until", "")
    return Repetition(
        rhythm=rhythm if rhythm in RHYTHMS else RHYTHMS[0],
        first=first,
        count=int(count) if count.isascii() and count.isdigit() and 0 < int(count) <= MOST else None,
        until=_day(until),
    )


def command(fields: Mapping[str, Any], repeated: Repetition, series_id: str, mode: str) -> dict[str, Any]:
    """Return what booking is told to start a series, from what it would be told for one date."""
    kept = {
        name: fields[name] for name in ("resource_id", "person_id", "attendees", "audience") if name in fields
    }
    return kept | {
        "series_id": series_id,
        "rule": repeated.rule,
        "mode": mode if mode in ("skip", "all_or_nothing") else "skip",
    }


def together(bookings: Iterable[Json]) -> list[tuple[Json, int]]:
    """Return bookings in order, of each series the first alone with how many follow it."""
    found: list[tuple[Json, int]] = []
    place: dict[str, int] = {}
    for each in bookings:
        series = each.get("series_id")
        if series and series in place:
            first, more = found[place[series]]
            found[place[series]] = (first, more + 1)
            continue
        if series:
            place[series] = len(found)
        found.append((each, 0))
    return found


def is_to_come(occurrence: Json, now: datetime) -> bool:
    """Say whether a date has not begun."""
    return datetime.fromisoformat(occurrence["period"]["start"]) > now


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

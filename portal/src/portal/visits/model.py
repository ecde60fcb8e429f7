"""Reads what the forms of the desk say of visitors, deliveries and announcements: pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]


def moment(asked: Mapping[str, str], now: datetime, zone: str) -> datetime:
    """Return the day and time of a form; what cannot be read is now."""
    local = now.astimezone(ZoneInfo(zone))
    try:
        day = date.fromisoformat(asked.get("day", "") or local.date().isoformat())
        clock = time.fromisoformat(asked.get("time", "") or local.strftime("%H:%M"))
    except ValueError:
        return local.replace(second=0, microsecond=0)
    return datetime.combine(day, clock.replace(tzinfo=None), ZoneInfo(zone))


def stretch(asked: Mapping[str, str], today: date, zone: str) -> tuple[datetime, datetime]:
    """Return from the first day's beginning to the last day's end; today where nothing is said."""
    first, last = (_day(asked.get(name, ""), today) for name in ("first", "last"))
    there = ZoneInfo(zone)
    last = max(first, last)
    return datetime.combine(first, time(), there), datetime.combine(last + timedelta(days=1), time(), there)


def words(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what is told; a language left empty is left out."""
    names = ("subject_fr", "text_fr", "subject_en", "text_en")
    return {name: value for name in names if (value := asked.get(name, "").strip())}


def expected(visits: Sequence[Json]) -> list[Json]:
    """Return who has not come yet, then who is inside."""
    order = {"expected": 0, "inside": 1}
    return sorted(
        (each for each in visits if each["state"] in order),
        key=lambda each: (order[each["state"]], each["expected_at"]),
    )


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise

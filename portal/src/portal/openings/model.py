"""Reads openings as people write them, and what staff decided for each booking that a closure hits: pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

WEEKDAYS: Final = (1, 2, 3, 4, 5, 6, 7)
SETS: Final = ("public-holidays", "school-holidays-a", "school-holidays-b", "school-holidays-c", "imported")
AREAS: Final = ("57", "67", "68", "971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988")
_STRETCH: Final = re.compile(r"(\d{1,2})(?:\s*[:h]\s*(\d{2})?)?\s*[–-]\s*(\d{1,2})(?:\s*[:h]\s*(\d{2})?)?")

Json = Mapping[str, Any]


def hours(text: str) -> list[dict[str, str]]:
    """Read hours such as `8:30–12, 14h-19h`; nothing is closed. Raises ValueError for what is none."""
    found = []
    for part in filter(None, (each.strip() for each in re.split(r"[,;]", text))):
        match = _STRETCH.fullmatch(part)
        if match is None:
            raise ValueError(part)
        opens, closes = _clock(match[1], match[2]), _clock(match[3], match[4])
        found.append({"opens": opens, "closes": closes})
    return found


def weekly(data: Mapping[str, str]) -> list[dict[str, Any]]:
    """Read the seven days of a form. Raises ValueError."""
    return [{"weekday": day, **each} for day in WEEKDAYS for each in hours(data.get(f"day-{day}", ""))]


def written(openings: Sequence[Json]) -> str:
    """Write openings as people do, in order."""
    ordered = sorted(openings, key=lambda each: str(each["opens"]))
    return ", ".join(f"{each['opens']}–{each['closes']}" for each in ordered)


def week(defined: Sequence[Json], today: date) -> dict[int, str]:
    """Return the hours of each weekday that hold today, else those that hold first."""
    now = today.isoformat()
    holding = [each for each in defined if each["valid_until"] is None or each["valid_until"] > now]
    openings = holding[0]["weekly"] if holding else []
    return {day: written([each for each in openings if each["weekday"] == day]) for day in WEEKDAYS}


def decided(data: Mapping[str, str]) -> tuple[list[dict[str, str]], list[str]]:
    """Return the moves and the cancellations that staff chose, by the names of the form's fields."""
    moves, cancelled = [], []
    for name, choice in data.items():
        if not name.startswith("booking-") or not choice:
            continue
        booking_id = name.removeprefix("booking-")
        if choice == "cancel":
            cancelled.append(booking_id)
        else:
            resource_id, start, end = choice.split("|")
            moves.append({"booking_id": booking_id, "resource_id": resource_id, "start": start, "end": end})
    return moves, cancelled


def _clock(hour: str, minute: str | None) -> str:
    if int(hour) > 24 or int(minute or 0) > 59:  # noqa: PLR2004 - of a day, of an hour
        raise ValueError(f"{hour}:{minute}")
    return f"{int(hour):02}:{int(minute or 0):02}"

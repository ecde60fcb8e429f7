"""Decides what a visitor waits for, from the fields of a form, and how entries are shown: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from portal.book.model import Wish

LIVE: Final = ("waiting", "offered")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """A wish with some play: until which day, and by when of the day it must be over."""

    wish: Wish
    last_day: date
    closes: str

    @property
    def is_exact(self) -> bool:
        """Whether one period is meant and no window."""
        return self.last_day == self.wish.day and self.closes == ends(self.wish)


def wait(wish: Wish, asked: Mapping[str, str]) -> Wait:
    """Read the play of a wish; what is missing or cannot be read means none."""
    last_day = _day(asked.get("last_day", "")) or wish.day
    closes = asked.get("closes", "") or ends(wish)
    return Wait(wish, max(last_day, wish.day), closes)


def ends(wish: Wish) -> str:
    """Write when a wish ends, as a wall clock shows it; what goes past midnight ends then."""
    hour, minute = (int(part) for part in wish.start.split(":"))
    over = min(hour * 60 + minute + wish.minutes, 24 * 60)
    return f"{over // 60:02}:{over % 60:02}"


def command(wanted: Wait, entry_id: str, person_id: str, zone: str) -> dict[str, Any]:
    """Return what booking is told: one resource, or any of a kind; a period, or a window."""
    wish = wanted.wish
    body: dict[str, Any] = {
        "entry_id": entry_id,
        "person_id": wish.person or person_id,
        "attendees": wish.people,
        "audience": wish.audience,
    }
    if wish.resource_id:
        body["resource_id"] = wish.resource_id
    else:
        body |= {"site_id": wish.site_id, "kind": wish.kind or "room"}
    if wanted.is_exact:
        body |= {"start": wish.begins(zone).isoformat(), "end": wish.ends(zone).isoformat()}
    else:
        body["window"] = {
            "first_day": wish.day.isoformat(),
            "last_day": wanted.last_day.isoformat(),
            "opens": wish.start,
            "closes": wanted.closes,
            "minutes": wish.minutes,
        }
    return {name: value for name, value in body.items() if value}


def shelves(entries: Sequence[Json]) -> dict[str, list[Json]]:
    """Sort entries: what is offered, what still waits, and what is over."""
    return {
        "offered": [each for each in entries if each["state"] == "offered"],
        "waiting": [each for each in entries if each["state"] == "waiting"],
        "over": [each for each in entries if each["state"] not in LIVE],
    }


def minutes_left(entry: Json, now: datetime) -> int:
    """Return how many whole minutes an offer still lasts."""
    left = datetime.fromisoformat(entry["offer"]["expires_at"]) - now
    return max(0, left // timedelta(minutes=1))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

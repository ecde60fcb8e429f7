"""Decides what a visitor asks to book, from the fields of a form, and what is said of it: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

KINDS: Final = ("room", "desk", "office", "equipment")
FEATURES: Final = (
    "screen",
    "whiteboard",
    "videoconference",
    "projector",
    "step_free",
    "hearing_loop",
    "quiet",
    "daylight",
)
STARTS: Final = tuple(f"{at // 60:02}:{at % 60:02}" for at in range(7 * 60, 21 * 60, 30))
LENGTHS: Final = (30, 60, 90, 120, 180, 240, 480, 600)  # minutes
_USUAL_LENGTH: Final = 60
_LONGEST: Final = 24 * 60
_MOST_PEOPLE: Final = 1000

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: where, when in wall time, how long, of which kind, for how many and for whom."""

    site_id: str
    day: date
    start: str
    minutes: int
    kind: str = ""
    people: int | None = None
    resource_id: str = ""
    person: str = ""
    audience: str = ""
    features: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def begins(self, zone: str) -> datetime:
        """Return the instant at which it begins."""
        hour, minute = (int(part) for part in self.start.split(":"))
        local = datetime(self.day.year, self.day.month, self.day.day, hour, minute, tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)

    def ends(self, zone: str) -> datetime:
        return self.begins(zone) + timedelta(minutes=self.minutes)

    @property
    def fields(self) -> dict[str, str]:
        """The wish as a form or an address carries it."""
        said = {
            "site": self.site_id,
            "day": self.day.isoformat(),
            "start": self.start,
            "minutes": self.minutes,
            "kind": self.kind,
            "people": self.people,
            "resource": self.resource_id,
            "person": self.person,
            "audience": self.audience,
        }
        ticked = [f"feature-{code}" for code in self.features] + [f"with-{each}" for each in self.beside]
        return {name: str(value) for name, value in said.items() if value} | dict.fromkeys(ticked, "yes")

    @property
    def query(self) -> str:
        return urlencode(self.fields)

    def at(self, resource_id: str) -> "Wish":
        """Return the same wish for one resource."""
        return replace(self, resource_id=resource_id)

    def for_person(self, person_id: str) -> "Wish":
        """Return the same wish for somebody else."""
        return replace(self, person=person_id)

    def alone(self) -> "Wish":
        """Return the same wish without anything beside."""
        return replace(self, beside=())

    def instead(self, offer: Json, zone: str, taken: str = "") -> "Wish":
        """Return the wish for what is free instead: another time, another resource.

        Where something beside is taken, it is that which another one replaces.
        """
        begins, ends = (datetime.fromisoformat(offer[edge]) for edge in ("start", "end"))
        local = begins.astimezone(ZoneInfo(zone))
        minutes = int((ends - begins) / timedelta(minutes=1))
        start = local.strftime("%H:%M")
        found = replace(self, day=local.date(), start=start, minutes=minutes)
        if taken not in self.beside:
            return replace(found, resource_id=offer["resource_id"])
        beside = tuple(offer["resource_id"] if each == taken else each for each in self.beside)
        return replace(found, beside=beside)


def wish(asked: Mapping[str, str], site_ids: Sequence[str], now: datetime, zone: str) -> Wish:
    """Read a wish; what is missing or cannot be read is what most people want: an hour, from soon on."""
    soon = _soon(now.astimezone(ZoneInfo(zone)))
    site_id = asked.get("site", "")
    kind = asked.get("kind", "")
    return Wish(
        site_id=site_id if site_id in site_ids else site_ids[0],
        day=_day(asked.get("day", ""), soon.date()),
        start=_clock(asked.get("start", "")) or soon.strftime("%H:%M"),
        minutes=_whole(asked.get("minutes", ""), _LONGEST) or _USUAL_LENGTH,
        kind=kind if kind in KINDS else "",
        people=_whole(asked.get("people", ""), _MOST_PEOPLE),
        resource_id=asked.get("resource", ""),
        person=asked.get("person", "").strip(),
        audience=asked.get("audience", ""),
        features=tuple(code for code in FEATURES if f"feature-{code}" in asked),
        beside=tuple(sorted(name.removeprefix("with-") for name in asked if name.startswith("with-"))),
    )


def starts(chosen: str) -> list[str]:
    """Return the times offered, with the chosen one."""
    return sorted({*STARTS, chosen})


def lengths(chosen: int) -> list[tuple[int, str]]:
    """Return the lengths offered, with the chosen one, as they are read: `1 h 30`."""
    return [(minutes, length(minutes)) for minutes in sorted({*LENGTHS, chosen})]


def length(minutes: int) -> str:
    """Write how long: `30 min`, `1 h`, `1 h 30`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def command(wish: Wish, booking_id: str, person_id: str, zone: str) -> dict[str, Any]:
    """Return what booking is told: for oneself by one's right, or by an audience for who has none."""
    body = {
        "booking_id": booking_id,
        "resource_id": wish.resource_id,
        "person_id": wish.person or person_id,
        "start": wish.begins(zone).isoformat(),
        "end": wish.ends(zone).isoformat(),
        "attendees": wish.people,
        "audience": wish.audience,
        "with_resource_ids": list(wish.beside),
    }
    return {name: value for name, value in body.items() if value}


def right(memberships: Sequence[Json], kind: str) -> tuple[str, str]:
    """Guess by which right a kind would be used: the audience, and whether the plan pays or money does.

    Booking decides when it holds; without any membership, neither is known.
    """
    live = [each for each in memberships if each["state"] == "live"]
    found = [
        (each["audience"], entitlement["paid_by"])
        for each in live
        for entitlement in each["entitlements"]
        if kind in entitlement["resource_kinds"]
    ]
    included = [each for each in found if each[1] == "plan"]
    return (included or found or [("", "")])[0]


def preferred(free: Sequence[Json], resource_id: str) -> list[Json]:
    """Return what is free with the one that was asked for first."""
    return sorted(free, key=lambda each: each["resource_id"] != resource_id)


def priced(booking: Json) -> dict[str, Any] | None:
    """Return what a quote is asked with for a booking and all beside it; None where nothing has a price."""
    period = {edge: booking["period"][edge] for edge in ("start", "end")}
    lines = [
        {"price_code": each["price_code"], **period, "paid_by": each["paid_by"]}
        for each in (booking, *booking.get("with_resources", ()))
        if each["price_code"]
    ]
    return {"audience": booking["audience"], "site_id": booking["site_id"], "lines": lines} if lines else None


def in_plan(booking: Json) -> bool:
    """Say whether the plan pays all of a booking."""
    return all(each["paid_by"] == "plan" for each in (booking, *booking.get("with_resources", ())))


def _soon(local: datetime) -> datetime:
    """Return the next half hour; after the last time offered, the first one of the next day."""
    step = timedelta(minutes=30 - local.minute % 30)
    found = (local + step).replace(second=0, microsecond=0)
    text = found.strftime("%H:%M")
    if text in STARTS:
        return found
    morning = found if text < STARTS[0] else found + timedelta(days=1)
    return morning.replace(hour=9, minute=0)


def _clock(text: str) -> str:
    """Return a time of day as it is written here, nothing for what is none."""
    try:
        return time.fromisoformat(text).strftime("%H:%M") if len(text) == len("08:30") else ""
    except ValueError:
        return ""


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _whole(text: str, most: int) -> int | None:
    """Read a number from 1 to `most`; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= most else None

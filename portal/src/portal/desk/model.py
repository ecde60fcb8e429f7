"""Reads what is typed of somebody who walks in, and finds what is free for them until when: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]

AUDIENCE: Final = "walk_in"
"""The audience of who comes without membership: at its price where one is published, else at everyone's."""
KINDS: Final = {"day": "desk", "desk": "desk", "room": "room"}
LANGUAGES: Final = ("fr", "en")
_MOST: Final = 100
_STEP: Final = timedelta(minutes=30)
_SHORTEST: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Who stands at the desk and what for, as it was typed: six fields, and the site of the desk."""

    site_id: str
    name: str
    what: str
    until: str
    people: str
    contact: str
    language: str

    @property
    def fields(self) -> dict[str, str]:
        """The fields as a form carries them."""
        return {
            "site": self.site_id,
            "name": self.name,
            "what": self.what,
            "until": self.until,
            "people": self.people,
            "contact": self.contact,
            "language": self.language,
        }

    @property
    def kind(self) -> str:
        return KINDS[self.what]

    @property
    def attendees(self) -> int:
        """How many come; one where nothing was said."""
        return int(self.people) if self.people else 1

    def flaws(self) -> list[str]:
        """Name the fields that cannot be read."""
        flaws = [] if len(self.name.split()) > 1 else ["name"]
        whole = self.people.isascii() and self.people.isdigit() and 0 < int(self.people) <= _MOST
        return flaws if whole or not self.people else [*flaws, "people"]

    def person(self, person_id: str) -> dict[str, str]:
        """Return what membership is told: a name, and the contact as the mail or the number that it is."""
        given, _, family = self.name.partition(" ")
        body = {
            "person_id": person_id,
            "given_name": given,
            "family_name": family,
            "language": self.language,
            "site_id": self.site_id,
        }
        if self.contact:
            body["mail" if "@" in self.contact else "phone"] = self.contact
        return body


def walk_in(asked: Mapping[str, str], site_id: str, language: str) -> WalkIn:
    """Read the form; what was not chosen is what most people want."""
    what, said = asked.get("what", ""), asked.get("language", "")
    return WalkIn(
        site_id=site_id,
        name=" ".join(asked.get("name", "").split()),
        what=what if what in KINDS else "day",
        until=asked.get("until", ""),
        people=asked.get("people", "").strip(),
        contact=asked.get("contact", "").strip(),
        language=said if said in LANGUAGES else language,
    )


def closing(resources: Sequence[Json], kind: str, now: datetime, zone: str) -> datetime | None:
    """Return when the last of a kind closes that is open now; None where all of them are closed."""
    local = now.astimezone(ZoneInfo(zone))
    ends = [
        _instant(local.date(), closes, zone)
        for each in resources
        if each["kind"] == kind
        for opens, _, closes in (part.partition("–") for part in each["opening_hours"].split(", ") if part)
        if opens <= local.strftime("%H:%M") < closes
    ]
    return max(ends, default=None)


def ends(wanted: WalkIn, closes: datetime, now: datetime, zone: str) -> datetime:
    """Return until when it is for: the whole day, or the time chosen, never beyond closing."""
    if wanted.what == "day" or not wanted.until:
        return closes
    try:
        chosen = _instant(now.astimezone(ZoneInfo(zone)).date(), wanted.until, zone)
    except ValueError:
        return closes
    return min(chosen, closes) if chosen > now + _SHORTEST else closes


def choices(now: datetime, zone: str) -> list[str]:
    """Return the half hours of the rest of the day."""
    local = now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    at = local + _STEP - timedelta(minutes=local.minute % 30)
    found = []
    while at.date() == local.date():
        if at - local >= _SHORTEST:
            found.append(at.strftime("%H:%M"))
        at += _STEP
    return found


def fitting(free: Sequence[Json], people: int) -> Json | None:
    """Return what fits best: the smallest that holds everybody, by name where several do."""
    held = [each for each in free if each["bookable"] and (each["capacity"] or people) >= people]
    return min(held, key=lambda each: (each["capacity"] or 0, each["name"]), default=None)


def chosen(asked: Mapping[str, str]) -> list[str]:
    """Return the ids of the boxes that are ticked: each box is named by its booking."""
    return [name for name, value in asked.items() if value == "chosen"]


def expected(bookings: Sequence[Json], day: tuple[datetime, datetime]) -> list[Json]:
    """Return who is still to come and begins in the day, by time and name."""
    coming = [
        each
        for each in bookings
        if each["state"] == "confirmed" and day[0] <= datetime.fromisoformat(each["period"]["start"]) < day[1]
    ]
    return sorted(coming, key=lambda each: (each["period"]["start"], each["person_name"] or ""))


def whole_day(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return from when to when a civil day lasts."""
    return _instant(day, "00:00", zone), _instant(day + timedelta(days=1), "00:00", zone)


def _instant(day: date, clock: str, zone: str) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return start.replace(hour=hour, minute=minute) if hour < 24 else start + timedelta(days=1)  # noqa: PLR2004

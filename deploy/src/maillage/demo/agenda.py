"""What is booked in two months, and what becomes of it: drawn from the seed before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from maillage.demo.cast import BOOKER, LAST_DAYS, LEAVER, WALK_IN, Cast, Character
from maillage.demo.draws import Draws
from maillage.demo.months import Month, at
from maillage.demo.oracle import Use
from maillage.demo.tables import LARGE, LATE_PERCENT, OFFICES, THING_OF

Fate = Literal["comes", "absent", "given up", "given up late"]
_THURSDAY = 4
_HOURS = (("09:00", "12:30"), ("09:00", "18:00"), ("14:00", "18:00"))
_TUESDAY = 2  # afternoons alone are booked on Tuesdays
_SHORT = 10  # days of the second month on which people come
_EARLY_DAYS = 4  # first days on which nobody gives up: those who do so, do it long before


@dataclass(frozen=True, slots=True)
class Visit:
    """One booking: who takes what, when, and whether they come."""

    name: str
    person: str
    thing: str
    start: datetime
    end: datetime
    fate: Fate = "comes"

    @property
    def day(self) -> date:
        return self.start.date()

    def use(self, by: Character) -> Use:
        """Return what the oracle is told of it."""
        thing = THING_OF[self.thing]
        due = {"given up": 0, "given up late": LATE_PERCENT}.get(self.fate, 100)
        walk_in = by.key == WALK_IN
        payer, audience = by.payer, by.audience
        times = (self.start, self.end)
        return Use(self.name, payer, audience, thing.kind, thing.price_code, *times, due, not walk_in)


def rivals_day(month: Month) -> date:
    """Return the Thursday on which everybody wants the large room."""
    return next(day for day in month.workdays(16) if day.isoweekday() == _THURSDAY)


def visits(draws: Draws, cast: Cast, month: Month, often: int) -> list[Visit]:
    """Draw the visits of a month, `often` for each person, in the order in which each person books."""
    people = cast.members()
    members = [each for each in people if not each.company]
    first = month == draws.month
    found: list[Visit] = []
    for place, person in enumerate(members, start=1):
        days = _days(month, person, first=first)
        found += _at_a_desk(draws, person, place, draws.shuffled(days, "days", month, person.key)[:often])
    companies = [each for each in people if each.company]
    for place, person in enumerate(companies):
        days = [day for day in _days(month, person, first=first) if day.day % 2 == place // OFFICES]
        found += _in_an_office(draws, person, place, days[: often - 1])
        found += _in_a_room(person, place, month, _days(month, person, first=first))
    found += _others(month)
    return found


def _days(month: Month, person: Character, *, first: bool) -> list[date]:
    if first:
        return month.workdays(max(3, person.since))
    last = LAST_DAYS if person.key == LEAVER else month.days
    return [day for day in month.workdays()[:_SHORT] if day.day <= last]


def _at_a_desk(draws: Draws, person: Character, place: int, days: Sequence[date]) -> Iterator[Visit]:
    """Each member has a desk of their own, so that nobody stands in anybody's way."""
    for number, day in enumerate(sorted(days)):
        name = f"{person.key}/{day}"
        hours = _HOURS if day.isoweekday() == _TUESDAY else _HOURS[:2]
        opens, closes = hours[draws.number(len(hours), "hours", name)]
        visit = Visit(name, person.key, f"desk-{place}", at(day, opens), at(day, closes))
        yield replace(visit, fate=_fate(draws, visit, number))


def _in_an_office(draws: Draws, person: Character, place: int, days: Sequence[date]) -> Iterator[Visit]:
    """Two companies share an office by even and odd days."""
    for number, day in enumerate(days):
        name = f"{person.key}/office/{day}"
        visit = Visit(name, person.key, f"office-{place % OFFICES + 1}", at(day, "09:00"), at(day, "18:00"))
        yield replace(visit, fate=_fate(draws, visit, number))


def _in_a_room(person: Character, place: int, month: Month, days: Sequence[date]) -> Iterator[Visit]:
    """Each company meets once, on a day and in a room of its own."""
    kept = rivals_day(month)
    free = [day for day in days if day != kept][-6:]
    key = ("canal", "cite")[place % 2]
    day = free[place // 2]
    yield Visit(f"{person.key}/room/{day}", person.key, key, at(day, "09:00"), at(day, "10:30"))


def _others(month: Month) -> Iterator[Visit]:
    """The walk-in, the projector, and the large room that staff must approve."""
    days = month.workdays()
    yield Visit(f"{WALK_IN}/{days[2]}", WALK_IN, "desk-28", at(days[2], "09:00"), at(days[2], "12:30"))
    yield Visit(f"projector/{days[3]}", BOOKER, "projector", at(days[3], "09:00"), at(days[3], "12:00"))
    yield Visit(f"approved/{days[1]}", BOOKER, LARGE, at(days[1], "09:00"), at(days[1], "11:00"))


def _fate(draws: Draws, visit: Visit, number: int) -> Fate:
    """Draw what becomes of a booking; who gives it up late does so at nine on the day before."""
    roll = draws.number(12, "fate", visit.name)
    eve = visit.day - timedelta(days=1)
    if roll == 0:
        return "absent"
    if roll == 1 and visit.day.day > _EARLY_DAYS and number:
        return "given up"
    if roll in (2, 3) and eve.isoweekday() < 6 and eve.day > 3 and visit.start.hour == 9:  # noqa: PLR2004
        return "given up late"
    return "comes"

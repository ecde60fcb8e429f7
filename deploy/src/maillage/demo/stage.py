"""What the acts of the demo share: who is there, what was booked, and the clock of the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from maillage.demo.agenda import Visit
from maillage.demo.cast import Cast, Character
from maillage.demo.draws import Draws
from maillage.demo.facts import Facts
from maillage.demo.months import Month, instant
from maillage.demo.oracle import Use
from maillage.demo.wire import Actor, Json, Wire, until

T = TypeVar("T")


@dataclass(slots=True)
class Booked:
    """A visit that the platform acknowledged, and by whom: who asked for it, or granted it."""

    visit: Visit
    booking_id: str
    asked_by: str
    said: Json


@dataclass(slots=True)
class Stage:
    """The demo while it is lived."""

    wire: Wire
    draws: Draws
    cast: Cast
    facts: Facts
    tell: Callable[[str], None]
    actors: dict[str, Actor] = field(default_factory=dict)
    payers: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    bookings: list[Booked] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    site_id: str = ""
    issuer_id: str = ""
    line_id: str = ""
    probes: int = 0

    @property
    def months(self) -> tuple[Month, Month]:
        return self.draws.month, self.draws.month.next

    def id(self, *names: object) -> str:
        return self.draws.id(*names)

    def by(self, key: str) -> Actor:
        return self.actors[key]

    def organisation(self, company: str) -> str:
        """Return the id that the platform gave a company."""
        return next(known for known, key in self.payers.items() if key == company)

    def person(self, key: str) -> Character:
        return self.cast.persons[key]

    def uses(self, month: Month) -> list[Use]:
        """Return what was asked for in a month, as the oracle is told."""
        found = [each for each in self.bookings if Month(each.visit.day.replace(day=1)) == month]
        return [each.visit.use(self.person(each.visit.person)) for each in found]

    async def move_clock(self, to: datetime) -> None:
        """Move the sandbox's clock, and wait until booking lives in that time too."""
        text = instant(to)
        await self.by("administrator").act("membership", "/move-clock", {"to": text}, f"clock/{text}")
        wall = to.strftime("%Y-%m-%d %H:%M")

        async def heard() -> bool:
            self.probes += 1
            past = {
                "booking_id": self.id("probe", text, self.probes),
                "resource_id": self.things["desk-1"],
                "person_id": self.by("desk").person_id,
                "start": "2001-01-01T09:00:00Z",
                "end": "2001-01-01T10:00:00Z",
            }
            answer = await self.by("desk").peek("booking", "/bookings", past)
            return answer.code == "period-past" and answer.body["values"]["now"] >= wall

        await until(heard, f"booking to know that it is {wall}")


async def all_of(works: Iterable[Awaitable[T]]) -> list[T]:
    """Do things side by side; the first that fails ends them all."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_awaited(work)) for work in works]
    return [task.result() for task in tasks]


async def _awaited(work: Awaitable[T]) -> T:
    return await work

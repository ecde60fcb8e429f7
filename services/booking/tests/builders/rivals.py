"""Sixteen rivals for a few rooms and hours, and the oracle that judges what they were given."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from booking_builders import MONDAY, Api, Hub, at

from booking.resources.handlers import ResourceView
from chassis.ids import new_id

RIVALS = 16
Span = tuple[datetime, datetime]


@dataclass
class Attempt:
    """One request for one resource and hour, and its answer."""

    rival: int
    resource: ResourceView
    span: Span
    answer: httpx.Response

    @property
    def won(self) -> bool:
        return self.answer.status_code == 201


@dataclass
class Contest:
    """Rivals with rights of their own, the rooms they fight for and what they tried."""

    hub: Hub
    api: Api
    rooms: Sequence[ResourceView]
    people: Sequence[UUID]
    spares: Sequence[ResourceView] = ()
    attempts: list[Attempt] = field(default_factory=list)

    @classmethod
    async def opened(cls, hub: Hub, api: Api, spares: int = 0) -> "Contest":
        """Three rooms, two that are made of them, rooms nobody asks for first, and sixteen members."""
        a, b, c = [await hub.room(name, capacity=8) for name in ("A", "B", "C")]
        ab = await hub.composed("A + B", a, b)
        abc = await hub.composed("A + B + C", ab, c)
        others = [await hub.room(f"Spare {number}", capacity=8) for number in range(spares)]
        return cls(hub, api, (a, b, c, ab, abc), [await hub.member() for _ in range(RIVALS)], others)

    async def book(self, rival: int, resource: ResourceView, span: Span) -> Attempt:
        body = {
            "booking_id": str(new_id()),
            "resource_id": str(resource.resource_id),
            "person_id": str(self.people[rival]),
            "start": span[0].isoformat(),
            "end": span[1].isoformat(),
        }
        token = self.api.token("member", self.people[rival])
        attempt = Attempt(rival, resource, span, await self.api.post("bookings", token, body))
        self.attempts.append(attempt)
        return attempt

    async def storm(self, each: int, spans: Sequence[Span], *, insisting: bool = False) -> int:
        """Let every rival try `each` times, all of them for the same hours at the same time.

        With `insisting`, every second loser takes what is offered until it works; return how many did.
        """
        consoled = 0

        async def fight(rival: int) -> None:
            nonlocal consoled
            choices = random.Random(rival)  # noqa: S311 - the same storm each time
            for number in range(each):
                attempt = await self.book(
                    rival, choices.choice(self.rooms), spans[number * len(spans) // each]
                )
                insists = insisting and not attempt.won and number % 2 == 0
                while insists and not attempt.won:
                    attempt = await self.take(rival, choices.choice(_offered(attempt)))
                consoled += insists

        await asyncio.gather(*(fight(rival) for rival in range(RIVALS)))
        return consoled

    async def take(self, rival: int, offer: dict[str, Any]) -> Attempt:
        """Book what was offered."""
        every = (*self.rooms, *self.spares)
        room = next(each for each in every if str(each.resource_id) == offer["resource_id"])
        span = (datetime.fromisoformat(offer["start"]), datetime.fromisoformat(offer["end"]))
        return await self.book(rival, room, span)

    async def console(self, losers: Sequence[Attempt]) -> int:
        """Let losers ask again and take the first alternative; return how many did."""
        for lost in losers:
            again = await self.book(lost.rival, lost.resource, lost.span)
            assert again.answer.status_code == 409, "what was lost is still taken"
            offered = _offered(again)
            for offer in offered:
                assert offer["resource_id"] in await self._free(lost.rival, offer), offer
            taken = await self.take(lost.rival, offered[0])
            assert taken.won, taken.answer.text
        return len(losers)

    async def judge(self) -> None:
        """Raise AssertionError unless a ledger kept by hand agrees with every answer."""
        assert Counter(each.answer.status_code for each in self.attempts).keys() == {201, 409}
        assert {each.answer.json()["code"] for each in self.attempts if not each.won} == {"slot-taken"}
        ledger: dict[UUID, list[Span]] = {}
        for won in (each for each in self.attempts if each.won):
            assert not _taken(ledger, won), f"{won.resource.name} at {won.span[0]} was given twice"
            for leaf in won.resource.leaf_ids:
                ledger.setdefault(leaf, []).append(won.span)
        for lost in (each for each in self.attempts if not each.won):
            assert _taken(ledger, lost), f"{lost.resource.name} at {lost.span[0]} was refused and is free"
        claims = sum(len(spans) for spans in ledger.values())
        assert await self.hub.count("SELECT count(*) FROM claims") == claims
        told = await self.hub.count("SELECT count(*) FROM event_log WHERE type LIKE '%BookingConfirmed%'")
        assert told == sum(each.won for each in self.attempts)

    async def _free(self, rival: int, offer: dict[str, Any]) -> set[str]:
        token = self.api.token("member", self.people[rival])
        answer = await self.api.get("resources/free", token, start=offer["start"], end=offer["end"])
        assert answer.status_code == 200, answer.text
        return {each["resource_id"] for each in answer.json()["items"]}


def hot_hours(days: int) -> list[Span]:
    """Every other hour of some Tuesdays, so that there is something left to offer."""
    spans = []
    for number in range(days):
        day: date = MONDAY + timedelta(days=1 + 7 * number)
        spans += [(at(hour, day), at(hour + 1, day)) for hour in range(7, 18, 2)]
    return spans


def _offered(attempt: Attempt) -> list[dict[str, Any]]:
    offered: list[dict[str, Any]] = attempt.answer.json()["values"]["alternatives"]
    assert offered, "there is something left, and it is offered"
    return offered


def _taken(ledger: dict[UUID, list[Span]], attempt: Attempt) -> bool:
    start, end = attempt.span
    return any(
        start < until and since < end
        for leaf in attempt.resource.leaf_ids
        for since, until in ledger.get(leaf, ())
    )

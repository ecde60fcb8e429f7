"""Sixteen rivals who book, give up, wait and answer over few rooms, and the oracle that reads the tables."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
from booking_builders import Api, Hub, at

from booking.resources.handlers import ResourceView
from chassis.ids import new_id

RIVALS = 16
Span = tuple[datetime, datetime]
_ACTS = ("book", "cancel", "wait", "answer", "leave")
_HOW_OFTEN = (3, 4, 5, 6, 1)


@dataclass
class Scramble:
    """The rooms, the hours, the people, and how each of their requests was answered."""

    hub: Hub
    api: Api
    rooms: Sequence[ResourceView]
    people: Sequence[UUID]
    spans: Sequence[Span]
    answered: dict[str, int] = field(default_factory=dict)
    servers: list[str] = field(default_factory=list)

    @classmethod
    async def opened(cls, hub: Hub, api: Api) -> "Scramble":
        """Two rooms and one made of both, four hours, sixteen members."""
        a, b = [await hub.room(name, capacity=8) for name in ("A", "B")]
        rooms = (a, b, await hub.composed("A + B", a, b))
        spans = [(at(hour), at(hour + 1)) for hour in (9, 10, 11, 12)]
        return cls(hub, api, rooms, [await hub.member() for _ in range(RIVALS)], spans)

    async def run(self, each: int) -> None:
        """Let every rival act so many times, all at once, each by what it then sees."""
        await asyncio.gather(*(self._act(rival, each) for rival in range(RIVALS)))

    async def give_up(self) -> None:
        """Let everybody give up what is booked, so that whoever still waits has something to be offered."""
        for person in self.people:
            token = self.api.token("member", person)
            for each in await self._own("bookings", token, "confirmed"):
                await self._send(f"bookings/{each['booking_id']}/cancel", token, {})

    async def answer(self, how: str) -> None:
        """Let whoever has an offer accept or decline it; of several who decline, only the first."""
        for person in self.people:
            token = self.api.token("member", person)
            for entry in await self._own("waitlist", token, "offered"):
                await self._send(f"waitlist/{entry['entry_id']}/{how}", token, {})
                if how == "decline":
                    return

    async def _act(self, rival: int, times: int) -> None:
        choices = random.Random(rival)  # noqa: S311 - the same scramble each time
        person = self.people[rival]
        token = self.api.token("member", person)
        for _ in range(times):
            act = choices.choices(_ACTS, _HOW_OFTEN)[0]
            room, span = choices.choice(self.rooms), choices.choice(self.spans)
            wish = {"person_id": str(person), "start": span[0].isoformat(), "end": span[1].isoformat()}
            match act:
                case "book":
                    body = {"booking_id": str(new_id()), "resource_id": str(room.resource_id), **wish}
                    await self._send("bookings", token, body)
                case "wait":
                    what = {"resource_id": str(room.resource_id)}
                    if choices.random() < 0.3:
                        what = {"site_id": str(self.hub.site_id), "kind": "room"}
                    await self._send("waitlist", token, {"entry_id": str(new_id()), **what, **wish})
                case "cancel":
                    found = await self._own("bookings", token, "confirmed")
                    if found:
                        await self._send(f"bookings/{choices.choice(found)['booking_id']}/cancel", token, {})
                case _:
                    state = "offered" if act == "answer" else "waiting"
                    for entry in await self._own("waitlist", token, state):
                        how = choices.choice(("accept", "decline")) if act == "answer" else "leave"
                        await self._send(f"waitlist/{entry['entry_id']}/{how}", token, {})

    async def _own(self, what: str, token: str, state: str) -> list[dict[str, Any]]:
        answer = await self.api.get(f"{what}/own", token, limit="200")
        found: list[dict[str, Any]] = answer.json()["items"]
        return [each for each in found if each["state"] == state]

    async def _send(self, path: str, token: str, body: dict[str, Any]) -> None:
        answer = await self.api.post(path, token, body)
        said = "done" if answer.is_success else answer.json()["code"]
        verb = f"{path.split('/', maxsplit=1)[0]} {path.rsplit('/', 1)[-1]}: {said}"
        self.answered[verb] = self.answered.get(verb, 0) + 1
        if answer.status_code >= 500:
            self.servers.append(answer.text)

    async def judge(self) -> None:
        """Raise AssertionError unless the tables hold together; nothing of the services' code is asked."""
        assert self.servers == []
        async with self.hub.database.tx(self.hub.territory) as tx:
            bookings = await tx.fetch("SELECT * FROM bookings")
            claims = await tx.fetch("SELECT * FROM claims")
            entries = await tx.fetch("SELECT * FROM waitlist_entries ORDER BY joined_at, entry_id")
            told = await tx.fetch(
                "SELECT type, data->>'entry_id' AS entry_id FROM (SELECT type, convert_from("
                "data, 'utf8')::jsonb AS data FROM event_log WHERE type LIKE '%Waitlist%') said"
            )
        _no_leaf_twice(claims)
        _claims_are_those_of_live_bookings(bookings, claims, self.rooms)
        _nobody_waits_for_what_is_free(entries, claims, self.rooms)
        _each_offer_has_one_end(entries, told)
        for entry in (each for each in entries if each["state"] in ("offered", "accepted")):
            booking = next(each for each in bookings if each["booking_id"] == entry["booking_id"])
            assert entry["state"] == "accepted" or booking["state"] == "held"


def _no_leaf_twice(claims: Sequence[asyncpg.Record]) -> None:
    by_leaf: dict[UUID, list[Span]] = {}
    for claim in claims:
        by_leaf.setdefault(claim["leaf_id"], []).append((claim["starts_at"], claim["ends_at"]))
    for spans in by_leaf.values():
        ordered = sorted(spans)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered))


def _claims_are_those_of_live_bookings(
    bookings: Sequence[asyncpg.Record], claims: Sequence[asyncpg.Record], rooms: Sequence[ResourceView]
) -> None:
    leaves = {room.resource_id: room.leaf_ids for room in rooms}
    expected = {
        (each["booking_id"], leaf)
        for each in bookings
        if each["state"] in ("held", "confirmed")
        for leaf in leaves[each["resource_id"]]
    }
    assert {(each["booking_id"], each["leaf_id"]) for each in claims} == expected


def _nobody_waits_for_what_is_free(
    entries: Sequence[asyncpg.Record], claims: Sequence[asyncpg.Record], rooms: Sequence[ResourceView]
) -> None:
    for entry in (each for each in entries if each["state"] == "waiting"):
        for room in rooms:
            if entry["resource_id"] in (None, room.resource_id):
                assert any(
                    claim["leaf_id"] in room.leaf_ids
                    and claim["starts_at"] < entry["ends_at"]
                    and claim["ends_at"] > entry["starts_at"]
                    for claim in claims
                ), f"{room.name} is free from {entry['starts_at']} and {entry['entry_id']} waits for it"


def _each_offer_has_one_end(entries: Sequence[asyncpg.Record], told: Sequence[asyncpg.Record]) -> None:
    said: dict[str, list[str]] = {}
    for each in told:
        said.setdefault(each["entry_id"], []).append(each["type"].split(".")[2].removeprefix("Waitlist"))
    for entry in entries:
        facts = said[str(entry["entry_id"])]
        ends = {"waiting": [], "offered": []}.get(entry["state"], [_END_OF[entry["state"]]])
        made = ["OfferMade"] if entry["booking_id"] else []
        assert sorted(facts) == sorted(["Joined", *made, *ends]), (entry["state"], facts)


_END_OF = {
    "waiting": "",
    "offered": "",
    "accepted": "OfferAccepted",
    "declined": "OfferDeclined",
    "expired": "OfferExpired",
    "left": "Left",
    "ended": "Ended",
}

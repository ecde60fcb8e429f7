"""Act four: two hundred want the large room at once; one has it, half of the others take what is offered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maillage.demo.agenda import Fate, Visit, rivals_day
from maillage.demo.months import ZONE, at
from maillage.demo.stage import Booked, Stage, all_of
from maillage.demo.tables import LARGE
from maillage.demo.using import booking, give_up, overlaps
from maillage.demo.wire import AT_ONCE, Answer, Json

RIVALS = 200
_TRIES = 40
_TAKING = 3  # at once: more of them would mostly find that somebody was faster
_OFFER = ("resource_id", "start", "end")
_COMES = ("09:00", "09:40")  # who took a time in between comes, the others give it back


@dataclass(frozen=True, slots=True)
class Rival:
    """One who wants the room, and what they were answered."""

    number: int
    visit: Visit
    answer: Answer

    @property
    def offers(self) -> list[Json]:
        return offers(self.answer)


async def everybody_wants_the_large_room(stage: Stage) -> None:
    """Staff let members book the room for once; two hundred requests are on their way at the same time."""
    room = f"/resources/{stage.things[LARGE]}/change"
    await stage.by("desk").act("booking", room, {"approval_required": False}, "large room for everybody")
    day = rivals_day(stage.draws.month)
    people = [who for who in stage.cast.members() if who.since <= day.day]
    stage.wire.gate = asyncio.Semaphore(RIVALS)
    rivals = await all_of(
        _wants(stage, number, people[number % len(people)].key, (at(day, "10:00"), at(day, "10:15")))
        for number in range(RIVALS)
    )
    stage.wire.gate = asyncio.Semaphore(AT_ONCE)
    stage.tell("One has it; half of the others take what is offered")
    winners = [rival for rival in rivals if rival.answer.accepted]
    losers = [rival for rival in rivals if rival.answer.code == "slot-taken"]
    check = stage.facts.check
    check(
        "rivals",
        "Rivals at once for the large room: those who have it, those told that it is taken",
        [1, RIVALS - 1],
        [len(winners), len(losers)],
    )
    check(
        "offered",
        "Losers to whom something else was offered",
        RIVALS - 1,
        sum(bool(each.offers) for each in losers),
    )
    stage.bookings += [_had(stage, rival.visit, rival.answer) for rival in winners]
    _check_offers(stage, losers)
    await _half_take_one(stage, losers)
    await stage.by("desk").act("booking", room, {"approval_required": True}, "large room as before")


def offers(answer: Answer) -> list[Json]:
    """Return what a refusal offers instead."""
    found: list[Json] = answer.body.get("values", {}).get("alternatives", [])
    return found


async def _wants(stage: Stage, number: int, person: str, span: tuple[datetime, datetime]) -> Rival:
    visit = Visit(f"rival/{number}", person, LARGE, *span)
    wanted = booking(stage, visit, visit.name)
    return Rival(number, visit, await stage.by(person).attempt("booking", "/bookings", wanted, visit.name))


def _check_offers(stage: Stage, losers: list[Rival]) -> None:
    """Compare what was offered with all that was booked by then; nobody has taken an offer yet."""
    told = {(o["resource_id"], o["start"], o["end"]) for each in losers for o in each.offers}
    offered = [
        _visit(stage, "offer", losers[0].visit.person, dict(zip(_OFFER, each, strict=True))) for each in told
    ]
    taken = [visit for visit in offered if overlaps([*stage.bookings, Booked(visit, "offer", "", {})])]
    stage.facts.check("offers-free", "Offers of what somebody has already", 0, len(taken))


async def _half_take_one(stage: Stage, losers: list[Rival]) -> None:
    takers = losers[::2]
    turn = asyncio.Semaphore(_TAKING)
    found = await all_of(_takes_one(stage, each, turn) for each in takers)
    had = [each for each in found if each]
    stage.bookings += had
    stage.facts.check("takers", "Losers who take something else, and have it", len(takers), len(had))
    await give_up(stage, [each for each in had if each.visit.fate == "given up"])


async def _takes_one(stage: Stage, rival: Rival, turn: asyncio.Semaphore) -> Booked | None:
    """Take an alternative; where somebody was faster, one of those offered then."""
    choice = rival.offers
    async with turn:
        for number in range(_TRIES):
            if not choice:
                return None
            chosen = choice.pop(stage.draws.number(len(choice), "choice", rival.number, number))
            visit = _visit(stage, f"rival/{rival.number}/{number}", rival.visit.person, chosen)
            wanted = booking(stage, visit, visit.name)
            answer = await stage.by(visit.person).attempt("booking", "/bookings", wanted, visit.name)
            if answer.accepted:
                return _had(stage, visit, answer)
            choice = offers(answer) or choice
    return None


def _visit(stage: Stage, name: str, person: str, offer: dict[str, Any]) -> Visit:
    thing = next(key for key, known in stage.things.items() if known == offer["resource_id"])
    start = datetime.fromisoformat(offer["start"]).astimezone(ZONE)
    end = datetime.fromisoformat(offer["end"]).astimezone(ZONE)
    first, last = (at(start.date(), clock) for clock in _COMES)
    fate: Fate = "comes" if first <= start <= last or name == "offer" else "given up"
    return Visit(name, person, thing, start, end, fate)


def _had(stage: Stage, visit: Visit, answer: Answer) -> Booked:
    return Booked(visit, answer.body["booking_id"], stage.by(visit.person).person_id, answer.body)

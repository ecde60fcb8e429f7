"""Act three: a month of bookings is asked for, some are given up, and each day people come or do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from maillage.demo.agenda import Visit
from maillage.demo.cast import BOOKER, WALK_IN
from maillage.demo.fibre import ACTIVATED
from maillage.demo.months import Month, at, instant
from maillage.demo.stage import Booked, Stage, all_of
from maillage.demo.tables import LARGE, THING_OF
from maillage.demo.wire import Actor, Answer, Json

NOT_HEARD = frozenset({"no-membership", "not-affiliated-then"})
"""Refusals that end by themselves once booking has heard what membership told."""
_TRIES = 400
_MORNING, _RIVALS, _AFTERNOON = "09:10", "10:10", "14:10"
_STATES = {"comes": "completed", "absent": "no_show", "given up": "cancelled", "given up late": "cancelled"}


async def book(stage: Stage, visits: list[Visit]) -> None:
    """Each person asks for their own visits, one after the other; all persons at once."""
    asked: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        asked[visit.person].append(visit)
    for found in await all_of(_in_turn(stage, each) for each in asked.values()):
        stage.bookings += found


async def _in_turn(stage: Stage, visits: list[Visit]) -> list[Booked]:
    return [await _booked(stage, visit) for visit in visits]


async def _booked(stage: Stage, visit: Visit) -> Booked:
    """Book as the person; the desk books for a walk-in, and grants what needs its consent."""
    at_desk = visit.person == WALK_IN
    by = stage.by("desk" if at_desk else visit.person)
    wanted = booking(stage, visit, visit.name)
    if at_desk:
        wanted |= {"audience": stage.person(WALK_IN).audience}
    if visit.thing == LARGE:
        await _too_many(stage, visit)
    answer = await settled(stage, by, visit.name, wanted)
    said = answer.body if answer.accepted else {}
    if visit.thing == LARGE and said:
        said, by = await _granted(stage, visit, said), stage.by("desk")
    return Booked(visit, said.get("booking_id", ""), by.person_id, said)


async def settled(stage: Stage, by: Actor, name: str, wanted: Json) -> Answer:
    """Book, under another id as long as the answer is that booking has not heard of the membership yet.

    A refusal is kept under its id: a later run asks for the same ids and is given the same answers.
    """
    for number in range(_TRIES):
        body = wanted | {"booking_id": stage.id("booking", name, number)}
        answer = await by.attempt("booking", "/bookings", body, f"{name}/{number}")
        if answer.code not in NOT_HEARD:
            return answer
    return answer


def booking(stage: Stage, visit: Visit, name: str) -> Json:
    return {
        "booking_id": stage.id("booking", name),
        "resource_id": stage.things[visit.thing],
        "person_id": stage.person(visit.person).person_id,
        "start": instant(visit.start),
        "end": instant(visit.end),
    }


async def _too_many(stage: Stage, visit: Visit) -> None:
    crowd = booking(stage, visit, visit.name) | {"attendees": 25}
    full = await settled(stage, stage.by("desk"), f"{visit.name}/crowd", crowd)
    if visit.day < stage.months[1].first:
        stage.facts.check("capacity", "Twenty-five people do not fit into it", "too-many-people", full.code)


async def _granted(stage: Stage, visit: Visit, asked: Json) -> Json:
    """Let the desk decide on a request for the large room."""
    if visit.day < stage.months[1].first:
        what = "A member’s request for the large room waits for the desk"
        stage.facts.check("approval", what, "requested", asked["state"])
    path = f"/bookings/{asked['booking_id']}/approve"
    return await stage.by("desk").act("booking", path, {}, f"{visit.name}/granted")


async def give_up(stage: Stage, bookings: list[Booked]) -> None:
    """Those who asked give their bookings up."""

    async def one(each: Booked) -> None:
        path = f"/bookings/{each.booking_id}/cancel"
        await stage.by(each.visit.person).act("booking", path, {})

    await all_of(one(each) for each in bookings)


async def live(
    stage: Stage, month: Month, handover: Callable[[Stage], Awaitable[None]] | None = None
) -> None:
    """Go through the days of a month: who comes checks in, who changes their mind cancels the day before.

    On the afternoon of the twelfth the fibre line is handed over, if there is one to be.
    """
    ours = [
        each
        for each in stage.bookings
        if each.booking_id and month.first <= each.visit.day < month.next.first
    ]
    await give_up(stage, [each for each in ours if each.visit.fate == "given up"])
    coming: dict[datetime, list[Booked]] = defaultdict(list)
    late: dict[date, list[Booked]] = defaultdict(list)
    for each in ours:
        if each.visit.fate == "comes":
            coming[_door(each.visit)].append(each)
        elif each.visit.fate == "given up late":
            late[each.visit.day - timedelta(days=1)].append(each)
    eves = {at(day, _MORNING) for day in late}
    twelfth = {at(month.day(ACTIVATED), _AFTERNOON)} if handover else set()
    for moment in sorted({*coming, *eves, *twelfth}):
        stage.tell(f"{moment:%d.%m. %H:%M}")
        await stage.move_clock(moment)
        await all_of(_checks_in(stage, each) for each in coming[moment])
        if moment in eves:
            await give_up(stage, late[moment.date()])
        if handover and moment in twelfth:
            await handover(stage)


def _door(visit: Visit) -> datetime:
    """Return when the person stands at the door: at the first of the usual times that is in time."""
    half_hour = timedelta(minutes=30)
    clocks = (at(visit.day, clock) for clock in (_MORNING, _RIVALS, _AFTERNOON))
    closes = min(visit.start + half_hour, visit.end)
    return next(clock for clock in clocks if visit.start - half_hour <= clock < closes)


async def _checks_in(stage: Stage, each: Booked) -> None:
    by = stage.by("desk" if each.visit.person == WALK_IN else each.visit.person)
    await by.act("booking", f"/bookings/{each.booking_id}/check-in", {})


async def check_bookings(stage: Stage) -> None:
    """Compare what became of each booking with what was meant to."""
    desk, check = stage.by("desk"), stage.facts.check
    check(
        "accepted",
        "Bookings asked for and not had",
        [],
        [b.visit.name for b in stage.bookings if not b.booking_id],
    )
    listed = await desk.items("booking", f"/bookings?site_id={stage.site_id}")
    states = {each["booking_id"]: each["state"] for each in listed}
    for fate, text in (
        ("comes", "Bookings whose person came"),
        ("absent", "Bookings to which nobody came"),
        ("given up", "Bookings given up long before"),
        ("given up late", "Bookings given up the day before"),
    ):
        ours = [each for each in stage.bookings if each.visit.fate == fate]
        found = sum(states.get(each.booking_id) == _STATES[fate] for each in ours)
        check(f"bookings-{fate.replace(' ', '-')}", text, len(ours), found)
    walked = next(each for each in stage.bookings if each.visit.person == WALK_IN)
    seen = [walked.said["audience"], walked.said["membership_id"], walked.said["paid_by"]]
    check(
        "day-pass",
        "The walk-in is booked in at the desk, without membership, and pays",
        ["nomad", None, "money"],
        seen,
    )
    company = stage.person(BOOKER).company or ""
    payers = {
        str(each.said["payer"]) for each in stage.bookings if each.booking_id and each.visit.person == BOOKER
    }
    payer = {"person_id": None, "organisation_id": stage.organisation(company)}
    check("company-pays", "A company pays what its people book", [str(payer)], sorted(payers))
    check("overlaps", "Claims of one room or desk that overlap", 0, overlaps(stage.bookings))


def overlaps(bookings: list[Booked]) -> int:
    """Count pairs that use the same thing at the same time; what a room is composed of counts as it."""
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for each in bookings:
        if each.booking_id and not each.visit.fate.startswith("given up"):
            thing = THING_OF[each.visit.thing]
            for leaf in thing.parts or (thing.key,):
                spans[leaf].append((each.visit.start, each.visit.end))
    pairs = (pair for found in spans.values() for pair in zip(sorted(found), sorted(found)[1:], strict=False))
    return sum(before[1] > after[0] for before, after in pairs)

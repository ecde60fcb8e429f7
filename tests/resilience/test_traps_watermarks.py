"""Traps of the one memory against repeats: what a lock, a key or a stale look at it would cost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import tinyjournal
from probe import ECHOES, THINGS, EchoHeard, ThingTouched, a_batch, a_record, touches

from chassis.breaker import Breaker
from chassis.db import Database, Tx
from chassis.ids import new_id
from chassis.lane_worker import LaneWorker
from chassis.outbox import Connection as Admin
from chassis.step import Outcome, Step
from chassis.subscriber import Subscriber
from chassis.testing import eventually
from contracts.envelope import Event, Fact


def a_step(database: Database, subscriber: Subscriber) -> Step:
    return Step(database, subscriber, Breaker())


def a_listener(before: Callable[[Event[Fact]], Awaitable[None]] | None = None) -> Subscriber:
    """Build a subscriber to both topics that journals, after something else if told so."""
    subscriber = Subscriber(f"alpha.{new_id()}", topics=[THINGS, ECHOES])

    async def hear(tx: Tx, event: Event[Any]) -> None:
        if before is not None:
            await before(event)
        await tinyjournal.note(tx, subscriber.name, [event])

    subscriber.on(ThingTouched)(hear)
    subscriber.on(EchoHeard)(hear)
    return subscriber


async def effects(admin: Admin, subscriber: Subscriber) -> list[tuple[str, int]]:
    query = "SELECT topic, version FROM journal WHERE consumer = $1 ORDER BY seq"
    return [tuple(row) for row in await admin.fetch(query, subscriber.name)]


async def watermarks(admin: Admin, subscriber: Subscriber) -> dict[tuple[str, str], int]:
    query = "SELECT territory_id, topic, version FROM watermark WHERE consumer = $1"
    return {(row[0], row[1]): row[2] for row in await admin.fetch(query, subscriber.name)}


async def blocked(admin: Admin, application: str) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE $1 AND wait_event_type = 'Lock'"
    return bool(await admin.fetchval(query, f"%{application}%"))


async def test_one_id_in_two_topics_has_two_watermarks(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_listener()
    step = a_step(worker_database, subscriber)
    echoes = [a_record(EchoHeard(thing_id="a", heard=n), n, territory) for n in (1, 2, 3)]
    assert await step.run(a_batch(*touches(territory, "a", 1), *echoes[:2]), careful=False) == Outcome(
        handled=3
    )
    assert await watermarks(admin, subscriber) == {(territory, THINGS.name): 1, (territory, ECHOES.name): 2}
    assert await step.run(a_batch(*touches(territory, "a", 2), echoes[2]), careful=False) == Outcome(
        handled=2
    )


async def test_one_id_in_two_territories_has_two_watermarks(
    worker_database: Database, admin: Admin, territory: str, other_territory: str
) -> None:
    subscriber = a_listener()
    step = a_step(worker_database, subscriber)
    batch = a_batch(*touches(territory, "a", 1), *touches(other_territory, "a", 1, 2, 3))
    assert await step.run(batch, careful=False) == Outcome(handled=4)
    reached = {(territory, THINGS.name): 1, (other_territory, THINGS.name): 3}
    assert await watermarks(admin, subscriber) == reached
    batch = a_batch(*touches(territory, "a", 2), *touches(other_territory, "a", 4))
    assert await step.run(batch, careful=False) == Outcome(handled=2)


async def test_two_copies_that_hold_the_same_event_act_on_it_once(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    """As after a rebalance that one of them slept through."""
    inside, gate = [], asyncio.Event()

    async def wait(event: Event[Fact]) -> None:
        if event.version == 2:
            inside.append(event)
            await gate.wait()

    subscriber = a_listener(wait)
    await a_step(worker_database, subscriber).run(a_batch(*touches(territory, "a", 1)), careful=False)
    first = asyncio.create_task(run_second(worker_database, subscriber, territory))
    await eventually(lambda: inside)
    second = asyncio.create_task(run_second(worker_database, subscriber, territory))

    async def second_waits_or_acts() -> bool:
        return len(inside) == 2 or await waits_for_the_other(admin, second)

    await eventually(second_waits_or_acts)
    gate.set()
    outcomes = await asyncio.gather(first, second)
    assert [event[1] for event in await effects(admin, subscriber)] == [1, 2]
    assert sorted(outcome.handled for outcome in outcomes) == [0, 1]


async def run_second(database: Database, subscriber: Subscriber, territory: str) -> Outcome:
    return await a_step(database, subscriber).run(a_batch(*touches(territory, "a", 2)), careful=False)


async def waits_for_the_other(admin: Admin, task: "asyncio.Task[Outcome]") -> bool:
    return task.done() or await blocked(admin, "watermark")


async def test_an_event_that_comes_while_its_lane_closes_is_handled_and_not_queued_for_ever(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    mended, inside, gate = False, asyncio.Event(), asyncio.Event()

    async def fail_until_mended(event: Event[Fact]) -> None:
        if not mended:
            raise RuntimeError
        if event.version == 1:
            inside.set()
            await gate.wait()

    subscriber = a_listener(fail_until_mended)
    step = a_step(worker_database, subscriber)
    await step.run(a_batch(*touches(territory, "a", 1)), careful=True)
    await admin.execute("UPDATE lane SET next_at = '-infinity' WHERE consumer = $1", subscriber.name)
    mended = True
    draining = asyncio.create_task(LaneWorker(worker_database, [subscriber]).work())
    await inside.wait()
    arriving = asyncio.create_task(step.run(a_batch(*touches(territory, "a", 2)), careful=False))
    await eventually(lambda: waits_for_the_other(admin, arriving))
    gate.set()
    await draining
    assert await arriving == Outcome(handled=1)
    assert [event[1] for event in await effects(admin, subscriber)] == [1, 2]
    assert await admin.fetchval("SELECT count(*) FROM lane_event WHERE consumer = $1", subscriber.name) == 0


@pytest.mark.parametrize("careful", [False, True])
async def test_a_repeat_inside_one_fetch_counts_as_a_repeat_and_waits_in_no_lane(
    worker_database: Database,
    admin: Admin,
    territory: str,
    careful: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    async def fail(event: Event[Fact]) -> None:
        if careful and event.aggregate_id == "bad":
            raise RuntimeError

    subscriber = a_listener(fail)
    batch = a_batch(*touches(territory, "bad", 1, 1, 2, 1, 2), *touches(territory, "good", 1, 1))
    outcome = await a_step(worker_database, subscriber).run(batch, careful=careful)
    expected = Outcome(handled=1, repeats=4, parked=1, queued=2) if careful else Outcome(handled=3, repeats=4)
    assert outcome == expected

"""Timers: fired once, on time by the right clock, retried when their handler fails."""

import asyncio
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from probe import EchoHeard

from chassis.db import Database, Tx
from chassis.ids import new_id
from chassis.outbox import Cause
from chassis.outbox import Connection as Admin
from chassis.timers import Timer, Timers, set_timer, unset_timer


class Bell:
    """A kind of timer that rings, and what it rang for."""

    def __init__(self, database: Database) -> None:
        self.kind = f"bell-{new_id()}"
        self.rung: list[str] = []
        self.faulty = False
        self.timers = Timers(database, {self.kind: self._ring})

    async def _ring(self, tx: Tx, timer: Timer) -> None:
        tx.emit(EchoHeard(thing_id=timer.timer_id, heard=1))
        if self.faulty:
            raise RuntimeError
        self.rung.append(timer.data)


async def set_bell(
    database: Database, territory: str, bell: Bell, seconds: float, *, business: bool = True
) -> None:
    async with database.tx(territory) as tx:
        due_at = await tx.now() + timedelta(seconds=seconds)
        await set_timer(tx, bell.kind, "t1", due_at, "ring", business=business)


async def test_a_timer_fires_once_when_due_and_its_events_name_the_chain_that_set_it(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    bell = Bell(worker_database)
    await set_bell(worker_database, territory, bell, 3600)
    await bell.timers.fire()
    assert bell.rung == []
    await set_bell(worker_database, territory, bell, -1)
    setting = await admin.fetchval("SELECT correlation_id FROM timer WHERE kind = $1", bell.kind)
    await asyncio.gather(*(bell.timers.fire() for _ in range(3)))
    assert bell.rung == ["ring"]
    heard = await admin.fetch("SELECT correlation_id FROM event_log WHERE territory_id = $1", territory)
    assert [row[0] for row in heard] == [setting]


async def test_a_timer_that_is_unset_does_not_fire(worker_database: Database, territory: str) -> None:
    bell = Bell(worker_database)
    await set_bell(worker_database, territory, bell, -1)
    async with worker_database.tx(territory) as tx:
        await unset_timer(tx, bell.kind, "t1")
    await bell.timers.fire()
    assert bell.rung == []


async def test_business_timers_follow_the_clock_of_a_sandbox_and_others_do_not(
    worker_database: Database, admin: Admin, territory: str, other_territory: str
) -> None:
    business, platform = Bell(worker_database), Bell(worker_database)
    await set_bell(worker_database, territory, business, 86_400)
    await set_bell(worker_database, territory, platform, 86_400, business=False)
    await set_bell(worker_database, other_territory, business, 86_400)
    await admin.execute("INSERT INTO territory_clock VALUES ($1, '2 days')", territory)
    await business.timers.fire()
    await platform.timers.fire()
    assert (business.rung, platform.rung) == (["ring"], [])


async def test_a_timer_whose_handler_fails_is_retried_and_leaves_nothing_behind(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    bell = Bell(worker_database)
    bell.faulty = True
    await set_bell(worker_database, territory, bell, -1)
    await bell.timers.fire()
    await bell.timers.fire()
    row = await admin.fetchrow("SELECT state, attempts, error FROM timer WHERE kind = $1", bell.kind)
    assert row is not None
    assert (row["state"], row["attempts"]) == ("pending", 1), "not tried again before its time"
    assert await admin.fetchval("SELECT count(*) FROM event_log WHERE territory_id = $1", territory) == 0
    bell.faulty = False
    await admin.execute("UPDATE timer SET retry_at = '-infinity' WHERE kind = $1", bell.kind)
    await bell.timers.fire()
    assert bell.rung == ["ring"]


@pytest.mark.parametrize("attempts", [5])
async def test_a_timer_that_keeps_failing_is_given_up(
    worker_database: Database, admin: Admin, territory: str, attempts: int
) -> None:
    bell = Bell(worker_database)
    bell.faulty = True
    await set_bell(worker_database, territory, bell, -1)
    await admin.execute("UPDATE timer SET attempts = $2 WHERE kind = $1", bell.kind, attempts)
    await bell.timers.fire()
    assert await admin.fetchval("SELECT state FROM timer WHERE kind = $1", bell.kind) == "dead"


async def test_a_timer_fires_in_the_trace_of_the_change_that_set_it(
    worker_database: Database, admin: Admin, territory: str, spans: InMemorySpanExporter
) -> None:
    bell = Bell(worker_database)
    cause = Cause(correlation_id=new_id(), traceparent=f"00-{1:032x}-{2:016x}-01")
    async with worker_database.tx(territory, cause=cause) as tx:
        await set_timer(tx, bell.kind, "t1", await tx.now(), "ring")
    await bell.timers.fire()
    (fired,) = spans.get_finished_spans()
    assert (fired.context.trace_id, fired.parent and fired.parent.span_id) == (1, 2)
    told = await admin.fetchval("SELECT traceparent FROM event_log WHERE territory_id = $1", territory)
    assert told == f"00-{1:032x}-{fired.context.span_id:016x}-01"


async def test_a_handler_may_set_the_same_timer_anew(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    kind = f"again-{new_id()}"

    async def again(tx: Tx, timer: Timer) -> None:
        await set_timer(tx, kind, timer.timer_id, await tx.now() + timedelta(hours=1))

    timers = Timers(worker_database, {kind: again})
    async with worker_database.tx(territory) as tx:
        await set_timer(tx, kind, "t1", await tx.now())
    await timers.fire()
    assert await admin.fetchval("SELECT count(*) FROM timer WHERE kind = $1", kind) == 1

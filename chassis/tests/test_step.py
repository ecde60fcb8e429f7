"""One batch taken into effect: once, in order, nothing past what failed."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from probe import THINGS, EchoHeard, ThingForgotten, ThingTouched, a_batch, a_record, touches

from chassis.breaker import Breaker, BreakerOpenError
from chassis.db import Database, Tx
from chassis.faults import HandlerFailedError
from chassis.ids import new_id
from chassis.outbox import Connection as Admin
from chassis.step import Outcome, Step
from chassis.subscriber import Subscriber
from contracts.envelope import Event, Topic


def a_subscriber(*faulty: str, name: str | None = None) -> Subscriber:
    """Build a subscriber that writes what it handles, and then fails on some things."""
    subscriber = Subscriber(name or f"probe.{new_id()}", topics=[THINGS])

    @subscriber.on(ThingTouched)
    async def journal(tx: Tx, event: Event[ThingTouched]) -> None:
        await tx.execute(JOURNAL, tx.territory_id, subscriber.name, event.aggregate_id, event.version)
        tx.emit(EchoHeard(thing_id=event.aggregate_id, heard=event.version))
        if event.aggregate_id in faulty:
            raise RuntimeError("this text holds a secret")

    return subscriber


JOURNAL = "INSERT INTO journal (territory_id, consumer, thing_id, version) VALUES ($1, $2, $3, $4)"


async def effects(admin: Admin, consumer: str) -> list[tuple[str, int]]:
    rows = await admin.fetch(
        "SELECT thing_id, version FROM journal WHERE consumer = $1 ORDER BY seq", consumer
    )
    return [tuple(row) for row in rows]


async def echoes(admin: Admin, territory: str) -> int:
    count: int = await admin.fetchval(
        "SELECT count(*) FROM event_log WHERE territory_id = $1 AND topic = 'probe.echoes.v1'", territory
    )
    return count


def a_step(database: Database, subscriber: Subscriber) -> Step:
    return Step(database, subscriber, Breaker())


async def test_events_take_effect_once_in_version_order(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber()
    batch = a_batch(*touches(territory, "b", 1, 2), *touches(territory, "a", 1), *touches(territory, "b", 3))
    outcome = await a_step(worker_database, subscriber).run(batch, careful=False)
    assert outcome == Outcome(handled=4)
    assert await effects(admin, subscriber.name) == [("a", 1), ("b", 1), ("b", 2), ("b", 3)]
    assert await echoes(admin, territory) == 4


async def test_repeats_inside_a_batch_and_from_an_earlier_one_have_no_effect(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber()
    step = a_step(worker_database, subscriber)
    await step.run(a_batch(*touches(territory, "a", 1, 2, 1, 2)), careful=False)
    again = await a_step(worker_database, subscriber).run(
        a_batch(*touches(territory, "a", 1, 2, 3)), careful=False
    )
    assert again == Outcome(handled=1, repeats=2)
    assert await effects(admin, subscriber.name) == [("a", 1), ("a", 2), ("a", 3)]


async def test_one_id_in_two_territories_is_two_aggregates(
    worker_database: Database, admin: Admin, territory: str, other_territory: str
) -> None:
    subscriber = a_subscriber()
    batch = a_batch(*touches(territory, "same", 1), *touches(other_territory, "same", 1))
    assert await a_step(worker_database, subscriber).run(batch, careful=False) == Outcome(handled=2)
    assert await echoes(admin, territory) == await echoes(admin, other_territory) == 1


async def test_a_handler_in_a_batch_of_two_territories_sees_only_its_own(
    worker_database: Database, territory: str, other_territory: str
) -> None:

    seen: dict[str, list[str]] = {}
    subscriber = Subscriber(f"probe.{new_id()}", topics=[THINGS])

    @subscriber.on(ThingTouched)
    async def look(tx: Tx, event: Event[ThingTouched]) -> None:
        await tx.execute(JOURNAL, tx.territory_id, subscriber.name, event.aggregate_id, event.version)
        rows = await tx.fetch("SELECT territory_id FROM journal WHERE consumer = $1", subscriber.name)
        seen[event.territory_id] = [row[0] for row in rows]

    batch = a_batch(*touches(territory, "a", 1), *touches(other_territory, "a", 1))
    await a_step(worker_database, subscriber).run(batch, careful=False)
    assert seen == {territory: [territory], other_territory: [other_territory]}


async def test_an_optimistic_run_with_a_failing_handler_leaves_nothing(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber("bad")
    batch = a_batch(*touches(territory, "good", 1), *touches(territory, "bad", 1))
    with pytest.raises(HandlerFailedError):
        await a_step(worker_database, subscriber).run(batch, careful=False)
    assert await effects(admin, subscriber.name) == []
    assert await echoes(admin, territory) == 0


async def test_a_careful_run_parks_only_the_aggregate_that_fails(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber("bad")
    batch = a_batch(*touches(territory, "bad", 1, 2), *touches(territory, "good", 1, 2))
    outcome = await a_step(worker_database, subscriber).run(batch, careful=True)
    assert outcome == Outcome(handled=2, parked=1, queued=2)
    assert await effects(admin, subscriber.name) == [("good", 1), ("good", 2)]
    assert await echoes(admin, territory) == 2, "what the failing handler emitted is cut back"
    lane = await admin.fetchrow("SELECT state, error FROM lane WHERE consumer = $1", subscriber.name)
    assert lane is not None
    assert lane["state"] == "retrying"
    assert "RuntimeError at test_step.py:" in lane["error"]
    assert "secret" not in lane["error"]


async def test_later_events_of_a_parked_aggregate_queue_behind_it(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber("bad")
    step = a_step(worker_database, subscriber)
    await step.run(a_batch(*touches(territory, "bad", 1)), careful=True)
    later = await step.run(a_batch(*touches(territory, "bad", 1, 2, 3)), careful=False)
    assert later == Outcome(queued=3)
    versions = await admin.fetch(
        "SELECT version FROM lane_event WHERE consumer = $1 ORDER BY version", subscriber.name
    )
    assert [row[0] for row in versions] == [1, 2, 3]


async def test_a_missing_version_parks_its_aggregate_as_waiting(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber()
    outcome = await a_step(worker_database, subscriber).run(
        a_batch(*touches(territory, "a", 1, 3)), careful=False
    )
    assert outcome == Outcome(handled=1, parked=1, queued=1)
    lane = await admin.fetchrow("SELECT state, error FROM lane WHERE consumer = $1", subscriber.name)
    assert lane is not None
    assert tuple(lane) == ("waiting", "version 2 has not come")


async def test_a_fact_nobody_subscribes_to_moves_the_watermark(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber()
    batch = a_batch(a_record(ThingForgotten(thing_id="a"), 1, territory), *touches(territory, "a", 2))
    outcome = await a_step(worker_database, subscriber).run(batch, careful=False)
    assert outcome == Outcome(handled=1, ignored=1)
    assert await effects(admin, subscriber.name) == [("a", 2)]


async def test_data_that_breaks_the_contract_parks_its_aggregate_without_a_second_run(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    subscriber = a_subscriber()
    bad = a_record(ThingTouched(thing_id="a"), 1, territory)
    bad.value = b'{"thing_id": ["private"]}'
    batch = a_batch(bad, *touches(territory, "b", 1))
    outcome = await a_step(worker_database, subscriber).run(batch, careful=False)
    assert outcome == Outcome(handled=1, parked=1, queued=1)
    error = await admin.fetchval("SELECT error FROM lane WHERE consumer = $1", subscriber.name)
    assert error == "ValidationError: thing_id: string_type"


@pytest.mark.parametrize(
    "damage",
    [
        {"key": b"another"},
        {"key": None},
        {"value": None},
        {"headers": []},
        {"headers": [("ce_id", b"\xff\x00")]},
    ],
)
async def test_an_unreadable_envelope_is_quarantined_and_copied_once(
    worker_database: Database, admin: Admin, territory: str, damage: dict[str, object]
) -> None:
    subscriber = a_subscriber()
    record = a_record(ThingTouched(thing_id="a"), 1, territory)
    vars(record).update(damage)
    step = a_step(worker_database, subscriber)
    for _ in range(2):
        outcome = await step.run(a_batch(record, *touches(territory, "b", 1)), careful=False)
        assert outcome.quarantined == 1
    assert await effects(admin, subscriber.name) == [("b", 1)]
    assert await admin.fetchval("SELECT count(*) FROM quarantine WHERE consumer = $1", subscriber.name) == 1
    copies = await admin.fetch(
        "SELECT territory_id FROM event_log WHERE topic = 'probe.dead.v1' AND data LIKE $1",
        f"%{subscriber.name}%".encode(),
    )
    assert [row[0] for row in copies] == ["000000000"]


async def test_a_deferred_constraint_parks_in_the_careful_run(
    worker_database: Database, admin: Admin, territory: str
) -> None:

    subscriber = Subscriber(f"probe.{new_id()}", topics=[THINGS])

    @subscriber.on(ThingTouched)
    async def pair(tx: Tx, event: Event[ThingTouched]) -> None:
        twin = event.id.hex if event.aggregate_id == "good" else "nobody"
        await tx.execute("INSERT INTO pair VALUES ($1, $2, $3)", tx.territory_id, event.id.hex, twin)

    step = a_step(worker_database, subscriber)
    batch = a_batch(*touches(territory, "good", 1), *touches(territory, "bad", 1))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await step.run(batch, careful=False)
    assert await step.run(batch, careful=True) == Outcome(handled=1, parked=1, queued=1)
    assert await admin.fetchval("SELECT count(*) FROM pair WHERE territory_id = $1", territory) == 1


async def test_a_new_version_that_fails_on_everything_parks_nothing(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    things = [f"thing-{n:03}" for n in range(50)]
    subscriber = a_subscriber(*things)
    batch = a_batch(*(record for thing in things for record in touches(territory, thing, 1)))
    with pytest.raises(BreakerOpenError):
        await a_step(worker_database, subscriber).run(batch, careful=True)
    assert await admin.fetchval("SELECT count(*) FROM lane WHERE consumer = $1", subscriber.name) == 0


async def test_a_set_wise_subscriber_receives_the_whole_batch_and_one_event_in_the_careful_run(
    worker_database: Database, admin: Admin, territory: str, other_territory: str
) -> None:

    calls: list[list[str]] = []
    subscriber = Subscriber(f"probe.{new_id()}", topics=[THINGS])

    @subscriber.together(ThingTouched)
    async def project(tx: Tx, events: Sequence[Event[Any]]) -> None:
        calls.append([event.aggregate_id for event in events])
        rows = [(event.territory_id, subscriber.name, event.aggregate_id, event.version) for event in events]
        await tx.executemany(JOURNAL, rows)
        if any(event.aggregate_id == "bad" for event in events):
            raise RuntimeError

    step = a_step(worker_database, subscriber)
    first = sorted((territory, other_territory))
    await step.run(a_batch(*touches(first[0], "a", 1), *touches(first[1], "b", 1)), careful=False)
    assert calls == [["a", "b"]]
    batch = a_batch(*touches(territory, "bad", 1), *touches(territory, "good", 1))
    with pytest.raises(HandlerFailedError):
        await step.run(batch, careful=False)
    assert await step.run(batch, careful=True) == Outcome(handled=1, parked=1, queued=1)
    assert calls[2:] == [["bad"], ["good"]]
    assert await effects(admin, subscriber.name) == [("a", 1), ("b", 1), ("good", 1)]


async def test_events_handled_together_leave_a_span_each_in_their_own_traces(
    worker_database: Database, territory: str, spans: InMemorySpanExporter
) -> None:
    subscriber = Subscriber(f"probe.{new_id()}", topics=[THINGS])

    @subscriber.together(ThingTouched)
    async def project(_tx: Tx, _events: Sequence[Event[Any]]) -> None:
        pass

    parents = [f"00-{number:032x}-{number:016x}-01" for number in (1, 2)] + [f"00-{3:032x}-{3:016x}-00"]
    records = [
        a_record(ThingTouched(thing_id=parent[-4]), 1, territory, traceparent=parent) for parent in parents
    ]
    await a_step(worker_database, subscriber).run(a_batch(*records), careful=False)
    assert [done.context.trace_id for done in spans.get_finished_spans()] == [1, 2]


async def test_an_empty_batch_needs_no_transaction(worker_database: Database) -> None:
    assert await a_step(worker_database, a_subscriber()).run(a_batch(), careful=False) == Outcome()


async def test_on_a_compacted_topic_a_version_that_was_dropped_is_not_waited_for(
    worker_database: Database, territory: str
) -> None:
    kept = Topic("probe.keys.v1", key="thing_id", compacted=True)

    class KeyTouched(ThingTouched, topic=kept):
        """A key was touched."""

    subscriber = Subscriber(f"probe.{new_id()}", topics=[kept])
    seen: list[int] = []

    @subscriber.on(KeyTouched)
    async def note(_tx: Tx, event: Event[KeyTouched]) -> None:
        seen.append(event.version)

    batch = a_batch(*(a_record(KeyTouched(thing_id="a"), version, territory) for version in (2, 5, 3, 6)))
    outcome = await a_step(worker_database, subscriber).run(batch, careful=False)
    assert outcome == Outcome(handled=3, repeats=1)
    assert seen == [2, 5, 6]

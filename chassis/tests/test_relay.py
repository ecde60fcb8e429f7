"""The relay on a real broker: in order, at least once, one at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from probe import a_topic, create_topics, records_of

from chassis.db import Database
from chassis.ids import new_id
from chassis.kafka import Kafka
from chassis.outbox import Cause, partition_of
from chassis.outbox import Connection as Admin
from chassis.relay import Relay
from chassis.testing import ServiceDatabase, eventually
from chassis.wire import decode
from contracts.envelope import Fact, Topic


@asynccontextmanager
async def relaying(
    own_database: ServiceDatabase, kafka: str, database: Database, owner: str = "one"
) -> AsyncIterator[Relay]:
    """Run a relay, woken by the commits of `database`, and stop it in good order."""
    relay = Relay(own_database.worker_url, Kafka(kafka, "probe"), "probe", owner)
    database.committed = relay.wake
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await task


@pytest.fixture(autouse=True)
async def an_empty_outbox(admin: Admin) -> None:
    """Forget what other tests of this database committed and no relay sent."""
    await admin.execute("DELETE FROM outbox")


async def outbox_of(admin: Admin, topic: Topic) -> int:
    count: int = await admin.fetchval("SELECT count(*) FROM outbox WHERE topic = $1", topic.name)
    return count


def is_sent(admin: Admin, topic: Topic) -> Callable[[], object]:
    async def empty() -> bool:
        return await outbox_of(admin, topic) == 0

    return empty


async def touch(database: Database, territory: str, fact: type[Fact], things: str) -> None:
    async with database.tx(territory) as tx:
        for thing in things:
            tx.emit(fact.model_validate({"thing_id": thing, "note": "l'événement"}))


async def test_committed_events_reach_their_partition_in_version_order(
    own_database: ServiceDatabase, database: Database, admin: Admin, kafka: str, territory: str
) -> None:
    topic, touched = a_topic()
    await create_topics(kafka, topic)
    async with relaying(own_database, kafka, database):
        for _ in range(5):
            await touch(database, territory, touched, "abcab")
        await eventually(is_sent(admin, topic))
    records = await records_of(kafka, topic)
    versions: dict[str, list[int]] = {}
    for record in records:
        envelope = decode(record.topic, record.key, record.headers, record.value)
        assert record.partition == partition_of(topic, territory, envelope.aggregate_id)
        assert envelope.type == touched.type
        versions.setdefault(envelope.aggregate_id, []).append(envelope.version)
    assert versions == {
        "a": list(range(1, 11)),
        "b": list(range(1, 11)),
        "c": list(range(1, 6)),
    }


async def test_a_batch_is_sent_under_a_span_of_each_trace_that_is_kept(
    own_database: ServiceDatabase,
    database: Database,
    admin: Admin,
    kafka: str,
    territory: str,
    spans: InMemorySpanExporter,
) -> None:
    topic, touched = a_topic(partitions=1)
    await create_topics(kafka, topic)
    for number, flags in ((1, "01"), (2, "00"), (3, "01")):
        cause = Cause(correlation_id=new_id(), traceparent=f"00-{number:032x}-{number:016x}-{flags}")
        async with database.tx(territory, cause=cause) as tx:
            tx.emit(touched.model_validate({"thing_id": "a"}))
    async with relaying(own_database, kafka, database):
        await eventually(is_sent(admin, topic))
    sent = [(done.name, done.parent and done.parent.span_id) for done in spans.get_finished_spans()]
    assert sent == [(f"send {topic.name}", 1), (f"send {topic.name}", 3)]


async def test_what_cannot_be_sent_stays_in_the_outbox_and_holds_up_nothing_else(
    own_database: ServiceDatabase, database: Database, admin: Admin, kafka: str, territory: str
) -> None:
    (missing, lost), (there, touched) = a_topic(), a_topic()
    await create_topics(kafka, there)
    async with relaying(own_database, kafka, database):
        await touch(database, territory, lost, "a")
        for _ in range(3):
            await touch(database, territory, touched, "ab")
            await eventually(is_sent(admin, there))
        assert await outbox_of(admin, missing) == 1
        await create_topics(kafka, missing)
        await eventually(is_sent(admin, missing), timeout=30)
    assert len(await records_of(kafka, missing)) >= 1


async def test_events_wait_for_a_broker_that_is_away(
    own_database: ServiceDatabase, database: Database, admin: Admin, kafka: str, territory: str
) -> None:
    topic, touched = a_topic()
    await create_topics(kafka, topic)
    async with relaying(own_database, "127.0.0.1:1", database) as relay:
        await touch(database, territory, touched, "abc")
        await eventually(lambda: relay.holds_lease)
    assert await outbox_of(admin, topic) == 3
    async with relaying(own_database, kafka, database):
        await eventually(is_sent(admin, topic))


async def test_one_relay_works_at_a_time_and_a_dead_one_is_replaced(
    own_database: ServiceDatabase, database: Database, admin: Admin, kafka: str, territory: str
) -> None:
    topic, touched = a_topic()
    await create_topics(kafka, topic)
    first = Relay(own_database.worker_url, Kafka(kafka, "probe"), "probe", "first")
    working = asyncio.create_task(first.run())
    await eventually(lambda: first.holds_lease)
    async with relaying(own_database, kafka, database, "second") as second:
        await touch(database, territory, touched, "abc")
        first.wake()
        await eventually(is_sent(admin, topic))
        assert not second.holds_lease
        working.cancel()  # as a killed process: the lease runs out by itself
        await eventually(lambda: second.holds_lease, timeout=20)
        await touch(database, territory, touched, "abc")
        await eventually(is_sent(admin, topic))
    await eventually(working.done)
    assert len(await records_of(kafka, topic)) == 6


async def test_stopping_brings_out_what_was_committed(
    own_database: ServiceDatabase, database: Database, admin: Admin, kafka: str, territory: str
) -> None:
    topic, touched = a_topic()
    await create_topics(kafka, topic)
    async with relaying(own_database, kafka, database) as relay:
        await eventually(lambda: relay.holds_lease)
        await touch(database, territory, touched, "abc" * 200)
    assert await outbox_of(admin, topic) == 0
    assert len(await records_of(kafka, topic)) == 600


async def test_a_commit_in_another_process_wakes_the_relay(
    own_database: ServiceDatabase, database: Database, admin: Admin, kafka: str, territory: str
) -> None:
    topic, touched = a_topic()
    await create_topics(kafka, topic)
    async with relaying(own_database, kafka, database) as relay:
        await eventually(lambda: relay.holds_lease)
        woken = asyncio.Event()
        relay.wake = woken.set  # type: ignore[method-assign]
        other = await asyncpg.connect(own_database.worker_url)
        await other.execute("NOTIFY outbox")
        await asyncio.wait_for(woken.wait(), 10)
        await other.close()
    assert touched.topic == topic

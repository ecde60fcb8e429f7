"""The consumer on a real broker: from the beginning, once, never past what failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from probe import THINGS, ThingTouched, a_record, a_topic, create_topics

from chassis.breaker import Breaker
from chassis.consumer import Consumer
from chassis.db import Database, Tx
from chassis.ids import new_id
from chassis.kafka import Kafka
from chassis.outbox import Connection as Admin
from chassis.subscriber import Subscriber
from chassis.testing import eventually
from contracts.envelope import Event, Fact, Topic

JOURNAL = "INSERT INTO journal (territory_id, consumer, thing_id, version) VALUES ($1, $2, $3, $4)"


class Listener:
    """A subscriber to a topic of its own, whose handler can be told to fail, or to wait."""

    def __init__(self, kafka: str, territory: str, partitions: int = 4) -> None:
        self.kafka = kafka
        self.territory = territory
        self.topic, self.fact = a_topic(partitions)
        self.faulty: set[str] = set()
        self.infected: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.subscriber = Subscriber(f"probe.{new_id()}", topics=[self.topic])
        self.subscriber.on(self.fact)(self._journal)

    async def _journal(self, tx: Tx, event: Event[Fact]) -> None:
        await self.gate.wait()
        await tx.execute(JOURNAL, tx.territory_id, self.subscriber.name, event.aggregate_id, event.version)
        if self.infected:
            raise self.infected.pop()
        if event.aggregate_id in self.faulty:
            raise RuntimeError

    async def send(self, *touches: tuple[str, int], damaged: bool = False) -> None:
        """Put records on the topic as a relay would, or with bytes that are no envelope."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all")
        await producer.start()
        for thing, version in touches:
            record = a_record(self.fact.model_validate({"thing_id": thing}), version, self.territory)
            headers = [("ce_id", b"\xff")] if damaged else record.headers
            await producer.send_and_wait(
                self.topic.name, record.value, key=record.key, partition=record.partition, headers=headers
            )
        await producer.stop()

    @asynccontextmanager
    async def consuming(
        self, database: Database, copy: str = "0", breaker: Breaker | None = None
    ) -> AsyncIterator[Consumer]:
        kafka = Kafka(self.kafka, "probe", copy)
        consumer = Consumer(database, kafka, self.subscriber, breaker)
        task = asyncio.create_task(consumer.run())
        try:
            yield consumer
        finally:
            self.gate.set()
            consumer.stop()
            await task
            await kafka.stop()

    async def effects(self, admin: Admin) -> list[tuple[str, int]]:
        rows = await admin.fetch(
            "SELECT thing_id, version FROM journal WHERE consumer = $1 ORDER BY seq", self.subscriber.name
        )
        return [tuple(row) for row in rows]


@pytest.fixture
async def listener(kafka: str, territory: str) -> Listener:
    listener = Listener(kafka, territory)
    await create_topics(kafka, listener.topic)
    return listener


async def reaches(listener: Listener, admin: Admin, count: int) -> list[tuple[str, int]]:
    async def reached() -> list[tuple[str, int]]:
        effects = await listener.effects(admin)
        return effects if len(effects) >= count else []

    return await eventually(reached, timeout=30)


async def test_a_consumer_born_late_begins_at_the_beginning(
    worker_database: Database, admin: Admin, listener: Listener
) -> None:
    await listener.send(("a", 1), ("b", 1), ("a", 2))
    listener.gate.clear()
    async with listener.consuming(worker_database):
        assert not listener.subscriber.caught_up()
        listener.gate.set()
        effects = await reaches(listener, admin, 3)
        await eventually(listener.subscriber.caught_up)
    assert sorted(effects) == [("a", 1), ("a", 2), ("b", 1)]


async def test_a_restarted_consumer_repeats_nothing_and_misses_nothing(
    worker_database: Database, admin: Admin, listener: Listener
) -> None:
    for start in range(1, 30, 10):
        async with listener.consuming(worker_database):
            await listener.send(*(("a", version) for version in range(start, start + 10)))
            await reaches(listener, admin, start + 9)
    assert await listener.effects(admin) == [("a", version) for version in range(1, 31)]


async def test_a_failing_aggregate_delays_nobody_else_and_runs_when_mended(
    worker_database: Database, admin: Admin, listener: Listener
) -> None:
    listener.faulty = {"bad"}
    async with listener.consuming(worker_database):
        await listener.send(("bad", 1), ("good", 1), ("bad", 2), ("good", 2))
        assert await reaches(listener, admin, 2) == [("good", 1), ("good", 2)]
    lanes = await admin.fetch("SELECT state FROM lane WHERE consumer = $1", listener.subscriber.name)
    assert [row["state"] for row in lanes] == ["retrying"]


async def test_unreadable_records_hold_up_nothing(
    worker_database: Database, admin: Admin, listener: Listener
) -> None:
    await listener.send(("a", 1), damaged=True)
    await listener.send(("a", 1))
    async with listener.consuming(worker_database):
        assert await reaches(listener, admin, 1) == [("a", 1)]


@pytest.mark.parametrize("trouble", [OSError("no route"), TimeoutError()])
async def test_trouble_that_passes_is_waited_out_without_parking(
    worker_database: Database, admin: Admin, listener: Listener, trouble: Exception
) -> None:
    listener.infected = [trouble] * 3
    await listener.send(("a", 1), ("a", 2))
    async with listener.consuming(worker_database):
        assert await reaches(listener, admin, 2) == [("a", 1), ("a", 2)]
    assert not await admin.fetch("SELECT FROM lane WHERE consumer = $1", listener.subscriber.name)


async def test_a_handlers_own_network_error_cannot_block_its_partition_for_ever(
    worker_database: Database, admin: Admin, territory: str, kafka: str
) -> None:
    listener = Listener(kafka, territory, partitions=1)
    await create_topics(kafka, listener.topic)

    async def call_home(_tx: Tx, event: Event[Fact]) -> None:
        if event.aggregate_id == "bad":
            raise ConnectionRefusedError

    subscriber = Subscriber(listener.subscriber.name, topics=[listener.topic])
    seen: list[str] = []

    @subscriber.on(listener.fact)
    async def journal(tx: Tx, event: Event[Fact]) -> None:
        await call_home(tx, event)
        await listener._journal(tx, event)  # noqa: SLF001 - the same journal
        seen.append(event.aggregate_id)

    listener.subscriber = subscriber
    await listener.send(("bad", 1), ("good", 1))
    async with listener.consuming(worker_database):
        assert await reaches(listener, admin, 1) == [("good", 1)]


async def test_two_copies_share_the_partitions_and_one_takes_over_from_the_other(
    worker_database: Database, admin: Admin, listener: Listener
) -> None:
    things = [f"thing-{number}" for number in range(40)]
    async with listener.consuming(worker_database, "0"):
        async with listener.consuming(worker_database, "1"):
            await listener.send(*((thing, 1) for thing in things))
            await reaches(listener, admin, 40)
        await listener.send(*((thing, 2) for thing in things))
        effects = await reaches(listener, admin, 80)
    assert sorted(effects) == sorted((thing, version) for thing in things for version in (1, 2))


async def test_a_new_version_that_fails_on_everything_rests_and_loses_nothing(
    worker_database: Database, admin: Admin, listener: Listener
) -> None:
    things = [f"thing-{number:02}" for number in range(40)]
    listener.faulty = set(things)
    await listener.send(*((thing, 1) for thing in things))
    breaker = Breaker()
    async with listener.consuming(worker_database, breaker=breaker) as consumer:
        await eventually(lambda: breaker.is_open, timeout=30)
        assert await consumer.check() is not None
        parked = await admin.fetchval(
            "SELECT count(*) FROM lane WHERE consumer = $1", listener.subscriber.name
        )
        assert parked <= 20
        listener.faulty.clear()  # as after a rollback to the version before
        effects = await reaches(listener, admin, 40 - parked)
        await eventually(lambda: not breaker.is_open)
    assert sorted(effects) == [(thing, 1) for thing in things][-len(effects) :]


async def test_offsets_are_committed_explicitly_and_only_after_the_effect(
    worker_database: Database, admin: Admin, listener: Listener, kafka: str
) -> None:
    listener.gate.clear()
    await listener.send(("a", 1), ("a", 2))
    async with listener.consuming(worker_database) as consumer:
        await eventually(consumer._working.locked, timeout=30)  # noqa: SLF001 - in the middle of a batch
        assert await committed(kafka, listener) == 0
        listener.gate.set()
        await reaches(listener, admin, 2)

        async def noted() -> bool:
            return await committed(kafka, listener) == 2

        await eventually(noted)


async def committed(kafka: str, listener: Listener) -> int:
    """Sum up the group's committed offsets."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        offsets: dict[Any, Any] = await admin.list_consumer_group_offsets(listener.subscriber.name)
        return sum(max(entry.offset, 0) for entry in offsets.values())
    finally:
        await admin.close()


def test_a_subscriber_handles_only_facts_of_its_topics_and_each_once() -> None:
    other: Topic
    other, fact = a_topic()
    subscriber = Subscriber("probe.things", topics=[THINGS])

    async def handler(_tx: Tx, _event: object) -> None:
        """Nothing."""

    with pytest.raises(TypeError, match=other.name):
        subscriber.on(fact)(handler)
    subscriber.on(ThingTouched)(handler)
    with pytest.raises(TypeError, match="already handles"):
        subscriber.on(ThingTouched)(handler)
    with pytest.raises(TypeError, match="already has a handler"):
        subscriber.together(ThingTouched)(handler)

"""Builds one consumer at a time for the tests of traps: it journals, waits, or fails as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import tinyjournal
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from probe import a_record, a_topic, create_topics

from chassis.consumer import Consumer
from chassis.db import Database, Tx
from chassis.ids import new_id
from chassis.kafka import Kafka
from chassis.outbox import Connection as Admin
from chassis.subscriber import Subscriber
from contracts.envelope import Event, Fact


class Ear:
    """A subscriber to a topic of its own, in one territory."""

    def __init__(self, kafka: str, territory: str, partitions: int = 1) -> None:
        self.kafka = kafka
        self.territory = territory
        self.topic, self.fact = a_topic(partitions)
        self.subscriber = Subscriber(f"alpha.{new_id()}", topics=[self.topic])
        self.subscriber.on(self.fact)(self._hear)
        self.calls: list[tuple[str, int]] = []
        self.fails: Callable[[Event[Fact]], bool] = lambda _event: False
        self.entered = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def _hear(self, tx: Tx, event: Event[Fact]) -> None:
        self.calls.append((event.aggregate_id, event.version))
        self.entered.set()
        await self.gate.wait()
        await tinyjournal.note(tx, self.subscriber.name, [event])
        if self.fails(event):
            raise RuntimeError

    async def create(self) -> None:
        await create_topics(self.kafka, self.topic)

    async def tell(self, *things: tuple[str, int]) -> None:
        """Put these things' versions on the topic, as a relay would."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all")
        await producer.start()
        try:
            for thing, version in things:
                record = a_record(self.fact.model_validate({"thing_id": thing}), version, self.territory)
                place: dict[str, Any] = {"key": record.key, "partition": record.partition}
                await producer.send_and_wait(self.topic.name, record.value, **place, headers=record.headers)
        finally:
            await producer.stop()

    @asynccontextmanager
    async def listening(
        self, database: Database, *, bootstrap: str | None = None, copy: str = "0"
    ) -> AsyncIterator[Consumer]:
        """Run the consumer, and stop it in good order."""
        kafka = Kafka(bootstrap or self.kafka, "alpha", copy)
        consumer = Consumer(database, kafka, self.subscriber)
        task = asyncio.create_task(consumer.run())
        try:
            yield consumer
        finally:
            self.gate.set()
            consumer.stop()
            await task
            await kafka.stop()

    async def die_listening(self, database: Database) -> None:
        """Run the consumer until it is in its handler, then cut it off there."""
        kafka = Kafka(self.kafka, "alpha")
        self.gate.clear()
        self.entered.clear()
        task = asyncio.create_task(Consumer(database, kafka, self.subscriber).run())
        await asyncio.wait_for(self.entered.wait(), 30)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await kafka.stop()
        self.gate.set()

    async def effects(self, admin: Admin) -> list[tuple[str, int]]:
        """Return what it acted on, in order."""
        query = "SELECT item_id, version FROM journal WHERE consumer = $1 ORDER BY seq"
        return [tuple(row) for row in await admin.fetch(query, self.subscriber.name)]

    async def committed(self) -> int | None:
        """Return the offset that the group has committed, all partitions together; None for none."""
        client = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await client.start()
        try:
            offsets = await client.list_consumer_group_offsets(self.subscriber.name)
            known = [entry.offset for entry in offsets.values() if entry.offset >= 0]
            return sum(known) if known else None
        finally:
            await client.close()

"""The one file that knows the parameters of FastStream's broker and of aiokafka."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber

from contracts.envelope import Topic

SESSION_TIMEOUT = 10.0  # seconds until a copy that died is replaced; a restarted copy resumes at once
REQUEST_TIMEOUT = 10.0  # seconds until a batch without acknowledgement is given up and sent again
BATCH_BYTES = 262_144
FETCH_WAIT = 1.0  # seconds of one long poll

Offsets = dict[TopicPartition, int]

__all__ = [
    "BATCH_BYTES",
    "FETCH_WAIT",
    "AIOKafkaProducer",
    "KafkaError",
    "Offsets",
    "Source",
    "TopicPartition",
]


class Rebalanced(Protocol):
    """Who wants to finish its work before partitions leave."""

    async def revoked(self) -> None: ...


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, owner: Rebalanced) -> None:
        self._owner = owner

    async def on_partitions_revoked(self, revoked: object) -> None:  # noqa: ARG002 - aiokafka's signature
        await self._owner.revoked()

    async def on_partitions_assigned(self, assigned: object) -> None:
        """Nothing: positions come from the committed offsets."""


class Source:
    """The records of one consumer group, as FastStream declares them and aiokafka brings them.

    No handler is registered, so FastStream starts the consumer and leaves its loop to us. A copy keeps its
    group membership over a restart (static membership): with kills faster than the session timeout, dynamic
    members make no progress.
    """

    def __init__(
        self, kafka: "Kafka", group: str, topics: Sequence[Topic], owner: Rebalanced, copy: str
    ) -> None:
        self._kafka = kafka
        self.subscriber: BatchSubscriber = kafka.broker.subscriber(
            *(topic.name for topic in topics),
            group_id=group,
            group_instance_id=f"{group}-{copy}",
            batch=True,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            listener=_Listener(owner),
            session_timeout_ms=int(SESSION_TIMEOUT * 1000),
            heartbeat_interval_ms=1000,
            rebalance_timeout_ms=15_000,
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=500,
            max_partition_fetch_bytes=1 << 20,
        )

    async def start(self) -> None:
        """Join the group; raises while the broker is away."""
        await self._kafka.connect()
        await self.subscriber.start()

    async def stop(self) -> None:
        with suppress(Exception):  # a consumer that is replaced may be broken in any way
            await asyncio.wait_for(self.subscriber.stop(), 15)

    @property
    def _consumer(self) -> AIOKafkaConsumer:
        consumer = self.subscriber.consumer
        if consumer is None:
            raise KafkaError("the consumer is not started")
        return consumer

    @property
    def assignment(self) -> frozenset[TopicPartition]:
        consumer = self.subscriber.consumer
        return frozenset(consumer.assignment()) if consumer else frozenset()

    async def fetch(self, most: int) -> Mapping[TopicPartition, Sequence[Any]]:
        """Wait for records, up to `most`, at most one long poll."""
        records: Mapping[TopicPartition, Sequence[Any]] = await self._consumer.getmany(
            timeout_ms=int(FETCH_WAIT * 1000), max_records=most
        )
        return records

    async def commit(self, offsets: Offsets) -> None:
        """Commit exactly these offsets: a commit without offsets would skip what failed."""
        async with asyncio.timeout(5):
            await self._consumer.commit(offsets)

    def rewind(self, offsets: Offsets) -> None:
        """Read again from these offsets, as far as the partitions are still ours."""
        for partition, offset in offsets.items():
            if partition in self.assignment:
                self._consumer.seek(partition, offset)

    async def positions(self) -> Offsets:
        return {partition: await self._consumer.position(partition) for partition in self.assignment}

    async def ends(self) -> Offsets:
        """Return the end offset of each assigned partition, asked of the broker."""
        ends: Offsets = await self._consumer.end_offsets(list(self.assignment))
        return ends


class Kafka:
    """The broker as one service knows it."""

    def __init__(self, bootstrap: str, service: str, copy: str = "0") -> None:
        self.bootstrap = bootstrap
        self.client_id = f"{service}-{copy}"
        self._copy = copy
        self.broker = KafkaBroker(
            bootstrap, client_id=self.client_id, logger=None, allow_auto_create_topics=False
        )
        self._connecting = asyncio.Lock()

    async def connect(self) -> None:
        """Connect once: FastStream, asked by two consumers at the same time, would connect twice."""
        async with self._connecting:
            await self.broker.connect()

    def source(self, group: str, topics: Sequence[Topic], owner: Rebalanced) -> Source:
        return Source(self, group, topics, owner, self._copy)

    async def producer(self) -> AIOKafkaProducer:
        """Start a producer for explicit batches.

        Idempotence is off: with it a batch never expires, and after broker trouble the producer can refuse
        for ever; what is sent twice is known by its version.
        """
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            client_id=self.client_id,
            acks="all",
            enable_idempotence=False,
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=int(REQUEST_TIMEOUT * 1000),
            metadata_max_age_ms=60_000,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def ends(self, partitions: Sequence[TopicPartition]) -> Offsets:
        """Ask the end offsets through a client of its own: the judge of a consumer that may be stuck."""
        probe = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, client_id=f"{self.client_id}-probe")
        try:
            await probe.start()
            ends: Offsets = await probe.end_offsets(list(partitions))
            return ends
        finally:
            await probe.stop()

    async def stop(self) -> None:
        with suppress(Exception):
            await self.broker.stop()

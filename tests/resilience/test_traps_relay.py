"""Traps of the producer that would lose events, or let them appear out of order, met on a real broker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.partitioner import DefaultPartitioner, murmur2
from broker_proxy import BrokerProxy
from collect import events_of
from probe import a_topic, create_topics

from chassis import kafka as chassis_kafka
from chassis import relay as chassis_relay
from chassis.db import Database
from chassis.kafka import Kafka
from chassis.outbox import Connection as Admin
from chassis.outbox import partition_of
from chassis.relay import Relay
from chassis.testing import ServiceDatabase, eventually
from chassis.wire import record_key
from contracts.envelope import Fact, Topic

pytestmark = pytest.mark.kafka

# Of the tests of the Java client: org.apache.kafka.common.utils.UtilsTest.testMurmur2
VECTORS = [
    (b"21", -973932308),
    (b"foobar", -790332482),
    (b"a-little-bit-long-string", -985981536),
    (b"a-little-bit-longer-string", -1486304829),
    (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
    (b"abc", 479470107),
]


@pytest.mark.parametrize(("key", "digest"), VECTORS)
def test_keys_are_hashed_as_the_java_client_hashes_them(key: bytes, digest: int) -> None:
    assert murmur2(key) & 0xFFFFFFFF == digest & 0xFFFFFFFF


def test_an_event_goes_to_the_partition_that_any_keyed_producer_would_choose() -> None:
    topic, _ = a_topic(partitions=12)
    partitioner, numbers = DefaultPartitioner(), list(range(12))
    chosen = [partition_of(topic, "200035715", f"item-{number}") for number in range(500)]
    keys = [record_key("200035715", f"item-{number}") for number in range(500)]
    assert chosen == [partitioner(key, numbers, numbers) for key in keys]
    assert set(chosen) == set(numbers)


@asynccontextmanager
async def relaying(own_database: ServiceDatabase, bootstrap: str, database: Database) -> AsyncIterator[Relay]:
    relay = Relay(own_database.worker_url, Kafka(bootstrap, "alpha"), "alpha", "trap")
    database.committed = relay.wake
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await task


async def emit(database: Database, territory: str, fact: type[Fact], notes: Sequence[str]) -> None:
    async with database.tx(territory) as tx:
        for note in notes:
            tx.emit(fact.model_validate({"thing_id": "a", "note": note}))


async def waiting(admin: Admin, topic: Topic) -> int:
    count: int = await admin.fetchval("SELECT count(*) FROM outbox WHERE topic = $1", topic.name)
    return count


async def versions(kafka: str, topic: Topic) -> list[int]:
    return [envelope.version for _, envelope in await events_of(kafka, topic.name)]


async def test_the_producer_waits_for_every_replica_and_is_not_idempotent(kafka: str) -> None:
    """With idempotence a batch never expires, and after trouble the producer may refuse for ever."""
    producer = await Kafka(kafka, "alpha").producer()
    try:
        assert producer._sender._acks == -1  # noqa: SLF001 - the settings, as the client holds them
        assert producer._txn_manager is None  # noqa: SLF001
    finally:
        await producer.stop()


async def test_a_row_leaves_the_outbox_only_after_its_acknowledgement(
    own_database: ServiceDatabase,
    database: Database,
    admin: Admin,
    territory: str,
    proxy: BrokerProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chassis_kafka, "REQUEST_TIMEOUT", 1.5)
    topic, fact = a_topic(1)
    await create_topics(proxy.address, topic)
    async with relaying(own_database, proxy.address, database) as relay:
        polls = counted(relay, "_poll", monkeypatch)
        await emit(database, territory, fact, ["warm"])
        await eventually(lambda: is_sent(admin, topic), 30)
        first = relay._producer  # noqa: SLF001 - to see that it is replaced
        proxy.swallows_produce = True
        await emit(database, territory, fact, "bcd")
        await eventually(lambda: proxy.requests_swallowed > 0, 30)
        seen = len(polls)
        await eventually(lambda: len(polls) > seen + 2, 30)
        assert await waiting(admin, topic) == 3
        await eventually(lambda: relay._producer is not first, 30)  # noqa: SLF001
        proxy.swallows_produce = False
        await eventually(lambda: is_sent(admin, topic), 30)
    assert list(dict.fromkeys(await versions(proxy.address, topic))) == [1, 2, 3, 4]


async def test_a_batch_that_the_broker_refuses_keeps_back_what_stands_behind_it(
    own_database: ServiceDatabase, database: Database, admin: Admin, territory: str, kafka: str
) -> None:
    """Of two batches in flight the second would appear before the first."""
    topic, fact = a_topic(1)
    await create_topics(kafka, topic)
    await limit(kafka, topic, 100_000)
    async with relaying(own_database, kafka, database) as relay:
        await emit(database, territory, fact, ["x" * 60_000] * 4 + ["small"])
        await eventually(lambda: relay._rests, 30)  # noqa: SLF001 - the partition was refused and rests
        assert await versions(kafka, topic) == []
        await limit(kafka, topic, 1_048_588)
        await eventually(lambda: is_sent(admin, topic), 30)
    assert list(dict.fromkeys(await versions(kafka, topic))) == [1, 2, 3, 4, 5]


async def test_an_acknowledgement_that_is_lost_repeats_the_batch_and_turns_no_order_round(
    own_database: ServiceDatabase,
    database: Database,
    admin: Admin,
    territory: str,
    kafka: str,
    proxy: BrokerProxy,
) -> None:
    topic, fact = a_topic(1)
    await create_topics(kafka, topic)
    async with relaying(own_database, proxy.address, database):
        for _ in range(5):
            proxy.answers_to_lose += 1
            await emit(database, territory, fact, "ab")
            await eventually(lambda: is_sent(admin, topic), 30)
    found = await versions(kafka, topic)
    assert list(dict.fromkeys(found)) == list(range(1, 11))
    assert len(found) > 10, "what was appended without acknowledgement was sent again"


async def test_a_partition_that_hangs_does_not_delay_what_others_commit(
    own_database: ServiceDatabase,
    database: Database,
    admin: Admin,
    territory: str,
    kafka: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chassis_relay, "LAGGARD", 60.0)
    (missing, lost), (topic, fact) = a_topic(1), a_topic(1)
    await create_topics(kafka, topic)
    async with relaying(own_database, kafka, database) as relay:
        await emit(database, territory, lost, "a")
        await eventually(lambda: (missing.name, 0) in relay._sending, 30)  # noqa: SLF001 - it hangs
        for _ in range(3):
            await emit(database, territory, fact, "bc")
            await eventually(lambda: is_sent(admin, topic), 8)
        await admin.execute("DELETE FROM outbox WHERE topic = $1", missing.name)


async def test_a_relay_that_waits_for_the_lease_rests_between_its_attempts(
    own_database: ServiceDatabase, database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with relaying(own_database, kafka, database) as holder:
        await eventually(lambda: holder.holds_lease, 30)
        second = Relay(own_database.worker_url, Kafka(kafka, "alpha"), "alpha", "second")
        woken_before_the_rest: list[bool] = []
        pause = second._pause  # noqa: SLF001 - to see how it rests

        async def seen(seconds: float) -> None:
            woken_before_the_rest.append(second._wake.is_set())  # noqa: SLF001
            await pause(seconds)

        monkeypatch.setattr(second, "_pause", seen)
        waiting_relay = asyncio.create_task(second.run())
        await eventually(lambda: woken_before_the_rest, 30)
        second.wake()
        attempts = len(woken_before_the_rest)
        await eventually(lambda: len(woken_before_the_rest) >= attempts + 3, 30)
        assert not any(woken_before_the_rest[-2:]), "a wake-up that stays set leaves no rest at all"
        second.stop()
        await waiting_relay


async def is_sent(admin: Admin, topic: Topic) -> bool:
    return await waiting(admin, topic) == 0


def counted(subject: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Return a list that grows with each call of the method."""
    calls: list[None] = []
    method = getattr(subject, name)

    async def counting(*arguments: Any) -> Any:
        calls.append(None)
        return await method(*arguments)

    monkeypatch.setattr(subject, name, counting)
    return calls


async def limit(kafka: str, topic: Topic, largest: int) -> None:
    """Let the broker refuse batches of more bytes."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    try:
        setting = {"max.message.bytes": str(largest)}
        await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, setting)])
    finally:
        await client.close()

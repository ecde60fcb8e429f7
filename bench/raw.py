"""Owns the raw limits: the same work by aiokafka and asyncpg alone, with none of the chassis' promises."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any, TypeAlias

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from facts import ITEMS, fields_of, topic_named, touched_on
from stage import Rig
from timing import Meter, keep_pace

from chassis.db import _SETTINGS
from chassis.ids import new_id
from chassis.outbox import partition_of
from contracts.envelope import Topic

CONNECTIONS = 16

JOURNAL = """
INSERT INTO journal (territory_id, item_id, version, consumer, topic, event_id)
VALUES ($1, $2, $3, $4, $5, $6)
"""
TOTAL = """
INSERT INTO totals AS t (territory_id, item_id, n) VALUES ($1, $2, 1)
ON CONFLICT (territory_id, item_id) DO UPDATE SET n = t.n + 1
"""
_RIGHT = """
INSERT INTO rights AS r (territory_id, item_id, n, last_version) VALUES ($1, $2, 1, $3)
ON CONFLICT (territory_id, item_id) DO UPDATE SET n = r.n + 1, last_version = excluded.last_version
"""
_REMEMBER = """
INSERT INTO watermark AS w (consumer, territory_id, topic, aggregate_id, version) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (consumer, territory_id, topic, aggregate_id) DO UPDATE SET version = excluded.version
WHERE w.version < excluded.version RETURNING true
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a raw consumer reads, how much there is, and for how long it may."""

    broker: str
    topic: Topic
    filled: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Message:
    """What a raw consumer knows of one record."""

    territory: str
    item: str
    version: int
    event_id: str
    consumer: str
    topic: str

    @classmethod
    def of(cls, record: Any, consumer: str) -> "Message":
        headers = {name: value.decode() for name, value in record.headers}
        version, event_id = int(headers["ce_sequence"]), headers["ce_id"]
        return cls(
            headers["ce_territoryid"], headers["ce_subject"], version, event_id, consumer, record.topic
        )


Connection: TypeAlias = "asyncpg.Connection[Any]"
Statements = Callable[[Connection, Message], Awaitable[None]]


async def one_statement(connection: Connection, message: Message) -> None:
    await connection.execute(_RIGHT, message.territory, message.item, message.version)


async def two_statements(connection: Connection, message: Message) -> None:
    place = message.territory, message.item, message.version
    await connection.execute(JOURNAL, *place, message.consumer, message.topic, message.event_id)
    await connection.execute(TOTAL, message.territory, message.item)


async def one_transaction_a_message(where: Reading, url: str, statements: Statements) -> float:
    """Return the events a second of the plain design: dedup row, effect, commit, for each message."""
    meter, name, fact = Meter(), f"raw-{new_id().hex[-12:]}", touched_on(where.topic)
    connection = await asyncpg.connect(url, server_settings=_SETTINGS)

    async def take(record: Any) -> None:
        message = Message.of(record, name)
        fact.model_validate_json(record.value)
        await connection.execute(f"BEGIN; SET LOCAL app.territories = '{message.territory}'")
        remembered = (name, message.territory, message.topic, message.item, message.version)
        if await connection.fetchval(_REMEMBER, *remembered):
            await statements(connection, message)
        await connection.execute("COMMIT")
        meter.note()

    try:
        await _consume(where, name, meter, take)
    finally:
        await connection.close()
    return meter.rate


async def read_and_parse(where: Reading) -> float:
    """Return the events a second that arrive and are parsed, and nothing else."""
    meter, fact = Meter(), touched_on(where.topic)

    async def take(record: Any) -> None:
        fact.model_validate_json(record.value)
        meter.note()

    await _consume(where, f"raw-{new_id().hex[-12:]}", meter, take)
    return meter.rate


async def _consume(where: Reading, group: str, meter: Meter, take: Callable[[Any], Awaitable[None]]) -> None:
    """Hand each record to `take`; offsets are committed in the background."""
    stopping = asyncio.Event()
    consumer = AIOKafkaConsumer(
        where.topic.name,
        bootstrap_servers=where.broker,
        group_id=group,
        auto_offset_reset="earliest",
        auto_commit_interval_ms=1_000,
    )

    async def work() -> None:
        await consumer.start()
        try:
            while not stopping.is_set():
                for records in (await consumer.getmany(timeout_ms=1_000, max_records=500)).values():
                    for record in records:
                        if not stopping.is_set():
                            await take(record)
        finally:
            await consumer.stop()

    await meter.follow(work(), where.filled, where.seconds, stopping.set)


async def commit_then_send(rig: Rig, topic: str, rate: float, seconds: float) -> Mapping[str, int]:
    """Commit one row, then send it, without an outbox; return when each event was known to be committed."""
    fact, committed = touched_on(topic_named(topic)), dict[str, int]()
    versions: dict[str, itertools.count[int]] = {}
    pool = await asyncpg.create_pool(rig.databases["alpha"].admin_url, max_size=CONNECTIONS)
    await pool.execute("CREATE TABLE raw_log (version bigint, data bytea)")
    producer = AIOKafkaProducer(bootstrap_servers=rig.broker, acks="all", linger_ms=0)
    await producer.start()

    async def commit_one(number: int) -> None:
        territory = rig.territories[number // ITEMS % len(rig.territories)]
        event = fact.model_validate(fields_of(number))
        key, data = f"{territory}/{event.aggregate_id}", event.model_dump_json().encode()
        version = next(versions.setdefault(key, itertools.count(1)))
        await pool.execute("INSERT INTO raw_log VALUES ($1, $2)", version, data)
        committed[f"{key}@{version}"] = monotonic_ns()
        partition = partition_of(event.topic, territory, event.aggregate_id)
        sequence = [("ce_sequence", str(version).encode())]
        await producer.send(topic, data, key.encode(), partition=partition, headers=sequence)

    try:
        await keep_pace(commit_one, rate, seconds, CONNECTIONS)
    finally:
        await producer.stop()
        await pool.close()
    return committed

"""Writes the events of one transaction: draws versions, appends to event_log and outbox."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
from aiokafka.partitioner import murmur2

from chassis.errors import Fault
from chassis.wire import record_key
from contracts.envelope import Topic

LARGEST_EVENT = 65_536  # bytes of data; larger content is referred to, not carried

Key = tuple[str, str, str]  # territory, topic, aggregate
Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)


class EventTooLargeError(Fault):
    """An event's data is over 64 KiB."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why events happen: the chain they belong to, the event or command before them, who acted."""

    correlation_id: UUID
    causation_id: UUID | None = None
    actor_id: str | None = None
    traceparent: str | None = None


@dataclass(slots=True)
class Answer:
    """What a command answers, to be stored under its idempotency key in the same transaction."""

    territory_id: str
    actor_id: str
    key: str
    status: int
    body: bytes

    @property
    def columns(self) -> tuple[str, str, str, int, bytes]:
        return self.territory_id, self.actor_id, self.key, self.status, self.body


class Emitted(NamedTuple):
    """One event waiting for the end of its transaction."""

    territory_id: str
    topic: Topic
    aggregate_id: str
    event_id: UUID
    type: str
    data: bytes
    data_class: str
    site_id: str | None
    cause: Cause

    @property
    def key(self) -> Key:
        return self.territory_id, self.topic.name, self.aggregate_id


@lru_cache(1 << 16)
def partition_of(topic: Topic, territory_id: str, aggregate_id: str) -> int:
    """Return the partition that the Java client's default partitioner would choose for the key."""
    digest: int = murmur2(record_key(territory_id, aggregate_id))
    return (digest & 0x7FFFFFFF) % topic.partitions


async def flush(
    connection: Connection, emitted: Sequence[Emitted], answer: Answer | None = None
) -> dict[Key, int]:
    """Append the events in the order of their emission, store the answer; return the last versions.

    The counters' row locks, taken in key order, make the order of versions the order of commits.
    """
    added = Counter(event.key for event in emitted)
    if len(added) == 1:
        return await _append_to_one(connection, emitted, answer)
    versions = await _append_to_many(connection, emitted, added) if emitted else {}
    if answer:
        await connection.execute(_STORE_ANSWER, *answer.columns, max(versions.values(), default=None))
    return versions


async def _append_to_one(
    connection: Connection, emitted: Sequence[Emitted], answer: Answer | None
) -> dict[Key, int]:
    key = emitted[0].key
    columns = _columns(emitted)
    if answer:
        last = await connection.fetchval(_APPEND_AND_ANSWER, *key, len(emitted), *columns, *answer.columns)
    else:
        last = await connection.fetchval(_APPEND_TO_ONE, *key, len(emitted), *columns)
    return {key: last}


async def _append_to_many(
    connection: Connection, emitted: Sequence[Emitted], added: Counter[Key]
) -> dict[Key, int]:
    keys = sorted(added)
    rows = await connection.fetch(_DRAW_VERSIONS, *zip(*keys, strict=True), [added[key] for key in keys])
    last_versions = {(row[0], row[1], row[2]): row[3] for row in rows}
    upcoming = {key: itertools.count(last_versions[key] - added[key] + 1) for key in keys}
    versions = [next(upcoming[event.key]) for event in emitted]
    identity = zip(*(event.key for event in emitted), strict=True)
    await connection.execute(_APPEND_TO_MANY, *identity, versions, *_columns(emitted))
    return last_versions


def _columns(emitted: Sequence[Emitted]) -> list[list[object]]:
    """Return the events' columns, from event_id to traceparent, as arrays for unnest."""
    rows = (
        (
            event.event_id,
            event.type,
            event.data,
            partition_of(event.topic, event.territory_id, event.aggregate_id),
            event.cause.correlation_id,
            event.cause.causation_id,
            event.cause.actor_id,
            event.data_class,
            event.site_id,
            event.cause.traceparent,
        )
        for event in emitted
    )
    return [list(column) for column in zip(*rows, strict=True)]


_APPEND = """
WITH drawn AS (
    INSERT INTO counter AS c (territory_id, topic, aggregate_id, version) VALUES ($1, $2, $3, $4)
    ON CONFLICT (territory_id, topic, aggregate_id) DO UPDATE SET version = c.version + $4
    RETURNING version
), logged AS (
    INSERT INTO event_log (territory_id, topic, aggregate_id, version, event_id, type, data, partition,
        correlation_id, causation_id, actor_id, data_class, site_id, traceparent)
    SELECT $1, $2, $3, drawn.version - $4 + e.position, e.event_id, e.type, e.data, e.partition,
        e.correlation_id, e.causation_id, e.actor_id, e.data_class, e.site_id, e.traceparent
    FROM drawn, unnest($5::uuid[], $6::text[], $7::bytea[], $8::smallint[], $9::uuid[], $10::uuid[],
        $11::text[], $12::text[], $13::text[], $14::text[])
        WITH ORDINALITY AS e(event_id, type, data, partition, correlation_id, causation_id,
            actor_id, data_class, site_id, traceparent, position)
    RETURNING id, partition
), queued AS (
    INSERT INTO outbox (id, territory_id, topic, partition) SELECT id, $1, $2, partition FROM logged
)
"""

_APPEND_TO_ONE = _APPEND + "SELECT version FROM drawn"

_APPEND_AND_ANSWER = (
    _APPEND
    + """
, answered AS (
    UPDATE idempotency i SET status = $18, body = $19, version = drawn.version FROM drawn
    WHERE i.territory_id = $15 AND i.actor_id = $16 AND i.key = $17
)
SELECT version FROM drawn
"""
)

_STORE_ANSWER = """
UPDATE idempotency SET status = $4, body = $5, version = $6
WHERE territory_id = $1 AND actor_id = $2 AND key = $3
"""

_DRAW_VERSIONS = """
INSERT INTO counter AS c (territory_id, topic, aggregate_id, version)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
ON CONFLICT (territory_id, topic, aggregate_id) DO UPDATE SET version = c.version + excluded.version
RETURNING territory_id, topic, aggregate_id, version
"""

_APPEND_TO_MANY = """
WITH logged AS (
    INSERT INTO event_log (territory_id, topic, aggregate_id, version, event_id, type, data, partition,
        correlation_id, causation_id, actor_id, data_class, site_id, traceparent)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::uuid[], $6::text[],
        $7::bytea[], $8::smallint[], $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::text[],
        $14::text[])
    RETURNING id, territory_id, topic, partition
)
INSERT INTO outbox (id, territory_id, topic, partition) SELECT id, territory_id, topic, partition FROM logged
"""

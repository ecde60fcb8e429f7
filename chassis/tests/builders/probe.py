"""A tiny subject for the chassis' own tests: facts, a journal of effects, records as Kafka brings them."""

import datetime as dt
import random
import string
from types import SimpleNamespace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.batch import Batch, read_batch
from chassis.ids import new_id
from chassis.outbox import partition_of
from chassis.wire import encode
from contracts.envelope import Fact, Topic

THINGS = Topic("probe.things.v1", key="thing_id", partitions=4)
ECHOES = Topic("probe.echoes.v1", key="thing_id")


class ThingTouched(Fact, topic=THINGS):
    """A thing was touched."""

    thing_id: str
    note: str = ""


class ThingForgotten(Fact, topic=THINGS):
    """A thing was forgotten; nobody subscribes to this."""

    thing_id: str


class EchoHeard(Fact, topic=ECHOES):
    """A consumer heard of a thing."""

    thing_id: str
    heard: int


# What handlers did, in order; `pair` balances at commit only, `slot` excludes at once.
TABLES = """
CREATE TABLE IF NOT EXISTS journal (
    seq bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), territory_id text NOT NULL, consumer text NOT NULL,
    thing_id text NOT NULL, version bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS pair (
    territory_id text NOT NULL, pair_id text PRIMARY KEY, twin text NOT NULL
        CONSTRAINT pair_twin_exists REFERENCES pair DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE IF NOT EXISTS slot (
    territory_id text NOT NULL, taken int4range NOT NULL,
    CONSTRAINT slot_free EXCLUDE USING gist (territory_id WITH =, taken WITH &&)
        DEFERRABLE INITIALLY IMMEDIATE
);
"""
PROTECT = "CALL chassis_protect('journal'); CALL chassis_protect('pair'); CALL chassis_protect('slot');"


def a_record(fact: Fact, version: int, territory: str, **changes: Any) -> Any:
    """Build the record that the relay would have sent for this fact."""
    row: dict[str, Any] = {
        "territory_id": territory,
        "aggregate_id": fact.aggregate_id,
        "version": version,
        "event_id": new_id(),
        "type": fact.type,
        "data_class": fact.data_class,
        "correlation_id": new_id(),
        "causation_id": None,
        "actor_id": "someone",
        "site_id": None,
        "traceparent": None,
        "recorded_at": dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC),
    } | changes
    return SimpleNamespace(
        topic=fact.topic.name,
        partition=partition_of(fact.topic, territory, fact.aggregate_id),
        offset=version,
        key=f"{territory}/{fact.aggregate_id}".encode(),
        headers=encode(row, b"/probe"),
        value=fact.model_dump_json().encode(),
    )


def touches(territory: str, thing: str, *versions: int) -> list[Any]:
    """Build records of one thing, one for each version."""
    return [a_record(ThingTouched(thing_id=thing, note=str(n)), n, territory) for n in versions]


def a_batch(*records: Any) -> Batch:
    return read_batch(records)


def a_topic(partitions: int = 4) -> tuple[Topic, type[Fact]]:
    """Build a topic that no other test uses, and a fact of it."""
    letters = "".join(random.choices(string.ascii_lowercase, k=16))  # noqa: S311 - no secret
    topic = Topic(f"probe.{letters}.v1", key="thing_id", partitions=partitions)

    class Touched(ThingTouched, topic=topic):
        """A thing was touched."""

    return topic, Touched


async def create_topics(bootstrap: str, *topics: Topic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic.name, topic.partitions, 1) for topic in topics])
    finally:
        await admin.close()


async def records_of(bootstrap: str, topic: Topic) -> list[Any]:
    """Read a topic from its beginning to its present end, partition after partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[Any] = []
        while any([await consumer.position(place) < ends[place] for place in partitions]):
            for fetched in (await consumer.getmany(timeout_ms=200)).values():
                records += fetched
        return sorted(records, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()

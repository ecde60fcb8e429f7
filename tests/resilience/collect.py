"""Collects a history: reads both databases past row security, and every record of the topics."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from history import Command, Counted, Effect, History, Logged, Record, Watermark

from chassis.wire import UnreadableEnvelopeError, decode

_QUEUES = ("outbox", "lane", "lane_event", "timer", "effect")
_COUNTS = {
    "alpha": {"items": "SELECT territory_id, item_id, n FROM items"},
    "beta": {
        "totals": "SELECT territory_id, item_id, n FROM totals",
        "rights": "SELECT territory_id, item_id, n FROM rights",
        "last version": "SELECT territory_id, item_id, last_version AS n FROM rights",
    },
}
_RECEIPTS = "SELECT territory_id, item_id, count(*) AS n FROM journal GROUP BY 1, 2"


async def collect(
    databases: Mapping[str, str], kafka: str, hears: Mapping[str, str], commands: Iterable[Command]
) -> History:
    """Return all that a run left behind.

    `databases` gives each service's database as its superuser reaches it, `hears` each consumer's topic.
    """
    history = History(hears, list(commands))
    for service, url in databases.items():
        await _add_database(history, service, url)
    for topic in sorted(set(hears.values())):
        history.records += map(_event, await events_of(kafka, topic))
    return history


async def _add_database(history: History, service: str, url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        # dead copies are told to people: no consumer hears them
        history.logged += [_logged(service, row) for row in await connection.fetch(_LOGGED)]
        history.effects += [Effect(*row) for row in await connection.fetch(_EFFECTS)]
        history.watermarks += [Watermark(*row) for row in await connection.fetch(_WATERMARKS)]
        history.counters |= {tuple(row[:3]): row[3] for row in await connection.fetch(_COUNTERS)}
        for queue in _QUEUES:
            history.leftovers[f"{service}.{queue}"] = await connection.fetchval(
                f"SELECT count(*) FROM {queue}"
            )
        for what, query in (
            _COUNTS[service] | ({"receipts": _RECEIPTS} if service == "alpha" else {})
        ).items():
            history.counts += [
                Counted(what, row["territory_id"], row["item_id"], row["n"])
                for row in await connection.fetch(query)
            ]
    finally:
        await connection.close()


def _logged(service: str, row: asyncpg.Record) -> Logged:
    data = json.loads(row["data"])
    place = row["territory_id"], row["topic"], row["aggregate_id"], row["version"]
    return Logged(service, *place, str(row["event_id"]), data["n"], data.get("touch_id"))


async def records_of(kafka: str, topic: str) -> Sequence[Any]:
    """Return every record of the topic, partition after partition."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        ends = await consumer.end_offsets(places)
        found: list[Any] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=500, max_records=5_000)).values():
                found += records
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


async def events_of(kafka: str, topic: str) -> list[tuple[Any, Any]]:
    """Return the topic's records with their envelopes; what is no event is left out."""
    found = []
    for record in await records_of(kafka, topic):
        try:
            found.append((record, decode(topic, record.key, record.headers, record.value)))
        except UnreadableEnvelopeError:
            continue
    return found


def _event(pair: tuple[Any, Any]) -> Record:
    record, envelope = pair
    place = record.topic, record.partition, record.offset
    return Record(*place, envelope.territory_id, envelope.aggregate_id, envelope.version, str(envelope.id))


_LOGGED = """
SELECT territory_id, topic, aggregate_id, version, event_id, convert_from(data, 'UTF8') AS data
FROM event_log WHERE topic NOT LIKE '%.dead.v1' ORDER BY id
"""
_EFFECTS = "SELECT consumer, seq, territory_id, topic, item_id, version, event_id::text FROM journal"
_WATERMARKS = "SELECT consumer, topic, territory_id, aggregate_id, version, parked FROM watermark"
_COUNTERS = """
SELECT topic, territory_id, aggregate_id, version FROM counter WHERE topic NOT LIKE '%.dead.v1'
"""

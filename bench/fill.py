"""Fills a topic with events as the relay would have sent them, before their consumption is measured."""

from collections.abc import Sequence
from datetime import UTC, datetime

from facts import ITEMS, fields_of, touched_on

from chassis.ids import new_id
from chassis.kafka import Kafka
from chassis.outbox import partition_of
from chassis.wire import encode, record_key
from contracts.envelope import Topic

_RECORDED = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"

Record = tuple[bytes, bytes, list[tuple[str, bytes]]]


async def fill(broker: str, topic: Topic, territories: Sequence[str], count: int) -> None:
    """Send `count` events, one after the other on each aggregate, in explicit batches."""
    by_partition: dict[int, list[Record]] = {}
    for number in range(count):
        partition, record = _record(topic, territories, number)
        by_partition.setdefault(partition, []).append(record)
    producer = await Kafka(broker, "alpha").producer()
    try:
        for partition, records in by_partition.items():
            waiting = records
            while waiting:
                batch, taken = producer.create_batch(), 0
                for key, value, headers in waiting:
                    if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                        break
                    taken += 1
                batch.close()
                await (await producer.send_batch(batch, topic.name, partition=partition))
                waiting = waiting[taken:]
    finally:
        await producer.stop()


def _record(topic: Topic, territories: Sequence[str], number: int) -> tuple[int, Record]:
    territory = territories[number // ITEMS % len(territories)]
    fact = touched_on(topic).model_validate(fields_of(number))
    row = {
        "territory_id": territory,
        "aggregate_id": fact.aggregate_id,
        "version": number // (ITEMS * len(territories)) + 1,
        "event_id": new_id(),
        "type": fact.type,
        "data_class": fact.data_class,
        "correlation_id": new_id(),
        "causation_id": new_id(),
        "actor_id": "0197f0c4-5e0a-7cc3-9b3f-1c1f6b2f7a11",
        "site_id": None,
        "traceparent": _TRACEPARENT,
        "recorded_at": _RECORDED,
    }
    data, key = fact.model_dump_json().encode(), record_key(territory, fact.aggregate_id)
    return partition_of(topic, territory, fact.aggregate_id), (key, data, encode(row, b"/alpha"))

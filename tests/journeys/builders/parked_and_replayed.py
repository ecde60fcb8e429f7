"""Says again what topics hold: in another aggregate's name, so that it waits; or to who has forgotten it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from journey import Platform, until
from territory_rows import connected
from territory_topics import Heard, every_record
from traces_left import column

from chassis.ids import new_id
from chassis.wire import record_key
from contracts.registry import SERVICES

Record = tuple[str, bytes, list[tuple[str, bytes]], bytes]

WHO_KNOWS_PEOPLE = ("booking.people", "booking.rights", "billing.parties", "notifications.people")
_LANES = """
SELECT consumer || '/' || territory_id || '/' || topic || '/' || aggregate_id FROM lane_event
WHERE aggregate_id = %s
"""
_KNOWN = "SELECT count(*)::text FROM watermark WHERE consumer = ANY (%s) AND aggregate_id = ANY (%s)"
_FORGET = "DELETE FROM watermark WHERE consumer = ANY (%s) AND aggregate_id = ANY (%s)"


def lanes(platform: Platform, aggregate_id: str) -> set[str]:
    """Name the lanes in which something about an aggregate waits."""
    return {name for service in SERVICES for name in column(platform, service, _LANES, aggregate_id)}


def parked(platform: Platform, event_type: str, text: str) -> str:
    """Tell the event with that text as the fifth of an aggregate of which nobody heard the first four.

    Returns the aggregate, once the event waits for them in a lane of every service that hears it.
    """
    said = next(each for each in every_record(platform) if _tells(each, event_type, text))
    aggregate_id = str(new_id())
    territory_id = said.envelope.territory_id
    changed = {"ce_subject": aggregate_id, "ce_id": str(new_id()), "ce_sequence": "5"}
    changed["ce_partitionkey"] = f"{territory_id}/{aggregate_id}"
    key = record_key(territory_id, aggregate_id)
    _send(platform, [(said.envelope.topic, key, _headers(said, changed), said.envelope.data)])
    until(lambda: len(lanes(platform, aggregate_id)) >= 3, 60)
    return aggregate_id


def replayed(platform: Platform, person_id: str) -> int:
    """Let every service that knows people hear all of one person again as if for the first time.

    Returns how many events that were, once they are taken in.
    """
    heard = [each for each in every_record(platform) if person_id in each.text]
    aggregates = sorted({each.envelope.aggregate_id for each in heard})
    before = _known(platform, aggregates)
    for service in SERVICES:
        with connected(platform, service, "migrator") as connection:
            connection.execute(_FORGET, [list(WHO_KNOWS_PEOPLE), aggregates])
            connection.commit()
    assert sum(_known(platform, aggregates)) < sum(before)
    again = [(each.envelope.topic, each.key, _headers(each, {}), each.envelope.data) for each in heard]
    _send(platform, again)
    until(lambda: _known(platform, aggregates) == before, 60)
    return len(heard)


def _headers(said: Heard, changed: Mapping[str, str]) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in {**said.envelope.headers, **changed}.items()]


def _tells(heard: Heard, event_type: str, text: str) -> bool:
    return heard.envelope.type == event_type and text in heard.text


def _known(platform: Platform, aggregates: Sequence[str]) -> list[int]:
    """Count per service of how many of the aggregates its consumers of people have heard."""
    return [
        int(column(platform, service, _KNOWN, list(WHO_KNOWS_PEOPLE), list(aggregates))[0])
        for service in SERVICES
    ]


def _send(platform: Platform, records: Sequence[Record]) -> None:
    async def send() -> None:
        port = platform.environment["MAILLAGE_KAFKA_PORT"]
        kafka = platform.environment.get("MAILLAGE_KAFKA") or f"127.0.0.1:{port}"
        producer: Any = AIOKafkaProducer(bootstrap_servers=kafka)
        await producer.start()
        try:
            for topic, key, headers, value in records:
                await producer.send_and_wait(topic, value, key=key, headers=headers)
        finally:
            await producer.stop()

    asyncio.run(send())

"""Reads what left the services: every record of every topic, a partner's pages and stream."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from aiokafka import AIOKafkaConsumer
from collect import records_of
from journey import Json, Platform
from territory_story import Story

from chassis.wire import Envelope, decode


@dataclass(frozen=True, slots=True)
class Heard:
    """One record as the broker keeps it, read as a consumer reads it."""

    key: bytes
    envelope: Envelope
    text: str  # headers and data, for looking for what should not be there


def every_record(platform: Platform) -> list[Heard]:
    """Return every record of every topic; an unreadable one is raised."""
    port = platform.environment["MAILLAGE_KAFKA_PORT"]
    return asyncio.run(_heard(platform.environment.get("MAILLAGE_KAFKA") or f"127.0.0.1:{port}"))


def page_of(story: Story, key: str, after: str = "") -> httpx.Response:
    """Read a page of the story's feed with somebody's key."""
    url = f"{story.platform.address('notifications')}{story.base}/events?limit=200{after}"
    return httpx.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=20)


def streamed(story: Story, count: int) -> list[Json]:
    """Read so many events of the story's stream with its own key."""
    url = f"{story.platform.address('notifications')}{story.base}/events/stream"
    headers = {"Authorization": f"Bearer {story.key}"}
    with httpx.stream("GET", url, headers=headers, timeout=20) as response:
        assert response.status_code == 200, response.read()
        lines = response.iter_lines()
        return [event for _, event in zip(range(count), _events(lines), strict=False)]


def _events(lines: Iterator[str]) -> Iterator[Json]:
    return (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))


async def _heard(kafka: str) -> list[Heard]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        topics = sorted(await consumer.topics())
    finally:
        await consumer.stop()
    found = []
    for topic in topics:
        for record in await records_of(kafka, topic):
            envelope = decode(topic, record.key, record.headers, record.value)
            text = json.dumps(dict(envelope.headers)) + envelope.data.decode()
            found.append(Heard(record.key, envelope, text))
    return found

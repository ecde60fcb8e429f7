"""Kafka topics as code: what the contracts ask for is created; what differs is reported, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.dead import dead_topic
from contracts.envelope import Topic
from contracts.registry import topics

TOPIC_ALREADY_EXISTS = 36
_A_DAY = "86400000"  # milliseconds
LARGEST_BATCH = (
    "1048588"  # bytes: a batch of many events; one event holds 64 KiB at most, checked where it is emitted
)


class TopicError(Exception):
    """The broker refused to create a topic."""


@dataclass(frozen=True, slots=True)
class Report:
    """What `ensure` did and found: names created, and one sentence per difference from the contracts."""

    created: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)


def wanted() -> list[Topic]:
    """Every topic of the contracts, and one for the dead copies of each service that speaks."""
    said = list(topics())
    return said + [dead_topic(service) for service in sorted({topic.service for topic in said})]


def settings_of(topic: Topic) -> dict[str, str]:
    """Kept without limit, or compacted: a consumer born late starts at the beginning.

    A destroyed key is gone from its compacted topic after two days at most.
    """
    bound = {"segment.ms": _A_DAY, "max.compaction.lag.ms": _A_DAY} if topic.compacted else {}
    return {
        **bound,
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "max.message.bytes": LARGEST_BATCH,
        "retention.ms": "-1",
    }


async def ensure(address: str, asked: Iterable[Topic]) -> Report:
    """Create the missing topics on the broker at `host:port` and compare the others. Raises TopicError."""
    wanted_topics = list(asked)
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for topic in wanted_topics if topic.name not in existing]
        created = await _create(admin, missing)
        present = [topic for topic in wanted_topics if topic.name in existing]
        return Report(created, await _drift(admin, present))
    finally:
        await admin.close()


async def compare(address: str, asked: Iterable[Topic]) -> Report:
    """As `ensure`, creating nothing: a missing topic is a difference."""
    wanted_topics = list(asked)
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [f"{topic.name} is missing" for topic in wanted_topics if topic.name not in existing]
        present = [topic for topic in wanted_topics if topic.name in existing]
        return Report(drift=missing + await _drift(admin, present))
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, missing: list[Topic]) -> list[str]:
    if not missing:
        return []
    answer = await admin.create_topics([_new(topic) for topic in missing])
    refused = [error for error in answer.topic_errors if error[1] not in (0, TOPIC_ALREADY_EXISTS)]
    if refused:
        raise TopicError("; ".join(f"{error[0]}: Kafka error {error[1]} {error[2]}" for error in refused))
    return [topic.name for topic in missing]


def _new(topic: Topic) -> NewTopic:
    """Factor -1 is the broker's own choice; aiokafka takes it only beside an explicit, here empty, layout."""
    settings = settings_of(topic)
    return NewTopic(topic.name, topic.partitions, -1, replica_assignments={}, topic_configs=settings)


async def _drift(admin: AIOKafkaAdminClient, present: list[Topic]) -> list[str]:
    if not present:
        return []
    names = [topic.name for topic in present]
    partitions = {found["topic"]: len(found["partitions"]) for found in await admin.describe_topics(names)}
    configured = await _configured(admin, names)
    sentences = []
    for topic in present:
        if partitions[topic.name] != topic.partitions:
            sentences.append(
                f"{topic.name} has {partitions[topic.name]} partitions instead of {topic.partitions}"
            )
        sentences += _differences(topic, configured[topic.name])
    return sentences


def _differences(topic: Topic, found: Mapping[str, str]) -> list[str]:
    return [
        f"{topic.name} has {name}={found.get(name)} instead of {value}"
        for name, value in settings_of(topic).items()
        if found.get(name) != value
    ]


async def _configured(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answers: list[Any] = await admin.describe_configs(resources)
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }

"""Reads what one fetch brought: events in order per aggregate, repeats folded, unreadable records apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chassis.faults import described
from chassis.wire import Envelope, UnreadableEnvelopeError, decode


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is no event, and why."""

    record: Any  # aiokafka's ConsumerRecord
    error: str


@dataclass(slots=True)
class Batch:
    """The records of one fetch."""

    events: list[Envelope] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    repeats: int = 0


def read_batch(records: Iterable[Any]) -> Batch:
    """Decode records; sort them by aggregate, each aggregate's events staying in order of arrival."""
    batch = Batch()
    seen: set[tuple[tuple[str, str, str], int]] = set()
    for record in records:
        try:
            event = decode(record.topic, record.key, record.headers, record.value)
        except UnreadableEnvelopeError as error:
            batch.unreadable.append(Unreadable(record, str(error) or described(error)))
            continue
        identity = event.key, event.version
        if identity in seen:
            batch.repeats += 1
            continue
        seen.add(identity)
        batch.events.append(event)
    batch.events.sort(key=lambda event: event.key)
    return batch

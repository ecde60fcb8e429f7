"""Copies of what could not be handled, on the topic `<service>.dead.v1`, for people and their tools."""

from base64 import b64encode
from collections.abc import Mapping

from pydantic import BaseModel

from chassis.db import Tx
from contracts.envelope import Topic

LARGEST_COPY = (
    40_000  # bytes of the original data; base64 and the frame must stay under the limit of an event
)


class DeadEvent(BaseModel):
    """A record that no retry will handle, as it came."""

    consumer: str
    topic: str
    place: str
    headers: dict[str, str]
    data_base64: str
    error: str


def dead_topic(service: str) -> Topic:
    return Topic(f"{service}.dead.v1", key="place", partitions=3)


def copy(tx: Tx, dead: DeadEvent) -> None:
    """Emit the copy with this transaction, in the territory that is in scope."""
    service = dead.consumer.split(".")[0]
    kind = f"maillage.{service}.DeadEvent.v1"
    tx.emit_raw(dead_topic(service), dead.place, (kind, dead.model_dump_json().encode(), "internal"))


def dead_event(
    consumer: str, origin: tuple[str, str], headers: Mapping[str, str], data: bytes | None, error: str
) -> DeadEvent:
    """Describe a dead record of `origin` (topic, place in it); data over 40 kB is cut."""
    topic, place = origin
    return DeadEvent(
        consumer=consumer,
        topic=topic,
        place=place,
        headers=dict(headers),
        data_base64=b64encode((data or b"")[:LARGEST_COPY]).decode(),
        error=error,
    )

"""Keeps records whose envelope cannot be read, by their place in the topic."""

import json
from collections.abc import Sequence

from chassis import dead
from chassis.batch import Unreadable
from chassis.db import PLATFORM, Tx

LARGEST_HEADERS = 8_000  # characters of headers that the dead copy repeats


async def keep(tx: Tx, consumer: str, unreadable: Sequence[Unreadable]) -> None:
    """Store the records and copy the new ones to the dead topic, in the platform's own territory."""
    if not unreadable:
        return
    await tx.narrow(PLATFORM)
    for entry in unreadable:
        record = entry.record
        headers = {name: _text(value) for name, value in record.headers}
        kept = await tx.fetchval(
            _KEEP,
            consumer,
            record.topic,
            record.partition,
            record.offset,
            record.key,
            json.dumps(headers),
            record.value,
            entry.error,
        )
        if kept:
            origin = record.topic, f"{record.partition}/{record.offset}"
            brief = headers if len(json.dumps(headers)) <= LARGEST_HEADERS else {}
            dead.copy(tx, dead.dead_event(consumer, origin, brief, record.value, entry.error))
    await tx.widen()


def _text(value: bytes | None) -> str:
    """Return a header as text that JSON columns accept: no byte is lost silently, NUL is shown."""
    return (value or b"").decode(errors="backslashreplace").replace("\x00", "\\x00")


_KEEP = """
INSERT INTO quarantine (consumer, topic, partition, "offset", key, headers, data, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING true
"""

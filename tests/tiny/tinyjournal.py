"""Owns the journal of effects: one row each time a handler acts, so that a second time shows."""

from collections.abc import Sequence
from typing import Any

from chassis.db import Tx
from contracts.envelope import Event

_APPEND = """
INSERT INTO journal (territory_id, consumer, topic, item_id, version, event_id)
SELECT k.territory_id, $1, k.topic, k.item_id, k.version, k.event_id
FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::uuid[])
    WITH ORDINALITY AS k(territory_id, topic, item_id, version, event_id, place) ORDER BY place
"""


async def note(tx: Tx, consumer: str, events: Sequence[Event[Any]]) -> None:
    """Append the events to the consumer's journal, in their order."""
    rows = [
        (event.territory_id, event.topic, event.aggregate_id, event.version, event.id) for event in events
    ]
    await tx.execute(_APPEND, consumer, *map(list, zip(*rows, strict=True)))

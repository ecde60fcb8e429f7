"""Aggregates that wait behind an event which could not be handled, and how they get going again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chassis.db import Tx
from chassis.outbox import Key
from chassis.wire import Envelope

State = Literal["retrying", "waiting"]

FIRST_RETRY = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Opening:
    """A lane that opens: its aggregate, whether it retries or waits for a missing event, and why."""

    key: Key
    state: State
    error: str


async def park(tx: Tx, consumer: str, opened: Sequence[Opening], queued: Sequence[Envelope]) -> None:
    """Open lanes and append events to them; the watermark's lock, held by the caller, guards both."""
    if opened:
        columns = [list(column) for column in zip(*(opening.key for opening in opened), strict=True)]
        states = [opening.state for opening in opened]
        errors = [opening.error for opening in opened]
        await tx.execute(_OPEN, consumer, *columns, states, errors, FIRST_RETRY)
    if queued:
        columns = [list(column) for column in zip(*(event.key for event in queued), strict=True)]
        versions = [event.version for event in queued]
        headers = [json.dumps(dict(event.headers)) for event in queued]
        await tx.execute(_APPEND, consumer, *columns, versions, headers, [event.data for event in queued])


_OPEN = """
INSERT INTO lane (consumer, territory_id, topic, aggregate_id, state, error, next_at)
SELECT $1, k.*, clock_timestamp() + make_interval(secs => $7)
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS k
"""

_APPEND = """
INSERT INTO lane_event (consumer, territory_id, topic, aggregate_id, version, headers, data)
SELECT $1, k.* FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::bytea[]) AS k
ON CONFLICT DO NOTHING
"""

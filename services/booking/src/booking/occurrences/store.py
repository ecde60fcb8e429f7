"""SQL of single dates of series."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from booking.occurrences.model import Occurrence
from chassis.db import Tx


async def locked(tx: Tx, series_id: UUID, recurrence_id: str) -> Occurrence | None:
    """Return a date of a series, to be changed."""
    row = await tx.fetchrow(_ONE, tx.territory_id, series_id, recurrence_id)
    return from_row(row) if row else None


async def give_up(tx: Tx, series_id: UUID, recurrence_id: str, reason: str) -> None:
    """Keep a date without its booking, for a reason."""
    await tx.execute(_GIVE_UP, tx.territory_id, series_id, recurrence_id, reason)


async def reinstate(tx: Tx, series_id: UUID, recurrence_id: str, booking_id: UUID) -> None:
    """Give a date its booking."""
    await tx.execute(_REINSTATE, tx.territory_id, series_id, recurrence_id, booking_id)


async def waiting(
    tx: Tx, leaf_ids: Sequence[UUID], since: datetime, until: datetime | None, now: datetime
) -> list[tuple[UUID, UUID, Occurrence]]:
    """Return the dates to come that lacked these leaves, not told of yet: series, resource, date."""
    rows = await tx.fetch(_WAITING, tx.territory_id, list(leaf_ids), since, until, now)
    return [(row["series_id"], row["resource_id"], from_row(row)) for row in rows]


async def note_freed(tx: Tx, series_id: UUID, recurrence_id: str) -> None:
    """Note that a date can be asked for again."""
    await tx.execute(_FREED, tx.territory_id, series_id, recurrence_id)


def from_row(row: asyncpg.Record) -> Occurrence:
    return Occurrence(
        row["recurrence_id"], row["starts_at"], row["ends_at"], row["booking_id"], row["booking_state"]
    )


COLUMNS: Final = "o.recurrence_id, o.starts_at, o.ends_at, o.booking_id, b.state AS booking_state"
JOINED: Final = """
occurrences o LEFT JOIN bookings b ON b.territory_id = o.territory_id AND b.booking_id = o.booking_id
"""
_ONE = f"""
SELECT {COLUMNS} FROM {JOINED}
WHERE o.territory_id = $1 AND o.series_id = $2 AND o.recurrence_id = $3 FOR UPDATE OF o
"""
_GIVE_UP = """
UPDATE occurrences SET booking_id = NULL, reason = $4, freed = false
WHERE territory_id = $1 AND series_id = $2 AND recurrence_id = $3
"""
_REINSTATE = """
UPDATE occurrences SET booking_id = $4, reason = NULL, freed = false
WHERE territory_id = $1 AND series_id = $2 AND recurrence_id = $3
"""
_WAITING = """
SELECT o.series_id, s.resource_id, o.recurrence_id, o.starts_at, o.ends_at, o.booking_id,
    NULL::text AS booking_state
FROM occurrences o
JOIN series s ON s.territory_id = o.territory_id AND s.series_id = o.series_id
JOIN resources r ON r.territory_id = s.territory_id AND r.resource_id = s.resource_id
WHERE o.territory_id = $1 AND o.booking_id IS NULL AND o.ends_at > greatest($3::timestamptz, $5)
    AND ($4::timestamptz IS NULL OR o.starts_at < $4) AND o.starts_at > $5
    AND o.reason = 'slot-taken' AND NOT o.freed
    AND r.leaf_ids && $2 AND (s.ended_from IS NULL OR o.recurrence_id < s.ended_from)
ORDER BY o.starts_at, o.series_id
"""
_FREED = """
UPDATE occurrences SET freed = true WHERE territory_id = $1 AND series_id = $2 AND recurrence_id = $3
"""

"""SQL of announcements."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.idempotency import IdReused


async def booked(tx: Tx, site_id: UUID, since: datetime, until: datetime) -> list[UUID]:
    """Return who is booked at a site at some time of the stretch, each once."""
    rows = await tx.fetch(_BOOKED, tx.territory_id, site_id, since, until)
    return [row[0] for row in rows]


async def insert(
    tx: Tx, announcement_id: UUID, site_id: UUID, stretch: tuple[datetime, datetime], told: int
) -> None:
    """Keep that it was told, and to how many; raises IdReused."""
    try:
        async with tx.attempt():
            values = (*stretch, told, await tx.now())
            await tx.execute(_INSERT, tx.territory_id, announcement_id, site_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(announcement_id)) from None


_BOOKED = """
SELECT DISTINCT person_id FROM bookings
WHERE territory_id = $1 AND site_id = $2 AND ends_at > $3 AND starts_at < $4
    AND starts_at > $3::timestamptz - interval '31 days' AND state IN ('confirmed', 'checked_in')
    AND left_at IS NULL
ORDER BY person_id
"""
_INSERT = """
INSERT INTO announcements (territory_id, announcement_id, site_id, since, until, told, told_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

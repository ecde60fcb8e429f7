"""SQL of outages."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from booking.resources.model import Resource
from chassis.db import Tx


async def insert(tx: Tx, resource: Resource, period: tuple[datetime, datetime | None], reason: str) -> bool:
    """Note that a resource is out of service; False when it already is in some of that time."""
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT, tx.territory_id, resource.resource_id, resource.site_id, *period, reason
            )
    except (asyncpg.ExclusionViolationError, asyncpg.UniqueViolationError):
        return False
    return True


async def end(tx: Tx, resource_id: UUID, now: datetime) -> bool:
    """End the outage that is on, or call off the one to come; False when there is none."""
    if await tx.fetchval(_END, tx.territory_id, resource_id, now):
        return True
    return bool(await tx.fetchval(_CALL_OFF, tx.territory_id, resource_id, now))


async def affected(tx: Tx, leaf_ids: Sequence[UUID], start: datetime, end: datetime | None) -> list[UUID]:
    """Return the live bookings that use some of these leaves in that time."""
    rows = await tx.fetch(_AFFECTED, tx.territory_id, list(leaf_ids), start, end)
    return [row[0] for row in rows]


_INSERT = """
INSERT INTO outages (territory_id, resource_id, site_id, starts_at, ends_at, reason)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_END = """
UPDATE outages SET ends_at = $3
WHERE territory_id = $1 AND resource_id = $2 AND starts_at < $3 AND (ends_at IS NULL OR ends_at > $3)
RETURNING true
"""
_CALL_OFF = """
DELETE FROM outages o USING (
    SELECT starts_at FROM outages
    WHERE territory_id = $1 AND resource_id = $2 AND starts_at >= $3 ORDER BY starts_at LIMIT 1
) first
WHERE o.territory_id = $1 AND o.resource_id = $2 AND o.starts_at = first.starts_at
RETURNING true
"""
_AFFECTED = """
SELECT DISTINCT b.booking_id
FROM unnest($2::uuid[]) leaf
JOIN claims c ON c.territory_id = $1 AND c.leaf_id = leaf AND c.ends_at > $3
JOIN bookings b ON b.territory_id = c.territory_id AND b.booking_id = c.booking_id
WHERE b.ends_at > $3 AND ($4::timestamptz IS NULL OR b.starts_at < $4) ORDER BY 1
"""

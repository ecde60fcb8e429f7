"""SQL of what the dates of a series meet, and of keeping them."""

from collections.abc import Iterable
from uuid import UUID

from booking.closures.model import Closure
from booking.closures.store import COLUMNS, OVER_RESOURCE, from_row
from booking.openings.model import Interval
from booking.outages.model import Outage
from chassis.db import Tx


async def add_dates(
    tx: Tx, series_id: UUID, dates: Iterable[tuple[str, Interval, UUID | None, str | None]]
) -> None:
    """Keep dates: each with its time, and with its booking or the reason why it has none."""
    rows = [(tx.territory_id, series_id, each, *period, found, why) for each, period, found, why in dates]
    await tx.executemany(_ADD, rows)


async def outages(tx: Tx, resource_id: UUID, between: Interval) -> list[tuple[Interval, Outage]]:
    """Return when the resource, or something that it is made of, is out of service."""
    rows = await tx.fetch(_OUTAGES, tx.territory_id, resource_id, *between)
    far = between.end
    return [
        (Interval(row["starts_at"], row["ends_at"] or far), Outage(row["ends_at"], row["reason"]))
        for row in rows
    ]


async def closures(tx: Tx, resource_id: UUID, between: Interval) -> list[Closure]:
    """Return what closes the resource, or something that it is made of, the strictest first."""
    rows = await tx.fetch(_CLOSURES, tx.territory_id, resource_id, *between)
    return [from_row(row) for row in rows]


_ADD = """
INSERT INTO occurrences (territory_id, series_id, recurrence_id, starts_at, ends_at, booking_id, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (territory_id, series_id, recurrence_id) DO NOTHING
"""
_OUTAGES = """
SELECT o.starts_at, o.ends_at, o.reason
FROM resources r
JOIN outages o ON o.territory_id = r.territory_id AND o.site_id = r.site_id
JOIN resources x ON x.territory_id = o.territory_id AND x.resource_id = o.resource_id
WHERE r.territory_id = $1 AND r.resource_id = $2 AND x.leaf_ids && r.leaf_ids
    AND o.starts_at < $4 AND (o.ends_at IS NULL OR o.ends_at > $3)
ORDER BY o.starts_at
"""
_CLOSURES = f"""
SELECT k.* FROM resources r CROSS JOIN LATERAL (
    SELECT {COLUMNS} {OVER_RESOURCE} AND c.starts_at < $4 AND c.ends_at > $3
) k
WHERE r.territory_id = $1 AND r.resource_id = $2 ORDER BY k.staff_may_override, k.starts_at
"""

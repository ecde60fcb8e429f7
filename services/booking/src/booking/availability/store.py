"""SQL of what is free and what is busy, over resources, claims and outages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from booking.openings.model import Interval
from booking.resources import store as resources
from booking.resources.model import Resource
from booking.sites.model import Site
from chassis.db import Tx
from chassis.pages import Asked, Order

ORDER: Final = Order("r.name text", "r.resource_id uuid")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a search looks for: a period, and what narrows it."""

    period: Interval
    site_id: UUID | None = None
    kind: str | None = None
    capacity: int | None = None


async def free(tx: Tx, wish: Wish, asked: Asked) -> list[tuple[asyncpg.Record, Resource, Site]]:
    """Return what can be booked and has no claim and no outage in the period, by name; open or not."""
    sql = _FREE + ORDER.tail(asked, 8)
    rows = await tx.fetch(
        sql,
        tx.territory_id,
        *wish.period,
        await tx.now(),
        wish.site_id,
        wish.kind,
        wish.capacity,
        *asked.arguments,
    )
    return [
        (row, resources.from_row(row), Site(row["site_id"], row["site_name"], row["zone"])) for row in rows
    ]


async def busy(tx: Tx, leaf_ids: Sequence[UUID], between: Interval) -> list[Interval]:
    """Return when some of these leaves are claimed or out of service, lapsed holds left out."""
    rows = await tx.fetch(_BUSY, tx.territory_id, list(leaf_ids), *between, await tx.now())
    return [Interval(*row) for row in rows]


_FREE = f"""
SELECT {", ".join(f"r.{name}" for name in resources.COLUMNS)}, s.name AS site_name, s.zone
FROM resources r JOIN sites s ON s.territory_id = r.territory_id AND s.site_id = r.site_id
WHERE r.territory_id = $1 AND r.bookable
    AND ($5::uuid IS NULL OR r.site_id = $5) AND ($6::text IS NULL OR r.kind = $6)
    AND ($7::integer IS NULL OR r.capacity >= $7)
    AND NOT EXISTS (
        SELECT FROM unnest(r.leaf_ids) leaf JOIN claims c ON c.territory_id = $1 AND c.leaf_id = leaf
        WHERE c.ends_at > $2 AND c.starts_at < $3::timestamptz + make_interval(mins => r.turnaround_minutes)
            AND (c.held_until IS NULL OR c.held_until > $4))
    AND NOT EXISTS (
        SELECT FROM outages o JOIN resources x
            ON x.territory_id = o.territory_id AND x.resource_id = o.resource_id
        WHERE o.territory_id = $1 AND o.site_id = r.site_id AND o.starts_at < $3
            AND (o.ends_at IS NULL OR o.ends_at > $2) AND x.leaf_ids && r.leaf_ids)
"""
_BUSY = """
SELECT c.starts_at, c.ends_at FROM unnest($2::uuid[]) leaf
JOIN claims c ON c.territory_id = $1 AND c.leaf_id = leaf
WHERE c.ends_at > $3 AND c.starts_at < $4 AND (c.held_until IS NULL OR c.held_until > $5)
UNION
SELECT o.starts_at, least(coalesce(o.ends_at, $4), $4) FROM outages o JOIN resources x
    ON x.territory_id = o.territory_id AND x.resource_id = o.resource_id
WHERE o.territory_id = $1 AND o.starts_at < $4 AND (o.ends_at IS NULL OR o.ends_at > $3)
    AND x.leaf_ids && $2
"""

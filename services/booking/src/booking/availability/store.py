"""SQL of what is free and what is busy, over resources, claims, outages and closures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from booking.closures.store import OVER_RESOURCE
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
    kinds: Sequence[str] = ()
    capacity: int | None = None
    features: Sequence[str] = ()


async def free(tx: Tx, wish: Wish, asked: Asked) -> list[tuple[asyncpg.Record, Resource, Site]]:
    """Return what can be booked and has no claim, outage or closure in the period, by name; open or not."""
    sql = _FREE + ORDER.tail(asked, 9)
    rows = await tx.fetch(
        sql,
        tx.territory_id,
        *wish.period,
        await tx.now(),
        wish.site_id,
        list(wish.kinds) or None,
        wish.capacity,
        list(wish.features),
        *asked.arguments,
    )
    return [
        (row, resources.from_row(row), Site(row["site_id"], row["site_name"], row["zone"])) for row in rows
    ]


async def busy(tx: Tx, leaf_ids: Sequence[UUID], between: Interval) -> list[Interval]:
    """Return when some of these leaves are claimed, out of service or closed, lapsed holds left out."""
    rows = await tx.fetch(_BUSY, tx.territory_id, list(leaf_ids), *between, await tx.now())
    return [Interval(*row) for row in rows]


# A claim lasts a month and its turnaround, a day each at most: what ends later than that begins too late.
# Without this bound the index is read from the period to the end of all that is booked.
_FREE = f"""
SELECT {", ".join(f"r.{name}" for name in resources.COLUMNS)}, s.name AS site_name, s.zone
FROM resources r JOIN sites s ON s.territory_id = r.territory_id AND s.site_id = r.site_id
WHERE r.territory_id = $1 AND r.bookable
    AND ($5::uuid IS NULL OR r.site_id = $5)
    AND CASE WHEN $6::text[] IS NULL THEN r.kind <> 'person' ELSE r.kind = ANY ($6) END
    AND ($7::integer IS NULL OR r.capacity >= $7) AND r.features @> $8::text[]
    AND NOT EXISTS (
        SELECT FROM unnest(r.leaf_ids) leaf JOIN claims c ON c.territory_id = $1 AND c.leaf_id = leaf
        WHERE c.ends_at > $2 AND c.starts_at < $3::timestamptz + make_interval(mins => r.turnaround_minutes)
            AND c.ends_at < $3::timestamptz + interval '34 days'
            AND (c.held_until IS NULL OR c.held_until > $4))
    AND NOT EXISTS (
        SELECT FROM outages o JOIN resources x
            ON x.territory_id = o.territory_id AND x.resource_id = o.resource_id
        WHERE o.territory_id = $1 AND o.site_id = r.site_id AND o.starts_at < $3
            AND (o.ends_at IS NULL OR o.ends_at > $2) AND x.leaf_ids && r.leaf_ids)
    AND NOT EXISTS (SELECT {OVER_RESOURCE} AND c.starts_at < $3 AND c.ends_at > $2)
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
UNION
SELECT greatest(c.starts_at, $3), least(c.ends_at, $4)
FROM closures c LEFT JOIN resources x ON x.territory_id = c.territory_id AND x.resource_id = c.resource_id
WHERE c.territory_id = $1 AND c.lifted_at IS NULL AND c.starts_at < $4 AND c.ends_at > $3
    AND c.site_id = (SELECT r.site_id FROM resources r WHERE r.territory_id = $1 AND r.resource_id = $2[1])
    AND (c.resource_id IS NULL OR x.leaf_ids && $2)
"""

"""SQL of what decides whether a resource can be booked: its site, hours, outages and closures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg

from booking.bookable.model import Bookable
from booking.closures.store import COLUMNS as CLOSURE_COLUMNS
from booking.closures.store import OVER_RESOURCE as CLOSURES_OVER_RESOURCE
from booking.closures.store import from_row as closure_from_row
from booking.openings.store import by_owner as hours_by_owner
from booking.openings.store import gathered as hours_gathered
from booking.outages.model import Outage
from booking.resources.store import COLUMNS as RESOURCE_COLUMNS
from booking.resources.store import from_row as resource_from_row
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx
from chassis.errors import NotFound


async def bookable(tx: Tx, resource_ids: Sequence[UUID], start: datetime, end: datetime) -> Bookable | None:
    """Return the first of the resources, the others with it, as they are then; None without the first.

    Leaves, outages and closures stay as they are until this transaction ends. Raises NotFound for another
    one that is missing.
    """
    first, *others = dict.fromkeys(resource_ids)
    await tx.execute(_SHARE, tx.territory_id, [first, *others])
    rows = await tx.fetch(_BOOKABLE, tx.territory_id, [first, *others], start, end)
    found = {row["resource_id"]: _bookable(row) for row in rows}
    if first not in found:
        return None
    if missing := [each for each in others if each not in found]:
        raise NotFound(what="resource", id=str(missing[0]))
    return replace(found[first], others=tuple(found[each] for each in others))


def _bookable(row: asyncpg.Record) -> Bookable:
    outage = Outage(row["outage_until"], row["outage_reason"]) if row["outage_reason"] else None
    closure = closure_from_row(row) if row["closure_id"] else None
    return Bookable(resource_from_row(row), site_from_row(row), hours_by_owner(row["hours"]), outage, closure)


_SHARE = """
SELECT FROM resources WHERE territory_id = $1 AND resource_id = ANY ($2) ORDER BY resource_id FOR SHARE
"""
_HOURS = hours_gathered(
    "owner_id = ANY (r.lineage)", "$3::timestamptz::date - 1", "$4::timestamptz::date + 1"
)
_BOOKABLE = f"""
SELECT {", ".join(f"r.{name}" for name in RESOURCE_COLUMNS)}, {SITE_COLUMNS}, h.hours,
    o.ends_at AS outage_until, o.reason AS outage_reason,
    k.closure_id, k.closed_id, k.starts_at, k.ends_at, k.reason, k.staff_may_override, k.lifted_at
FROM {SITE_TABLES}
JOIN resources r ON r.territory_id = s.territory_id AND r.site_id = s.site_id
LEFT JOIN LATERAL ({_HOURS}) h ON true
LEFT JOIN LATERAL (
    SELECT {CLOSURE_COLUMNS} {CLOSURES_OVER_RESOURCE} AND c.starts_at < $4 AND c.ends_at > $3
    ORDER BY c.staff_may_override, c.ends_at DESC LIMIT 1
) k ON true
LEFT JOIN LATERAL (
    SELECT o.ends_at, o.reason
    FROM outages o JOIN resources x ON x.territory_id = o.territory_id AND x.resource_id = o.resource_id
    WHERE o.territory_id = $1 AND o.site_id = r.site_id AND x.leaf_ids && r.leaf_ids
        AND o.starts_at < $4 AND (o.ends_at IS NULL OR o.ends_at > $3)
    ORDER BY o.ends_at DESC NULLS FIRST LIMIT 1
) o ON true
WHERE r.territory_id = $1 AND r.resource_id = ANY ($2)
"""

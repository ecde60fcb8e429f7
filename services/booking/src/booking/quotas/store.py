"""SQL of what quotas count: bookings, as they stand, of whoever shares the quota."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from booking.policies.model import Quota
from booking.quotas.model import Span, Used
from chassis.db import Tx


async def lock(tx: Tx, owners: Iterable[tuple[str, UUID]]) -> None:
    """Let one transaction at a time count and book for each owner: two cannot both take the last unit."""
    keys = sorted({f"{tx.territory_id}/quota/{per}/{owner_id}" for per, owner_id in owners})
    await tx.execute(_LOCK, keys)


async def used(tx: Tx, quota: Quota, owner_id: UUID, scope_id: UUID | None, days: Span, but: UUID) -> Used:
    """Return what was booked of each day, one booking left out; what ended unused, or lapsed, gives back."""
    rows = await tx.fetch(
        _USED.format(owner=_OWNER[quota.per]),
        tx.territory_id,
        owner_id,
        *days,
        list(quota.kinds),
        scope_id,
        but,
        await tx.now(),
    )
    return {row["starts_on"]: row[quota.counted] for row in rows}


_OWNER: Final = {
    "person": "b.person_id = $2",
    "organisation": "b.payer_organisation_id = $2",
    "plan": "b.plan_id = $2",
    "everybody": "$2::uuid IS NOT NULL",
}
_LOCK = """
SELECT count(pg_advisory_xact_lock(hashtextextended(key, 0)))
FROM (SELECT key FROM unnest($1::text[]) key ORDER BY key) AS in_order
"""
_USED = """
SELECT b.starts_on, count(*) AS bookings, sum(extract(epoch FROM b.ends_at - b.starts_at))::bigint AS hours
FROM bookings b JOIN resources r ON r.territory_id = b.territory_id AND r.resource_id = b.resource_id
WHERE b.territory_id = $1 AND {owner} AND b.starts_on BETWEEN $3 AND $4
    AND (cardinality($5::text[]) = 0 OR b.kind = ANY ($5))
    AND ($6::uuid IS NULL OR $6 = ANY (r.lineage)) AND b.booking_id <> $7
    AND (b.state IN ('confirmed', 'checked_in', 'no_show')
        OR b.state IN ('held', 'requested') AND b.expires_at > $8)
GROUP BY b.starts_on
"""

"""SQL of permissions, and of the claims that they leave to others."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from booking.openings.model import Interval
from booking.permissions.model import Permission, grant_json, grant_of
from chassis.db import Tx


async def keep(tx: Tx, new: Permission) -> Permission:
    """Keep a permission; one that stands for the same badge at the same machine is prolonged instead."""
    row = await tx.fetchrow(
        _KEEP,
        tx.territory_id,
        new.permission_id,
        new.site_id,
        new.resource_id,
        new.person_id,
        new.badge_id,
        json.dumps(grant_json(new.paid)),
        new.longest_minutes,
        new.begins_at,
        new.ends_at,
    )
    assert row is not None  # noqa: S101 - it is inserted or updated
    return _permission(row)


async def permission(tx: Tx, permission_id: UUID) -> Permission | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, permission_id)
    return _permission(row) if row else None


async def revoke_others(tx: Tx, site_id: UUID, kept: Sequence[UUID], now: datetime) -> None:
    """Revoke the permissions of a site that stand and are not among those just given."""
    await tx.execute(_REVOKE_OTHERS, tx.territory_id, site_id, list(kept), now)


async def revoked(tx: Tx, site_id: UUID, now: datetime) -> list[UUID]:
    """Return the permissions of a site that were revoked before their end."""
    rows = await tx.fetch(_REVOKED, tx.territory_id, site_id, now)
    return [row[0] for row in rows]


async def machines(tx: Tx, site_id: UUID) -> list[UUID]:
    rows = await tx.fetch(_MACHINES, tx.territory_id, site_id)
    return [row[0] for row in rows]


async def taken(tx: Tx, leaf_ids: Sequence[UUID], span: Interval) -> list[tuple[Interval, UUID]]:
    """Return when these leaves are taken in that time, and by whom."""
    rows = await tx.fetch(_TAKEN, tx.territory_id, list(leaf_ids), *span)
    return [(Interval(row[0], row[1]), row[2]) for row in rows]


def _permission(row: asyncpg.Record) -> Permission:
    values = {name: row[name] for name in _FIELDS}
    return Permission(**values, paid=grant_of(json.loads(row["paid"])))


_FIELDS: Final = (
    "permission_id",
    "site_id",
    "resource_id",
    "person_id",
    "badge_id",
    "longest_minutes",
    "begins_at",
    "ends_at",
    "revoked_at",
)
_COLUMNS: Final = ", ".join((*_FIELDS, "paid"))
_KEEP = f"""
INSERT INTO permissions (territory_id, permission_id, site_id, resource_id, person_id, badge_id, paid,
    longest_minutes, begins_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (territory_id, resource_id, badge_id) WHERE revoked_at IS NULL DO UPDATE
SET paid = excluded.paid, longest_minutes = excluded.longest_minutes,
    begins_at = least(permissions.begins_at, excluded.begins_at),
    ends_at = greatest(permissions.ends_at, excluded.ends_at)
RETURNING {_COLUMNS}
"""
_ONE = f"SELECT {_COLUMNS} FROM permissions WHERE territory_id = $1 AND permission_id = $2"
_REVOKE_OTHERS = """
UPDATE permissions SET revoked_at = $4
WHERE territory_id = $1 AND site_id = $2 AND permission_id <> ALL ($3) AND revoked_at IS NULL
"""
_REVOKED = """
SELECT permission_id FROM permissions
WHERE territory_id = $1 AND site_id = $2 AND revoked_at IS NOT NULL AND ends_at > $3 ORDER BY permission_id
"""
_MACHINES = "SELECT resource_id FROM machines WHERE territory_id = $1 AND site_id = $2 ORDER BY resource_id"
_TAKEN = """
SELECT c.starts_at, c.ends_at, b.person_id
FROM claims c JOIN bookings b ON b.territory_id = c.territory_id AND b.booking_id = c.booking_id
WHERE c.territory_id = $1 AND c.leaf_id = ANY ($2) AND c.starts_at < $4 AND c.ends_at > $3
    AND (c.held_until IS NULL OR c.held_until > $3)
ORDER BY c.starts_at
"""

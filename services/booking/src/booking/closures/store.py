"""SQL of closures."""

from typing import Final
from uuid import UUID

import asyncpg

from booking.closures.model import Closure, Covering
from booking.openings.model import Interval
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("ends_at timestamptz", "closure_id uuid")


async def insert(tx: Tx, new: Closure) -> None:
    """Add a closure; raises IdReused when its id names another one."""
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT,
                tx.territory_id,
                new.closure_id,
                new.site_id,
                new.resource_id,
                new.start,
                new.end,
                new.reason,
                new.staff_may_override,
            )
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.closure_id)) from None


async def closure(tx: Tx, closure_id: UUID) -> Closure | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, closure_id)
    return from_row(row) if row else None


async def locked(tx: Tx, closure_id: UUID) -> Closure | None:
    """Return the closure, to be changed."""
    row = await tx.fetchrow(_ONE + " FOR UPDATE", tx.territory_id, closure_id)
    return from_row(row) if row else None


async def lift(tx: Tx, lifted: Closure) -> None:
    await tx.execute(_LIFT, tx.territory_id, lifted.closure_id, lifted.lifted_at)


async def page(tx: Tx, asked: Asked, site_id: UUID) -> Page[Closure]:
    """Return the closures of a site that hold or will hold, those that end first before."""
    rows = await tx.fetch(
        _LIST + ORDER.tail(asked, 4), tx.territory_id, site_id, await tx.now(), *asked.arguments
    )
    return ORDER.page(asked, rows, from_row)


async def covering(tx: Tx, site_id: UUID, between: Interval) -> list[Covering]:
    """Return the closures that hold at a site at some time in between, earliest first."""
    rows = await tx.fetch(_COVERING, tx.territory_id, site_id, *between)
    return [
        Covering(
            Interval(row["starts_at"], row["ends_at"]),
            None if row["leaf_ids"] is None else frozenset(row["leaf_ids"]),
            row["reason"],
        )
        for row in rows
    ]


def from_row(row: asyncpg.Record) -> Closure:
    """Read a closure from a row that has its columns by name."""
    return Closure(
        row["closure_id"],
        row["site_id"],
        row["closed_id"],
        row["starts_at"],
        row["ends_at"],
        row["reason"],
        row["staff_may_override"],
        row["lifted_at"],
    )


COLUMNS: Final = """c.closure_id, c.site_id, c.resource_id AS closed_id, c.starts_at, c.ends_at, c.reason,
    c.staff_may_override, c.lifted_at"""

# Closures `c` that hold over some of the leaves of a resource `r`; what narrows them in time comes after.
OVER_RESOURCE: Final = """
FROM closures c LEFT JOIN resources x ON x.territory_id = c.territory_id AND x.resource_id = c.resource_id
WHERE c.territory_id = $1 AND c.site_id = r.site_id AND c.lifted_at IS NULL
    AND (c.resource_id IS NULL OR x.leaf_ids && r.leaf_ids)
"""

_INSERT = """
INSERT INTO closures (territory_id, closure_id, site_id, resource_id, starts_at, ends_at, reason,
    staff_may_override)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_ONE = f"SELECT {COLUMNS} FROM closures c WHERE c.territory_id = $1 AND c.closure_id = $2"
_LIFT = "UPDATE closures SET lifted_at = $3 WHERE territory_id = $1 AND closure_id = $2"
_LIST = f"""
SELECT {COLUMNS} FROM closures c
WHERE c.territory_id = $1 AND c.site_id = $2 AND c.ends_at > $3 AND c.lifted_at IS NULL
"""
_COVERING = """
SELECT c.starts_at, c.ends_at, c.reason, x.leaf_ids
FROM closures c LEFT JOIN resources x ON x.territory_id = c.territory_id AND x.resource_id = c.resource_id
WHERE c.territory_id = $1 AND c.site_id = $2 AND c.lifted_at IS NULL AND c.starts_at < $4 AND c.ends_at > $3
ORDER BY c.starts_at
"""

"""SQL of resources."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from booking.resources.model import Node, Resource
from booking.sites import store as sites
from booking.sites.model import Site
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page


class Booked(NamedTuple):
    """A resource with bookings to come: its name, how many, and when the last one ends."""

    name: str
    bookings: int
    until: datetime


ORDER: Final = Order("name text", "resource_id uuid")

COLUMNS: Final = [field.name for field in fields(Resource)]
_LISTED: Final = ", ".join(COLUMNS)


async def resource(tx: Tx, resource_id: UUID) -> Resource | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, resource_id)
    return from_row(row) if row else None


async def site_of(tx: Tx, resource_id: UUID) -> Site | None:
    """Return the site of a resource, None where there is no such resource."""
    row = await tx.fetchrow(_SITE_OF, tx.territory_id, resource_id)
    return sites.from_row(row) if row else None


async def many(tx: Tx, resource_ids: Sequence[UUID]) -> list[Resource]:
    rows = await tx.fetch(_MANY, tx.territory_id, list(resource_ids))
    return [from_row(row) for row in rows]


async def nodes(tx: Tx, site_id: UUID) -> dict[UUID, Node]:
    """Return the tree of a site, locked against bookings that would read its leaves meanwhile."""
    rows = await tx.fetch(_NODES, tx.territory_id, site_id)
    return {row[0]: Node(row[0], row[1], tuple(row[2])) for row in rows}


async def leaves_of(tx: Tx, site_id: UUID) -> dict[UUID, tuple[UUID, ...]]:
    rows = await tx.fetch(_LEAVES, tx.territory_id, site_id)
    return {row[0]: tuple(row[1]) for row in rows}


async def insert(tx: Tx, new: Resource) -> None:
    """Add a resource; raises IdReused when its id names another one."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *_values(new))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.resource_id)) from None


async def update(tx: Tx, changed: Resource) -> None:
    await tx.execute(_UPDATE, tx.territory_id, *_values(changed))


async def set_leaves(tx: Tx, leaves: Mapping[UUID, tuple[UUID, ...]]) -> None:
    await tx.executemany(
        _SET_LEAVES, [(tx.territory_id, resource_id, list(ids)) for resource_id, ids in leaves.items()]
    )


async def booked(tx: Tx, resource_ids: Sequence[UUID], now: datetime) -> Booked | None:
    """Return one of the resources that has bookings to come, if any has."""
    row = await tx.fetchrow(_BOOKED, tx.territory_id, list(resource_ids), now)
    return Booked(*row) if row else None


async def page(tx: Tx, asked: Asked, site_id: UUID | None, kind: str | None) -> Page[Resource]:
    rows = await tx.fetch(_LIST + ORDER.tail(asked, 4), tx.territory_id, site_id, kind, *asked.arguments)
    return ORDER.page(asked, rows, from_row)


def from_row(row: asyncpg.Record) -> Resource:
    """Read a resource from a row that has its columns by name."""
    values = {name: row[name] for name in COLUMNS}
    for name in ("part_ids", "leaf_ids", "lineage", "features"):
        values[name] = tuple(values[name])
    return Resource(**values)


def _values(resource: Resource) -> list[object]:
    values = (getattr(resource, name) for name in COLUMNS)
    return [list(value) if isinstance(value, tuple) else value for value in values]


_ONE = f"SELECT {_LISTED} FROM resources WHERE territory_id = $1 AND resource_id = $2"
_SITE_OF = f"""
SELECT {sites.COLUMNS} FROM {sites.TABLES}
JOIN resources r ON r.territory_id = s.territory_id AND r.site_id = s.site_id
WHERE r.territory_id = $1 AND r.resource_id = $2
"""
_MANY = f"""
SELECT {_LISTED} FROM resources WHERE territory_id = $1 AND resource_id = ANY ($2) ORDER BY resource_id
"""
_NODES = """
SELECT resource_id, parent_id, part_ids FROM resources
WHERE territory_id = $1 AND site_id = $2 ORDER BY resource_id FOR NO KEY UPDATE
"""
_LEAVES = "SELECT resource_id, leaf_ids FROM resources WHERE territory_id = $1 AND site_id = $2"
_INSERT = f"""
INSERT INTO resources (territory_id, {_LISTED})
VALUES ($1, {", ".join(f"${n}" for n, _ in enumerate(COLUMNS, start=2))})
"""
_UPDATE = f"""
UPDATE resources SET {", ".join(f"{name} = ${n}" for n, name in enumerate(COLUMNS, start=2))}
WHERE territory_id = $1 AND resource_id = $2
"""
_SET_LEAVES = "UPDATE resources SET leaf_ids = $3 WHERE territory_id = $1 AND resource_id = $2"
_BOOKED = """
SELECT r.name, count(*), max(b.ends_at)
FROM resources r JOIN bookings b ON b.territory_id = r.territory_id AND b.site_id = r.site_id
    AND (b.resource_id = r.resource_id
        OR b.with_resources @> jsonb_build_array(jsonb_build_object('resource_id', r.resource_id)))
WHERE r.territory_id = $1 AND r.resource_id = ANY ($2) AND b.ends_at > $3
    AND b.state IN ('held', 'requested', 'confirmed', 'checked_in')
GROUP BY r.resource_id, r.name ORDER BY r.name LIMIT 1
"""
_LIST = f"""
SELECT {_LISTED} FROM resources
WHERE territory_id = $1 AND ($2::uuid IS NULL OR site_id = $2) AND ($3::text IS NULL OR kind = $3)
"""

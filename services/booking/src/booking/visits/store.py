"""SQL of visits."""

from dataclasses import astuple
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from booking.visits.model import Visit
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("expected_at timestamptz", "visit_id uuid")


async def insert(tx: Tx, visit: Visit) -> None:
    """Keep a new visit; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *astuple(visit))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(visit.visit_id)) from None


async def locked(tx: Tx, visit_id: UUID) -> Visit | None:
    row = await tx.fetchrow(_ONE + " FOR UPDATE", tx.territory_id, visit_id)
    return Visit(**row) if row else None


async def save(tx: Tx, visit: Visit) -> None:
    values = (visit.state, visit.arrived_at, visit.left_at)
    await tx.execute(_SAVE, tx.territory_id, visit.visit_id, *values)


async def place(tx: Tx, visit_id: UUID) -> tuple[Site, UUID] | None:
    """Return where a visit is, and to whom."""
    row = await tx.fetchrow(_PLACE, tx.territory_id, visit_id)
    return (site_from_row(row), row["host_id"]) if row else None


async def of_site(tx: Tx, asked: Asked, site_id: UUID, since: datetime, until: datetime) -> Page[Visit]:
    """Return the visits of a stretch of time, and whoever is inside, whenever they came."""
    sql = _OF_SITE + ORDER.tail(asked, 5)
    rows = await tx.fetch(sql, tx.territory_id, site_id, since, until, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: Visit(**row))


async def of_host(tx: Tx, asked: Asked, host_id: UUID, since: datetime) -> Page[Visit]:
    """Return the visits to a host from an instant on."""
    rows = await tx.fetch(_OF_HOST + ORDER.tail(asked, 4), tx.territory_id, host_id, since, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: Visit(**row))


async def inside(tx: Tx, site_id: UUID) -> list[Visit]:
    """Return the visits of those who are inside."""
    return [Visit(**row) for row in await tx.fetch(_INSIDE, tx.territory_id, site_id)]


_SELECT = """
SELECT visit_id, site_id, host_id, visitor_name, expected_at, state, arrived_at, left_at FROM visits
WHERE territory_id = $1
"""
_INSERT = """
INSERT INTO visits (territory_id, visit_id, site_id, host_id, visitor_name, expected_at, state, arrived_at,
    left_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_ONE = f"{_SELECT} AND visit_id = $2"
_SAVE = """
UPDATE visits SET state = $3, arrived_at = $4, left_at = $5 WHERE territory_id = $1 AND visit_id = $2
"""
_PLACE = f"""
SELECT {SITE_COLUMNS}, v.host_id FROM {SITE_TABLES}
JOIN visits v ON v.territory_id = s.territory_id AND v.site_id = s.site_id
WHERE v.territory_id = $1 AND v.visit_id = $2
"""
_OF_SITE = f"""
{_SELECT} AND site_id = $2 AND (expected_at >= $3 AND expected_at < $4 OR state = 'inside')
"""
_OF_HOST = f"{_SELECT} AND host_id = $2 AND expected_at >= $3"
_INSIDE = f"{_SELECT} AND site_id = $2 AND state = 'inside' ORDER BY arrived_at, visit_id"

"""SQL of strikes."""

from dataclasses import astuple, fields
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from booking.sites import store as sites
from booking.sites.model import Site
from booking.strikes.model import Strike
from chassis.db import Tx
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("struck_on date", "booking_id uuid", descending=True)


async def insert(tx: Tx, new: Strike) -> None:
    await tx.execute(_INSERT, tx.territory_id, *astuple(new))


async def locked(tx: Tx, booking_id: UUID) -> Strike | None:
    row = await tx.fetchrow(_ONE + " FOR UPDATE", tx.territory_id, booking_id)
    return _strike(row) if row else None


async def lift(tx: Tx, lifted: Strike) -> None:
    key = (tx.territory_id, lifted.booking_id)
    await tx.execute(_LIFT, *key, lifted.lifted_at, lifted.lift_reason)


async def counting(tx: Tx, person_id: UUID, site_id: UUID) -> list[date]:
    """Return the days of the strikes of a person at a site that were not lifted."""
    rows = await tx.fetch(_COUNTING, tx.territory_id, person_id, site_id)
    return [row[0] for row in rows]


async def site_of(tx: Tx, booking_id: UUID) -> Site | None:
    row = await tx.fetchrow(_SITE, tx.territory_id, booking_id)
    return sites.from_row(row) if row else None


async def of_person(tx: Tx, asked: Asked, person_id: UUID) -> Page[Strike]:
    sql = f"{_SELECT} AND person_id = $2{ORDER.tail(asked, 3)}"
    return ORDER.page(asked, await tx.fetch(sql, tx.territory_id, person_id, *asked.arguments), _strike)


async def of_site(tx: Tx, asked: Asked, site_id: UUID) -> Page[Strike]:
    sql = f"{_SELECT} AND site_id = $2{ORDER.tail(asked, 3)}"
    return ORDER.page(asked, await tx.fetch(sql, tx.territory_id, site_id, *asked.arguments), _strike)


def _strike(row: asyncpg.Record) -> Strike:
    return Strike(**{name: row[name] for name in _COLUMNS})


_COLUMNS: Final = [field.name for field in fields(Strike)]
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM strikes WHERE territory_id = $1"
_ONE = f"{_SELECT} AND booking_id = $2"
_INSERT = f"""
INSERT INTO strikes (territory_id, {", ".join(_COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_LIFT = "UPDATE strikes SET lifted_at = $3, lift_reason = $4 WHERE territory_id = $1 AND booking_id = $2"
_COUNTING = """
SELECT struck_on FROM strikes
WHERE territory_id = $1 AND person_id = $2 AND site_id = $3 AND lifted_at IS NULL
"""
_SITE = f"""
SELECT {sites.COLUMNS} FROM {sites.TABLES}
JOIN strikes k ON k.territory_id = s.territory_id AND k.site_id = s.site_id
WHERE k.territory_id = $1 AND k.booking_id = $2
"""

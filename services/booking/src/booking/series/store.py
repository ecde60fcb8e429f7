"""SQL of series and of their dates."""

from dataclasses import fields
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from booking.recurrence.model import Series
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("o.recurrence_id text")
LATEST_FIRST: Final = Order("s.first text", "s.series_id uuid", descending=True)
_FIELDS: Final = [field.name for field in fields(Series)]


async def insert(tx: Tx, new: Series) -> None:
    """Keep a new series; raises IdReused when the id names another one."""
    values = [getattr(new, name) for name in _FIELDS]
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.series_id)) from None


async def series(tx: Tx, series_id: UUID) -> Series | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, series_id)
    return from_row(row) if row else None


async def locked(tx: Tx, series_id: UUID) -> Series | None:
    """Return the series, to be changed."""
    row = await tx.fetchrow(_ONE + " FOR UPDATE", tx.territory_id, series_id)
    return from_row(row) if row else None


async def of_person(tx: Tx, asked: Asked, person_id: UUID) -> Page[tuple[Series, str, str]]:
    """Return a person's series with the names of their resource and site, the latest first."""
    sql = _OF_PERSON + LATEST_FIRST.tail(asked, 3)
    rows = await tx.fetch(sql, tx.territory_id, person_id, *asked.arguments)
    return LATEST_FIRST.page(asked, rows, lambda row: (from_row(row), *_names(row)))


async def names(tx: Tx, found: Series) -> tuple[str, str]:
    """Return the names of a series' resource and site."""
    return _names(await tx.fetchrow(_NAMES, tx.territory_id, found.resource_id))


async def note_booked(tx: Tx, series_id: UUID, until: date) -> None:
    """Note up to which day its dates are booked."""
    await tx.execute(_BOOKED, tx.territory_id, series_id, until)


async def note_end(tx: Tx, series_id: UUID, recurrence_id: str) -> None:
    """Note from which date on it is no more."""
    await tx.execute(_ENDED, tx.territory_id, series_id, recurrence_id)


async def page(tx: Tx, asked: Asked, series_id: UUID) -> Page[asyncpg.Record]:
    """Return dates with the booking that each has, in order."""
    rows = await tx.fetch(_DATES + ORDER.tail(asked, 3), tx.territory_id, series_id, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: row)


def from_row(row: asyncpg.Record) -> Series:
    values = {name: row[name] for name in _FIELDS}
    return Series(**values | {name: tuple(row[name]) for name in ("excluded", "added")})


def _names(row: asyncpg.Record | None) -> tuple[str, str]:
    return (row["resource_name"], row["site_name"]) if row else ("", "")


_COLUMNS: Final = ", ".join(f"s.{name}" for name in _FIELDS)
_INSERT = f"""
INSERT INTO series (territory_id, {", ".join(_FIELDS)})
VALUES ({", ".join(f"${n}" for n in range(1, len(_FIELDS) + 2))})
"""
_ONE = f"SELECT {_COLUMNS} FROM series s WHERE s.territory_id = $1 AND s.series_id = $2"
_NAMED = """
JOIN resources r ON r.territory_id = s.territory_id AND r.resource_id = s.resource_id
JOIN sites x ON x.territory_id = s.territory_id AND x.site_id = s.site_id
"""
_OF_PERSON = f"""
SELECT {_COLUMNS}, r.name AS resource_name, x.name AS site_name FROM series s {_NAMED}
WHERE s.territory_id = $1 AND s.person_id = $2
"""
_NAMES = """
SELECT r.name AS resource_name, x.name AS site_name
FROM resources r JOIN sites x ON x.territory_id = r.territory_id AND x.site_id = r.site_id
WHERE r.territory_id = $1 AND r.resource_id = $2
"""
_BOOKED = "UPDATE series SET booked_until = $3 WHERE territory_id = $1 AND series_id = $2"
_ENDED = "UPDATE series SET ended_from = $3 WHERE territory_id = $1 AND series_id = $2"
_DATES = """
SELECT o.recurrence_id, o.starts_at, o.ends_at, o.booking_id, o.reason, o.freed,
    b.state, b.starts_at AS booked_from, b.ends_at AS booked_to
FROM occurrences o LEFT JOIN bookings b ON b.territory_id = o.territory_id AND b.booking_id = o.booking_id
WHERE o.territory_id = $1 AND o.series_id = $2
"""

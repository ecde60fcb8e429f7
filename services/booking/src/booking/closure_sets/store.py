"""SQL of closure sets: what was imported, what each site follows, the exceptions that come of it."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from booking.closure_sets.model import Days, Subscription
from booking.openings.model import Hours, Opening
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.booking import DayHours

IMPORTED: Final = Order("name text", "set_id uuid")
FOLLOWED: Final = Order("subscription_id uuid", "site_id uuid")
_OPENINGS: Final = TypeAdapter(tuple[DayHours, ...])
_WEEK: Final = TypeAdapter(tuple[Opening, ...])
_DAYS: Final = TypeAdapter(dict[date, str])


async def keep_import(tx: Tx, set_id: UUID, name: str, days: Days) -> None:
    """Keep an imported set; raises IdReused when its id names another one."""
    values = (set_id, name, _DAYS.dump_json(dict(days)).decode(), await tx.now())
    try:
        async with tx.attempt():
            await tx.execute(_IMPORT, tx.territory_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(set_id)) from None


async def imported(tx: Tx, set_id: UUID) -> Days | None:
    found = await tx.fetchval(_DAYS_OF, tx.territory_id, set_id)
    return _DAYS.validate_json(found) if found else None


async def imports(tx: Tx, asked: Asked) -> Page[asyncpg.Record]:
    rows = await tx.fetch(_IMPORTS + IMPORTED.tail(asked, 2), tx.territory_id, *asked.arguments)
    return IMPORTED.page(asked, rows, lambda row: row)


async def follow(tx: Tx, new: Subscription) -> None:
    """Keep a subscription; raises IdReused when its id names another one."""
    openings = _OPENINGS.dump_json(new.openings).decode()
    values = (new.subscription_id, new.site_id, new.closure_set, new.area, new.set_id, openings)
    try:
        async with tx.attempt():
            await tx.execute(_FOLLOW, tx.territory_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.subscription_id)) from None


async def subscription(tx: Tx, subscription_id: UUID) -> Subscription | None:
    row = await tx.fetchrow(f"{_SUBSCRIPTIONS} AND subscription_id = $2", tx.territory_id, subscription_id)
    return _subscription(row) if row else None


async def unfollow(tx: Tx, subscription_id: UUID) -> None:
    await tx.execute(_UNFOLLOW, tx.territory_id, subscription_id, await tx.now())


async def followed(tx: Tx, site_id: UUID) -> list[Subscription]:
    """Return what a site follows."""
    rows = await tx.fetch(f"{_SUBSCRIPTIONS} AND site_id = $2 AND ended_at IS NULL", tx.territory_id, site_id)
    return [_subscription(row) for row in rows]


async def page(tx: Tx, asked: Asked, site_id: UUID) -> Page[Subscription]:
    sql = f"{_SUBSCRIPTIONS} AND site_id = $2 AND ended_at IS NULL" + FOLLOWED.tail(asked, 3)
    return FOLLOWED.page(
        asked, await tx.fetch(sql, tx.territory_id, site_id, *asked.arguments), _subscription
    )


async def put(
    tx: Tx, site_id: UUID, first: date, wanted: Mapping[date, tuple[Hours, Subscription]]
) -> tuple[list[date], list[date]]:
    """Have the days to come be these exceptions, those made by hand left alone; return changed and gone."""
    days = sorted(wanted)
    gone = await tx.fetch(_DROP, tx.territory_id, site_id, first, days)
    weekly = [_WEEK.dump_json(wanted[day][0].weekly).decode() for day in days]
    reasons = [wanted[day][0].exception for day in days]
    whose = [wanted[day][1].subscription_id for day in days]
    changed = await tx.fetch(_PUT, tx.territory_id, site_id, days, weekly, reasons, whose)
    return sorted(row[0] for row in changed), sorted(row[0] for row in gone)


def _subscription(row: asyncpg.Record) -> Subscription:
    return Subscription(
        row["subscription_id"],
        row["site_id"],
        row["closure_set"],
        row["area"],
        row["set_id"],
        tuple(DayHours(**each) for each in json.loads(row["openings"])),
        row["ended_at"] is not None,
    )


_IMPORT = """
INSERT INTO imported_sets (territory_id, set_id, name, days, imported_at) VALUES ($1, $2, $3, $4, $5)
"""
_DAYS_OF = "SELECT days FROM imported_sets WHERE territory_id = $1 AND set_id = $2"
_IMPORTS = "SELECT set_id, name, days, imported_at FROM imported_sets WHERE territory_id = $1"
_FOLLOW = """
INSERT INTO closure_subscriptions
    (territory_id, subscription_id, site_id, closure_set, area, set_id, openings)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_SUBSCRIPTIONS = """
SELECT subscription_id, site_id, closure_set, area, set_id, openings, ended_at FROM closure_subscriptions
WHERE territory_id = $1
"""
_UNFOLLOW = """
UPDATE closure_subscriptions SET ended_at = $3 WHERE territory_id = $1 AND subscription_id = $2
"""
_DROP = """
DELETE FROM opening_exceptions
WHERE territory_id = $1 AND owner_id = $2 AND day >= $3 AND subscription_id IS NOT NULL AND NOT day = ANY ($4)
RETURNING day
"""
_PUT = """
INSERT INTO opening_exceptions AS e (territory_id, owner_id, site_id, day, weekly, reason, subscription_id)
SELECT $1, $2, $2, wanted.day, wanted.weekly, wanted.reason, wanted.subscription_id
FROM unnest($3::date[], $4::jsonb[], $5::text[], $6::uuid[]) AS wanted(day, weekly, reason, subscription_id)
ON CONFLICT (territory_id, owner_id, day) DO UPDATE
SET weekly = excluded.weekly, reason = excluded.reason, subscription_id = excluded.subscription_id
WHERE e.subscription_id IS NOT NULL
    AND (e.weekly, e.reason, e.subscription_id)
        IS DISTINCT FROM (excluded.weekly, excluded.reason, excluded.subscription_id)
RETURNING day
"""

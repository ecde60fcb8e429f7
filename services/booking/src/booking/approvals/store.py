"""SQL of requests to decide on, and of who may decide on them beside staff."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from booking.approvals.model import Delegation
from booking.bookings import store as bookings
from booking.bookings.model import Booking
from booking.openings.model import Interval
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

BY_DEADLINE: Final = Order("b.expires_at timestamptz", "b.booking_id uuid")
BY_ID: Final = Order("delegation_id uuid")


async def waiting(tx: Tx, asked: Asked, site_id: UUID) -> Page[Booking]:
    """Return the requests at a site, the most urgent first."""
    sql = f"{_WAITING} AND b.site_id = $3{BY_DEADLINE.tail(asked, 4)}"
    rows = await tx.fetch(sql, tx.territory_id, await tx.now(), site_id, *asked.arguments)
    return BY_DEADLINE.page(asked, rows, bookings.from_row)


async def waiting_for(tx: Tx, asked: Asked, person_id: UUID, now: datetime) -> Page[Booking]:
    """Return the requests that a person may decide on by delegation, the most urgent first."""
    sql = f"{_WAITING} AND {_DELEGATED}{BY_DEADLINE.tail(asked, 5)}"
    rows = await tx.fetch(sql, tx.territory_id, now, person_id, now, *asked.arguments)
    return BY_DEADLINE.page(asked, rows, bookings.from_row)


async def may_decide(tx: Tx, booking_id: UUID, person_id: UUID, now: datetime) -> bool:
    """Say whether a person may decide by delegation on a booking."""
    return bool(await tx.fetchval(_MAY_DECIDE, tx.territory_id, booking_id, person_id, now))


async def superseded(tx: Tx, granted: Booking, leaf_ids: Sequence[UUID], blocked: Interval) -> list[UUID]:
    """Return the requests to come that keep nobody out and want what was granted to another one."""
    rows = await tx.fetch(
        _SUPERSEDED, tx.territory_id, granted.booking_id, list(leaf_ids), *blocked, await tx.now()
    )
    return [row[0] for row in rows]


async def insert(tx: Tx, new: Delegation) -> None:
    """Keep a new delegation; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *astuple(new))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.delegation_id)) from None


async def delegation(tx: Tx, delegation_id: UUID) -> Delegation | None:
    row = await tx.fetchrow(f"{_DELEGATIONS} AND delegation_id = $2", tx.territory_id, delegation_id)
    return _delegation(row) if row else None


async def end(tx: Tx, delegation_id: UUID, ended_on: date) -> None:
    await tx.execute(_END, tx.territory_id, delegation_id, ended_on)


async def delegations(tx: Tx, asked: Asked, site_id: UUID) -> Page[Delegation]:
    sql = f"{_DELEGATIONS} AND site_id = $2{BY_ID.tail(asked, 3)}"
    rows = await tx.fetch(sql, tx.territory_id, site_id, *asked.arguments)
    return BY_ID.page(asked, rows, _delegation)


def _delegation(row: asyncpg.Record) -> Delegation:
    return Delegation(**{name: row[name] for name in _COLUMNS})


_COLUMNS: Final = [field.name for field in fields(Delegation)]
_WAITING = f"""
SELECT {bookings.LISTED} FROM bookings b
WHERE b.territory_id = $1 AND b.state = 'requested' AND b.expires_at > $2
"""
_DELEGATED = """EXISTS (
    SELECT FROM approval_delegations d
    JOIN resources r ON r.territory_id = d.territory_id AND d.scope_id = ANY (r.lineage)
    WHERE d.territory_id = b.territory_id AND d.person_id = $3 AND r.resource_id = b.resource_id
        AND daterange(d.valid_from, d.valid_until) @> ($4::timestamptz AT TIME ZONE b.zone)::date
)"""
_MAY_DECIDE = f"""
SELECT EXISTS (SELECT FROM bookings b WHERE b.territory_id = $1 AND b.booking_id = $2 AND {_DELEGATED})
"""
_SUPERSEDED = """
SELECT DISTINCT b.booking_id
FROM bookings b JOIN resources r ON r.territory_id = b.territory_id AND (r.resource_id = b.resource_id
    OR b.with_resources @> jsonb_build_array(jsonb_build_object('resource_id', r.resource_id)))
WHERE b.territory_id = $1 AND b.booking_id <> $2 AND b.state = 'requested' AND NOT b.pending_blocks
    AND r.leaf_ids && $3::uuid[] AND b.starts_at < $5
    AND b.ends_at + make_interval(mins => r.turnaround_minutes) > $4 AND b.starts_at > $6
ORDER BY b.booking_id
"""
_DELEGATIONS = f"SELECT {', '.join(_COLUMNS)} FROM approval_delegations WHERE territory_id = $1"
_INSERT = f"""
INSERT INTO approval_delegations (territory_id, {", ".join(_COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_END = "UPDATE approval_delegations SET valid_until = $3 WHERE territory_id = $1 AND delegation_id = $2"

"""SQL of lots of credits and of the ledger of their units."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg

from booking.credits.model import PLAN_FIRST, Entry, Lot, Way
from booking.rights.model import Use
from chassis.db import Tx
from chassis.pages import Asked, Order, Page
from contracts.values import Party, Wording

NEWEST: Final = Order("opened_at timestamptz", "lot_id uuid", descending=True)
ENTRIES: Final = Order("seq integer", descending=True)


async def insert(tx: Tx, new: Lot) -> bool:
    """Add a lot; False where it is there already."""
    added = await tx.fetchval(_INSERT, tx.territory_id, *_columns(new))
    return added is not None


async def save(tx: Tx, changed: Lot) -> None:
    await tx.execute(_SAVE, tx.territory_id, changed.lot_id, changed.state, changed.valid_until)


async def append(tx: Tx, lot: Lot, entries: Sequence[Entry], booking_id: UUID | None, now: datetime) -> None:
    """Continue the ledger of a lot that is as its last row says."""
    before = lot.left
    for entry in entries:
        of_booking = booking_id if entry.kind in ("spent", "restored") else None
        columns = (entry.kind, entry.units, before, before + entry.units, of_booking, now)
        await tx.execute(_APPEND, tx.territory_id, lot.lot_id, *columns)
        before += entry.units


async def lock_usable(tx: Tx, use: Use, booking_id: UUID) -> list[UUID]:
    """Return the lots that may pay for a use, and those that the booking draws on, locked in one order."""
    arguments = (use.person_id, use.first, use.last, booking_id)
    rows = await tx.fetch(_LOCK_USABLE, tx.territory_id, *arguments)
    return [row["lot_id"] for row in rows]


async def lock(tx: Tx, lot_ids: Sequence[UUID]) -> None:
    """Keep others from these lots until this transaction ends."""
    await tx.execute(_LOCK, tx.territory_id, list(lot_ids))


async def lots(tx: Tx, lot_ids: Sequence[UUID]) -> dict[UUID, Lot]:
    """Return the lots as they are now: read them after they were locked, in a statement of its own."""
    rows = await tx.fetch(_MANY, tx.territory_id, list(lot_ids))
    return {row["lot_id"]: _lot(row) for row in rows}


async def drawn(tx: Tx, booking_id: UUID) -> dict[UUID, Decimal]:
    """Return how many units of which lots a booking has."""
    rows = await tx.fetch(_DRAWN, tx.territory_id, booking_id)
    return {row["lot_id"]: row["units"] for row in rows}


async def page_of(tx: Tx, asked: Asked, person_id: UUID) -> Page[Lot]:
    """Return the lots that a person may use today, own and of organisations, ended ones too."""
    rows = await tx.fetch(
        _OF_PERSON + NEWEST.tail(asked, 4), tx.territory_id, person_id, await tx.now(), *asked.arguments
    )
    return NEWEST.page(asked, rows, _lot)


async def may_use(tx: Tx, lot_id: UUID, person_id: UUID) -> bool:
    found = await tx.fetch(
        _OF_PERSON + " AND lot_id = $4", tx.territory_id, person_id, await tx.now(), lot_id
    )
    return bool(found)


async def entries(tx: Tx, asked: Asked, lot_id: UUID) -> Page[asyncpg.Record]:
    """Return the rows of a lot with what was booked, the last first."""
    rows = await tx.fetch(_ENTRIES + ENTRIES.tail(asked, 3), tx.territory_id, lot_id, *asked.arguments)
    return ENTRIES.page(asked, rows, lambda row: row)


async def ways(tx: Tx) -> tuple[Way, ...]:
    """Return in which order the ways to pay come."""
    found = await tx.fetchval(_WAYS, tx.territory_id)
    return tuple(found) if found else PLAN_FIRST


async def keep_ways(tx: Tx, order: Sequence[Way]) -> None:
    await tx.execute(_KEEP_WAYS, tx.territory_id, list(order))


def _lot(row: asyncpg.Record) -> Lot:
    values = {name: row[name] for name in _SAME} | {name: tuple(row[name]) for name in _LISTS}
    holder = Party(person_id=row["person_id"], organisation_id=row["organisation_id"])
    return Lot(**values, holder=holder, name=Wording.model_validate_json(row["name"]), left=row["left"])


def _columns(lot: Lot) -> list[object]:
    return [
        lot.holder.person_id,
        lot.holder.organisation_id,
        lot.name.model_dump_json(),
        *(list(getattr(lot, name)) for name in _LISTS),
        *(getattr(lot, name) for name in _SAME),
    ]


_LISTS: Final = ("resource_kinds", "site_ids", "price_codes")
_SAME: Final = (
    "lot_id",
    "site_id",
    "unit",
    "units",
    "valid_from",
    "valid_until",
    "zone",
    "grace_days",
    "state",
    "opened_at",
)
_WRITTEN: Final = ("person_id", "organisation_id", "name", *_LISTS, *_SAME)
_INSERT = f"""
INSERT INTO credit_lots (territory_id, {", ".join(_WRITTEN)})
VALUES ($1, {", ".join(f"${n}" for n, _ in enumerate(_WRITTEN, start=2))})
ON CONFLICT DO NOTHING RETURNING true
"""
_SAVE = """
UPDATE credit_lots SET state = $3, valid_until = $4 WHERE territory_id = $1 AND lot_id = $2
"""
_APPEND = """
INSERT INTO credit_entries (territory_id, lot_id, seq, kind, units, balance_before, balance, booking_id,
    recorded_at)
SELECT $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6, $7, $8 FROM credit_entries
WHERE territory_id = $1 AND lot_id = $2
"""
_USABLE_BY = """(l.person_id = $2 OR l.organisation_id IN (
    SELECT a.organisation_id FROM affiliations a
    WHERE a.territory_id = $1 AND a.person_id = $2 AND a.valid_from <= $3::date
        AND (a.valid_until IS NULL OR a.valid_until > $3::date)
))"""
_LOCK_USABLE = f"""
SELECT l.lot_id FROM credit_lots l
WHERE l.territory_id = $1 AND (
    (l.state = 'open' AND l.valid_from <= $3 AND l.valid_until > $4 AND {_USABLE_BY})
    OR l.lot_id IN (SELECT e.lot_id FROM credit_entries e WHERE e.territory_id = $1 AND e.booking_id = $5)
)
ORDER BY l.lot_id FOR NO KEY UPDATE
"""
_LOCK = """
SELECT FROM credit_lots WHERE territory_id = $1 AND lot_id = ANY ($2) ORDER BY lot_id FOR NO KEY UPDATE
"""
_LEFT = """coalesce((
    SELECT e.balance FROM credit_entries e WHERE e.territory_id = l.territory_id AND e.lot_id = l.lot_id
    ORDER BY e.seq DESC LIMIT 1
), 0) AS "left" """
_LOTS = f"SELECT {', '.join(f'l.{name}' for name in _WRITTEN)}, {_LEFT} FROM credit_lots l"
_MANY = f"{_LOTS} WHERE l.territory_id = $1 AND l.lot_id = ANY ($2) ORDER BY l.lot_id"
_OF_PERSON = f"{_LOTS} WHERE l.territory_id = $1 AND {_USABLE_BY}"
_DRAWN = """
SELECT lot_id, -sum(units) AS units FROM credit_entries
WHERE territory_id = $1 AND booking_id = $2 GROUP BY lot_id HAVING sum(units) <> 0 ORDER BY lot_id
"""
_ENTRIES = """
SELECT e.seq, e.kind, e.units, e.balance, e.booking_id, e.recorded_at, b.site_name, b.resource_name,
    b.starts_at, b.ends_at, b.zone
FROM credit_entries e
LEFT JOIN bookings b ON b.territory_id = e.territory_id AND b.booking_id = e.booking_id
WHERE e.territory_id = $1 AND e.lot_id = $2
"""
_WAYS = "SELECT ways FROM payment_orders WHERE territory_id = $1"
_KEEP_WAYS = """
INSERT INTO payment_orders (territory_id, ways) VALUES ($1, $2)
ON CONFLICT (territory_id) DO UPDATE SET ways = excluded.ways
"""

"""SQL of uses of machines and of incidents at them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from booking.usage.model import Usage
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.booking import MaterialUsed
from contracts.values import Party

State = Literal["open", "stopped", "aborted"]
NEWEST: Final = Order("started_at timestamptz", "usage_id uuid", descending=True)
_MATERIALS: Final = TypeAdapter(tuple[MaterialUsed, ...])


async def insert(tx: Tx, new: Usage) -> bool:
    """Keep a new use; False while another one of the machine is open. Raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *_values(new))
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "usages_one_open":
            return False
        raise IdReused(id=str(new.usage_id)) from None
    return True


async def save(tx: Tx, usage: Usage) -> None:
    await tx.execute(
        _SAVE,
        tx.territory_id,
        usage.usage_id,
        usage.ends_by,
        usage.heard_at,
        usage.state,
        usage.ended_at,
        usage.minutes,
        _MATERIALS.dump_json(usage.materials).decode(),
        usage.reason,
    )


async def usage(tx: Tx, usage_id: UUID) -> Usage | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, usage_id)
    return _usage(row) if row else None


async def locked(tx: Tx, usage_id: UUID) -> Usage | None:
    """Return the use, to be changed."""
    row = await tx.fetchrow(_ONE + " FOR UPDATE", tx.territory_id, usage_id)
    return _usage(row) if row else None


async def open_at(tx: Tx, resource_id: UUID) -> Usage | None:
    """Return the open use of a machine, to be changed."""
    row = await tx.fetchrow(_OPEN_AT, tx.territory_id, resource_id)
    return _usage(row) if row else None


async def claimed_from(
    tx: Tx, leaf_ids: Sequence[UUID], now: datetime, booking_id: UUID | None
) -> datetime | None:
    """Return from when on the next booking but this one takes some of these leaves."""
    found: datetime | None = await tx.fetchval(_CLAIMED, tx.territory_id, list(leaf_ids), now, booking_id)
    return found


async def own_booking(tx: Tx, leaf_ids: Sequence[UUID], person_id: UUID, at: datetime) -> UUID | None:
    """Return the firm booking by which a person has some of these leaves at an instant."""
    found: UUID | None = await tx.fetchval(_OWN, tx.territory_id, list(leaf_ids), person_id, at)
    return found


async def real_now(tx: Tx) -> datetime:
    """Return the time by the clock of the database, which no sandbox moves."""
    found: datetime = await tx.fetchval("SELECT clock_timestamp()")
    return found


async def page(
    tx: Tx, asked: Asked, site_id: UUID | None, person_id: UUID | None, state: State | None
) -> Page[Usage]:
    """Return uses, the last begun first."""
    arguments = (tx.territory_id, site_id, person_id, state, *asked.arguments)
    return NEWEST.page(asked, await tx.fetch(_LIST + NEWEST.tail(asked, 5), *arguments), _usage)


def _usage(row: asyncpg.Record) -> Usage:
    values = {name: row[name] for name in _PLAIN}
    payer = Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"])
    return Usage(**values, payer=payer, materials=_MATERIALS.validate_json(row["materials"]))


def _values(usage: Usage) -> list[object]:
    payer = usage.payer
    materials = _MATERIALS.dump_json(usage.materials).decode()
    plain = [getattr(usage, name) for name in _PLAIN]
    return [*plain, payer.person_id, payer.organisation_id, materials]


_PLAIN: Final = (
    "usage_id",
    "state",
    "resource_id",
    "resource_name",
    "site_id",
    "zone",
    "machine_class_id",
    "person_id",
    "audience",
    "membership_id",
    "booking_id",
    "let_in_by",
    "started_at",
    "really_started_at",
    "ends_by",
    "heard_at",
    "ended_at",
    "minutes",
    "reason",
    "permission_id",
)
_COLUMNS: Final = ", ".join((*_PLAIN, "payer_person_id", "payer_organisation_id", "materials"))
_INSERT = f"""
INSERT INTO usages (territory_id, {_COLUMNS})
VALUES ({", ".join(f"${n}" for n in range(1, len(_PLAIN) + 5))})
"""
_SAVE = """
UPDATE usages SET ends_by = $3, heard_at = $4, state = $5, ended_at = $6, minutes = $7, materials = $8,
    reason = $9
WHERE territory_id = $1 AND usage_id = $2
"""
_ONE = f"SELECT {_COLUMNS} FROM usages WHERE territory_id = $1 AND usage_id = $2"
_OPEN_AT = f"""
SELECT {_COLUMNS} FROM usages WHERE territory_id = $1 AND resource_id = $2 AND state = 'open' FOR UPDATE
"""
_CLAIMED = """
SELECT min(c.starts_at) FROM claims c
WHERE c.territory_id = $1 AND c.leaf_id = ANY ($2) AND c.ends_at > $3
    AND c.booking_id IS DISTINCT FROM $4 AND (c.held_until IS NULL OR c.held_until > $3)
"""
_OWN = """
SELECT b.booking_id
FROM claims c JOIN bookings b ON b.territory_id = c.territory_id AND b.booking_id = c.booking_id
WHERE c.territory_id = $1 AND c.leaf_id = ANY ($2) AND b.person_id = $3 AND b.starts_at <= $4
    AND b.ends_at > $4 AND b.state IN ('confirmed', 'checked_in') LIMIT 1
"""
_LIST = f"""
SELECT {_COLUMNS} FROM usages
WHERE territory_id = $1 AND ($2::uuid IS NULL OR site_id = $2) AND ($3::uuid IS NULL OR person_id = $3)
    AND ($4::text IS NULL OR state = $4)
"""

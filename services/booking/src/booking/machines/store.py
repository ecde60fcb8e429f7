"""SQL of machines."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from booking.machines.model import Machine
from chassis.db import Tx
from chassis.pages import Asked, Order, Page
from contracts.booking import Material

ORDER: Final = Order("name text", "resource_id uuid")
_MATERIALS: Final = TypeAdapter(tuple[Material, ...])


async def save(tx: Tx, machine: Machine) -> None:
    await tx.execute(
        _SAVE,
        tx.territory_id,
        *(getattr(machine, name) for name in _FIELDS),
        _MATERIALS.dump_json(machine.materials).decode(),
    )


async def machine(tx: Tx, resource_id: UUID) -> Machine | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, resource_id)
    return _machine(row) if row else None


async def many(tx: Tx, resource_ids: Sequence[UUID]) -> list[Machine]:
    rows = await tx.fetch(_MANY, tx.territory_id, list(resource_ids))
    return [_machine(row) for row in rows]


async def page(tx: Tx, asked: Asked, site_id: UUID | None) -> Page[tuple[str, Machine]]:
    """Return machines with their names, by name."""
    rows = await tx.fetch(_LIST + ORDER.tail(asked, 3), tx.territory_id, site_id, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: (row["name"], _machine(row)))


def _machine(row: asyncpg.Record) -> Machine:
    return Machine(
        **{name: row[name] for name in _FIELDS}, materials=_MATERIALS.validate_json(row["materials"])
    )


_FIELDS: Final = (
    "resource_id",
    "site_id",
    "machine_class_id",
    "level",
    "longest_minutes",
    "heartbeat_seconds",
    "minute_price_code",
)
_COLUMNS: Final = ", ".join((*_FIELDS, "materials"))
_SAVE = f"""
INSERT INTO machines (territory_id, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (territory_id, resource_id) DO UPDATE
SET machine_class_id = excluded.machine_class_id, level = excluded.level,
    longest_minutes = excluded.longest_minutes, heartbeat_seconds = excluded.heartbeat_seconds,
    minute_price_code = excluded.minute_price_code, materials = excluded.materials
"""
_ONE = f"SELECT {_COLUMNS} FROM machines WHERE territory_id = $1 AND resource_id = $2"
_MANY = f"""
SELECT {_COLUMNS} FROM machines WHERE territory_id = $1 AND resource_id = ANY ($2) ORDER BY resource_id
"""
_LIST = f"""
SELECT * FROM (
    SELECT r.name, {", ".join(f"m.{name}" for name in (*_FIELDS, "materials"))}
    FROM machines m JOIN resources r ON r.territory_id = m.territory_id AND r.resource_id = m.resource_id
    WHERE m.territory_id = $1 AND ($2::uuid IS NULL OR m.site_id = $2)
) named WHERE true
"""

"""Owns the SQL of machine classes and of their trainers."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.machine_classes.model import ClassRules, MachineClass, Trainer, TrainerAlready

ORDER: Final = Order("machine_class_id uuid")
TRAINERS: Final = Order("appointed_from date", "person_id uuid")


async def insert(tx: Tx, new: MachineClass) -> None:
    """Keep a new class; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, new.machine_class_id, *_columns(new))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.machine_class_id)) from None


async def update(tx: Tx, machine_class_id: UUID, rules: ClassRules) -> None:
    await tx.execute(_UPDATE, tx.territory_id, machine_class_id, *_columns(rules))


async def machine_class(tx: Tx, machine_class_id: UUID, lock: str = "") -> MachineClass | None:
    """Return a class; `lock` is `FOR UPDATE`, or `FOR SHARE` where it only must not be changed."""
    row = await tx.fetchrow(f"{_SELECT} AND machine_class_id = $2 {lock}", tx.territory_id, machine_class_id)
    return _class(row) if row else None


async def machine_classes(tx: Tx, asked: Asked) -> Page[MachineClass]:
    rows = await tx.fetch(_SELECT + ORDER.tail(asked, 2), tx.territory_id, *asked.arguments)
    return ORDER.page(asked, rows, _class)


async def appoint(tx: Tx, trainer: Trainer) -> None:
    """Keep a trainer; raises TrainerAlready."""
    columns = (trainer.machine_class_id, trainer.person_id, trainer.appointed_from)
    try:
        async with tx.attempt():
            await tx.execute(_APPOINT, tx.territory_id, *columns)
    except (asyncpg.UniqueViolationError, asyncpg.ExclusionViolationError):
        raise TrainerAlready(day=str(trainer.appointed_from)) from None


async def dismiss(tx: Tx, machine_class_id: UUID, person_id: UUID, day: date) -> bool:
    """End an appointment; False where there is none on that day or later."""
    return bool(await tx.fetchval(_DISMISS, tx.territory_id, machine_class_id, person_id, day))


async def is_trainer(tx: Tx, machine_class_id: UUID, person_id: UUID, day: date) -> bool:
    return bool(await tx.fetchval(_IS_TRAINER, tx.territory_id, machine_class_id, person_id, day))


async def trainers(tx: Tx, asked: Asked, machine_class_id: UUID, day: date) -> Page[Trainer]:
    """Return who trains for a class on a day or later, the one appointed first first."""
    sql = _TRAINERS + TRAINERS.tail(asked, 4)
    rows = await tx.fetch(sql, tx.territory_id, machine_class_id, day, *asked.arguments)
    return TRAINERS.page(asked, rows, lambda row: Trainer(**row))


def _columns(rules: ClassRules) -> tuple[object, ...]:
    texts = rules.model_dump_json(include={"name", "levels"})
    return (texts, rules.valid_months, rules.lapse_months)


def _class(row: asyncpg.Record) -> MachineClass:
    return MachineClass.model_validate_json(row["rules"])


_INSERT = """
INSERT INTO machine_classes (territory_id, machine_class_id, name, levels, valid_months, lapse_months)
SELECT $1, $2, $3::jsonb -> 'name', $3::jsonb -> 'levels', $4, $5
"""
_UPDATE = """
UPDATE machine_classes SET name = $3::jsonb -> 'name', levels = $3::jsonb -> 'levels', valid_months = $4,
    lapse_months = $5
WHERE territory_id = $1 AND machine_class_id = $2
"""
_SELECT = """
SELECT machine_class_id, to_jsonb(machine_classes) - 'territory_id' AS rules FROM machine_classes
WHERE territory_id = $1
"""
_APPOINT = """
INSERT INTO trainers (territory_id, machine_class_id, person_id, appointed_from) VALUES ($1, $2, $3, $4)
"""
_DISMISS = """
UPDATE trainers SET dismissed_from = greatest($4, appointed_from)
WHERE territory_id = $1 AND machine_class_id = $2 AND person_id = $3
    AND (dismissed_from IS NULL OR dismissed_from > $4)
RETURNING true
"""
_IS_TRAINER = """
SELECT true FROM trainers
WHERE territory_id = $1 AND machine_class_id = $2 AND person_id = $3 AND during @> $4::date
"""
_TRAINERS = """
SELECT machine_class_id, person_id, appointed_from, dismissed_from FROM trainers
WHERE territory_id = $1 AND machine_class_id = $2 AND (dismissed_from IS NULL OR dismissed_from > $3)
"""

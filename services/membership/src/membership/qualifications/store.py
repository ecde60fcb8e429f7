"""Owns the SQL of qualifications."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.membership import Evidence
from membership.qualifications.model import Origin, Qualification, QualificationHeld

ORDER: Final = Order("qualification_id uuid")


async def insert(tx: Tx, new: Qualification) -> None:
    """Keep a new qualification; raises IdReused, and QualificationHeld where a rival awarded the same one."""
    await _write(tx, _INSERT, new)


async def update(tx: Tx, one: Qualification) -> None:
    """Keep what changed; raises QualificationHeld where another one was awarded in its place."""
    await _write(tx, _UPDATE, one)


async def qualification(tx: Tx, qualification_id: UUID) -> Qualification | None:
    row = await tx.fetchrow(f"{_SELECT} AND qualification_id = $2", tx.territory_id, qualification_id)
    return _qualification(row) if row else None


async def locked(tx: Tx, qualification_id: UUID) -> Qualification:
    """Return a qualification, locked for a change; raises NotFound."""
    sql = f"{_SELECT} AND qualification_id = $2 FOR UPDATE"
    row = await tx.fetchrow(sql, tx.territory_id, qualification_id)
    if row is None:
        raise NotFound(what="qualification", id=str(qualification_id))
    return _qualification(row)


async def of_person(tx: Tx, person_id: UUID, machine_class_id: UUID) -> list[Qualification]:
    """Return a person's qualifications for a class, ended ones too, each locked."""
    sql = f"{_SELECT} AND person_id = $2 AND machine_class_id = $3 ORDER BY qualification_id FOR UPDATE"
    rows = await tx.fetch(sql, tx.territory_id, person_id, machine_class_id)
    return [_qualification(row) for row in rows]


async def recognised(tx: Tx, recognition_id: UUID, home_qualification_id: UUID) -> Qualification | None:
    """Return what stands here of another territory's qualification, locked."""
    sql = f"{_SELECT} AND recognition_id = $2 AND home_qualification_id = $3 FOR UPDATE"
    row = await tx.fetchrow(sql, tx.territory_id, recognition_id, home_qualification_id)
    return _qualification(row) if row else None


async def lasting(tx: Tx, machine_class_id: UUID, day: date) -> list[Qualification]:
    """Return the qualifications that this territory awarded for a class and that hold on a day or later."""
    rows = await tx.fetch(f"{_SELECT} {_LASTING}", tx.territory_id, machine_class_id, day)
    return [_qualification(row) for row in rows]


async def recognised_by(tx: Tx, recognition_id: UUID) -> list[Qualification]:
    """Return what is recognised by an agreement and has not ended, each locked."""
    rows = await tx.fetch(f"{_SELECT} {_RECOGNISED_BY}", tx.territory_id, recognition_id)
    return [_qualification(row) for row in rows]


async def qualifications(
    tx: Tx, asked: Asked, machine_class_id: UUID | None, person_id: UUID | None
) -> Page[Qualification]:
    """Return the qualifications of a class and of a person, or all, ended ones too."""
    sql = f"{_SELECT} {_NARROWED}{ORDER.tail(asked, 4)}"
    rows = await tx.fetch(sql, tx.territory_id, machine_class_id, person_id, *asked.arguments)
    return ORDER.page(asked, rows, _qualification)


async def _write(tx: Tx, statement: str, one: Qualification) -> None:
    try:
        async with tx.attempt():
            await tx.execute(statement, tx.territory_id, *_columns(one))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(one.qualification_id)) from None
    except asyncpg.ExclusionViolationError:
        named = (one.qualification_id, one.person_id, one.machine_class_id, one.level)
        twin = await tx.fetchval(_TWIN, tx.territory_id, *named)
        raise QualificationHeld(level=one.level, qualification_id=str(twin)) from None


def _columns(one: Qualification) -> tuple[object, ...]:
    origin = one.origin
    return (
        one.qualification_id,
        one.person_id,
        one.machine_class_id,
        one.level,
        one.valid_from,
        one.term_until,
        one.lapse_months,
        one.last_used_on,
        one.ended_on,
        one.ended_how,
        one.reason,
        one.evidence.model_dump_json() if one.evidence else None,
        one.awarded_by,
        origin.recognition_id if origin else None,
        origin.home_territory_id if origin else None,
        origin.home_qualification_id if origin else None,
    )


def _qualification(row: asyncpg.Record) -> Qualification:
    values = dict(row)
    recognition_id = values.pop("recognition_id")
    home = (values.pop("home_territory_id"), values.pop("home_qualification_id"))
    evidence = values.pop("evidence")
    return Qualification(
        **values,
        evidence=Evidence.model_validate_json(evidence) if evidence else None,
        origin=Origin(recognition_id, *home) if recognition_id else None,
    )


_NAMES = """qualification_id, person_id, machine_class_id, level, valid_from, term_until, lapse_months,
    last_used_on, ended_on, ended_how, reason, evidence, awarded_by, recognition_id, home_territory_id,
    home_qualification_id"""
_VALUES = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"
_INSERT = f"INSERT INTO qualifications (territory_id, {_NAMES}) VALUES ({_VALUES})"
_UPDATE = f"""
UPDATE qualifications SET (territory_id, {_NAMES}) = ROW ({_VALUES})
WHERE territory_id = $1 AND qualification_id = $2
"""
_SELECT = f"SELECT {_NAMES} FROM qualifications WHERE territory_id = $1"
_TWIN = """
SELECT qualification_id FROM qualifications
WHERE territory_id = $1 AND qualification_id <> $2 AND person_id = $3 AND machine_class_id = $4 AND level = $5
    AND home_territory_id IS NULL
ORDER BY valid_from DESC LIMIT 1
"""
_LASTING = """
AND machine_class_id = $2 AND home_territory_id IS NULL AND during && daterange($3, NULL)
ORDER BY qualification_id
"""
_RECOGNISED_BY = "AND recognition_id = $2 AND ended_how IS NULL ORDER BY qualification_id FOR UPDATE"
_NARROWED = "AND ($2::uuid IS NULL OR machine_class_id = $2) AND ($3::uuid IS NULL OR person_id = $3)"

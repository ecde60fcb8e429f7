"""SQL of the copy of qualifications."""

import json
from uuid import UUID

from booking.qualifications.model import Qualification
from chassis.db import Tx
from contracts.membership import MachineClassState, QualificationState
from contracts.values import Wording


async def keep_class(tx: Tx, told: MachineClassState) -> None:
    levels = json.dumps([each.model_dump() for each in told.levels])
    await tx.execute(_KEEP_CLASS, tx.territory_id, told.machine_class_id, told.name.model_dump_json(), levels)


async def keep(tx: Tx, told: QualificationState) -> None:
    await tx.execute(
        _KEEP,
        tx.territory_id,
        told.qualification_id,
        told.person_id,
        told.machine_class_id,
        told.level,
        told.valid_from,
        told.valid_until,
    )


async def of_person(tx: Tx, person_id: UUID) -> list[Qualification]:
    """Return what a person is or was qualified for."""
    rows = await tx.fetch(_OF_PERSON, tx.territory_id, person_id)
    return [Qualification(**row) for row in map(dict, rows)]


async def names(tx: Tx, machine_class_id: UUID) -> tuple[Wording, tuple[Wording, ...]] | None:
    """Return how a class and its levels are called."""
    row = await tx.fetchrow(_NAMES, tx.territory_id, machine_class_id)
    if row is None:
        return None
    levels = tuple(Wording.model_validate(each) for each in json.loads(row["levels"]))
    return Wording.model_validate_json(row["name"]), levels


_KEEP_CLASS = """
INSERT INTO machine_classes (territory_id, machine_class_id, name, levels) VALUES ($1, $2, $3, $4)
ON CONFLICT (territory_id, machine_class_id) DO UPDATE SET name = excluded.name, levels = excluded.levels
"""
_KEEP = """
INSERT INTO qualifications (territory_id, qualification_id, person_id, machine_class_id, level, valid_from,
    valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (territory_id, qualification_id) DO UPDATE
SET person_id = excluded.person_id, machine_class_id = excluded.machine_class_id, level = excluded.level,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until
"""
_OF_PERSON = """
SELECT machine_class_id, level, valid_from, valid_until FROM qualifications
WHERE territory_id = $1 AND person_id = $2 ORDER BY valid_from, qualification_id
"""
_NAMES = "SELECT name, levels FROM machine_classes WHERE territory_id = $1 AND machine_class_id = $2"

"""SQL of persons: sealed names."""

from collections.abc import Iterable
from uuid import UUID

from chassis.db import Tx
from contracts.membership import PersonState

SealedName = tuple[UUID, str, str]  # person, given name, family name


async def keep(tx: Tx, told: PersonState) -> None:
    await tx.execute(_KEEP, tx.territory_id, told.person_id, told.given_name, told.family_name)


async def sealed_names(tx: Tx, person_ids: Iterable[UUID]) -> list[SealedName]:
    """Return the sealed names of those the territory knows."""
    rows = await tx.fetch(_NAMES, list(set(person_ids)))
    return [tuple(row) for row in rows]


_KEEP = """
INSERT INTO persons (territory_id, person_id, given_name, family_name) VALUES ($1, $2, $3, $4)
ON CONFLICT (territory_id, person_id) DO UPDATE
SET given_name = excluded.given_name, family_name = excluded.family_name
"""
_NAMES = "SELECT person_id, given_name, family_name FROM persons WHERE person_id = ANY ($1)"

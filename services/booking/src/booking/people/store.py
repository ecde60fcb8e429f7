"""SQL of persons: sealed names."""

from collections.abc import Iterable
from uuid import UUID

from chassis.db import Tx
from contracts.membership import PersonState

SealedName = tuple[UUID, str, str]  # person, given name, family name


async def keep(tx: Tx, told: PersonState) -> None:
    names = (told.given_name, told.family_name)
    await tx.execute(_KEEP, tx.territory_id, told.person_id, *names, told.mail is not None)


async def sealed_names(tx: Tx, person_ids: Iterable[UUID]) -> list[SealedName]:
    """Return the sealed names of those the territory knows."""
    rows = await tx.fetch(_NAMES, list(set(person_ids)))
    return [tuple(row) for row in rows]


async def without_mail(tx: Tx, person_ids: Iterable[UUID]) -> list[UUID]:
    """Return those who are known to have left no mail address."""
    rows = await tx.fetch(_WITHOUT_MAIL, list(set(person_ids)))
    return [row[0] for row in rows]


_KEEP = """
INSERT INTO persons (territory_id, person_id, given_name, family_name, has_mail)
SELECT $1, $2, $3, $4, $5::boolean WHERE NOT EXISTS (
    SELECT FROM subject_key WHERE person_id = $2 AND destroyed_at IS NOT NULL)
ON CONFLICT (territory_id, person_id) DO UPDATE
SET given_name = excluded.given_name, family_name = excluded.family_name, has_mail = excluded.has_mail
"""
_NAMES = "SELECT person_id, given_name, family_name FROM persons WHERE person_id = ANY ($1)"
_WITHOUT_MAIL = """
SELECT person_id FROM persons WHERE person_id = ANY ($1) AND has_mail = false ORDER BY person_id
"""

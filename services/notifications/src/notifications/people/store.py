"""SQL of persons, their standing, and those who stand for an organisation."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import asyncpg

from chassis.db import Tx
from contracts.membership import PersonAffiliated, PersonState
from notifications.people.model import FIRST_LANGUAGE, Contact, standing


async def keep(tx: Tx, told: PersonState) -> None:
    await tx.execute(
        _KEEP, tx.territory_id, told.person_id, told.given_name, told.family_name, told.mail, told.language
    )


async def keep_affiliation(tx: Tx, told: PersonAffiliated) -> None:
    await tx.execute(
        _KEEP_AFFILIATION,
        tx.territory_id,
        told.affiliation_id,
        told.person_id,
        told.organisation_id,
        told.role,
        told.valid_from,
        told.valid_until,
    )


async def end_affiliation(tx: Tx, affiliation_id: UUID, ended_on: date) -> None:
    await tx.execute(_END_AFFILIATION, tx.territory_id, affiliation_id, ended_on)


async def contacts(tx: Tx, person_ids: Iterable[UUID]) -> list[Contact]:
    """Return one contact for each person, in order of their ids, heard of or not."""
    rows = await tx.fetch(_CONTACTS, sorted(set(person_ids)))
    return [_contact(row) for row in rows]


async def sealed(tx: Tx, person_ids: Iterable[UUID]) -> list[asyncpg.Record]:
    """Return person_id, given_name, family_name, mail and language of those the territory knows, sealed."""
    rows: list[asyncpg.Record] = await tx.fetch(_SEALED, list(set(person_ids)))
    return rows


async def representatives(tx: Tx, organisation_id: UUID, day: date) -> list[UUID]:
    """Return who stands for the organisation on that day: its administrators and representatives."""
    rows = await tx.fetch(_REPRESENTATIVES, tx.territory_id, organisation_id, day)
    return [row["person_id"] for row in rows]


def _contact(row: asyncpg.Record) -> Contact:
    found = standing(heard_of=row["heard_of"], has_key=row["has_key"], erased=row["erased"])
    return Contact(row["person_id"], found, row["language"] or FIRST_LANGUAGE, row["has_mail"])


_KEEP = """
INSERT INTO persons (territory_id, person_id, given_name, family_name, mail, language)
SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (
    SELECT FROM subject_key WHERE person_id = $2 AND destroyed_at IS NOT NULL)
ON CONFLICT (territory_id, person_id) DO UPDATE
SET given_name = excluded.given_name, family_name = excluded.family_name, mail = excluded.mail,
    language = excluded.language
"""
_KEEP_AFFILIATION = """
INSERT INTO affiliations (territory_id, affiliation_id, person_id, organisation_id, role, valid_from,
    valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (territory_id, affiliation_id) DO UPDATE
SET person_id = excluded.person_id, organisation_id = excluded.organisation_id, role = excluded.role,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until
"""
_END_AFFILIATION = """
UPDATE affiliations SET valid_until = $3
WHERE territory_id = $1 AND affiliation_id = $2 AND (valid_until IS NULL OR valid_until > $3)
"""
_CONTACTS = """
SELECT w.person_id, p.person_id IS NOT NULL AS heard_of, k.wrapped_key IS NOT NULL AS has_key,
    k.destroyed_at IS NOT NULL AS erased, p.language, p.mail IS NOT NULL AS has_mail
FROM unnest($1::uuid[]) AS w(person_id)
LEFT JOIN persons p ON p.person_id = w.person_id
LEFT JOIN subject_key k ON k.person_id = w.person_id
ORDER BY w.person_id
"""
_SEALED = """
SELECT person_id, given_name, family_name, mail, language FROM persons WHERE person_id = ANY ($1)
"""
_REPRESENTATIVES = """
SELECT DISTINCT person_id FROM affiliations
WHERE territory_id = $1 AND organisation_id = $2 AND role IN ('administrator', 'representative')
    AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3)
ORDER BY person_id
"""

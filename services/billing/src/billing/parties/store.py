"""SQL of persons, organisations and affiliations."""

import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from billing.parties.model import ACTING_ROLES, Customer, lines_of
from chassis.db import Tx
from contracts.membership import OrganisationState, PersonAffiliated, PersonState
from contracts.values import Identifier, Party, PostalAddress


async def keep_person(tx: Tx, told: PersonState) -> None:
    values = (told.given_name, told.family_name, told.address, told.language)
    await tx.execute(_KEEP_PERSON, tx.territory_id, told.person_id, *values)


async def keep_organisation(tx: Tx, told: OrganisationState) -> None:
    await tx.execute(
        _KEEP_ORGANISATION,
        tx.territory_id,
        told.organisation_id,
        told.name,
        told.country,
        json.dumps([each.model_dump() for each in told.identifiers]),
        told.address.model_dump_json() if told.address else None,
        told.language,
    )


async def keep_affiliation(tx: Tx, told: PersonAffiliated) -> None:
    values = (told.person_id, told.organisation_id, told.role, told.valid_from, told.valid_until)
    await tx.execute(_KEEP_AFFILIATION, tx.territory_id, told.affiliation_id, *values)


async def end_affiliation(tx: Tx, affiliation_id: UUID, ended_on: date) -> None:
    await tx.execute(_END_AFFILIATION, tx.territory_id, affiliation_id, ended_on)


async def sealed_persons(tx: Tx, person_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return what is sealed of the persons that the territory knows."""
    rows: list[asyncpg.Record] = await tx.fetch(_PERSONS, list(person_ids))
    return rows


async def organisations(tx: Tx, organisation_ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Return, as customers, the organisations that the territory knows."""
    rows = await tx.fetch(_ORGANISATIONS, list(organisation_ids))
    return {row["organisation_id"]: _customer(row) for row in rows}


async def acted_for(tx: Tx, person_id: UUID, day: date) -> list[UUID]:
    """Return the organisations for which the person acts on that day."""
    rows = await tx.fetch(_ACTED_FOR, tx.territory_id, person_id, list(ACTING_ROLES), day)
    return [row[0] for row in rows]


def _customer(row: asyncpg.Record) -> Customer:
    address = PostalAddress.model_validate_json(row["address"]) if row["address"] else None
    return Customer(
        party=Party(organisation_id=row["organisation_id"]),
        name=row["name"],
        lines=lines_of(address),
        identifiers=tuple(Identifier.model_validate(each) for each in json.loads(row["identifiers"])),
        professional=True,
        language="en" if row["language"] == "en" else "fr",
    )


_KEEP_PERSON = """
INSERT INTO persons (territory_id, person_id, given_name, family_name, address, language)
SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (
    SELECT FROM subject_key WHERE person_id = $2 AND destroyed_at IS NOT NULL)
ON CONFLICT (territory_id, person_id) DO UPDATE
SET given_name = excluded.given_name, family_name = excluded.family_name, address = excluded.address,
    language = excluded.language
"""
_KEEP_ORGANISATION = """
INSERT INTO organisations (territory_id, organisation_id, name, country, identifiers, address, language)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (territory_id, organisation_id) DO UPDATE
SET name = excluded.name, country = excluded.country, identifiers = excluded.identifiers,
    address = excluded.address, language = excluded.language
"""
_KEEP_AFFILIATION = """
INSERT INTO affiliations (territory_id, affiliation_id, person_id, organisation_id, role, valid_from,
    valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (territory_id, affiliation_id) DO UPDATE
SET role = excluded.role, valid_from = excluded.valid_from, valid_until = excluded.valid_until
"""
_END_AFFILIATION = """
UPDATE affiliations SET valid_until = $3 WHERE territory_id = $1 AND affiliation_id = $2
"""
_PERSONS = """
SELECT person_id, given_name, family_name, address, language FROM persons WHERE person_id = ANY ($1)
"""
_ORGANISATIONS = "SELECT * FROM organisations WHERE organisation_id = ANY ($1)"
_ACTED_FOR = """
SELECT DISTINCT organisation_id FROM affiliations
WHERE territory_id = $1 AND person_id = $2 AND role = ANY ($3)
    AND valid_from <= $4 AND (valid_until IS NULL OR valid_until > $4)
"""

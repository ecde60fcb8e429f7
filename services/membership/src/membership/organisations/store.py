"""Owns the SQL of organisations: a territory's own rows, and the platform's inside `tx.platform()`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import PLATFORM, Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Identifier, PostalAddress
from membership.organisations.model import Link, LinkOverlaps, OrganisationKnownHere, OrganisationShown

ORDER: Final = Order("o.search_name text", "o.organisation_id uuid")


@dataclass(frozen=True, slots=True)
class Organisation:
    """What is kept of an organisation in one row; `search_name` is its name as names are compared."""

    organisation_id: UUID
    name: str
    search_name: str
    country: str
    language: str
    address: PostalAddress | None = None


async def insert(tx: Tx, organisation: Organisation, identifiers: Sequence[Identifier]) -> None:
    """Keep the territory's own row of an organisation; raises OrganisationKnownHere."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *_columns(organisation))
    except asyncpg.UniqueViolationError:
        raise await _known(tx, organisation.organisation_id) from None
    await add_identifiers(tx, organisation.organisation_id, identifiers)


async def add_identifiers(tx: Tx, organisation_id: UUID, identifiers: Sequence[Identifier]) -> None:
    """Keep identifiers that the territory gives; raises OrganisationKnownHere where another one bears one."""
    for identifier in identifiers:
        bearer = await _claim(tx, tx.territory_id, organisation_id, identifier)
        if bearer != organisation_id:
            raise await _known(tx, bearer)


async def insert_on_platform(tx: Tx, organisation: Organisation) -> bool:
    """Keep the platform's row, unless there is one: then return False."""
    return bool(await tx.fetchval(_INSERT_IF_ABSENT, PLATFORM, *_columns(organisation)))


async def claim_on_platform(tx: Tx, organisation_id: UUID, identifiers: Sequence[Identifier]) -> bool:
    """Claim identifiers that no organisation bears yet; say whether there was one."""
    arrays = _arrays(identifiers)
    return bool(await tx.fetch(_CLAIM_FREE, PLATFORM, organisation_id, *arrays))


async def bearer(tx: Tx, identifiers: Sequence[Identifier]) -> UUID | None:
    """Return the platform's organisation that bears the first of these identifiers that any bears."""
    found: UUID | None = await tx.fetchval(_BEARER, PLATFORM, *_arrays(identifiers))
    return found


async def update(tx: Tx, territory_id: str, organisation: Organisation) -> None:
    """Keep what changed in the row of a territory, or of the platform."""
    await tx.execute(_UPDATE, territory_id, *_columns(organisation))


async def delete(tx: Tx, organisation_id: UUID) -> None:
    """Let nothing be left of an organisation that the territory registered."""
    await tx.execute(_DELETE_IDENTIFIERS, tx.territory_id, organisation_id)
    await tx.execute(_DELETE, tx.territory_id, organisation_id)


async def named(tx: Tx, search_name: str, siren: str) -> list[UUID]:
    """Return the territory's organisations that bear this very name, or this SIREN."""
    rows = await tx.fetch(_NAMED, tx.territory_id, search_name, siren)
    return [row["organisation_id"] for row in rows]


async def organisation(tx: Tx, territory_id: str, organisation_id: UUID) -> OrganisationShown | None:
    """Return an organisation as a territory has it, or as the platform has it."""
    row = await tx.fetchrow(f"{_SELECT} AND o.organisation_id = $2", territory_id, organisation_id)
    return _shown(row) if row else None


async def lock(tx: Tx, *organisation_ids: UUID) -> set[UUID]:
    """Lock the territory's own rows of these organisations and return those that it has."""
    rows = await tx.fetch(_LOCK, tx.territory_id, list(organisation_ids))
    return {row["organisation_id"] for row in rows}


async def organisations(tx: Tx, asked: Asked, search: str, number: str) -> Page[OrganisationShown]:
    """Return the territory's organisations by name; `search` is part of one, `number` an identifier."""
    sql = f"{_SELECT} {_FOUND}{ORDER.tail(asked, 4)}"
    rows = await tx.fetch(sql, tx.territory_id, search, number, *asked.arguments)
    return ORDER.page(asked, rows, _shown)


async def links_of(tx: Tx, siren: str | None = None, *organisation_ids: UUID) -> list[Link]:
    """Return the ties that a territory recorded, all of them or those from these organisations.

    Without a territory, whatever any recorded. In the platform's scope.
    """
    rows = await tx.fetch(_LINKS, siren, list(organisation_ids) or None)
    return [Link(**row) for row in rows]


async def insert_link(tx: Tx, siren: str, link: Link) -> None:
    """Keep a tie that a territory records, in the platform's scope. Raises IdReused, LinkOverlaps."""
    values = (link.organisation_id, link.other_id, link.kind, link.valid_from, link.valid_until)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT_LINK, PLATFORM, siren, link.link_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(link.link_id)) from None
    except asyncpg.ExclusionViolationError:
        raise LinkOverlaps from None


async def end_link(tx: Tx, siren: str, link_id: UUID, ended_on: date) -> None:
    """Keep the day on which a tie ends, in the platform's scope."""
    await tx.execute(_END_LINK, PLATFORM, siren, link_id, ended_on)


async def _claim(tx: Tx, territory_id: str, organisation_id: UUID, identifier: Identifier) -> UUID:
    parts = (identifier.scheme, identifier.country, identifier.value)
    if await tx.fetchval(_CLAIM, territory_id, organisation_id, *parts):
        return organisation_id
    bearer: UUID = await tx.fetchval(_BEARER_OF, territory_id, *parts)
    return bearer


async def _known(tx: Tx, organisation_id: UUID) -> OrganisationKnownHere:
    found = await organisation(tx, tx.territory_id, organisation_id)
    return OrganisationKnownHere(name=found.name if found else "", organisation_id=str(organisation_id))


def _arrays(identifiers: Sequence[Identifier]) -> tuple[list[str], list[str], list[str]]:
    return (
        [one.scheme for one in identifiers],
        [one.country for one in identifiers],
        [one.value for one in identifiers],
    )


def _columns(o: Organisation) -> tuple[object, ...]:
    address = o.address.model_dump_json() if o.address else None
    return o.organisation_id, o.name, o.search_name, o.country, o.language, address


def _shown(row: asyncpg.Record) -> OrganisationShown:
    return OrganisationShown(
        organisation_id=row["organisation_id"],
        name=row["name"],
        country=row["country"],
        language=row["language"],
        identifiers=tuple(Identifier(**each) for each in json.loads(row["identifiers"])),
        address=PostalAddress.model_validate_json(row["address"]) if row["address"] else None,
    )


_SELECT = """
SELECT o.organisation_id, o.name, o.search_name, o.country, o.language, o.address, coalesce((
    SELECT jsonb_agg(jsonb_build_object('scheme', i.scheme, 'country', i.country, 'value', i.value)
        ORDER BY array_position(ARRAY['siren', 'register', 'vat'], i.scheme), i.country, i.value)
    FROM organisation_identifiers i
    WHERE i.territory_id = o.territory_id AND i.organisation_id = o.organisation_id), '[]') AS identifiers
FROM organisations o WHERE o.territory_id = $1
"""
_FOUND = """
AND ($2 = '' OR position($2 IN o.search_name) > 0 OR EXISTS (
    SELECT FROM organisation_identifiers i
    WHERE i.territory_id = o.territory_id AND i.organisation_id = o.organisation_id AND i.value = $3))
"""
_INSERT = """
INSERT INTO organisations (territory_id, organisation_id, name, search_name, country, language, address)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_INSERT_IF_ABSENT = f"{_INSERT} ON CONFLICT (territory_id, organisation_id) DO NOTHING RETURNING true"
_UPDATE = """
UPDATE organisations SET name = $3, search_name = $4, country = $5, language = $6, address = $7
WHERE territory_id = $1 AND organisation_id = $2
"""
_DELETE_IDENTIFIERS = """
DELETE FROM organisation_identifiers WHERE territory_id = $1 AND organisation_id = $2
"""
_DELETE = "DELETE FROM organisations WHERE territory_id = $1 AND organisation_id = $2"
_NAMED = """
SELECT organisation_id FROM organisations WHERE territory_id = $1 AND search_name = $2
UNION SELECT organisation_id FROM organisation_identifiers
    WHERE territory_id = $1 AND scheme = 'siren' AND country = 'FR' AND value = $3
"""
_LOCK = """
SELECT organisation_id FROM organisations WHERE territory_id = $1 AND organisation_id = ANY ($2)
ORDER BY organisation_id FOR UPDATE
"""
_CLAIM = """
INSERT INTO organisation_identifiers (territory_id, organisation_id, scheme, country, value)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (territory_id, scheme, country, value) DO NOTHING RETURNING true
"""
_CLAIM_FREE = """
INSERT INTO organisation_identifiers (territory_id, organisation_id, scheme, country, value)
SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[])
ON CONFLICT (territory_id, scheme, country, value) DO NOTHING RETURNING true
"""
_BEARER_OF = """
SELECT organisation_id FROM organisation_identifiers
WHERE territory_id = $1 AND scheme = $2 AND country = $3 AND value = $4
"""
_BEARER = """
SELECT i.organisation_id
FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS g(scheme, country, value, position)
JOIN organisation_identifiers i USING (scheme, country, value)
WHERE i.territory_id = $1 ORDER BY g.position LIMIT 1
"""
_LINKS = """
SELECT link_id, organisation_id, other_id, kind, valid_from, valid_until FROM organisation_links
WHERE territory_id = '000000000' AND siren = coalesce($1, siren)
    AND ($2::uuid[] IS NULL OR organisation_id = ANY ($2))
ORDER BY valid_from, link_id
"""
_INSERT_LINK = """
INSERT INTO organisation_links (territory_id, siren, link_id, organisation_id, other_id, kind, valid_from,
    valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_END_LINK = """
UPDATE organisation_links SET valid_until = $4 WHERE territory_id = $1 AND siren = $2 AND link_id = $3
"""

"""Owns the SQL of `persons`, `presences` and `person_roles`: the platform's own rows.

A territory reads the persons it knows; what writes, or reads across territories, runs inside `tx.platform()`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import PLATFORM, Tx
from chassis.decisions import Grant, Target
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.persons.model import SEALED_FIELDS, MailKnownHere

ORDER: Final = Order("p.person_id uuid")


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """A person as the database keeps them: names and contacts sealed, and hashes to find them by."""

    person_id: UUID
    sealed: Mapping[str, str]
    language: str
    mail_hash: bytes | None = None
    search_tokens: Sequence[int] = ()
    first_signed_in_at: datetime | None = None


async def insert(tx: Tx, person: SealedPerson, siren: str) -> None:
    """Keep a new person whom the territory `siren` knows; raises IdReused, MailKnownHere."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, person.person_id, *_columns(person))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(person.person_id)) from None
    await _or_mail_known(tx, person, siren, _ENTER)


async def update(tx: Tx, person: SealedPerson, siren: str) -> None:
    """Keep what changed; `siren` is the territory where it was said. Raises MailKnownHere."""
    await tx.execute(_UPDATE, person.person_id, *_columns(person))
    await _or_mail_known(tx, person, siren, _SPREAD_MAIL)


async def join(tx: Tx, person: SealedPerson, siren: str) -> None:
    """Note that the person has dealings with the territory; noting it again changes nothing."""
    await tx.execute(_JOIN, person.person_id, siren, person.mail_hash)


async def person(tx: Tx, person_id: UUID) -> SealedPerson | None:
    """Return a person whom the territory knows; in the platform's scope, any person."""
    row = await tx.fetchrow(f"{_SELECT} WHERE p.person_id = $1", person_id)
    return _person(row) if row else None


async def known(tx: Tx, person_ids: Collection[UUID]) -> list[SealedPerson]:
    """Return those of these persons whom the territory knows."""
    rows = await tx.fetch(f"{_SELECT} WHERE p.person_id = ANY ($1)", list(person_ids))
    return [_person(row) for row in rows]


async def locked(tx: Tx, person_id: UUID) -> SealedPerson | None:
    """Return a person, locked for a change."""
    row = await tx.fetchrow(f"{_SELECT} WHERE p.person_id = $1 FOR UPDATE", person_id)
    return _person(row) if row else None


async def target(tx: Tx, person_id: UUID) -> Target | None:
    """Say whose record this is, where the territory knows the person."""
    return Target(tx.territory_id, owner_id=person_id) if await is_known(tx, person_id) else None


async def is_known(tx: Tx, person_id: UUID) -> bool:
    """Say whether the territory of this transaction knows the person."""
    return bool(await tx.fetchval(_IS_KNOWN, tx.territory_id, person_id))


async def persons(tx: Tx, asked: Asked, tokens: Sequence[int]) -> Page[SealedPerson]:
    """Return the persons whom the territory knows and whom all tokens find, in the order of their ids."""
    sql = f"{_SELECT} {_KNOWN_HERE} AND p.search_tokens @> $2{ORDER.tail(asked, 3)}"
    rows = await tx.fetch(sql, tx.territory_id, list(tokens), *asked.arguments)
    return ORDER.page(asked, rows, _person)


async def with_mail(tx: Tx, mail_hash: bytes) -> list[SealedPerson]:
    """Return everybody with that mail address, whoever registered first first."""
    rows = await tx.fetch(f"{_SELECT} {_WITH_MAIL}", PLATFORM, mail_hash)
    return [_person(row) for row in rows]


async def holder_of_mail(tx: Tx, siren: str, mail_hash: bytes) -> UUID | None:
    """Return whom a territory knows by this mail address."""
    found: UUID | None = await tx.fetchval(_HOLDER_OF_MAIL, siren, mail_hash)
    return found


async def settled(tx: Tx, person_ids: Collection[UUID], siren: str) -> set[UUID]:
    """Return those who have signed in, act in a role, or are known to a territory beside this one."""
    rows = await tx.fetch(_SETTLED, list(person_ids), siren)
    return {row["person_id"] for row in rows}


async def delete(tx: Tx, person_id: UUID) -> None:
    """Let nothing be left of a person whom one territory alone knew."""
    await tx.execute("DELETE FROM presences WHERE territory_id = $1 AND person_id = $2", PLATFORM, person_id)
    await tx.execute("DELETE FROM persons WHERE territory_id = $1 AND person_id = $2", PLATFORM, person_id)


async def note_sign_in(tx: Tx, person_ids: Sequence[UUID]) -> None:
    """Note that these persons have proven their mail address."""
    await tx.execute(_NOTE_SIGN_IN, list(person_ids))


async def sirens_of(tx: Tx, person_id: UUID) -> list[str]:
    """Return the territories the person has dealings with, the first one first."""
    rows = await tx.fetch(_SIRENS, person_id)
    return [row["siren"] for row in rows]


async def roles_of(tx: Tx, person_id: UUID) -> list[Grant]:
    """Return the roles the person holds anywhere."""
    rows = await tx.fetch(_ROLES, person_id)
    return [Grant(row["siren"], row["role"], row["site_id"], row["operator_id"]) for row in rows]


async def add_role(tx: Tx, person_id: UUID, grant_id: UUID, grant: Grant) -> None:
    """Keep the platform's copy of a role."""
    values = (grant.territory_id, grant_id, grant.role, grant.site_id, grant.operator_id)
    await tx.execute(_ADD_ROLE, person_id, *values)


async def drop_role(tx: Tx, person_id: UUID, siren: str, grant_id: UUID) -> None:
    """Forget the platform's copy of a role."""
    await tx.execute(_DROP_ROLE, person_id, siren, grant_id)


async def _or_mail_known(tx: Tx, person: SealedPerson, siren: str, statement: str) -> None:
    try:
        async with tx.attempt():
            await tx.execute(statement, person.person_id, siren, person.mail_hash)
    except asyncpg.UniqueViolationError:
        other = await tx.fetchval(_HOLDER_OF_MAIL, siren, person.mail_hash)
        raise MailKnownHere(person_id=str(other)) from None


def _columns(person: SealedPerson) -> tuple[object, ...]:
    fields = (person.sealed.get(name) for name in SEALED_FIELDS)
    return (*fields, person.language, person.mail_hash, list(person.search_tokens))


def _person(row: asyncpg.Record) -> SealedPerson:
    return SealedPerson(
        row["person_id"],
        {name: row[name] for name in SEALED_FIELDS if row[name] is not None},
        row["language"],
        row["mail_hash"],
        row["search_tokens"],
        row["first_signed_in_at"],
    )


_SELECT = """
SELECT p.person_id, p.given_name, p.family_name, p.mail, p.phone, p.address, p.language, p.mail_hash,
    p.search_tokens, p.first_signed_in_at
FROM persons p
"""
_KNOWN_HERE = "JOIN known_party k ON k.party_id = p.person_id WHERE k.territory_id = $1"
_WITH_MAIL = "WHERE p.territory_id = $1 AND p.mail_hash = $2 ORDER BY p.registered_at, p.person_id"
_INSERT = """
INSERT INTO persons (territory_id, person_id, given_name, family_name, mail, phone, address, language,
    mail_hash, search_tokens)
VALUES ('000000000', $1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_UPDATE = """
UPDATE persons SET given_name = $2, family_name = $3, mail = $4, phone = $5, address = $6, language = $7,
    mail_hash = $8, search_tokens = $9
WHERE territory_id = '000000000' AND person_id = $1
"""
# By the clock of that territory: a sandbox has its own.
_NOW_IN = """
clock_timestamp() + coalesce((SELECT ahead FROM territory_clock WHERE territory_id = $2), '0')
"""
_ENTER = f"""
INSERT INTO presences (territory_id, person_id, siren, mail_hash, since)
VALUES ('000000000', $1, $2, $3, {_NOW_IN})
"""
# A territory that registered somebody else under this address keeps that one.
_FREE_IN = """
NOT EXISTS (SELECT FROM presences o WHERE o.territory_id = '000000000' AND o.siren = {siren}
    AND o.mail_hash = $3 AND o.person_id <> $1)
"""
_SPREAD_MAIL = f"""
UPDATE presences p SET mail_hash = CASE WHEN p.siren = $2 OR {_FREE_IN.format(siren="p.siren")} THEN $3 END
WHERE p.territory_id = '000000000' AND p.person_id = $1
"""
_JOIN = f"""
INSERT INTO presences (territory_id, person_id, siren, mail_hash, since)
SELECT '000000000', $1, $2, CASE WHEN {_FREE_IN.format(siren="$2")} THEN $3::bytea END, {_NOW_IN}
ON CONFLICT (territory_id, person_id, siren) DO NOTHING
"""
_HOLDER_OF_MAIL = """
SELECT person_id FROM presences WHERE territory_id = '000000000' AND siren = $1 AND mail_hash = $2
"""
_SETTLED = """
SELECT p.person_id FROM persons p WHERE p.territory_id = '000000000' AND p.person_id = ANY ($1)
    AND (p.first_signed_in_at IS NOT NULL
        OR EXISTS (SELECT FROM person_roles r WHERE r.territory_id = '000000000'
            AND r.person_id = p.person_id)
        OR EXISTS (SELECT FROM presences o WHERE o.territory_id = '000000000'
            AND o.person_id = p.person_id AND o.siren <> $2))
"""
_IS_KNOWN = """
SELECT true FROM known_party k JOIN persons p ON p.person_id = k.party_id
WHERE k.territory_id = $1 AND k.party_id = $2
"""
_NOTE_SIGN_IN = """
UPDATE persons SET first_signed_in_at = clock_timestamp()
WHERE territory_id = '000000000' AND person_id = ANY ($1) AND first_signed_in_at IS NULL
"""
_SIRENS = """
SELECT siren FROM presences
WHERE territory_id = '000000000' AND person_id = $1 AND siren <> '000000000' ORDER BY since, siren
"""
_ROLES = """
SELECT siren, role, site_id, operator_id FROM person_roles
WHERE territory_id = '000000000' AND person_id = $1 ORDER BY siren, role, grant_id
"""
_ADD_ROLE = """
INSERT INTO person_roles (territory_id, person_id, siren, grant_id, role, site_id, operator_id)
VALUES ('000000000', $1, $2, $3, $4, $5, $6)
"""
_DROP_ROLE = """
DELETE FROM person_roles
WHERE territory_id = '000000000' AND person_id = $1 AND siren = $2 AND grant_id = $3
"""

"""Owns the SQL of `affiliations`."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.affiliations.model import Affiliation, AffiliationOverlaps

ORDER: Final = Order("valid_from date", "affiliation_id uuid")


async def insert(tx: Tx, new: Affiliation) -> None:
    """Keep an affiliation; raises IdReused, AffiliationOverlaps."""
    values = (new.person_id, new.organisation_id, new.role, new.valid_from, new.valid_until)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, new.affiliation_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.affiliation_id)) from None
    except asyncpg.ExclusionViolationError:
        raise AffiliationOverlaps(role=new.role) from None


async def end(tx: Tx, affiliation: Affiliation) -> None:
    """Keep the end of an affiliation."""
    await tx.execute(_END, tx.territory_id, affiliation.affiliation_id, affiliation.valid_until)


async def delete(tx: Tx, affiliation_id: UUID) -> None:
    """Let nothing be left of an affiliation."""
    await tx.execute(_DELETE, tx.territory_id, affiliation_id)


async def affiliation(tx: Tx, affiliation_id: UUID) -> Affiliation | None:
    """Return an affiliation of the territory."""
    row = await tx.fetchrow(f"{_SELECT} AND affiliation_id = $2", tx.territory_id, affiliation_id)
    return Affiliation(**row) if row else None


async def all_of(tx: Tx, organisation_id: UUID) -> list[Affiliation]:
    """Return every affiliation to an organisation, past ones too."""
    rows = await tx.fetch(f"{_SELECT} AND organisation_id = $2", tx.territory_id, organisation_id)
    return [Affiliation(**row) for row in rows]


async def affiliations(tx: Tx, asked: Asked, organisation_id: UUID) -> Page[Affiliation]:
    """Return the affiliations to an organisation, the oldest first."""
    sql = f"{_SELECT} AND organisation_id = $2{ORDER.tail(asked, 3)}"
    rows = await tx.fetch(sql, tx.territory_id, organisation_id, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: Affiliation(**row))


async def organisations_of(tx: Tx, person_id: UUID, day: date) -> list[UUID]:
    """Return the organisations a person belongs to on a day."""
    rows = await tx.fetch(_ORGANISATIONS_OF, tx.territory_id, person_id, day)
    return [row["organisation_id"] for row in rows]


async def stands_for(tx: Tx, person_id: UUID, organisation_id: UUID, day: date) -> bool:
    """Say whether a person is an administrator or representative of an organisation on a day."""
    return bool(await tx.fetchval(_STANDS_FOR, tx.territory_id, person_id, organisation_id, day))


async def belongs_to(tx: Tx, person_id: UUID, organisation_id: UUID, day: date) -> bool:
    """Say whether a person belongs to an organisation on a day, in whatever role."""
    return organisation_id in await organisations_of(tx, person_id, day)


_SELECT = """
SELECT affiliation_id, person_id, organisation_id, role, valid_from, valid_until FROM affiliations
WHERE territory_id = $1
"""
_INSERT = """
INSERT INTO affiliations (territory_id, affiliation_id, person_id, organisation_id, role, valid_from,
    valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_END = "UPDATE affiliations SET valid_until = $3 WHERE territory_id = $1 AND affiliation_id = $2"
_DELETE = "DELETE FROM affiliations WHERE territory_id = $1 AND affiliation_id = $2"
_ORGANISATIONS_OF = """
SELECT DISTINCT organisation_id FROM affiliations
WHERE territory_id = $1 AND person_id = $2 AND daterange(valid_from, valid_until) @> $3::date
"""
_STANDS_FOR = """
SELECT true FROM affiliations
WHERE territory_id = $1 AND person_id = $2 AND organisation_id = $3
    AND daterange(valid_from, valid_until) @> $4::date
    AND role IN ('administrator', 'representative')
LIMIT 1
"""

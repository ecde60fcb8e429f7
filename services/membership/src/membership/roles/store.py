"""Owns the SQL of `role_grants`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.roles.model import Role, RoleHeldAlready, RoleShown

ORDER: Final = Order("role text", "grant_id uuid")


@dataclass(frozen=True, slots=True)
class Given:
    """A role that was given to somebody."""

    grant_id: UUID
    person_id: UUID
    role: Role
    site_id: UUID | None
    operator_id: UUID | None
    withdrawn_at: datetime | None = None


async def insert(tx: Tx, given: Given, granted_at: datetime) -> None:
    """Keep a role; raises IdReused, RoleHeldAlready, and NotFound for an unknown site or operator."""
    place = (given.person_id, given.role, given.site_id, given.operator_id)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, given.grant_id, *place, granted_at)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "role_grants_id_taken":
            raise IdReused(id=str(given.grant_id)) from None
        held = await tx.fetchval(_HELD, tx.territory_id, *place)
        raise RoleHeldAlready(role=given.role, grant_id=str(held)) from None
    except asyncpg.ForeignKeyViolationError as error:
        is_site = error.constraint_name == "role_grants_unknown_site"
        what, unknown = ("site", given.site_id) if is_site else ("operator", given.operator_id)
        raise NotFound(what=what, id=str(unknown)) from None


async def given(tx: Tx, grant_id: UUID) -> Given | None:
    """Return a role that was given, withdrawn or not."""
    row = await tx.fetchrow(f"{_SELECT} AND grant_id = $2", tx.territory_id, grant_id)
    return Given(**row) if row else None


async def lock_holders(tx: Tx, role: str) -> list[Given]:
    """Return whoever has the role, each of them locked."""
    rows = await tx.fetch(f"{_SELECT} {_LOCK_HOLDERS}", tx.territory_id, role)
    return [Given(**row) for row in rows]


async def take_turn(tx: Tx) -> None:
    """Let whoever else names the first operator at the same time wait until this transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('membership.role_grants', 0))")


async def withdraw(tx: Tx, grant_id: UUID, withdrawn_at: datetime) -> bool:
    """Keep that a role was withdrawn; False if it was before."""
    return bool(await tx.fetchval(_WITHDRAW, tx.territory_id, grant_id, withdrawn_at))


async def roles(tx: Tx, asked: Asked) -> Page[RoleShown]:
    """Return the roles that are held in the territory."""
    sql = f"{_SELECT} AND withdrawn_at IS NULL{ORDER.tail(asked, 2)}"
    rows = await tx.fetch(sql, tx.territory_id, *asked.arguments)
    return ORDER.page(asked, rows, _shown)


def _shown(row: asyncpg.Record) -> RoleShown:
    return RoleShown(**{name: value for name, value in row.items() if name != "withdrawn_at"})


_SELECT = """
SELECT grant_id, person_id, role, site_id, operator_id, withdrawn_at FROM role_grants WHERE territory_id = $1
"""
_INSERT = """
INSERT INTO role_grants (territory_id, grant_id, person_id, role, site_id, operator_id, granted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_HELD = """
SELECT grant_id FROM role_grants
WHERE territory_id = $1 AND person_id = $2 AND role = $3 AND withdrawn_at IS NULL
    AND site_id IS NOT DISTINCT FROM $4 AND operator_id IS NOT DISTINCT FROM $5
"""
_LOCK_HOLDERS = "AND role = $2 AND withdrawn_at IS NULL ORDER BY grant_id FOR UPDATE"
_WITHDRAW = """
UPDATE role_grants SET withdrawn_at = $3
WHERE territory_id = $1 AND grant_id = $2 AND withdrawn_at IS NULL RETURNING true
"""

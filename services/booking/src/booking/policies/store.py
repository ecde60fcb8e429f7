"""SQL of booking policies and their versions."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from booking.policies.model import PolicyVersion, Terms
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("p.policy_id uuid", "v.version integer")


async def insert(tx: Tx, policy_id: UUID, site_id: UUID, scope_id: UUID) -> None:
    """Keep a new policy; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, policy_id, site_id, scope_id)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(policy_id)) from None


async def insert_version(tx: Tx, new: PolicyVersion) -> None:
    """Keep a version for ever."""
    said = new.terms.model_dump_json()
    key = (tx.territory_id, new.policy_id, new.version)
    await tx.execute(_INSERT_VERSION, *key, new.in_force_from, said, await tx.now())


async def retire(tx: Tx, policy_id: UUID, retired_on: date) -> None:
    await tx.execute(_RETIRE, tx.territory_id, policy_id, retired_on)


async def versions(tx: Tx, policy_id: UUID) -> list[PolicyVersion]:
    """Return every version of a policy, the first one first; nothing where there is no such policy."""
    rows = await tx.fetch(f"{_SELECT} AND p.policy_id = $2 ORDER BY v.version", tx.territory_id, policy_id)
    return [_version(row) for row in rows]


async def of_scopes(tx: Tx, scope_ids: Sequence[UUID]) -> list[PolicyVersion]:
    """Return every version of every policy that holds for one of these sites and resources."""
    rows = await tx.fetch(f"{_SELECT} AND p.scope_id = ANY ($2)", tx.territory_id, list(scope_ids))
    return [_version(row) for row in rows]


async def version(tx: Tx, policy_id: UUID, number: int) -> PolicyVersion:
    """Return a version that is known to be there: something was made by it."""
    sql = f"{_SELECT} AND p.policy_id = $2 AND v.version = $3"
    (row,) = await tx.fetch(sql, tx.territory_id, policy_id, number)
    return _version(row)


async def page(tx: Tx, asked: Asked, site_id: UUID) -> Page[PolicyVersion]:
    rows = await tx.fetch(
        f"{_SELECT} AND p.site_id = $2{ORDER.tail(asked, 3)}", tx.territory_id, site_id, *asked.arguments
    )
    return ORDER.page(asked, rows, _version)


def _version(row: asyncpg.Record) -> PolicyVersion:
    return PolicyVersion(
        policy_id=row["policy_id"],
        version=row["version"],
        site_id=row["site_id"],
        scope_id=row["scope_id"],
        in_force_from=row["in_force_from"],
        retired_on=row["retired_on"],
        terms=Terms.model_validate_json(row["terms"]),
    )


_INSERT = "INSERT INTO policies (territory_id, policy_id, site_id, scope_id) VALUES ($1, $2, $3, $4)"
_INSERT_VERSION = """
INSERT INTO policy_versions (territory_id, policy_id, version, in_force_from, terms, published_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_RETIRE = "UPDATE policies SET retired_on = $3 WHERE territory_id = $1 AND policy_id = $2"
_SELECT = """
SELECT p.policy_id, p.site_id, p.scope_id, p.retired_on, v.version, v.in_force_from, v.terms
FROM policies p JOIN policy_versions v ON v.territory_id = p.territory_id AND v.policy_id = p.policy_id
WHERE p.territory_id = $1
"""

"""Owns the SQL of plans and their versions."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.plans.model import PlanVersion, Terms

ORDER: Final = Order("p.plan_id uuid")


async def insert(tx: Tx, plan_id: UUID, family: str) -> None:
    """Keep a new plan; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, plan_id, family)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(plan_id)) from None


async def insert_version(tx: Tx, plan_id: UUID, version: int, terms: Terms) -> None:
    """Keep a version for ever; raises NotFound for an unknown site."""
    await tx.execute(
        _INSERT_VERSION, tx.territory_id, plan_id, version, terms.valid_from, terms.model_dump_json()
    )
    for site_id in dict.fromkeys(terms.site_ids):
        try:
            async with tx.attempt():
                await tx.execute(_INSERT_SITE, tx.territory_id, plan_id, version, site_id)
        except asyncpg.ForeignKeyViolationError:
            raise NotFound(what="site", id=str(site_id)) from None


async def lock(tx: Tx, plan_id: UUID) -> bool:
    """Lock a plan; say whether there is one."""
    return bool(await tx.fetchval(_LOCK, tx.territory_id, plan_id))


async def versions(tx: Tx, plan_id: UUID) -> list[PlanVersion]:
    """Return every version of a plan, the first one first; nothing where there is no such plan."""
    rows = await tx.fetch(f"{_SELECT} AND p.plan_id = $2 ORDER BY v.version", tx.territory_id, plan_id)
    return [_version(row) for row in rows]


async def retire(tx: Tx, plan_id: UUID, retired_on: date) -> None:
    """Keep the day from which a plan cannot be taken."""
    await tx.execute(_RETIRE, tx.territory_id, plan_id, retired_on)


async def plans(tx: Tx, asked: Asked, day: date, audience: str) -> Page[PlanVersion]:
    """Return, of each plan that can be taken on a day, the version that would be, for one audience or any."""
    sql = f"{_SELECT} {_TAKEN_ON}{ORDER.tail(asked, 4)}"
    rows = await tx.fetch(sql, tx.territory_id, day, audience, *asked.arguments)
    return ORDER.page(asked, rows, _version)


def _version(row: asyncpg.Record) -> PlanVersion:
    return PlanVersion(
        plan_id=row["plan_id"],
        version=row["version"],
        terms=Terms.model_validate_json(row["terms"]),
        retired_on=row["retired_on"],
    )


_INSERT = "INSERT INTO plans (territory_id, plan_id, family) VALUES ($1, $2, $3)"
_INSERT_VERSION = """
INSERT INTO plan_versions (territory_id, plan_id, version, valid_from, terms) VALUES ($1, $2, $3, $4, $5)
"""
_INSERT_SITE = """
INSERT INTO plan_sites (territory_id, plan_id, version, site_id) VALUES ($1, $2, $3, $4)
"""
_LOCK = "SELECT true FROM plans WHERE territory_id = $1 AND plan_id = $2 FOR UPDATE"
_SELECT = """
SELECT p.plan_id, p.retired_on, v.version, v.terms
FROM plans p JOIN plan_versions v ON v.territory_id = p.territory_id AND v.plan_id = p.plan_id
WHERE p.territory_id = $1
"""
_TAKEN_ON = """
AND (p.retired_on IS NULL OR p.retired_on > $2) AND ($3 = '' OR v.terms -> 'audiences' ? $3)
AND v.version = (SELECT max(o.version) FROM plan_versions o
    WHERE o.territory_id = p.territory_id AND o.plan_id = p.plan_id AND o.valid_from <= $2)
"""
_RETIRE = "UPDATE plans SET retired_on = $3 WHERE territory_id = $1 AND plan_id = $2"

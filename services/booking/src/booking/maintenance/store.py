"""SQL of rules of maintenance, of each time that it was done, and of the uses counted since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from booking.maintenance.model import Rule, Use
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

BY_MACHINE: Final = Order("resource_name text", "name text", "rule_id uuid")
NEWEST: Final = Order("done_at timestamptz", "maintenance_id uuid", descending=True)


class Counted(NamedTuple):
    """A rule, when it was last done, and the closed uses of its machine that began since it counts."""

    rule: Rule
    done_at: datetime | None
    uses: list[Use]


class Done(NamedTuple):
    """One time that it was done, as it is kept."""

    maintenance_id: UUID
    rule_id: UUID
    resource_id: UUID
    resource_name: str
    name: str
    done_at: datetime
    done_by: UUID
    note: str


async def insert(tx: Tx, new: Rule) -> None:
    """Keep a new rule; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *(getattr(new, name) for name in _FIELDS))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.rule_id)) from None


async def retire(tx: Tx, rule: Rule) -> None:
    await tx.execute(_RETIRE, tx.territory_id, rule.rule_id, rule.retired_at)


async def locked(tx: Tx, rule_id: UUID) -> Rule | None:
    """Return the rule, to be changed."""
    row = await tx.fetchrow(_LOCKED, tx.territory_id, rule_id)
    return _rule(row) if row else None


async def site_of(tx: Tx, rule_id: UUID) -> Site | None:
    row = await tx.fetchrow(_SITE_OF, tx.territory_id, rule_id)
    return site_from_row(row) if row else None


async def insert_done(tx: Tx, maintenance_id: UUID, rule: Rule, done: tuple[datetime, UUID, str]) -> None:
    """Keep that it was done: when, by whom, and a note; raises IdReused."""
    values = (maintenance_id, rule.rule_id, rule.site_id, *done)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT_DONE, tx.territory_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(maintenance_id)) from None


async def counted(tx: Tx, rule_id: UUID) -> Counted | None:
    row = await tx.fetchrow(f"{_COUNTED} AND rule_id = $2", tx.territory_id, rule_id)
    return _counted(row) if row else None


async def blocking(tx: Tx, resource_ids: Sequence[UUID]) -> list[Counted]:
    """Return the rules that may keep these machines from being started."""
    rows = await tx.fetch(_BLOCKING, tx.territory_id, list(resource_ids))
    return [_counted(row) for row in rows]


async def page(tx: Tx, asked: Asked, site_id: UUID) -> Page[Counted]:
    """Return the rules that hold at a site, by machine and name."""
    rows = await tx.fetch(_OF_SITE + BY_MACHINE.tail(asked, 3), tx.territory_id, site_id, *asked.arguments)
    return BY_MACHINE.page(asked, rows, _counted)


async def done_page(tx: Tx, asked: Asked, site_id: UUID, resource_id: UUID | None) -> Page[Done]:
    """Return what was done at a site, the last one first."""
    arguments = (tx.territory_id, site_id, resource_id, *asked.arguments)
    rows = await tx.fetch(_DONE + NEWEST.tail(asked, 4), *arguments)
    return NEWEST.page(asked, rows, lambda row: Done(**dict(row.items())))


def _rule(row: asyncpg.Record) -> Rule:
    return Rule(resource_name=row["resource_name"], **{name: row[name] for name in _FIELDS})


def _counted(row: asyncpg.Record) -> Counted:
    uses = [Use(*each) for each in zip(row["ended"], row["minutes"], strict=True)]
    return Counted(_rule(row), row["last_done_at"], uses)


_FIELDS: Final = (
    "rule_id",
    "resource_id",
    "site_id",
    "name",
    "every_hours",
    "every_months",
    "blocks",
    "set_at",
    "retired_at",
)
_INSERT = f"""
INSERT INTO maintenance_rules (territory_id, {", ".join(_FIELDS)})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_RETIRE = "UPDATE maintenance_rules SET retired_at = $3 WHERE territory_id = $1 AND rule_id = $2"
_NAMED = f"""
SELECT {", ".join(f"m.{name}" for name in _FIELDS)}, r.name AS resource_name
FROM maintenance_rules m JOIN resources r ON r.territory_id = m.territory_id AND r.resource_id = m.resource_id
WHERE m.territory_id = $1
"""
_LOCKED = f"{_NAMED} AND m.rule_id = $2 FOR UPDATE OF m"
_SITE_OF = f"""
SELECT {SITE_COLUMNS} FROM {SITE_TABLES}
JOIN maintenance_rules m ON m.territory_id = s.territory_id AND m.site_id = s.site_id
WHERE m.territory_id = $1 AND m.rule_id = $2
"""
_INSERT_DONE = """
INSERT INTO maintenances (territory_id, maintenance_id, rule_id, site_id, done_at, done_by, note)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_COUNTED = f"""
SELECT * FROM (
    SELECT m.*, d.last_done_at, u.ended, u.minutes FROM ({_NAMED}) m
    CROSS JOIN LATERAL (
        SELECT max(done_at) AS last_done_at FROM maintenances d
        WHERE d.territory_id = $1 AND d.rule_id = m.rule_id
    ) d
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(ended_at), '{{}}') AS ended, coalesce(array_agg(minutes), '{{}}') AS minutes
        FROM usages u WHERE u.territory_id = $1 AND u.resource_id = m.resource_id AND u.state <> 'open'
            AND u.started_at >= coalesce(d.last_done_at, m.set_at)
    ) u
) counted WHERE true
"""
_BLOCKING = f"{_COUNTED} AND resource_id = ANY ($2) AND blocks AND retired_at IS NULL ORDER BY name, rule_id"
_OF_SITE = f"{_COUNTED} AND site_id = $2 AND retired_at IS NULL"
_DONE = """
SELECT * FROM (
    SELECT d.maintenance_id, d.rule_id, m.resource_id, r.name AS resource_name, m.name, d.done_at, d.done_by,
        d.note
    FROM maintenances d
    JOIN maintenance_rules m ON m.territory_id = d.territory_id AND m.rule_id = d.rule_id
    JOIN resources r ON r.territory_id = m.territory_id AND r.resource_id = m.resource_id
    WHERE d.territory_id = $1 AND d.site_id = $2 AND ($3::uuid IS NULL OR m.resource_id = $3)
) done WHERE true
"""

"""Owns the SQL of `operators`, `delegations` and `delegated_acts`."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Identifier
from membership.operators.model import (
    ActAlreadyDelegated,
    Delegation,
    Operator,
    OperatorAlreadyRegistered,
    TakingsAlreadyDelegated,
)


async def insert_operator(tx: Tx, operator: Operator) -> None:
    """Keep a new operator; raises OperatorAlreadyRegistered, IdReused."""
    o = operator
    identifier = o.identifier.model_dump_json() if o.identifier else None
    values = o.operator_id, o.organisation_id, o.name, identifier
    try:
        async with tx.attempt():
            await tx.execute(_INSERT_OPERATOR, tx.territory_id, *values)
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name == "operators_registered_twice":
            raise OperatorAlreadyRegistered(name=o.name) from None
        raise IdReused(id=str(o.operator_id)) from None


async def operator(tx: Tx, operator_id: UUID) -> Operator | None:
    row = await tx.fetchrow(f"{_OPERATORS} AND operator_id = $2", tx.territory_id, operator_id)
    return _operator(row) if row else None


async def operators(tx: Tx, asked: Asked) -> Page[Operator]:
    """Return the operators of the territory by name."""
    order = Order("name text", "operator_id uuid")
    rows = await tx.fetch(f"{_OPERATORS}{order.tail(asked, 2)}", tx.territory_id, *asked.arguments)
    return order.page(asked, rows, _operator)


async def insert_delegation(tx: Tx, delegation: Delegation) -> None:
    """Keep a new delegation; raises ActAlreadyDelegated, TakingsAlreadyDelegated, IdReused."""
    d = delegation
    values = d.delegation_id, d.operator_id, d.acts, d.takings_of, d.deed, d.valid_from, d.valid_until
    covered = d.site_ids, d.acts, d.takings_of is not None, d.valid_from, d.valid_until
    try:
        async with tx.attempt():
            await tx.execute(_INSERT_DELEGATION, tx.territory_id, *values)
            await tx.execute(_COVER, tx.territory_id, d.delegation_id, d.operator_id, *covered)
    except asyncpg.ExclusionViolationError as violation:
        if violation.constraint_name == "delegated_acts_takings_of_two":
            raise TakingsAlreadyDelegated from None
        raise ActAlreadyDelegated from None
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(d.delegation_id)) from None


async def delegation(tx: Tx, delegation_id: UUID) -> Delegation | None:
    """Return a delegation, held for change until the end of the transaction."""
    if not await tx.fetchval(_LOCK, tx.territory_id, delegation_id):
        return None
    row = await tx.fetchrow(f"{_DELEGATIONS} AND delegation_id = $2", tx.territory_id, delegation_id)
    return Delegation(**row) if row else None


async def delegations(tx: Tx, asked: Asked) -> Page[Delegation]:
    """Return the delegations of the territory, ended ones too, by their first day."""
    order = Order("valid_from date", "delegation_id uuid")
    rows = await tx.fetch(f"{_DELEGATIONS}{order.tail(asked, 2)}", tx.territory_id, *asked.arguments)
    return order.page(asked, rows, lambda row: Delegation(**row))


async def end(tx: Tx, delegation: Delegation) -> None:
    """Keep the end of a delegation, and uncover its sites from that day on."""
    d = delegation
    await tx.execute(_END, tx.territory_id, d.delegation_id, d.ended_on, d.reason)
    await tx.execute(_UNCOVER, tx.territory_id, d.delegation_id, d.valid_from, d.ended_on)


async def in_force(
    tx: Tx, operator_ids: Collection[UUID], site_id: UUID, act: str, on: date
) -> tuple[UUID, UUID] | None:
    """Return (operator, delegation) that covers an act on a site on a day for one of these operators."""
    row = await tx.fetchrow(_IN_FORCE, tx.territory_id, list(operator_ids), site_id, act, on)
    return (row["operator_id"], row["delegation_id"]) if row else None


def _operator(row: asyncpg.Record) -> Operator:
    identifier = row["identifier"]
    return Operator(
        operator_id=row["operator_id"],
        organisation_id=row["organisation_id"],
        name=row["name"],
        identifier=Identifier.model_validate_json(identifier) if identifier else None,
    )


_INSERT_OPERATOR = """
INSERT INTO operators (territory_id, operator_id, organisation_id, name, identifier)
VALUES ($1, $2, $3, $4, $5)
"""

_OPERATORS = "SELECT operator_id, organisation_id, name, identifier FROM operators WHERE territory_id = $1"

_INSERT_DELEGATION = """
INSERT INTO delegations (
    territory_id, delegation_id, operator_id, acts, takings_of, deed, valid_from, valid_until
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

# Rows come in one order, so that two delegations at once wait for each other and never both.
_COVER = """
INSERT INTO delegated_acts (territory_id, delegation_id, operator_id, site_id, act, takings, during)
SELECT $1, $2, $3, site_id, act, $6, daterange($7, $8)
FROM unnest($4::uuid[]) AS site_id, unnest($5::text[]) AS act ORDER BY site_id, act
"""

_LOCK = "SELECT true FROM delegations WHERE territory_id = $1 AND delegation_id = $2 FOR UPDATE"

_DELEGATIONS = """
SELECT delegation_id, operator_id, acts, takings_of, deed, valid_from, valid_until, ended_on, reason, (
        SELECT name FROM operators o
        WHERE o.territory_id = d.territory_id AND o.operator_id = d.operator_id
    ) AS operator_name, ARRAY(
        SELECT DISTINCT site_id FROM delegated_acts a
        WHERE a.territory_id = d.territory_id AND a.delegation_id = d.delegation_id ORDER BY site_id
    ) AS site_ids
FROM delegations d WHERE territory_id = $1
"""

_END = """
UPDATE delegations SET ended_on = $3, reason = $4 WHERE territory_id = $1 AND delegation_id = $2
"""

_UNCOVER = """
UPDATE delegated_acts SET during = daterange($3, $4) WHERE territory_id = $1 AND delegation_id = $2
"""

_IN_FORCE = """
SELECT operator_id, delegation_id FROM delegated_acts
WHERE territory_id = $1 AND operator_id = ANY ($2) AND site_id = $3 AND act = $4 AND during @> $5::date
ORDER BY operator_id LIMIT 1
"""

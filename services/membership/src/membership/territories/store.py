"""Owns the SQL of `territories`: the platform's own rows, of which a territory reads its own alone."""

from collections.abc import Collection

import asyncpg

from chassis.db import Tx
from chassis.pages import Asked, Order, Page
from membership.territories.model import Territory, TerritoryAlreadyOpen


async def territory(tx: Tx, *, for_change: bool = False) -> Territory | None:
    """Return the territory of this transaction, where it is open; `for_change` locks it."""
    async with tx.platform():
        row = await tx.fetchrow(_OWN + (" FOR UPDATE" if for_change else ""), tx.territory_id)
    return Territory(**row) if row else None


async def open_among(tx: Tx, sirens: Collection[str]) -> set[str]:
    """Return which of these territories are open."""
    async with tx.platform():
        rows = await tx.fetch("SELECT siren FROM territories WHERE siren = ANY ($1)", list(sirens))
    return {row["siren"] for row in rows}


async def insert(tx: Tx, territory: Territory) -> None:
    """Keep a territory that opens; raises TerritoryAlreadyOpen."""
    t = territory
    values = (t.territory_id, t.name, t.kind, t.zone, t.sandbox, t.sandbox_start, t.opened_at)
    async with tx.platform():
        try:
            async with tx.attempt():
                await tx.execute(_INSERT, *values)
        except asyncpg.UniqueViolationError:
            kind = "sandbox" if await tx.fetchval(_IS_SANDBOX, t.territory_id) else "real"
            raise TerritoryAlreadyOpen(siren=t.territory_id, kind=kind) from None


async def territories(tx: Tx, asked: Asked) -> Page[Territory]:
    """Return every open territory by SIREN, in a transaction of the platform."""
    order = Order("siren text")
    rows = await tx.fetch(f"{_ALL} WHERE true{order.tail(asked, 1)}", *asked.arguments)
    return order.page(asked, rows, lambda row: Territory(**row))


_ALL = """
SELECT siren, siren AS territory_id, name, kind, zone, sandbox, sandbox_start, opened_at FROM territories
"""
_OWN = f"{_ALL} WHERE siren = $1"
_IS_SANDBOX = "SELECT sandbox FROM territories WHERE siren = $1"

_INSERT = """
INSERT INTO territories (territory_id, siren, name, kind, zone, sandbox, sandbox_start, opened_at)
VALUES ('000000000', $1, $2, $3, $4, $5, $6, $7)
"""

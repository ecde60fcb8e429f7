"""SQL of issuers."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from billing.issuers.model import Seller
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("name text", "issuer_id uuid")


async def insert(tx: Tx, seller: Seller, now: datetime) -> None:
    """Add an issuer; raises IdReused when its id names another one."""
    values = (seller.issuer_id, seller.name, seller.regime, seller.model_dump_json(), now)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(seller.issuer_id)) from None


async def issuer(tx: Tx, issuer_id: UUID) -> Seller | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, issuer_id)
    return _seller(row) if row else None


async def page(tx: Tx, asked: Asked) -> Page[Seller]:
    rows = await tx.fetch(_LIST + ORDER.tail(asked, 2), tx.territory_id, *asked.arguments)
    return ORDER.page(asked, rows, _seller)


def _seller(row: asyncpg.Record) -> Seller:
    return Seller.model_validate_json(row["content"])


_INSERT = """
INSERT INTO issuers (territory_id, issuer_id, name, regime, content, registered_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_ONE = "SELECT content FROM issuers WHERE territory_id = $1 AND issuer_id = $2"
_LIST = "SELECT issuer_id, name, content FROM issuers WHERE territory_id = $1"

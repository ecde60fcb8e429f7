"""SQL of passes that were sold, and of what booking told of their units."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg

from billing.parties.model import key_of
from billing.passes.model import Move, Sale, folded
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.billing import PassState

NEWEST: Final = Order("sold_at timestamptz", "sale_id uuid", descending=True)


async def insert(tx: Tx, sale: Sale) -> None:
    """Add a sale; raises IdReused when its id names another one."""
    told = sale.told
    values = (told.sale_id, told.site_id, key_of(told.holder), key_of(told.payer), told.model_dump_json())
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *values, sale.sold_at)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(told.sale_id)) from None


async def save(tx: Tx, sale: Sale) -> None:
    await tx.execute(_SAVE, tx.territory_id, sale.told.sale_id, sale.state, sale.reason)


async def note(tx: Tx, sale_id: UUID, move: Move) -> None:
    """Keep what booking told of a pass, once; of a lot that was not sold here nothing."""
    await tx.execute(_NOTE, tx.territory_id, sale_id, *move)


async def sale(tx: Tx, sale_id: UUID, *, lock: bool = False) -> Sale | None:
    row = await tx.fetchrow(_ONE + (" FOR UPDATE" if lock else ""), tx.territory_id, sale_id)
    return _sale(row) if row else None


async def page_of(tx: Tx, asked: Asked, party_ids: Sequence[UUID]) -> Page[Sale]:
    """Return the passes that any of these parties holds or pays."""
    rows = await tx.fetch(_OF + NEWEST.tail(asked, 3), tx.territory_id, list(party_ids), *asked.arguments)
    return NEWEST.page(asked, rows, _sale)


async def page_at(tx: Tx, asked: Asked, site_id: UUID) -> Page[Sale]:
    """Return the passes that were sold at a site."""
    rows = await tx.fetch(_AT + NEWEST.tail(asked, 3), tx.territory_id, site_id, *asked.arguments)
    return NEWEST.page(asked, rows, _sale)


def _sale(row: asyncpg.Record) -> Sale:
    told = PassState.model_validate_json(row["content"])
    moves = [
        Move(UUID(each["event_id"]), each["kind"], Decimal(each["units"]))
        for each in json.loads(row["moves"])
    ]
    return Sale(told, row["state"], row["sold_at"], folded(told.units, moves), row["reason"])


_INSERT = """
INSERT INTO passes (territory_id, sale_id, site_id, holder_id, payer_id, state, content, sold_at)
VALUES ($1, $2, $3, $4, $5, 'sold', $6, $7)
"""
_SAVE = "UPDATE passes SET state = $3, reason = $4 WHERE territory_id = $1 AND sale_id = $2"
_NOTE = """
INSERT INTO pass_moves (territory_id, sale_id, event_id, kind, units)
SELECT territory_id, sale_id, $3, $4, $5 FROM passes WHERE territory_id = $1 AND sale_id = $2
ON CONFLICT (territory_id, sale_id, event_id) DO NOTHING
"""
_SALES = """
SELECT sale_id, state, content, reason, sold_at, (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'event_id', m.event_id, 'kind', m.kind, 'units', m.units::text)), '[]')
    FROM pass_moves m WHERE m.territory_id = p.territory_id AND m.sale_id = p.sale_id
) AS moves
FROM passes p WHERE territory_id = $1
"""
_ONE = f"{_SALES} AND sale_id = $2"
_OF = f"{_SALES} AND (holder_id = ANY ($2) OR payer_id = ANY ($2))"
_AT = f"{_SALES} AND site_id = $2"

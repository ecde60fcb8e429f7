"""Owns the one command of alpha: touch an item."""

from typing import Annotated
from uuid import UUID

from litestar import Response
from pydantic import BaseModel, StringConstraints
from tinyfacts import ItemTouched

from chassis.db import Tx
from chassis.decisions import Policy
from chassis.http import Act, Door, creation

POLICY: Policy = {"member": {"item:touch": "any"}}

ItemId = Annotated[str, StringConstraints(pattern=r"item-[0-9]{4}")]


class Touch(BaseModel):
    """What is asked: touch this item, once for this id."""

    touch_id: UUID
    item_id: ItemId


class Touched(Touch):
    """What is answered: the touch, and how many the item has had with it."""

    n: int


@creation("/v1/territories/{siren:str}/touches")
async def touch(door: Door, data: Touch) -> Response[Touched]:
    """Touch an item of the territory."""
    return await door.create(Act("item:touch", "touch", data.touch_id), record_touch, data)


async def record_touch(tx: Tx, asked: Touch) -> Touched:
    """Count the touch under the lock of the item's row, and say so."""
    n: int = await tx.fetchval(_COUNT, tx.territory_id, asked.item_id)
    await tx.execute(_RECORD, tx.territory_id, asked.touch_id, asked.item_id, n)
    tx.emit(ItemTouched(item_id=asked.item_id, touch_id=asked.touch_id, n=n))
    return Touched(touch_id=asked.touch_id, item_id=asked.item_id, n=n)


_COUNT = """
INSERT INTO items AS i (territory_id, item_id, n) VALUES ($1, $2, 1)
ON CONFLICT (territory_id, item_id) DO UPDATE SET n = i.n + 1 RETURNING n
"""
_RECORD = "INSERT INTO touches (territory_id, touch_id, item_id, n) VALUES ($1, $2, $3, $4)"

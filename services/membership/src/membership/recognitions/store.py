"""Owns the SQL of recognitions: the platform's own rows, in scope only inside these functions."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import PLATFORM, Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.recognitions.model import RecognisedAlready, Recognition

ORDER: Final = Order("valid_from date", "recognition_id uuid")


async def insert(tx: Tx, new: Recognition, agreement_id: UUID) -> None:
    """Keep a recognition; raises IdReused, RecognisedAlready."""
    days = (new.valid_from, new.valid_until)
    columns = (new.host_id, new.host_class_id, new.home_id, new.home_class_id, new.highest_level, *days)
    async with tx.platform():
        try:
            async with tx.attempt():
                await tx.execute(_INSERT, new.recognition_id, agreement_id, *columns)
        except asyncpg.UniqueViolationError:
            raise IdReused(id=str(new.recognition_id)) from None
        except asyncpg.ExclusionViolationError:
            raise RecognisedAlready(home_territory_id=new.home_id) from None


async def locked(tx: Tx, recognition_id: UUID) -> Recognition:
    """Return a recognition that this transaction's territory gives, locked; raises NotFound."""
    async with tx.platform():
        row = await tx.fetchrow(_LOCKED, recognition_id, tx.territory_id)
    if row is None:
        raise NotFound(what="recognition", id=str(recognition_id))
    return Recognition(**row)


async def end(tx: Tx, recognition_id: UUID, ended_on: date) -> None:
    async with tx.platform():
        await tx.execute(_END, recognition_id, ended_on)


async def of_class(tx: Tx, home_class_id: UUID) -> list[Recognition]:
    """Return by what others recognise a class of this transaction's territory, or did."""
    async with tx.platform():
        rows = await tx.fetch(_OF_CLASS, tx.territory_id, home_class_id)
    return [Recognition(**row) for row in rows]


async def under(tx: Tx, agreement_id: UUID) -> list[Recognition]:
    """Return what rests upon an agreement to share, in a transaction of the platform."""
    rows = await tx.fetch(_UNDER, agreement_id)
    return [Recognition(**row) for row in rows]


async def recognitions(tx: Tx, asked: Asked) -> Page[Recognition]:
    """Return what this transaction's territory recognises and what others recognise of it."""
    async with tx.platform():
        rows = await tx.fetch(_OF_TERRITORY + ORDER.tail(asked, 2), tx.territory_id, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: Recognition(**row))


_INSERT = f"""
INSERT INTO recognitions (territory_id, recognition_id, agreement_id, host_id, host_class_id, home_id,
    home_class_id, highest_level, valid_from, valid_until)
VALUES ('{PLATFORM}', $1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_SELECT = """
SELECT recognition_id, host_id, host_class_id, home_id, home_class_id, highest_level, valid_from, valid_until,
    ended_on
FROM recognitions
"""
_LOCKED = f"{_SELECT} WHERE recognition_id = $1 AND host_id = $2 FOR UPDATE"
_END = "UPDATE recognitions SET ended_on = $2 WHERE recognition_id = $1"
_OF_CLASS = f"{_SELECT} WHERE home_id = $1 AND home_class_id = $2 ORDER BY recognition_id"
_UNDER = f"{_SELECT} WHERE agreement_id = $1 ORDER BY recognition_id"
_OF_TERRITORY = f"{_SELECT} WHERE (host_id = $1 OR home_id = $1)"

"""Owns the SQL of seats; the database lets no seat serve two persons on one day."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.seats.model import Seat, SeatedAlready, SeatsAllGiven

ORDER: Final = Order("given_from date", "seat_id uuid")


async def give(tx: Tx, seat: Seat, seats: int) -> None:
    """Give the first free one of so many seats. Raises IdReused, SeatsAllGiven, SeatedAlready."""
    number = await tx.fetchval(_FREE, tx.territory_id, seat.membership_id, seat.given_from, seats)
    if number is None:
        raise SeatsAllGiven(seats=seats, day=str(seat.given_from))
    columns = (seat.seat_id, seat.membership_id, number, seat.person_id, seat.given_from)
    try:
        async with tx.attempt():
            await tx.execute(_GIVE, tx.territory_id, *columns)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(seat.seat_id)) from None
    except asyncpg.ExclusionViolationError as error:
        if error.constraint_name == "seats_shared":  # nobody holds the membership's lock
            raise SeatsAllGiven(seats=seats, day=str(seat.given_from)) from None
        raise SeatedAlready(day=str(seat.given_from)) from None


async def take(tx: Tx, seat: Seat) -> None:
    await tx.execute(_TAKE, tx.territory_id, seat.seat_id, seat.taken_from)


async def seat(tx: Tx, membership_id: UUID, seat_id: UUID) -> Seat:
    """Return a seat; raises NotFound."""
    row = await tx.fetchrow(f"{_SELECT} AND seat_id = $3", tx.territory_id, membership_id, seat_id)
    if row is None:
        raise NotFound(what="seat", id=str(seat_id))
    return Seat(**row)


async def seats(tx: Tx, asked: Asked, membership_id: UUID) -> Page[Seat]:
    """Return the seats of a membership, taken ones too, the one given first first."""
    sql = _SELECT + ORDER.tail(asked, 3)
    rows = await tx.fetch(sql, tx.territory_id, membership_id, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: Seat(**row))


async def most_given(tx: Tx, membership_id: UUID, day: date) -> int:
    """Return the highest number of a seat that somebody has on a day or later."""
    found: int = await tx.fetchval(_MOST, tx.territory_id, membership_id, day)
    return found


_FREE = """
SELECT n FROM generate_series(1, $4::integer) AS n WHERE NOT EXISTS (
    SELECT FROM seats s WHERE s.territory_id = $1 AND s.membership_id = $2 AND s.number = n
        AND s.during && daterange($3, NULL))
ORDER BY n LIMIT 1
"""
_GIVE = """
INSERT INTO seats (territory_id, seat_id, membership_id, number, person_id, given_from)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_TAKE = "UPDATE seats SET taken_from = $3 WHERE territory_id = $1 AND seat_id = $2"
_SELECT = """
SELECT seat_id, membership_id, person_id, given_from, taken_from FROM seats
WHERE territory_id = $1 AND membership_id = $2
"""
_MOST = """
SELECT coalesce(max(number), 0) FROM seats
WHERE territory_id = $1 AND membership_id = $2 AND during && daterange($3, NULL)
"""

"""SQL of the bookings that a closure hits."""

from typing import Final
from uuid import UUID

from booking.bookings import store as bookings
from booking.bookings.model import Booking
from booking.closures.model import CLOSED, Closure
from chassis.db import Tx
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("b.starts_at timestamptz", "b.booking_id uuid")


async def hit(tx: Tx, asked: Asked, closure: Closure) -> Page[Booking]:
    """Return the live bookings that a closure hits, earliest first."""
    rows = await tx.fetch(_HIT + ORDER.tail(asked, 6), *_arguments(tx, closure), *asked.arguments)
    return ORDER.page(asked, rows, bookings.from_row)


async def flag(tx: Tx, closure: Closure) -> list[UUID]:
    """Flag the bookings to come that a closure hits, for staff to see to; return all it hits, in order."""
    await tx.execute(_FLAG, *_arguments(tx, closure), CLOSED)
    rows = await tx.fetch(f"{_HIT} ORDER BY b.starts_at, b.booking_id", *_arguments(tx, closure))
    return [row["booking_id"] for row in rows]


async def unflag(tx: Tx, lifted: Closure) -> list[Booking]:
    """Take the mark from the bookings that only this closure hit, and return them."""
    rows = await tx.fetch(_UNFLAG, *_arguments(tx, lifted), CLOSED, lifted.closure_id)
    return [bookings.from_row(row) for row in rows]


def _arguments(tx: Tx, closure: Closure) -> tuple[object, ...]:
    return tx.territory_id, closure.site_id, closure.resource_id, closure.start, closure.end


# A booking lasts a month at most: what began before cannot reach into the closure.
_WHERE = """
b.territory_id = $1 AND b.site_id = $2 AND b.starts_at < $5 AND b.ends_at > $4
    AND b.starts_at > $4::timestamptz - interval '32 days'
    AND ($3::uuid IS NULL OR EXISTS (
        SELECT FROM claims c
        JOIN resources x ON x.territory_id = c.territory_id AND c.leaf_id = ANY (x.leaf_ids)
        WHERE c.territory_id = b.territory_id AND c.booking_id = b.booking_id AND x.resource_id = $3))
"""
_HIT = f"""
SELECT {bookings.LISTED} FROM bookings b
WHERE {_WHERE} AND b.state IN ('held', 'confirmed', 'checked_in')
"""
_FLAG = f"UPDATE bookings b SET flag = $6 WHERE {_WHERE} AND b.state IN ('held', 'confirmed')"
_UNFLAG = f"""
UPDATE bookings b SET flag = NULL
WHERE {_WHERE} AND b.state IN ('held', 'confirmed') AND b.flag = $6 AND NOT EXISTS (
    SELECT FROM closures o LEFT JOIN resources y
        ON y.territory_id = o.territory_id AND y.resource_id = o.resource_id
    WHERE o.territory_id = b.territory_id AND o.site_id = b.site_id AND o.lifted_at IS NULL
        AND o.closure_id <> $7 AND o.starts_at < b.ends_at AND o.ends_at > b.starts_at
        AND (o.resource_id IS NULL OR EXISTS (
            SELECT FROM claims d WHERE d.territory_id = b.territory_id AND d.booking_id = b.booking_id
                AND d.leaf_id = ANY (y.leaf_ids))))
RETURNING {bookings.LISTED}
"""

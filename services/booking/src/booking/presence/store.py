"""SQL of who is at a site now."""

from uuid import UUID

from booking.bookings import store as bookings
from booking.bookings.model import Booking
from chassis.db import Tx


async def here(tx: Tx, site_id: UUID) -> list[Booking]:
    """Return the bookings that run and whose person came and has not left."""
    rows = await tx.fetch(_HERE, tx.territory_id, site_id, await tx.now())
    return [bookings.from_row(row) for row in rows]


_HERE = f"""
SELECT {bookings.LISTED} FROM bookings b
WHERE b.territory_id = $1 AND b.site_id = $2 AND b.state = 'checked_in' AND b.left_at IS NULL
    AND b.ends_at > $3 AND b.starts_at > $3::timestamptz - interval '31 days'
ORDER BY b.resource_name, b.booking_id
"""

"""SQL of the bookings to come that depend on a right."""

from datetime import datetime
from uuid import UUID

from chassis.db import Tx


async def to_come(
    tx: Tx, now: datetime, membership_id: UUID | None = None, person_id: UUID | None = None
) -> list[UUID]:
    """Return the bookings not begun that were made by a membership, or by this person by any membership."""
    rows = await tx.fetch(_TO_COME, tx.territory_id, now, membership_id, person_id)
    return [row[0] for row in rows]


_TO_COME = """
SELECT booking_id FROM bookings
WHERE territory_id = $1 AND starts_at > $2 AND state IN ('held', 'confirmed') AND membership_id IS NOT NULL
    AND (membership_id = $3 OR person_id = $4)
ORDER BY booking_id
"""

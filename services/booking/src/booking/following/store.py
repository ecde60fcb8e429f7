"""SQL of the dates of a series from one of them on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from booking.occurrences.model import Occurrence
from booking.occurrences.store import COLUMNS, JOINED, from_row
from chassis.db import Tx


async def to_come(tx: Tx, series_id: UUID, since: str, now: datetime) -> list[Occurrence]:
    """Return the dates from one on that have not begun, locked, in order."""
    rows = await tx.fetch(_TO_COME, tx.territory_id, series_id, since, now)
    return [from_row(row) for row in rows]


async def drop(tx: Tx, series_id: UUID, recurrence_ids: Sequence[str]) -> None:
    """Forget dates: another series has them now."""
    await tx.execute(_DROP, tx.territory_id, series_id, list(recurrence_ids))


async def adopt(tx: Tx, booking_id: UUID, series_id: UUID, recurrence_id: str) -> None:
    """Make a booking, as it is, a date of another series."""
    await tx.execute(_ADOPT, tx.territory_id, booking_id, series_id, recurrence_id)


async def put(tx: Tx, series_id: UUID, recurrence_id: str, starts_at: datetime, ends_at: datetime) -> None:
    """Put a date at other instants."""
    await tx.execute(_PUT, tx.territory_id, series_id, recurrence_id, starts_at, ends_at)


_TO_COME = f"""
SELECT {COLUMNS} FROM {JOINED}
WHERE o.territory_id = $1 AND o.series_id = $2 AND o.recurrence_id >= $3 AND o.starts_at > $4
    AND coalesce(b.starts_at > $4, true)
ORDER BY o.recurrence_id FOR UPDATE OF o
"""
_DROP = "DELETE FROM occurrences WHERE territory_id = $1 AND series_id = $2 AND recurrence_id = ANY ($3)"
_ADOPT = """
UPDATE bookings SET series_id = $3, recurrence_id = $4 WHERE territory_id = $1 AND booking_id = $2
"""
_PUT = """
UPDATE occurrences SET starts_at = $4, ends_at = $5
WHERE territory_id = $1 AND series_id = $2 AND recurrence_id = $3
"""

"""SQL of attendance: rows are added, the last one of somebody on a half-day holds."""

from collections.abc import Iterable
from uuid import UUID

from booking.attendance.model import Presence
from chassis.db import Tx
from chassis.ids import new_id


async def add(tx: Tx, new: Presence, signed_as: str | None, recorded_by: UUID) -> None:
    await tx.execute(
        _ADD,
        tx.territory_id,
        new_id(),
        new.registration_id,
        new.position,
        new.guest,
        new.present,
        new.signed,
        signed_as,
        recorded_by,
        new.recorded_at,
    )


async def latest(tx: Tx, registration_ids: Iterable[UUID]) -> dict[UUID, list[Presence]]:
    """Return what holds of each registration."""
    rows = await tx.fetch(_LATEST, tx.territory_id, list(registration_ids))
    found: dict[UUID, list[Presence]] = {}
    for row in rows:
        found.setdefault(row["registration_id"], []).append(Presence(**row))
    return found


_ADD = """
INSERT INTO attendances (territory_id, attendance_id, registration_id, position, guest, present, signed,
    signed_as, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_LATEST = """
SELECT DISTINCT ON (registration_id, position, guest)
    registration_id, position, guest, present, signed, recorded_at
FROM attendances WHERE territory_id = $1 AND registration_id = ANY ($2)
ORDER BY registration_id, position, guest, attendance_id DESC
"""

"""SQL of arrivals: bookings to come that depend on a right, claims cut short, who may be meant by a code."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from booking.bookings import store as bookings
from booking.bookings.model import Booking
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx


async def to_come(
    tx: Tx, now: datetime, membership_id: UUID | None = None, person_id: UUID | None = None
) -> list[UUID]:
    """Return the bookings not begun that were made by a membership, or by this person by any membership."""
    rows = await tx.fetch(_TO_COME, tx.territory_id, now, membership_id, person_id)
    return [row[0] for row in rows]


async def free_rest(tx: Tx, booking_id: UUID, until: datetime) -> None:
    """Cut a booking's claims short; those that had not begun by then end altogether."""
    await tx.execute(_DROP_UNBEGUN, tx.territory_id, booking_id, until)
    await tx.execute(_CUT_SHORT, tx.territory_id, booking_id, until)


async def sites(tx: Tx) -> list[Site]:
    """Return every site of the territory."""
    return [site_from_row(row) for row in await tx.fetch(_SITES, tx.territory_id)]


async def around(tx: Tx, site_ids: Sequence[UUID], since: datetime, until: datetime) -> list[Booking]:
    """Return the bookings at these sites that start in a stretch of time, whatever became of them."""
    rows = await tx.fetch(_AROUND, tx.territory_id, list(site_ids), since, until)
    return [bookings.from_row(row) for row in rows]


async def locked(tx: Tx, site_id: UUID, booking_ids: Sequence[UUID]) -> list[Booking]:
    """Return these bookings of the site, each locked for a change."""
    rows = await tx.fetch(_LOCKED, tx.territory_id, site_id, list(booking_ids))
    return [bookings.from_row(row) for row in rows]


async def of_organisation(
    tx: Tx, site_id: UUID, organisation_id: UUID, since: datetime, until: datetime
) -> list[UUID]:
    """Return the firm bookings that an organisation pays for and that start in a stretch of time."""
    rows = await tx.fetch(_OF_ORGANISATION, tx.territory_id, site_id, organisation_id, since, until)
    return [row[0] for row in rows]


async def count_wrong(tx: Tx, person_id: UUID, starts_at: datetime) -> int:
    """Count one more wrong code; return how many there were in that stretch."""
    times: int = await tx.fetchval(_COUNT_WRONG, tx.territory_id, person_id, starts_at)
    return times


async def wrong_codes(tx: Tx, person_id: UUID, starts_at: datetime) -> int:
    """Return how many wrong codes there were in a stretch; those of stretches before are forgotten."""
    await tx.execute(_FORGET_WRONG, tx.territory_id, person_id, starts_at)
    times: int = await tx.fetchval(_WRONG, tx.territory_id, person_id, starts_at)
    return times


_DROP_UNBEGUN = "DELETE FROM claims WHERE territory_id = $1 AND booking_id = $2 AND starts_at >= $3"
_CUT_SHORT = """
UPDATE claims SET ends_at = $3 WHERE territory_id = $1 AND booking_id = $2 AND ends_at > $3
"""
_SITES = f"SELECT {SITE_COLUMNS} FROM {SITE_TABLES} WHERE s.territory_id = $1 ORDER BY s.site_id"
_AROUND = f"""
SELECT {bookings.LISTED} FROM bookings b
WHERE b.territory_id = $1 AND b.site_id = ANY ($2) AND b.starts_at >= $3 AND b.starts_at < $4
"""
_LOCKED = f"""
SELECT {bookings.LISTED} FROM bookings b
WHERE b.territory_id = $1 AND b.site_id = $2 AND b.booking_id = ANY ($3) ORDER BY b.booking_id FOR UPDATE
"""
_OF_ORGANISATION = """
SELECT booking_id FROM bookings
WHERE territory_id = $1 AND site_id = $2 AND payer_organisation_id = $3
    AND starts_at >= $4 AND starts_at < $5 AND state = 'confirmed'
ORDER BY booking_id
"""
_COUNT_WRONG = """
INSERT INTO wrong_codes AS c (territory_id, person_id, starts_at, times) VALUES ($1, $2, $3, 1)
ON CONFLICT (territory_id, person_id, starts_at) DO UPDATE SET times = c.times + 1 RETURNING times
"""
_WRONG = """
SELECT coalesce(max(times), 0) FROM wrong_codes
WHERE territory_id = $1 AND person_id = $2 AND starts_at = $3
"""
_FORGET_WRONG = "DELETE FROM wrong_codes WHERE territory_id = $1 AND person_id = $2 AND starts_at < $3"
_TO_COME = """
SELECT booking_id FROM bookings
WHERE territory_id = $1 AND starts_at > $2 AND state IN ('held', 'requested', 'confirmed')
    AND membership_id IS NOT NULL
    AND (membership_id = $3 OR person_id = $4)
ORDER BY booking_id
"""

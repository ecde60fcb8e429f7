"""SQL of calendars, and of the bookings that one shows."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from booking.calendars.model import KEPT, Calendar, Entry
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.booking import BOOKINGS

ORDER: Final = Order("created_at timestamptz", "calendar_id uuid")
_AHEAD: Final = timedelta(days=400)
_MOST: Final = 5_000


async def insert(tx: Tx, new: Calendar, digest: bytes) -> None:
    """Keep a calendar's link; raises IdReused when the id names another one."""
    values = [getattr(new, name) for name in _FIELDS]
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *values, digest)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.calendar_id)) from None


async def calendar(tx: Tx, calendar_id: UUID) -> Calendar | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, calendar_id)
    return _calendar(row) if row else None


async def read(tx: Tx, digest: bytes, minute: datetime) -> tuple[Calendar, int] | None:
    """Return the live calendar of a link and how often it was read in this minute, this time counted."""
    row = await tx.fetchrow(_READ, tx.territory_id, digest, minute)
    return (_calendar(row), row["reads"]) if row else None


async def revoke(tx: Tx, calendar_id: UUID, now: datetime) -> None:
    await tx.execute(_REVOKE, tx.territory_id, calendar_id, now)


async def listed(tx: Tx, asked: Asked, owner_id: UUID | None, site_id: UUID | None) -> Page[Calendar]:
    """Return the links of an owner or of a site, revoked ones too, oldest first."""
    rows = await tx.fetch(_LIST + ORDER.tail(asked, 4), tx.territory_id, owner_id, site_id, *asked.arguments)
    return ORDER.page(asked, rows, _calendar)


async def entries(tx: Tx, shown: Calendar, now: datetime) -> list[Entry]:
    """Return the bookings that a calendar shows: cancelled ones on one's own alone."""
    whose = shown.owner_id if shown.is_personal else shown.resource_id or shown.site_id
    times = (now - KEPT, now + _AHEAD, now)
    rows = await tx.fetch(_ENTRIES[shown.kind], tx.territory_id, whose, *times, BOOKINGS.name, _MOST)
    return [
        Entry(
            start=row["starts_at"],
            end=row["ends_at"],
            decided_at=row["rights_as_of"],
            **{name: row[name] for name in _OF_ENTRY},
        )
        for row in rows
    ]


def _calendar(row: asyncpg.Record) -> Calendar:
    return Calendar(**{name: row[name] for name in _FIELDS})


_FIELDS: Final = (
    "calendar_id",
    "kind",
    "owner_id",
    "site_id",
    "resource_id",
    "details",
    "name",
    "created_at",
    "revoked_at",
)
_OF_ENTRY: Final = (
    "booking_id",
    "state",
    "zone",
    "resource_name",
    "site_name",
    "person_id",
    "version",
    "series_id",
    "recurrence_id",
)
_COLUMNS: Final = ", ".join(_FIELDS)
_INSERT = f"""
INSERT INTO calendars (territory_id, {_COLUMNS}, digest)
VALUES ({", ".join(f"${n}" for n in range(1, len(_FIELDS) + 3))})
"""
_ONE = f"SELECT {_COLUMNS} FROM calendars WHERE territory_id = $1 AND calendar_id = $2"
_READ = f"""
UPDATE calendars SET reads = CASE WHEN minute = $3 THEN reads + 1 ELSE 1 END, minute = $3
WHERE territory_id = $1 AND digest = $2 AND revoked_at IS NULL RETURNING {_COLUMNS}, reads
"""
_REVOKE = """
UPDATE calendars SET revoked_at = coalesce(revoked_at, $3) WHERE territory_id = $1 AND calendar_id = $2
"""
_LIST = f"""
SELECT {_COLUMNS} FROM calendars
WHERE territory_id = $1 AND ($2::uuid IS NULL OR owner_id = $2) AND ($3::uuid IS NULL OR site_id = $3)
"""
_FROM = """
SELECT b.booking_id, b.state, b.starts_at, least(b.ends_at, b.left_at) AS ends_at, b.zone,
    b.resource_name, b.site_name, b.person_id,
    b.rights_as_of, b.series_id, b.recurrence_id, coalesce(k.version, 1) AS version
FROM bookings b
LEFT JOIN counter k
    ON k.territory_id = b.territory_id AND k.topic = $6 AND k.aggregate_id = b.booking_id::text
"""
_THEN = """
AND least(b.ends_at, b.left_at) > $3 AND b.ends_at > $3 AND b.starts_at < $4
    AND b.starts_at > $3::timestamptz - interval '31 days'
AND (b.state IN ('confirmed', 'checked_in') OR b.state = 'held' AND b.expires_at > $5 AND {own}
    OR b.state IN ('cancelled', 'no_show') AND {own})
ORDER BY b.starts_at, b.booking_id LIMIT $7
"""
_OWN = f"WHERE b.territory_id = $1 AND b.person_id = $2 {_THEN.format(own='true')}"
_AT_SITE = f"WHERE b.territory_id = $1 AND b.site_id = $2 {_THEN.format(own='false')}"
_OF_RESOURCE = f"""
JOIN resources r ON r.territory_id = b.territory_id AND r.resource_id = b.resource_id
JOIN resources x ON x.territory_id = b.territory_id AND x.resource_id = $2
    AND x.site_id = b.site_id AND x.leaf_ids && r.leaf_ids
WHERE b.territory_id = $1 {_THEN.format(own="false")}
"""
_ENTRIES: Final = {
    "person": _FROM + _OWN,
    "site": _FROM + _AT_SITE,
    "resource": _FROM + _OF_RESOURCE,
}

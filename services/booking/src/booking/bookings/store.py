"""SQL of bookings and of their claims: the ledger that admits no two uses of one leaf at one time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from booking.bookings.model import Bookable, Booking
from booking.openings.store import by_owner as hours_by_owner
from booking.outages.model import Outage
from booking.resources.store import COLUMNS as RESOURCE_COLUMNS
from booking.resources.store import from_row as resource_from_row
from booking.rights.model import Grant
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx
from chassis.idempotency import IdReused
from contracts.values import Party


async def bookable(tx: Tx, resource_id: UUID, start: datetime, end: datetime) -> Bookable | None:
    """Return the resource with its site, hours and outage at that time; None if there is no such resource.

    Its leaves and outages stay as they are until this transaction ends.
    """
    await tx.execute(_SHARE, tx.territory_id, resource_id)
    row = await tx.fetchrow(_BOOKABLE, tx.territory_id, resource_id, start, end)
    if row is None:
        return None
    outage = Outage(row["outage_until"], row["outage_reason"]) if row["outage_reason"] else None
    return Bookable(resource_from_row(row), site_from_row(row), hours_by_owner(row["hours"]), outage)


async def booking(tx: Tx, booking_id: UUID) -> Booking | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, booking_id)
    return from_row(row) if row else None


class Place(NamedTuple):
    """Where a booking is, and for whom."""

    site: Site
    person_id: UUID


async def place(tx: Tx, booking_id: UUID) -> Place | None:
    row = await tx.fetchrow(_PLACE, tx.territory_id, booking_id)
    return Place(site_from_row(row), row["person_id"]) if row else None


async def locked(tx: Tx, booking_id: UUID) -> Booking | None:
    """Return the booking, to be changed."""
    row = await tx.fetchrow(_ONE + " FOR UPDATE", tx.territory_id, booking_id)
    return from_row(row) if row else None


async def lock_claimed(tx: Tx, booking_id: UUID) -> None:
    """Keep rivals from the leaves of a booking until this transaction ends."""
    await tx.execute(_LOCK_CLAIMED, tx.territory_id, booking_id)


async def claimed(tx: Tx, booking_id: UUID) -> list[UUID]:
    """Return the leaves that a booking claims."""
    rows = await tx.fetch(_CLAIMED, tx.territory_id, booking_id)
    return [row[0] for row in rows]


async def lock_leaves(tx: Tx, leaf_ids: Iterable[UUID], blocked: tuple[datetime, datetime]) -> list[UUID]:
    """Let one transaction at a time claim these leaves; return the holds in the way that have lapsed.

    The constraint alone keeps the ledger right, but rivals that insert first and wait for each other after
    end in deadlocks, of a second each.
    """
    row = await tx.fetchrow(_LOCK_LEAVES, tx.territory_id, list(leaf_ids), *blocked, await tx.now())
    return sorted(row["lapsed"] or ()) if row else []


async def take(tx: Tx, new: Booking, leaf_ids: Sequence[UUID], blocked_until: datetime) -> bool:
    """Insert a booking with its claims; False, and nothing written, when some leaf is taken.

    Raises IdReused when the id names another booking.
    """
    try:
        async with tx.attempt():
            await tx.execute(_TAKE, *_columns(tx, new), sorted(leaf_ids), blocked_until)
    except asyncpg.ExclusionViolationError:
        return False
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.booking_id)) from None
    return True


async def move(tx: Tx, moved: Booking, leaf_ids: Sequence[UUID], blocked_until: datetime) -> bool:
    """Put a booking's claims elsewhere; False, and nothing moved, when some leaf is taken."""
    try:
        async with tx.attempt():
            await tx.execute(_RELEASE, tx.territory_id, moved.booking_id)
            await tx.execute(_MOVE, *_columns(tx, moved), sorted(leaf_ids), blocked_until)
    except asyncpg.ExclusionViolationError:
        return False
    return True


async def firm(tx: Tx, confirmed: Booking) -> None:
    """Save a confirmed booking and make its claims firm: they lapse no more."""
    await save(tx, confirmed)
    await tx.execute(_FIRM, tx.territory_id, confirmed.booking_id)


async def save(tx: Tx, changed: Booking) -> None:
    """Save state, end of hold and flag; place and time change by `move` alone."""
    await tx.execute(
        _SAVE, tx.territory_id, changed.booking_id, changed.state, changed.expires_at, changed.flag
    )


async def release(tx: Tx, ended: Booking) -> None:
    """Save a booking that ended before its time and free what it claimed."""
    await save(tx, ended)
    await tx.execute(_RELEASE, tx.territory_id, ended.booking_id)


def from_row(row: asyncpg.Record) -> Booking:
    """Read a booking from a row that has its columns by name."""
    payer = Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"])
    grant = Grant(payer=payer, **{name: row[name] for name in _GRANT})
    return Booking(
        start=row["starts_at"], end=row["ends_at"], grant=grant, **{name: row[name] for name in _SAME}
    )


def _columns(tx: Tx, booking: Booking) -> list[object]:
    grant = booking.grant
    return [
        tx.territory_id,
        booking.start,
        booking.end,
        grant.payer.person_id,
        grant.payer.organisation_id,
        booking.starts_on,
        *(getattr(booking, name) for name in _SAME),
        *(getattr(grant, name) for name in _GRANT),
    ]


_SAME: Final = (
    "booking_id",
    "state",
    "site_id",
    "site_name",
    "resource_id",
    "resource_name",
    "kind",
    "price_code",
    "zone",
    "person_id",
    "attendees",
    "rights_as_of",
    "expires_at",
    "flag",
)
_GRANT: Final = ("audience", "paid_by", "plan_units", "membership_id", "plan_id", "plan_version")
_WRITTEN: Final = (
    "territory_id",
    "starts_at",
    "ends_at",
    "payer_person_id",
    "payer_organisation_id",
    "starts_on",
    *_SAME,
    *_GRANT,
)
_PLACES: Final = [f"${n}" for n, _ in enumerate(_WRITTEN, start=1)]
_PLACE_OF: Final = dict(zip(_WRITTEN, _PLACES, strict=True))
_LEAVES: Final = f"${len(_WRITTEN) + 1}"
_BLOCKED: Final = f"${len(_WRITTEN) + 2}"

LISTED: Final = ", ".join(f"b.{name}" for name in _WRITTEN[1:])
_ONE: Final = f"SELECT {LISTED} FROM bookings b WHERE b.territory_id = $1 AND b.booking_id = $2"

_PLACE = f"""
SELECT {SITE_COLUMNS}, b.person_id FROM {SITE_TABLES}
JOIN bookings b ON b.territory_id = s.territory_id AND b.site_id = s.site_id
WHERE b.territory_id = $1 AND b.booking_id = $2
"""
_CLAIMED = "SELECT leaf_id FROM claims WHERE territory_id = $1 AND booking_id = $2"
_PLACE = f"""
SELECT {SITE_COLUMNS}, b.person_id FROM {SITE_TABLES}
JOIN bookings b ON b.territory_id = s.territory_id AND b.site_id = s.site_id
WHERE b.territory_id = $1 AND b.booking_id = $2
"""
_LOCK_CLAIMED = """
SELECT count(pg_advisory_xact_lock(hashtextextended($1 || leaf_id::text, 0)))
FROM (SELECT leaf_id FROM claims WHERE territory_id = $1 AND booking_id = $2 ORDER BY leaf_id) in_order
"""
# The locks stand in a row that is always read: a join that finds no claim would leave them untaken.
_LOCK_LEAVES = """
SELECT locked.n, (
    SELECT array_agg(DISTINCT c.booking_id)
    FROM unnest($2::uuid[]) leaf JOIN claims c ON c.territory_id = $1 AND c.leaf_id = leaf
    WHERE c.ends_at > $3 AND c.starts_at < $4 AND c.held_until <= $5
) AS lapsed
FROM (
    SELECT count(pg_advisory_xact_lock(hashtextextended($1 || leaf::text, 0))) AS n
    FROM (SELECT DISTINCT leaf FROM unnest($2::uuid[]) leaf ORDER BY leaf) AS in_order
) AS locked
"""
_SHARE = "SELECT FROM resources WHERE territory_id = $1 AND resource_id = $2 FOR SHARE"
_BOOKABLE = f"""
SELECT {", ".join(f"r.{name}" for name in RESOURCE_COLUMNS)}, {SITE_COLUMNS}, h.hours,
    o.ends_at AS outage_until, o.reason AS outage_reason
FROM {SITE_TABLES}
JOIN resources r ON r.territory_id = s.territory_id AND r.site_id = s.site_id
LEFT JOIN LATERAL (
    SELECT json_agg(h ORDER BY h.valid_from) AS hours FROM opening_hours h
    WHERE h.territory_id = $1 AND h.owner_id = ANY (r.lineage)
        AND h.valid_from <= $4::timestamptz::date + 1
        AND (h.valid_until IS NULL OR h.valid_until >= $3::timestamptz::date - 1)
) h ON true
LEFT JOIN LATERAL (
    SELECT o.ends_at, o.reason
    FROM outages o JOIN resources x ON x.territory_id = o.territory_id AND x.resource_id = o.resource_id
    WHERE o.territory_id = $1 AND o.site_id = r.site_id AND x.leaf_ids && r.leaf_ids
        AND o.starts_at < $4 AND (o.ends_at IS NULL OR o.ends_at > $3)
    ORDER BY o.ends_at DESC NULLS FIRST LIMIT 1
) o ON true
WHERE r.territory_id = $1 AND r.resource_id = $2
"""
_CLAIM = f"""
INSERT INTO claims (territory_id, leaf_id, starts_at, ends_at, booking_id, held_until)
SELECT $1, leaf, {_PLACE_OF["starts_at"]}, {_BLOCKED}, {_PLACE_OF["booking_id"]}, {_PLACE_OF["expires_at"]}
FROM unnest({_LEAVES}::uuid[]) leaf
"""
_TAKE = f"""
WITH booking AS (INSERT INTO bookings ({", ".join(_WRITTEN)}) VALUES ({", ".join(_PLACES)}))
{_CLAIM}
"""
_MOVE = f"""
WITH booking AS (
    UPDATE bookings SET {", ".join(f"{name} = {place}" for name, place in _PLACE_OF.items())}
    WHERE territory_id = $1 AND booking_id = {_PLACE_OF["booking_id"]}
)
{_CLAIM}
"""
_FIRM = "UPDATE claims SET held_until = NULL WHERE territory_id = $1 AND booking_id = $2"
_SAVE = """
UPDATE bookings SET state = $3, expires_at = $4, flag = $5 WHERE territory_id = $1 AND booking_id = $2
"""
_RELEASE = "DELETE FROM claims WHERE territory_id = $1 AND booking_id = $2"

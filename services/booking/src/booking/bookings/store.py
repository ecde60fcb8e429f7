"""SQL of bookings and of their claims: the ledger that admits no two uses of one leaf at one time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from booking.admission.model import Ruling
from booking.bookable.model import Bookable
from booking.bookings.model import Booking
from booking.openings.model import Interval
from booking.rights.model import Grant
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx
from chassis.idempotency import IdReused
from contracts.booking import ResourceBookedWith
from contracts.values import Party


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


async def taken_among(tx: Tx, place: Bookable, wanted: Booking) -> Bookable:
    """Return which of the resources wanted together another booking has; the first, if none has it now."""
    claims = place.claims(wanted.interval)
    rows = await tx.fetch(
        _TAKEN, tx.territory_id, list(claims), list(claims.values()), wanted.start, wanted.booking_id
    )
    taken = {row[0] for row in rows}
    return next((each for each in place.all if taken.intersection(each.resource.leaf_ids)), place)


async def take(tx: Tx, new: Booking, claims: Mapping[UUID, datetime]) -> bool:
    """Insert a booking with its claims; False, and nothing written, when some leaf is taken.

    Raises IdReused when the id names another booking.
    """
    try:
        async with tx.attempt():
            await tx.execute(_TAKE, *_columns(tx, new), *_sorted(claims))
    except asyncpg.ExclusionViolationError:
        return False
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.booking_id)) from None
    return True


class Released(NamedTuple):
    """What a booking claimed until now: leaves, and from when to when, turnaround included."""

    leaf_ids: list[UUID]
    interval: Interval


async def move(tx: Tx, moved: Booking, claims: Mapping[UUID, datetime]) -> Released | None:
    """Put a booking's claims elsewhere; None, and nothing moved, when some leaf is taken."""
    try:
        async with tx.attempt():
            released = await _released(tx, moved)
            await tx.execute(_MOVE, *_columns(tx, moved), *_sorted(claims))
    except asyncpg.ExclusionViolationError:
        return None
    return released


async def firm(tx: Tx, confirmed: Booking) -> None:
    """Save a booking that was a hold, its claims as firm as it is: those of a request lapse with it."""
    await save(tx, confirmed)
    await tx.execute(_FIRM, tx.territory_id, confirmed.booking_id, confirmed.expires_at)


async def save(tx: Tx, changed: Booking) -> None:
    """Save what changes with the state; place and time change by `move` alone."""
    values = [getattr(changed, name) for name in _CHANGING]
    await tx.execute(_SAVE, tx.territory_id, changed.booking_id, *values)


async def release(tx: Tx, ended: Booking) -> Released:
    """Save a booking that ended before its time and free what it claimed."""
    await save(tx, ended)
    return await _released(tx, ended)


async def _released(tx: Tx, booking: Booking) -> Released:
    row = await tx.fetchrow(_RELEASE, tx.territory_id, booking.booking_id)
    if row is None or row["leaf_ids"] is None:
        return Released([], booking.interval)
    return Released(row["leaf_ids"], Interval(row["starts_at"], row["ends_at"]))


def from_row(row: asyncpg.Record) -> Booking:
    """Read a booking from a row that has its columns by name."""
    payer = Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"])
    grant = Grant(payer=payer, **{name: row[name] for name in _GRANT})
    ruling = Ruling(**{name: row[name] for name in _RULING})
    with_resources = _WITH.validate_json(row["with_resources"])
    same = {name: row[name] for name in _SAME}
    return Booking(
        start=row["starts_at"],
        end=row["ends_at"],
        grant=grant,
        ruling=ruling,
        with_resources=with_resources,
        **same,
    )


def _sorted(claims: Mapping[UUID, datetime]) -> tuple[list[UUID], list[datetime]]:
    leaf_ids = sorted(claims)
    return leaf_ids, [claims[leaf_id] for leaf_id in leaf_ids]


def _columns(tx: Tx, booking: Booking) -> list[object]:
    grant = booking.grant
    return [
        tx.territory_id,
        booking.start,
        booking.end,
        grant.payer.person_id,
        grant.payer.organisation_id,
        booking.starts_on,
        _WITH.dump_json(booking.with_resources).decode(),
        *(getattr(booking, name) for name in _SAME),
        *(getattr(grant, name) for name in _GRANT),
        *(getattr(booking.ruling, name) for name in _RULING),
    ]


_WITH: Final = TypeAdapter(tuple[ResourceBookedWith, ...])
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
    "due_percent",
    "fee_waived",
    "reason",
    "series_id",
    "recurrence_id",
    "arrived_at",
    "left_at",
    "session_id",
)
_RULING: Final = ("policy_id", "policy_version", "approval_hours", "pending_blocks")
_CHANGING: Final = (
    "state",
    "expires_at",
    "flag",
    "due_percent",
    "fee_waived",
    "reason",
    "arrived_at",
    "left_at",
)
_GRANT: Final = ("audience", "paid_by", "plan_units", "membership_id", "plan_id", "plan_version")
_WRITTEN: Final = (
    "territory_id",
    "starts_at",
    "ends_at",
    "payer_person_id",
    "payer_organisation_id",
    "starts_on",
    "with_resources",
    *_SAME,
    *_GRANT,
    *_RULING,
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
_TAKEN = """
SELECT c.leaf_id FROM unnest($2::uuid[], $3::timestamptz[]) AS wanted(leaf_id, until)
JOIN claims c ON c.territory_id = $1 AND c.leaf_id = wanted.leaf_id
WHERE c.starts_at < wanted.until AND c.ends_at > $4 AND c.booking_id <> $5
"""
_CLAIM = f"""
INSERT INTO claims (territory_id, leaf_id, starts_at, ends_at, booking_id, held_until)
SELECT $1, leaf, {_PLACE_OF["starts_at"]}, until, {_PLACE_OF["booking_id"]}, {_PLACE_OF["expires_at"]}
FROM unnest({_LEAVES}::uuid[], {_BLOCKED}::timestamptz[]) AS claim(leaf, until)
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
_FIRM = "UPDATE claims SET held_until = $3 WHERE territory_id = $1 AND booking_id = $2"
_SAVE = f"""
UPDATE bookings SET {", ".join(f"{name} = ${n}" for n, name in enumerate(_CHANGING, start=3))}
WHERE territory_id = $1 AND booking_id = $2
"""
_RELEASE = """
WITH released AS (
    DELETE FROM claims WHERE territory_id = $1 AND booking_id = $2 RETURNING leaf_id, starts_at, ends_at
)
SELECT array_agg(leaf_id) AS leaf_ids, min(starts_at) AS starts_at, max(ends_at) AS ends_at FROM released
"""

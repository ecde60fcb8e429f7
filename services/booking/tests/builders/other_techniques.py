"""How other booking systems keep a room from being given twice, as doubles of the store's `take`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID, uuid5

from booking.bookings.model import Booking
from chassis.db import Tx

Claims = Mapping[UUID, datetime]
Take = Callable[[Tx, Booking, Claims], Awaitable[bool]]
Technique = Callable[[Take], Take]

_KEYS = UUID("6a1d0b0e-5f0a-5c0c-9d7e-3b1f6f0c0302")
_GAP = 0.002  # what they do between the look and the insert: rules, prices, calendars elsewhere


def counting_first(take: Take) -> Take:
    """Count what is in the way, then insert: as fab-manager validates a reservation."""

    async def counted(tx: Tx, new: Booking, claims: Claims) -> bool:
        in_the_way = await tx.fetchval(_COUNT, list(claims), new.start, max(claims.values()))
        await asyncio.sleep(_GAP)
        return not in_the_way and await take(tx, new, claims)

    return counted


def unique_key_only(take: Take) -> Take:
    """Check availability, then insert under a key drawn from who is booked and when: as Cal.com does.

    The key keeps out what is the same to the second; an overlap, or a part of what is taken, has another.
    """

    async def keyed(tx: Tx, new: Booking, claims: Claims) -> bool:
        busy = await tx.fetchval(_COUNT, list(claims), new.start, max(claims.values()))
        await asyncio.sleep(_GAP)
        if busy:
            return False
        key = uuid5(_KEYS, f"{new.start}:{new.end}:{new.resource_id}")
        await tx.execute(_LOCK_KEY, key.int >> 65)
        same = await tx.fetchval(_SAME, new.resource_id, new.start, new.end)
        return not same and await take(tx, new, claims)

    return keyed


def conflicts_searched_first(take: Take) -> Take:
    """Load what overlaps the time, look in the application for the same thing, insert: as LibreBooking."""

    async def searched(tx: Tx, new: Booking, claims: Claims) -> bool:
        existing = await tx.fetch(_OVERLAPPING, new.start, max(claims.values()))
        await asyncio.sleep(_GAP)
        conflicts = [row for row in existing if row["leaf_id"] in claims and row["ends_at"] > new.start]
        return not conflicts and await take(tx, new, claims)

    return searched


TECHNIQUES = (counting_first, unique_key_only, conflicts_searched_first)

_COUNT = "SELECT count(*) FROM claims WHERE leaf_id = ANY ($1) AND starts_at < $3 AND ends_at > $2"
_LOCK_KEY = "SELECT pg_advisory_xact_lock($1)"  # with what follows it: a unique index on the key
_SAME = "SELECT EXISTS (SELECT FROM bookings WHERE resource_id = $1 AND starts_at = $2 AND ends_at = $3)"
_OVERLAPPING = "SELECT leaf_id, starts_at, ends_at FROM claims WHERE starts_at < $2 AND ends_at > $1"

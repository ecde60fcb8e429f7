"""SQL of waitlists: entries in order, with what was offered to each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from booking.openings.model import Interval
from booking.resources import store as resources
from booking.resources.model import Resource
from booking.sites import store as sites
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import from_row as site_from_row
from booking.waitlists.model import Entry, Offer
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Party

ORDER: Final = Order("e.joined_at timestamptz", "e.entry_id uuid")
LATEST_FIRST: Final = Order("e.joined_at timestamptz", "e.entry_id uuid", descending=True)


async def insert(tx: Tx, new: Entry) -> bool:
    """Add an entry; False, and nothing written, when the person has a live one that it meets.

    Raises IdReused when the id names another entry.
    """
    payer = new.payer or Party.model_construct(person_id=None, organisation_id=None)
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT,
                tx.territory_id,
                new.entry_id,
                new.state,
                new.site.site_id,
                new.kind,
                new.resource_id,
                [asyncpg.Range(*window) for window in new.windows],
                new.minutes,
                new.person_id,
                new.attendees,
                new.membership_id,
                new.audience,
                payer.person_id,
                payer.organisation_id,
                new.by_desk,
                new.joined_at,
            )
    except asyncpg.ExclusionViolationError:
        return False
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.entry_id)) from None
    return True


async def site_wanted(tx: Tx, resource_id: UUID | None, site_id: UUID | None) -> Site | None:
    """Return the site at which a resource, or one of a kind, is wanted."""
    if resource_id:
        return await resources.site_of(tx, resource_id)
    return await sites.site(tx, site_id) if site_id else None


async def entry(tx: Tx, entry_id: UUID) -> Entry | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, entry_id)
    return from_row(row) if row else None


async def locked(tx: Tx, entry_id: UUID) -> Entry | None:
    """Return the entry, to be changed."""
    await tx.execute(_LOCK, tx.territory_id, entry_id)
    return await entry(tx, entry_id)


async def save(tx: Tx, changed: Entry) -> None:
    """Save state, offer and what it was passed over for; the wish never changes."""
    offer = changed.offer
    await tx.execute(
        _SAVE,
        tx.territory_id,
        changed.entry_id,
        changed.state,
        changed.passed_over,
        offer.booking_id if offer else None,
        offer.expires_at if offer else None,
    )


async def met(tx: Tx, wish: Entry) -> Entry | None:
    """Return the live entry of the person that a wish meets."""
    windows = [asyncpg.Range(*window) for window in wish.windows]
    row = await tx.fetchrow(_MET, tx.territory_id, wish.person_id, wish.kind, windows)
    return from_row(row) if row else None


async def waiting(tx: Tx, leaf_ids: Iterable[UUID], start: datetime, end: datetime | None) -> list[UUID]:
    """Return who waits for something made of these leaves at that time, in the order of the offers."""
    rows = await tx.fetch(_WAITING, tx.territory_id, list(leaf_ids), start, end)
    return [row["entry_id"] for row in rows]


async def passed_over(tx: Tx) -> list[Entry]:
    """Return the entries that wait although something was free for them: a right stood against it."""
    return [from_row(row) for row in await tx.fetch(_PASSED_OVER, tx.territory_id)]


async def unsettled(tx: Tx) -> list[Entry]:
    """Return, to be changed, the entries whose offer is over and that do not say so yet."""
    rows = await tx.fetch(_LOCK_UNSETTLED, tx.territory_id)
    found = [await entry(tx, row["entry_id"]) for row in rows]
    return [each for each in found if each and each.state == "offered"]


async def fitting(tx: Tx, wish: Entry, leaf_ids: Iterable[UUID] | None = None) -> list[Resource]:
    """Return what an entry would take if it were free, by name; of some leaves only if they are given."""
    rows = await tx.fetch(
        _FITTING,
        tx.territory_id,
        wish.site.site_id,
        wish.resource_id,
        wish.kind,
        wish.attendees,
        wish.by_desk,
        None if leaf_ids is None else list(leaf_ids),
    )
    return [resources.from_row(row) for row in rows]


async def of_person(tx: Tx, asked: Asked, person_id: UUID) -> Page[Entry]:
    """Return a person's entries, the latest first."""
    sql = f"{_SELECT} AND e.person_id = $2" + LATEST_FIRST.tail(asked, 3)
    return LATEST_FIRST.page(
        asked, await tx.fetch(sql, tx.territory_id, person_id, *asked.arguments), from_row
    )


async def of_site(tx: Tx, asked: Asked, site_id: UUID, day: Interval) -> Page[Entry]:
    """Return the entries that want or wanted some of that day, in order."""
    sql = _OF_SITE + ORDER.tail(asked, 5)
    rows = await tx.fetch(sql, tx.territory_id, site_id, *day, *asked.arguments)
    return ORDER.page(asked, rows, from_row)


def from_row(row: asyncpg.Record) -> Entry:
    payer = None
    if row["payer_person_id"] or row["payer_organisation_id"]:
        payer = Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"])
    return Entry(
        site=site_from_row(row),
        windows=tuple(Interval(each.lower, each.upper) for each in row["windows"]),
        payer=payer,
        offer=_offer(row) if row["booking_id"] else None,
        **{name: row[name] for name in (*_SAME, "resource_name", "ahead")},
    )


def _offer(row: asyncpg.Record) -> Offer:
    return Offer(
        booking_id=row["booking_id"],
        expires_at=row["offer_expires_at"],
        resource_id=row["offered_resource_id"],
        resource_name=row["offered_resource_name"],
        time=Interval(row["offered_start"], row["offered_end"]),
        booking_state=row["booking_state"],
    )


_SAME: Final = (
    "entry_id",
    "state",
    "kind",
    "resource_id",
    "minutes",
    "person_id",
    "attendees",
    "membership_id",
    "audience",
    "by_desk",
    "joined_at",
    "passed_over",
)
_SELECT: Final = f"""
SELECT {", ".join(f"e.{name}" for name in _SAME)}, e.windows, e.payer_person_id, e.payer_organisation_id,
    e.booking_id, e.offer_expires_at, {SITE_COLUMNS}, r.name AS resource_name,
    b.resource_id AS offered_resource_id, b.resource_name AS offered_resource_name,
    b.starts_at AS offered_start, b.ends_at AS offered_end, b.state AS booking_state,
    (SELECT count(*) FROM waitlist_entries a
     WHERE a.territory_id = e.territory_id AND a.site_id = e.site_id AND a.kind = e.kind
        AND a.state = 'waiting' AND a.starts_at < e.ends_at AND a.ends_at > e.starts_at
        AND (a.resource_id IS NULL OR e.resource_id IS NULL OR a.resource_id = e.resource_id)
        AND (a.joined_at, a.entry_id) < (e.joined_at, e.entry_id)) AS ahead
FROM waitlist_entries e
JOIN sites s ON s.territory_id = e.territory_id AND s.site_id = e.site_id
LEFT JOIN booking_rules u ON u.territory_id = e.territory_id AND u.site_id = e.site_id
LEFT JOIN resources r ON r.territory_id = e.territory_id AND r.resource_id = e.resource_id
LEFT JOIN bookings b ON b.territory_id = e.territory_id AND b.booking_id = e.booking_id
WHERE e.territory_id = $1
"""
_ONE: Final = f"{_SELECT} AND e.entry_id = $2"
_OF_SITE: Final = f"""
{_SELECT} AND e.site_id = $2 AND e.ends_at > $3 AND e.starts_at < $4
"""
_PASSED_OVER: Final = f"""
{_SELECT} AND e.state = 'waiting' AND e.passed_over IS NOT NULL ORDER BY e.joined_at, e.entry_id
"""
_MET: Final = f"""
{_SELECT} AND e.state IN ('waiting', 'offered') AND e.person_id = $2 AND e.kind = $3 AND e.windows && $4
ORDER BY e.joined_at LIMIT 1
"""
_INSERT = """
INSERT INTO waitlist_entries (territory_id, entry_id, state, site_id, kind, resource_id, windows, minutes,
    person_id, attendees, membership_id, audience, payer_person_id, payer_organisation_id, by_desk, joined_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
_LOCK = "SELECT FROM waitlist_entries WHERE territory_id = $1 AND entry_id = $2 FOR UPDATE"
_SAVE = """
UPDATE waitlist_entries SET state = $3, passed_over = $4, booking_id = $5, offer_expires_at = $6
WHERE territory_id = $1 AND entry_id = $2
"""
_WAITING = """
SELECT DISTINCT e.joined_at, e.entry_id
FROM resources r JOIN waitlist_entries e ON e.territory_id = r.territory_id AND e.site_id = r.site_id
    AND e.kind = r.kind AND (e.resource_id IS NULL OR e.resource_id = r.resource_id)
WHERE r.territory_id = $1 AND r.leaf_ids && $2 AND r.bookable AND e.state = 'waiting'
    AND e.ends_at + interval '1 day' > $3 AND ($4::timestamptz IS NULL OR e.starts_at < $4)
ORDER BY e.joined_at, e.entry_id
"""
_LOCK_UNSETTLED = """
SELECT e.entry_id
FROM waitlist_entries e JOIN bookings b ON b.territory_id = e.territory_id AND b.booking_id = e.booking_id
WHERE e.territory_id = $1 AND e.state = 'offered' AND b.state <> 'held'
ORDER BY e.entry_id FOR UPDATE OF e
"""
_FITTING = f"""
SELECT {", ".join(resources.COLUMNS)} FROM resources
WHERE territory_id = $1 AND site_id = $2 AND bookable AND ($6 OR NOT approval_required)
    AND (resource_id = $3 OR $3::uuid IS NULL AND kind = $4 AND ($5::integer IS NULL OR capacity >= $5))
    AND ($7::uuid[] IS NULL OR leaf_ids && $7)
ORDER BY name, resource_id
"""

"""SQL of the reads over bookings: lists in order, and the day of a site."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from booking.bookings import store as bookings
from booking.bookings.model import Booking
from booking.openings.model import Interval
from booking.resources import store as resources
from booking.resources.model import Resource
from chassis.db import Tx
from chassis.pages import Asked, Order, Page

ORDER: Final = Order("b.starts_at timestamptz", "b.booking_id uuid")
LATEST_FIRST: Final = Order("b.starts_at timestamptz", "b.booking_id uuid", descending=True)


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a list of bookings: each field that is given."""

    site_id: UUID | None = None
    person_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    flagged: bool = False


async def listed(tx: Tx, asked: Asked, wanted: Filter) -> Page[Booking]:
    """Return bookings of whatever state, earliest first."""
    rows = await tx.fetch(
        _LIST + ORDER.tail(asked, 7),
        tx.territory_id,
        wanted.site_id,
        wanted.person_id,
        wanted.since,
        wanted.until,
        wanted.flagged,
        *asked.arguments,
    )
    return ORDER.page(asked, rows, bookings.from_row)


async def of_person(tx: Tx, asked: Asked, person_id: UUID) -> Page[Booking]:
    """Return a person's bookings, the latest first."""
    rows = await tx.fetch(
        _OF_PERSON + LATEST_FIRST.tail(asked, 3), tx.territory_id, person_id, *asked.arguments
    )
    return LATEST_FIRST.page(asked, rows, bookings.from_row)


async def bookable(tx: Tx, site_id: UUID) -> list[Resource]:
    rows = await tx.fetch(_BOOKABLE, tx.territory_id, site_id)
    return [resources.from_row(row) for row in rows]


async def taken(tx: Tx, site_id: UUID, day: Interval) -> list[tuple[Booking, tuple[UUID, ...]]]:
    """Return the bookings that take something at the site that day, each with its leaves, in one query."""
    rows = await tx.fetch(_TAKEN, tx.territory_id, site_id, *day, await tx.now())
    return [(bookings.from_row(row), tuple(row["leaf_ids"] or ())) for row in rows]


_LIST = f"""
SELECT {bookings.LISTED} FROM bookings b
WHERE b.territory_id = $1 AND ($2::uuid IS NULL OR b.site_id = $2) AND ($3::uuid IS NULL OR b.person_id = $3)
    AND ($4::timestamptz IS NULL OR b.ends_at > $4) AND ($5::timestamptz IS NULL OR b.starts_at < $5)
    AND (NOT $6::boolean OR b.flag IS NOT NULL AND b.state IN ('held', 'requested', 'confirmed'))
"""
_OF_PERSON = f"SELECT {bookings.LISTED} FROM bookings b WHERE b.territory_id = $1 AND b.person_id = $2"
_BOOKABLE = f"""
SELECT {", ".join(resources.COLUMNS)} FROM resources
WHERE territory_id = $1 AND site_id = $2 AND bookable ORDER BY name, resource_id
"""
_TAKEN = f"""
SELECT {bookings.LISTED}, (
    SELECT array_agg(leaf) FROM resources r, unnest(r.leaf_ids) leaf
    WHERE r.territory_id = b.territory_id AND r.resource_id = ANY (b.resource_id || ARRAY(
        SELECT (beside ->> 'resource_id')::uuid FROM jsonb_array_elements(b.with_resources) beside))
) AS leaf_ids
FROM bookings b
WHERE b.territory_id = $1 AND b.site_id = $2 AND b.starts_at < $4 AND b.ends_at > $3
    AND b.starts_at > $3::timestamptz - interval '31 days'
    AND (b.state IN ('confirmed', 'checked_in') OR b.expires_at > $5
        AND (b.state = 'held' OR b.state = 'requested' AND b.pending_blocks))
ORDER BY b.starts_at, b.booking_id
"""

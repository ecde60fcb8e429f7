"""Writes the bookings of a site in a stretch of time, with names, for its staff."""

from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from booking.bookings.model import Booking
from booking.exports import model
from booking.exports.model import ExportTooLong
from booking.openings.model import Interval
from booking.people.handlers import names
from booking.planning import store as planning
from booking.planning.store import Filter
from booking.sites.handlers import known_site
from chassis.db import Tx
from chassis.pages import Asked

_AT_ONCE: Final = 1_000


class Table(BaseModel):
    """A text to be sent as it is."""

    content: str


async def bookings_table(tx: Tx, site_id: UUID, between: Interval) -> Table:
    """Return the bookings that touch the time, earliest first; raises ExportTooLong."""
    if between.end - between.start > model.LONGEST:
        raise ExportTooLong(days=(between.end - between.start).days, most=model.LONGEST.days)
    await known_site(tx, site_id)
    found = await _all(tx, Filter(site_id, None, between.start, between.end))
    known = await names(tx, (each.person_id for each in found))
    now = await tx.now()
    return Table(content=model.table(_row(each, known.get(each.person_id), now) for each in found))


async def _all(tx: Tx, wanted: Filter) -> list[Booking]:
    found: list[Booking] = []
    asked = Asked(_AT_ONCE)
    while True:
        page = await planning.listed(tx, asked, wanted)
        found += page.items
        if page.last is None:
            return found
        asked = Asked(_AT_ONCE, page.last)


def _row(booking: Booking, name: str | None, now: datetime) -> list[object]:
    zone = ZoneInfo(booking.zone)
    return [
        booking.site_name,
        booking.resource_name,
        booking.kind,
        f"{booking.start.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{booking.end.astimezone(zone):%Y-%m-%d %H:%M}",
        booking.state_at(now),
        name,
        booking.attendees,
        booking.grant.audience,
        booking.grant.paid_by,
        booking.series_id,
        booking.booking_id,
    ]

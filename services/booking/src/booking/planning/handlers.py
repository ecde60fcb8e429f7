"""Puts together what is read: the day of a site with or without names, and lists of bookings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel

from booking.bookings.handlers import BookingView, view
from booking.bookings.model import Booking
from booking.closures import store as closures
from booking.closures.model import Covering
from booking.closures.model import over as closures_over
from booking.openings import store as hours
from booking.openings.model import (
    HoursByOwner,
    Interval,
    hours_named,
    in_force,
    instant,
    openings,
    without,
)
from booking.people.handlers import names
from booking.planning import store
from booking.planning.store import Filter
from booking.resources.model import Resource
from booking.sites.handlers import known_site
from booking.sites.model import Site
from chassis.db import Tx
from chassis.pages import Asked, Page
from contracts.values import Instant


class Taken(BaseModel):
    """A stretch of a day that is taken. Whose it is stands there for the person's own, and for staff."""

    start: Instant
    end: Instant
    state: str = "taken"
    booking_id: UUID | None = None
    person_id: UUID | None = None
    person_name: str | None = None
    flag: str | None = None


class ResourceDay(BaseModel):
    """One resource through a day: its hours, why they are unlike the others, and what is taken of it."""

    resource_id: UUID
    name: str
    kind: str
    capacity: int | None
    opening_hours: str
    taken: list[Taken]
    closed: str = ""


class Planning(BaseModel):
    """A civil day of a site, all that can be booked there."""

    site_id: UUID
    site_name: str
    day: date
    zone: str
    resources: list[ResourceDay]


class NamedBooking(BookingView):
    """A booking with the name of who comes, where the territory may know it."""

    person_name: str | None


async def planning(tx: Tx, site_id: UUID, day: date, reader_id: UUID) -> Planning:
    """Show what is taken; whose it is, only for the reader's own."""
    site = await known_site(tx, site_id)
    found, leaves = await _day(tx, site, day)
    shown = {booking.booking_id: _for_member(booking, reader_id) for booking in found}
    return await _planning(tx, site, day, shown, leaves)


async def named_planning(tx: Tx, site_id: UUID, day: date) -> Planning:
    """Show what is taken and who comes."""
    site = await known_site(tx, site_id)
    found, leaves = await _day(tx, site, day)
    known = await names(tx, (booking.person_id for booking in found))
    now = await tx.now()
    shown = {
        booking.booking_id: Taken(
            start=booking.start,
            end=booking.end,
            state=booking.state_at(now),
            booking_id=booking.booking_id,
            person_id=booking.person_id,
            person_name=known.get(booking.person_id),
            flag=booking.flag,
        )
        for booking in found
    }
    return await _planning(tx, site, day, shown, leaves)


async def own_bookings(tx: Tx, asked: Asked, person_id: UUID) -> Page[BookingView]:
    """List a person's own bookings, the latest first."""
    page, now = await store.of_person(tx, asked, person_id), await tx.now()
    return Page([view(item, now) for item in page.items], page.last)


async def bookings_page(tx: Tx, asked: Asked, wanted: Filter) -> Page[NamedBooking]:
    """List bookings for staff, with names."""
    page, now = await store.listed(tx, asked, wanted), await tx.now()
    known = await names(tx, (item.person_id for item in page.items))
    items = [
        NamedBooking(**view(item, now).model_dump(), person_name=known.get(item.person_id))
        for item in page.items
    ]
    return Page(items, page.last)


async def _day(tx: Tx, site: Site, day: date) -> tuple[list[Booking], Mapping[UUID, list[UUID]]]:
    """Return the bookings of a day, and by leaf which of them take it."""
    leaves: dict[UUID, list[UUID]] = defaultdict(list)
    found = await store.taken(tx, site.site_id, _whole(day, site.zone))
    for booking, leaf_ids in found:
        for leaf_id in leaf_ids:
            leaves[leaf_id].append(booking.booking_id)
    return [booking for booking, _ in found], leaves


async def _planning(
    tx: Tx, site: Site, day: date, shown: Mapping[UUID, Taken], leaves: Mapping[UUID, list[UUID]]
) -> Planning:
    site_id = site.site_id
    defined = await hours.hours_of_sites(tx, [site_id], (day, day))
    closed = await closures.covering(tx, site_id, _whole(day, site.zone))
    resources = [
        ResourceDay(
            resource_id=resource.resource_id,
            name=resource.name,
            kind=resource.kind,
            capacity=resource.capacity,
            **_opened(resource, site, day, defined, closed),
            taken=_taken(resource, shown, leaves),
        )
        for resource in await store.bookable(tx, site_id)
    ]
    return Planning(site_id=site_id, site_name=site.name, day=day, zone=site.zone, resources=resources)


def _whole(day: date, zone: str) -> Interval:
    return Interval(instant(day, "00:00", zone), instant(day + timedelta(days=1), "00:00", zone))


def _opened(
    resource: Resource, site: Site, day: date, defined: HoursByOwner, closed: Sequence[Covering]
) -> dict[str, str]:
    """Say when a resource is open that day, closures taken out, and what makes the day an exception."""
    over = closures_over(closed, resource.leaf_ids)
    if not over:
        hours = in_force(defined, resource.lineage, day)
        named = hours_named(defined, resource.lineage, day)
        return {"opening_hours": named, "closed": (hours.exception if hours else None) or ""}
    left = without(openings(defined, resource.lineage, (day, day), site.zone), over)
    spans = [f"{_wall(each.start, day, site)}–{_wall(each.end, day, site)}" for each in left]
    reason = next(each.reason for each in closed if each.interval in over)
    return {"opening_hours": ", ".join(spans), "closed": reason}


def _wall(instant: datetime, day: date, site: Site) -> str:
    """Write a time of the day; midnight at its end is 24:00."""
    return site.wall(instant)[-5:] if site.day_of(instant) == day else "24:00"


def _taken(resource: Resource, shown: Mapping[UUID, Taken], leaves: Mapping[UUID, list[UUID]]) -> list[Taken]:
    booking_ids = {booking_id for leaf_id in resource.leaf_ids for booking_id in leaves.get(leaf_id, ())}
    return sorted((shown[booking_id] for booking_id in booking_ids), key=lambda each: each.start)


def _for_member(booking: Booking, reader_id: UUID) -> Taken:
    own = booking.person_id == reader_id
    return Taken(
        start=booking.start,
        end=booking.end,
        state=booking.state if own else "taken",
        booking_id=booking.booking_id if own else None,
        person_id=reader_id if own else None,
    )

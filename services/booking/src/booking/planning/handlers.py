"""Puts together what is read: the day of a site with or without names, and lists of bookings."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel

from booking.bookings.handlers import BookingView, view
from booking.bookings.model import Booking
from booking.openings import store as hours
from booking.openings.model import Interval, hours_named, instant
from booking.people.handlers import names
from booking.planning import store
from booking.planning.store import Filter
from booking.resources.model import Resource
from booking.sites.handlers import known_site
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
    """One resource through a day: its hours, and what is taken of it or of what it is made of."""

    resource_id: UUID
    name: str
    kind: str
    capacity: int | None
    opening_hours: str
    taken: list[Taken]


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
    found, leaves = await _day(tx, site_id, day)
    shown = {booking.booking_id: _for_member(booking, reader_id) for booking in found}
    return await _planning(tx, site_id, day, shown, leaves)


async def named_planning(tx: Tx, site_id: UUID, day: date) -> Planning:
    """Show what is taken and who comes."""
    found, leaves = await _day(tx, site_id, day)
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
    return await _planning(tx, site_id, day, shown, leaves)


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


async def _day(tx: Tx, site_id: UUID, day: date) -> tuple[list[Booking], Mapping[UUID, list[UUID]]]:
    """Return the bookings of a day, and by leaf which of them take it."""
    zone = (await known_site(tx, site_id)).zone
    whole = Interval(instant(day, "00:00", zone), instant(day + timedelta(days=1), "00:00", zone))
    leaves: dict[UUID, list[UUID]] = defaultdict(list)
    found = await store.taken(tx, site_id, whole)
    for booking, leaf_ids in found:
        for leaf_id in leaf_ids:
            leaves[leaf_id].append(booking.booking_id)
    return [booking for booking, _ in found], leaves


async def _planning(
    tx: Tx, site_id: UUID, day: date, shown: Mapping[UUID, Taken], leaves: Mapping[UUID, list[UUID]]
) -> Planning:
    site = await known_site(tx, site_id)
    defined = await hours.hours_of_sites(tx, [site_id], (day, day))
    resources = [
        ResourceDay(
            resource_id=resource.resource_id,
            name=resource.name,
            kind=resource.kind,
            capacity=resource.capacity,
            opening_hours=hours_named(defined, resource.lineage, day),
            taken=_taken(resource, shown, leaves),
        )
        for resource in await store.bookable(tx, site_id)
    ]
    return Planning(site_id=site_id, site_name=site.name, day=day, zone=site.zone, resources=resources)


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

"""Reads waitlists: an entry with its place and offer, the lists, and what would fit a wish."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel

from booking.availability import store as availability
from booking.availability.handlers import usable
from booking.openings import store as hours
from booking.openings.model import Interval, instant, openings
from booking.people.handlers import names
from booking.resources.model import Resource
from booking.sites.handlers import known_site, target
from booking.waitlists import store
from booking.waitlists.model import RULE, Entry
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.booking import WaitlistState
from contracts.values import Instant, Period

_A_DAY: Final = timedelta(days=1)


class OfferView(BaseModel):
    """What is kept for somebody who waits, and until when."""

    booking_id: UUID
    resource_id: UUID
    resource_name: str
    period: Period
    expires_at: Instant


class EntryView(WaitlistState):
    """An entry as it is answered, with the rule of its order and how many come before it."""

    state: str
    rule: str
    ahead: int
    passed_over: str | None
    offer: OfferView | None


class NamedEntry(EntryView):
    """An entry with the name of who waits, where the territory may know it."""

    person_name: str | None


class Fit(NamedTuple):
    """A resource and the first time that it has for a wish."""

    resource: Resource
    time: Interval


async def fits(
    tx: Tx, wish: Entry, among: Iterable[Resource], soonest: datetime, *, taken: bool = True
) -> list[Fit]:
    """Return what is open and free for a wish, one time of each resource, the earliest first.

    Without `taken`, what others have taken counts as free: what is left is what could ever be.
    """
    site, span = wish.site, wish.span
    days = site.days_of(*span)
    defined = await hours.hours_of_sites(tx, [site.site_id], days)
    found = []
    for resource in among:
        opened = openings(defined, resource.lineage, days, site.zone)
        around = Interval(span.start - _A_DAY, span.end + _A_DAY)
        busy = await availability.busy(tx, resource.leaf_ids, around) if taken else []
        time = wish.fit(opened, busy, timedelta(minutes=resource.turnaround_minutes), soonest)
        if time and usable(resource, site, defined, time):
            found.append(Fit(resource, time))
    return sorted(found, key=lambda each: (each.time.start, each.resource.name))


async def known_entry(tx: Tx, entry_id: UUID) -> Entry:
    """Return the entry, locked, to be changed; raises NotFound."""
    found = await store.locked(tx, entry_id)
    if found is None:
        raise NotFound(what="waitlist entry", id=str(entry_id))
    return found


async def entry_view(tx: Tx, entry_id: UUID) -> EntryView | None:
    found = await store.entry(tx, entry_id)
    return view(found) if found else None


async def own_entries(tx: Tx, asked: Asked, person_id: UUID) -> Page[EntryView]:
    """List what a person waits for and waited for, the latest first."""
    page = await store.of_person(tx, asked, person_id)
    return Page([view(each) for each in page.items], page.last)


async def site_entries(tx: Tx, asked: Asked, site_id: UUID, day: date) -> Page[NamedEntry]:
    """List who waits or waited for a day of a site, with names, in the order of the offers."""
    zone = (await known_site(tx, site_id)).zone
    whole = Interval(instant(day, "00:00", zone), instant(day, "24:00", zone))
    page = await store.of_site(tx, asked, site_id, whole)
    known = await names(tx, (each.person_id for each in page.items))
    items = [
        NamedEntry(**view(each).model_dump(), person_name=known.get(each.person_id)) for each in page.items
    ]
    return Page(items, page.last)


def at_entry(principal: Principal) -> Lookup:
    """Find out where an entry is and whose, for the decision whether the caller may act on it."""

    async def look(tx: Tx, entry_id: UUID) -> Target | None:
        found = await store.entry(tx, entry_id)
        return await target(tx, found.site, principal, owner_id=found.person_id) if found else None

    return look


def said(entry: Entry) -> dict[str, Any]:
    """Return the fields that every event about an entry carries."""
    values = {name: getattr(entry, name, None) for name in WaitlistState.model_fields}
    site = entry.site
    windows = tuple(Period(start=each.start, end=each.end, zone=site.zone) for each in entry.windows)
    return values | {"site_id": site.site_id, "site_name": site.name, "windows": windows}


def offer_said(entry: Entry) -> dict[str, Any]:
    """Return the fields that every event about an offer carries."""
    offer = _offer(entry)
    if offer is None:
        raise LookupError(f"nothing was offered to entry {entry.entry_id}")
    values = offer.model_dump(exclude={"resource_id", "resource_name"})
    named = {"offered_resource_id": offer.resource_id, "offered_resource_name": offer.resource_name}
    return said(entry) | values | named


def view(entry: Entry) -> EntryView:
    return EntryView(
        **said(entry),
        state=entry.offer.outcome if entry.state == "offered" and entry.offer else entry.state,
        rule=RULE,
        ahead=entry.ahead if entry.state == "waiting" else 0,
        passed_over=entry.passed_over,
        offer=_offer(entry),
    )


def _offer(entry: Entry) -> OfferView | None:
    offer = entry.offer
    if offer is None:
        return None
    return OfferView(
        booking_id=offer.booking_id,
        resource_id=offer.resource_id,
        resource_name=offer.resource_name,
        period=Period(start=offer.time.start, end=offer.time.end, zone=entry.site.zone),
        expires_at=offer.expires_at,
    )

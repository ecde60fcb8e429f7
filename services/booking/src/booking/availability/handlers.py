"""Searches what is free, and finds alternatives for who came too late."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, Protocol

from pydantic import JsonValue

from booking.availability import model, store
from booking.availability.store import Wish
from booking.closures import store as closures
from booking.closures.model import Closed, over
from booking.openings import store as hours
from booking.openings.model import (
    ClosedExceptionally,
    HoursByOwner,
    Interval,
    instant,
    is_open,
    openings,
    without,
)
from booking.resources import store as resources
from booking.resources.handlers import ResourceView, view
from booking.resources.model import Resource
from booking.sites.model import Site
from chassis.db import Tx
from chassis.pages import Asked, Page

_ALL: Final = 10_000  # resources that one search looks at
_TIMES: Final = 3
_DAYS_LATER: Final = 14
_OTHERS: Final = 3
_DAY: Final = timedelta(days=1)
_LATEST_TURNAROUND: Final = timedelta(days=1)
_LOOKED_AHEAD: Final = timedelta(days=400)


class Place(Protocol):
    """A resource at its site, whoever else knows more of it."""

    @property
    def resource(self) -> Resource: ...
    @property
    def site(self) -> Site: ...


async def free_resources(tx: Tx, asked: Asked, wish: Wish) -> Page[ResourceView]:
    """Return, by name, what is open, in service and free for the whole period: two queries, however many."""
    rows = await store.free(tx, wish, replace(asked, limit=_ALL))
    site_ids = {site.site_id for _, _, site in rows}
    defined = await hours.hours_of_sites(tx, list(site_ids), _days_around(wish.period))
    found = [row for row, resource, site in rows if usable(resource, site, defined, wish.period)]
    return store.ORDER.page(asked, found, lambda row: view(resources.from_row(row)))


async def alternatives(
    tx: Tx,
    resource: Resource,
    site: Site,
    asked: Interval,
    attendees: int | None,
    beside: Sequence[Resource] = (),
) -> list[JsonValue]:
    """Return what is free instead: other times of the resource that day, then others of its kind then.

    Where that day has nothing left, the resource's nearest time on each of the next days that have one. Other
    times are free for what is wanted beside it too.
    """
    day = site.day_of(asked.start)
    together = [resource, *beside]
    found = [
        *await _other_times(tx, together, site, [asked]),
        *await _others_then(tx, resource, asked, attendees),
    ]
    if found:
        return found
    later = [site.on_day(day + timedelta(days=days), *asked) for days in range(1, _DAYS_LATER + 1)]
    return await _other_times(tx, together, site, [Interval(*each) for each in later])


async def reopening(
    tx: Tx, places: Sequence[Place], refusal: Closed | ClosedExceptionally
) -> Closed | ClosedExceptionally:
    """Return the refusal with the next day on which all of it is open for some time."""
    site = places[0].site
    first = date.fromisoformat(str(refusal.values.get("last") or refusal.values["day"])) + _DAY
    days = first, first + _LOOKED_AHEAD
    lineages = [each.resource.lineage for each in places]
    defined = await hours.hours_of(tx, [owner_id for lineage in lineages for owner_id in lineage], days)
    whole = Interval(instant(first, "00:00", site.zone), instant(days[1] + _DAY, "00:00", site.zone))
    closed = await closures.covering(tx, site.site_id, whole)
    for ahead in range((days[1] - first).days):
        day = first + timedelta(days=ahead)
        opened = [
            without(
                openings(defined, each.resource.lineage, (day, day), site.zone),
                over(closed, each.resource.leaf_ids),
            )
            for each in places
        ]
        if all(opened):
            return type(refusal)(**{**refusal.values, "next_open": day.isoformat()})
    return refusal


def usable(resource: Resource, site: Site, defined: HoursByOwner, asked: Interval) -> bool:
    """Say whether a resource is in use by then and open for the whole time."""
    begun = resource.available_from is None or resource.available_from <= site.day_of(asked.start)
    return begun and is_open(defined, resource.lineage, site, asked)


async def _other_times(
    tx: Tx, together: Sequence[Resource], site: Site, wished: Sequence[Interval]
) -> list[JsonValue]:
    """Return times near those wished for, one a day in order: of one day several, of many one each."""
    days = [site.day_of(each.start) for each in wished]
    owners = [owner_id for each in together for owner_id in each.lineage]
    defined = await hours.hours_of(tx, owners, (days[0], days[-1]))
    open_ = [_open_together(defined, together, site, day) for day in days]
    if not any(open_):
        return []
    whole = Interval(wished[0].start - _DAY, wished[-1].end + _DAY + _LATEST_TURNAROUND)
    busy = await store.busy(tx, [leaf_id for each in together for leaf_id in each.leaf_ids], whole)
    turnaround = timedelta(minutes=max(each.turnaround_minutes for each in together))
    now = await tx.now()
    found = [
        model.nearest(each, turnaround, then, busy, now) for each, then in zip(wished, open_, strict=True)
    ]
    times = found[0] if len(found) == 1 else [each[0] for each in found if each]
    return [_offer(together[0], each) for each in times[:_TIMES]]


def _open_together(
    defined: HoursByOwner, together: Sequence[Resource], site: Site, day: date
) -> list[Interval]:
    """Return when all of them are open that day."""
    first, *others = [openings(defined, each.lineage, (day, day), site.zone) for each in together]
    for opened in others:
        both = [(max(a.start, b.start), min(a.end, b.end)) for a in first for b in opened]
        first = [Interval(start, end) for start, end in both if start < end]
    return first


async def _others_then(tx: Tx, resource: Resource, asked: Interval, attendees: int | None) -> list[JsonValue]:
    wish = Wish(asked, resource.site_id, [resource.kind], attendees)
    rows = await store.free(tx, wish, Asked(_ALL))
    defined = await hours.hours_of_sites(tx, [resource.site_id], _days_around(asked))
    found = [
        other
        for _, other, site in rows
        if not other.approval_required and usable(other, site, defined, asked)
    ]
    found.sort(key=lambda other: (abs((other.capacity or 0) - (resource.capacity or 0)), other.name))
    return [_offer(other, asked) for other in found[:_OTHERS]]


def _days_around(asked: Interval) -> tuple[date, date]:
    """Return days that contain the period in whatever zone."""
    return asked.start.date() - timedelta(days=1), asked.end.date() + timedelta(days=1)


def _offer(resource: Resource, time: Interval) -> JsonValue:
    return {
        "resource_id": str(resource.resource_id),
        "resource_name": resource.name,
        "start": time.start.isoformat(),
        "end": time.end.isoformat(),
    }

"""Puts people on a waitlist and takes them off it: load, decide, save, tell."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.bookable.model import DeskOnly, PeriodPast
from booking.bookings.handlers import Audience
from booking.changes.handlers import CancelBooking, cancel_booking
from booking.openings import store as hours
from booking.openings.model import Interval, check_open, period
from booking.releases.handlers import freed
from booking.resources.handlers import known_resource
from booking.resources.model import Resource
from booking.rights.handlers import rights
from booking.rights.model import Use
from booking.sites.handlers import known_site, may, target
from booking.sites.model import Site
from booking.waitlists import store
from booking.waitlists.handlers import EntryView, fits, known_entry, said, view
from booking.waitlists.model import AlreadyWaiting, Daily, Entry, FreeNow, NothingToWaitFor
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import Refused
from chassis.privacy import know
from chassis.timers import set_timer
from contracts.booking import ResourceKind, WaitlistJoined, WaitlistLeft
from contracts.values import Day, Instant, LocalTime, Party

OVER: Final = "waitlist-over"  # timer: what somebody waits for begins


class Window(BaseModel):
    """Some time of a length, between two wall times, on one of several days in a row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_day: Day
    last_day: Day
    opens: LocalTime
    closes: LocalTime
    minutes: Annotated[int, Field(ge=5, le=1440)]


class JoinWaitlist(BaseModel):
    """Wait for one resource, or for any of a kind at a site; for a period, or for some time in a window.

    With an audience, the desk puts somebody without membership on the list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry_id: UUID
    person_id: UUID
    resource_id: UUID | None = None
    site_id: UUID | None = None
    kind: ResourceKind | None = None
    start: Instant | None = None
    end: Instant | None = None
    window: Window | None = None
    attendees: Annotated[int, Field(ge=1, le=100_000)] | None = None
    membership_id: UUID | None = None
    audience: Audience | None = None
    payer: Party | None = None

    @model_validator(mode="after")
    def _says_what_and_when(self) -> Self:
        if (self.resource_id is None) == (self.site_id is None or self.kind is None):
            raise ValueError("name one resource, or a site and a kind")
        if (self.window is None) == (self.start is None or self.end is None):
            raise ValueError("give start and end, or a window")
        if self.payer is not None and self.audience is None:
            raise ValueError("the payer of a booking by membership is that of the membership")
        return self


class LeaveWaitlist(BaseModel):
    """Wait no longer; an open offer goes to the next one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


async def join_waitlist(tx: Tx, command: JoinWaitlist, principal: Principal) -> EntryView:
    """Put somebody on the list for what is taken; refused, naming it, when something is free."""
    now = await tx.now()
    wish = await _wish(tx, command, principal, now)
    found = await store.fitting(tx, wish)
    if command.resource_id and not found:  # says why it cannot be booked
        resource = await known_resource(tx, command.resource_id)
        resource.check(wish.site.day_of(wish.span.start), wish.attendees)
    if free := await fits(tx, wish, found, now):
        first = free[0]
        raise FreeNow(
            resource=first.resource.name,
            resource_id=str(first.resource.resource_id),
            start=wish.site.wall(first.time.start),
            end=wish.site.wall(first.time.end),
        )
    wish.check(now)
    if not await fits(tx, wish, found, wish.soonest(now), taken=False):
        raise await _never_open(tx, wish, found)
    await _entitled(tx, wish)
    if not await store.insert(tx, wish):
        raise await _already(tx, wish)
    await set_timer(tx, OVER, wish.entry_id, wish.latest)
    # what is released while this transaction lasts is asked for once it has committed
    await freed(tx, (leaf_id for each in found for leaf_id in each.leaf_ids), wish.span)
    tx.emit(WaitlistJoined(**said(wish)), site_id=str(wish.site.site_id))
    return view(await known_entry(tx, wish.entry_id))


async def leave_waitlist(tx: Tx, entry_id: UUID, command: LeaveWaitlist, principal: Principal) -> EntryView:
    """Take somebody off the list; what was offered is given up with it."""
    entry = await known_entry(tx, entry_id)
    left = entry.left()
    if entry.offer:
        await cancel_booking(tx, entry.offer.booking_id, CancelBooking(reason=command.reason), principal)
    await store.save(tx, left)
    by = "member" if principal.person_id == entry.person_id else "staff"
    told = WaitlistLeft(**said(left), left_at=await tx.now(), left_by=by, reason=command.reason)
    tx.emit(told, site_id=str(left.site.site_id))
    return view(left)


def at_wish(principal: Principal, command: JoinWaitlist) -> Lookup:
    """Find out where something is wanted, for the decision whether the caller may ask it for that person."""

    async def look(tx: Tx, _entry_id: UUID) -> Target:
        site = await store.site_wanted(tx, command.resource_id, command.site_id)
        if site is None:
            return Target(tx.territory_id, owner_id=command.person_id)
        return await target(tx, site, principal, owner_id=command.person_id)

    return look


async def _wish(tx: Tx, command: JoinWaitlist, principal: Principal, now: datetime) -> Entry:
    """Return the entry that is asked for, not yet saved."""
    resource = await known_resource(tx, command.resource_id) if command.resource_id else None
    site = await known_site(tx, resource.site_id if resource else command.site_id or UUID(int=0))
    at_desk = await may(tx, site, principal, "booking:desk")
    if command.audience and not at_desk:
        raise DeskOnly(site=site.name)
    windows = _windows(command, site, now)
    return Entry(
        state="waiting",
        site=site,
        kind=resource.kind if resource else command.kind or "",
        resource_name=resource.name if resource else None,
        windows=windows,
        minutes=command.window.minutes if command.window else _minutes(windows[0]),
        by_desk=at_desk,
        joined_at=now,
        **command.model_dump(
            include={"entry_id", "person_id", "resource_id", "attendees", "membership_id", "audience"}
        ),
        payer=command.payer,
    )


def _windows(command: JoinWaitlist, site: Site, now: datetime) -> tuple[Interval, ...]:
    if command.window:
        return Daily(**command.window.model_dump()).windows(site.zone)
    asked = period(command.start or now, command.end or now)
    if asked.start <= now:
        raise PeriodPast(start=site.wall(asked.start), now=site.wall(now))
    return (asked,)


def _minutes(asked: Interval) -> int:
    return max(1, (asked.end - asked.start) // timedelta(minutes=1))


async def _entitled(tx: Tx, wish: Entry) -> None:
    """Raise what stands against the person's right to it, if none of the times is open to them."""
    if wish.audience is not None:
        await know(tx, wish.person_id)
        return
    obstacle: Refused | None = None
    for time in wish.times():
        use = Use(wish.person_id, wish.site.site_id, wish.kind, *time, wish.site.zone)
        try:
            await rights(tx, use, wish.entry_id, wish.membership_id)
        except Refused as refused:
            obstacle = obstacle or refused
        else:
            return
    if obstacle:
        raise obstacle


async def _never_open(tx: Tx, wish: Entry, among: Iterable[Resource]) -> Refused:
    """Say why nothing can become free: the hours, where one resource and time is asked for."""
    if wish.resource_id and len(wish.windows) == 1:
        defined = await hours.hours_of_sites(tx, [wish.site.site_id], wish.site.days_of(*wish.span))
        for resource in among:
            check_open(defined, resource.lineage, wish.site, wish.span, resource.name)
    return NothingToWaitFor(
        kind=wish.kind,
        site=wish.site.name,
        minutes=wish.minutes,
        start=wish.site.wall(wish.span.start),
        end=wish.site.wall(wish.span.end),
    )


async def _already(tx: Tx, wish: Entry) -> AlreadyWaiting:
    met = await store.met(tx, wish)
    span = (met or wish).span
    return AlreadyWaiting(
        kind=wish.kind,
        start=wish.site.wall(span.start),
        end=wish.site.wall(span.end),
        entry_id=str((met or wish).entry_id),
    )

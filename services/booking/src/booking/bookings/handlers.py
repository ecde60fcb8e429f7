"""Holds, books, moves and gives up: load, decide, save, tell."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.availability.handlers import alternatives
from booking.bookings import model, store
from booking.bookings.model import Bookable, Booking, SlotTaken, Wanted
from booking.resources import store as resources
from booking.rights.handlers import horizon_of, rights
from booking.rights.model import Grant
from booking.sites.handlers import known_site, may, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import Forbidden, NotFound
from chassis.privacy import know
from chassis.timers import Timer, set_timer, unset_timer
from contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingHeld,
    BookingRescheduled,
    BookingState,
)
from contracts.values import Instant, Party, Period

HOLD: Final = "hold"  # timer: a hold ends
NO_SHOW: Final = "no-show"  # timer: nobody came

Audience = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class HoldBooking(BaseModel):
    """Keep a resource for some minutes. With an audience, the desk books for someone without membership."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    booking_id: UUID
    resource_id: UUID
    person_id: UUID
    start: Instant
    end: Instant
    attendees: Annotated[int, Field(ge=1, le=100_000)] | None = None
    membership_id: UUID | None = None
    audience: Audience | None = None
    payer: Party | None = None

    @model_validator(mode="after")
    def _names_a_payer_for_a_walk_in_only(self) -> Self:
        if self.payer is not None and self.audience is None:
            raise ValueError("the payer of a booking by membership is that of the membership")
        return self

    @property
    def wanted(self) -> Wanted:
        return Wanted(**{name: getattr(self, name) for name in HoldBooking.model_fields})


class BookResource(HoldBooking):
    """Take a resource at once."""


class ConfirmBooking(BaseModel):
    """Make a hold firm."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RescheduleBooking(BaseModel):
    """Move a booking to another time, and to another resource if one is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Instant
    end: Instant
    resource_id: UUID | None = None
    membership_id: UUID | None = None

    def of(self, booking: Booking) -> Wanted:
        """Return what is wanted now, by the same membership if no other is named."""
        return Wanted(
            booking_id=booking.booking_id,
            resource_id=self.resource_id or booking.resource_id,
            person_id=booking.person_id,
            start=self.start,
            end=self.end,
            attendees=booking.attendees,
            membership_id=self.membership_id or booking.grant.membership_id,
        )


class CancelBooking(BaseModel):
    """Give a booking up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class BookingView(BookingState):
    """A booking as it is answered: held, confirmed, checked_in, completed, expired, cancelled or no_show."""

    state: str
    expires_at: Instant | None
    flag: str | None


async def hold_booking(tx: Tx, command: HoldBooking, principal: Principal) -> BookingView:
    """Hold the resource until the hold is confirmed or its time is over."""
    place, booking = await _decided(tx, command.wanted, principal)
    now = await tx.now()
    expires_at = now + place.site.rules.hold
    held = booking.held(expires_at)
    await _take(tx, place, held)
    await set_timer(tx, HOLD, held.booking_id, expires_at)
    tx.emit(BookingHeld(**said(held), held_at=now, expires_at=expires_at), site_id=str(held.site_id))
    return view(held, now)


async def book_resource(tx: Tx, command: BookResource, principal: Principal) -> BookingView:
    """Take the resource for good."""
    place, booking = await _decided(tx, command.wanted, principal)
    await _take(tx, place, booking)
    return await _tell_confirmed(tx, booking, place.site)


async def confirm_booking(tx: Tx, booking_id: UUID, _command: ConfirmBooking) -> BookingView:
    """Make a hold firm, claims and all."""
    await store.lock_claimed(tx, booking_id)
    confirmed = (await known_booking(tx, booking_id)).confirmed(await tx.now())
    await store.firm(tx, confirmed)
    await unset_timer(tx, HOLD, booking_id)
    return await _tell_confirmed(tx, confirmed, await known_site(tx, confirmed.site_id))


async def reschedule_booking(
    tx: Tx, booking_id: UUID, command: RescheduleBooking, principal: Principal
) -> BookingView:
    """Move the claims in one step: the old time is given up if and only if the new one is free."""
    before = await known_booking(tx, booking_id)
    place, draft = await _decided(tx, command.of(before), principal, before.grant)
    if not await may(tx, place.site, principal, "booking:change", before.person_id):
        raise Forbidden(action="booking:change")
    now = await tx.now()
    moved = before.rescheduled(draft, now)
    blocked = place.blocked(moved.interval)
    leaf_ids = {*place.resource.leaf_ids, *await store.claimed(tx, booking_id)}
    await _end_lapsed(tx, await store.lock_leaves(tx, leaf_ids, blocked))
    if not await store.move(tx, moved, place.resource.leaf_ids, blocked.end):
        raise await _taken(tx, place, moved)
    await set_timer(tx, NO_SHOW, booking_id, moved.no_show_at(place.site.rules))
    told = BookingRescheduled(
        **said(moved),
        previous_resource_id=before.resource_id,
        previous_period=Period(start=before.start, end=before.end, zone=before.zone),
        rescheduled_at=now,
    )
    tx.emit(told, site_id=str(moved.site_id))
    return view(moved, now)


async def cancel_booking(
    tx: Tx, booking_id: UUID, command: CancelBooking, principal: Principal
) -> BookingView:
    """Free the resource and say how much of the price stays due."""
    booking = await known_booking(tx, booking_id)
    rules = (await known_site(tx, booking.site_id)).rules
    now = await tx.now()
    by = "member" if principal.person_id == booking.person_id else "staff"
    cancelled, due_percent = booking.cancelled(now, rules, by)
    await store.release(tx, cancelled)
    await unset_timer(tx, HOLD if booking.state == "held" else NO_SHOW, booking_id)
    told = BookingCancelled(
        **said(cancelled), cancelled_at=now, cancelled_by=by, reason=command.reason, due_percent=due_percent
    )
    tx.emit(told, site_id=str(cancelled.site_id))
    return view(cancelled, now)


async def expire_hold(tx: Tx, timer: Timer) -> None:
    """End a hold whose time is over, unless it was confirmed or ended before."""
    await _end_lapsed(tx, [UUID(timer.timer_id)])


async def known_booking(tx: Tx, booking_id: UUID) -> Booking:
    """Return the booking, locked, to be changed; raises NotFound."""
    found = await store.locked(tx, booking_id)
    if found is None:
        raise NotFound(what="booking", id=str(booking_id))
    return found


async def booking_view(tx: Tx, booking_id: UUID) -> BookingView | None:
    found = await store.booking(tx, booking_id)
    return view(found, await tx.now()) if found else None


def at_booking(principal: Principal) -> Lookup:
    """Find out where a booking is and whose, for the decision whether the caller may act on it."""

    async def look(tx: Tx, booking_id: UUID) -> Target | None:
        found = await store.place(tx, booking_id)
        return await target(tx, found.site, principal, owner_id=found.person_id) if found else None

    return look


def for_person(principal: Principal, resource_id: UUID, person_id: UUID) -> Lookup:
    """Find out where a resource is, for the decision whether the caller may book it for that person."""

    async def look(tx: Tx, _booking_id: UUID) -> Target:
        site = await resources.site_of(tx, resource_id)
        if site is None:
            return Target(tx.territory_id, owner_id=person_id)
        return await target(tx, site, principal, owner_id=person_id)

    return look


def said(booking: Booking) -> dict[str, Any]:
    """Return the fields that every event about a booking carries."""
    values = {name: getattr(booking, name, None) for name in BookingState.model_fields}
    grant = {name: getattr(booking.grant, name) for name in _OF_GRANT}
    return values | grant | {"period": Period(start=booking.start, end=booking.end, zone=booking.zone)}


def view(booking: Booking, now: datetime) -> BookingView:
    return BookingView(
        **said(booking), state=booking.state_at(now), expires_at=booking.expires_at, flag=booking.flag
    )


async def _decided(
    tx: Tx, wanted: Wanted, principal: Principal, kept: Grant | None = None
) -> tuple[Bookable, Booking]:
    """Load what the decision needs and decide all but whether the resource is free."""
    place = await store.bookable(tx, wanted.resource_id, wanted.start, wanted.end)
    if place is None:
        raise NotFound(what="resource", id=str(wanted.resource_id))
    at_desk = await may(tx, place.site, principal, "booking:desk")
    asked = place.check(wanted, await tx.now(), at_desk=at_desk)
    if wanted.audience is None and (kept is None or kept.membership_id is not None):
        grant, as_of = await rights(tx, place.use(wanted, asked), wanted.booking_id, wanted.membership_id)
    else:
        grant, as_of = kept or wanted.walk_in(place.site, at_desk=at_desk), await horizon_of(tx)
        await know(tx, wanted.person_id)
    return place, model.book(place, wanted, asked, grant, as_of)


async def _take(tx: Tx, place: Bookable, booking: Booking) -> None:
    """Save a booking with its claims; raises SlotTaken with what is free instead."""
    blocked = place.blocked(booking.interval)
    await _end_lapsed(tx, await store.lock_leaves(tx, place.resource.leaf_ids, blocked))
    if not await store.take(tx, booking, place.resource.leaf_ids, blocked.end):
        raise await _taken(tx, place, booking)


async def _taken(tx: Tx, place: Bookable, wanted: Booking) -> SlotTaken:
    site, resource = place.site, place.resource
    return SlotTaken(
        resource=resource.name,
        start=site.wall(wanted.start),
        end=site.wall(wanted.end),
        alternatives=await alternatives(tx, resource, site, wanted.interval, wanted.attendees),
    )


async def _end_lapsed(tx: Tx, booking_ids: Iterable[UUID]) -> None:
    """End holds whose time is over; whatever else became of them meanwhile stands."""
    now = await tx.now()
    for booking_id in booking_ids:
        found = await store.locked(tx, booking_id)
        if found and (expired := found.lapsed(now)):
            await store.release(tx, expired)
            await unset_timer(tx, HOLD, booking_id)
            tx.emit(BookingExpired(**said(expired), expired_at=now), site_id=str(expired.site_id))


async def _tell_confirmed(tx: Tx, booking: Booking, site: Site) -> BookingView:
    now = await tx.now()
    await set_timer(tx, NO_SHOW, booking.booking_id, booking.no_show_at(site.rules))
    tx.emit(BookingConfirmed(**said(booking), confirmed_at=now), site_id=str(booking.site_id))
    return view(booking, now)


_OF_GRANT: Final = ("payer", "audience", "membership_id", "plan_id", "plan_version", "paid_by")

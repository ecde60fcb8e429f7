"""Moves a booking, changes what goes with it, gives it up."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.admission.handlers import rules_of
from booking.bookable.model import Bookable, Wanted
from booking.bookings import store
from booking.bookings.handlers import (
    HOLD,
    NO_SHOW,
    BookingView,
    WithIds,
    decided,
    end_lapsed,
    known_booking,
    release,
    said,
    slot_taken,
    view,
)
from booking.bookings.model import Booking
from booking.credits.handlers import draw
from booking.releases.handlers import freed
from booking.sites.handlers import known_site, may
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import Forbidden
from chassis.timers import set_timer, unset_timer
from contracts.booking import BookingCancelled, BookingRescheduled
from contracts.values import Instant, Period


class RescheduleBooking(BaseModel):
    """Move a booking to another time, and to another resource if one is named; what goes with it follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Instant
    end: Instant
    resource_id: UUID | None = None
    membership_id: UUID | None = None
    with_resource_ids: WithIds | None = None

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
            with_resource_ids=booking.with_resource_ids
            if self.with_resource_ids is None
            else self.with_resource_ids,
        )


class CancelBooking(BaseModel):
    """Give a booking up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class ChangeResources(BaseModel):
    """Change what is booked with the resource, for the same time; the whole of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    with_resource_ids: WithIds


async def reschedule_booking(
    tx: Tx, booking_id: UUID, command: RescheduleBooking, principal: Principal
) -> BookingView:
    """Move the claims in one step: the old time is given up if and only if the new one is free."""
    before = await known_booking(tx, booking_id)
    before.check_by_itself()
    place, draft = await decided(tx, command.of(before), principal, before.grant)
    if not await may(tx, place.site, principal, "booking:change", before.person_id):
        raise Forbidden(action="booking:change")
    moved = before.rescheduled(draft, await tx.now())
    await move_booking(tx, before, place, moved)
    return view(moved, await tx.now())


async def move_booking(
    tx: Tx, before: Booking, place: Bookable, moved: Booking, *, told_by_series: bool = False
) -> None:
    """Move the claims and tell; raises SlotTaken, and nothing has moved, where the new time is taken."""
    claims, blocked = place.claims(moved.interval), place.blocked(moved.interval)
    leaf_ids = {*claims, *await store.claimed(tx, moved.booking_id)}
    await end_lapsed(tx, await store.lock_leaves(tx, leaf_ids, blocked))
    released = await store.move(tx, moved, claims)
    if released is None:
        raise await slot_taken(tx, place, moved)
    await freed(tx, *released)
    if "credits" in (before.grant.paid_by, moved.grant.paid_by):
        await draw(tx, moved.booking_id, moved.grant.draws)
    due = moved.no_show_at(await rules_of(tx, place.site, moved.ruling))
    await set_timer(tx, NO_SHOW, moved.booking_id, due)
    told = BookingRescheduled(
        **said(moved, told_by_series=told_by_series),
        previous_resource_id=before.resource_id,
        previous_period=Period(start=before.start, end=before.end, zone=before.zone),
        rescheduled_at=await tx.now(),
    )
    tx.emit(told, site_id=str(moved.site_id))


async def cancel_booking(
    tx: Tx, booking_id: UUID, command: CancelBooking, principal: Principal
) -> BookingView:
    """Free the resource."""
    booking = await known_booking(tx, booking_id)
    booking.check_by_itself()
    by = "member" if principal.person_id == booking.person_id else "staff"
    cancelled, _ = await give_up(tx, booking, by, command.reason)
    return view(cancelled, await tx.now())


async def give_up(
    tx: Tx, booking: Booking, by: str, reason: str | None, *, told_by_series: bool = False
) -> tuple[Booking, int]:
    """Free the resource and say how much of the price stays due, in percent."""
    rules = await rules_of(tx, await known_site(tx, booking.site_id), booking.ruling)
    now = await tx.now()
    cancelled, due_percent = booking.cancelled(now, rules, by)
    await release(tx, cancelled)
    await unset_timer(tx, NO_SHOW if booking.state == "confirmed" else HOLD, booking.booking_id)
    values = said(cancelled, told_by_series=told_by_series) | {"cancelled_at": now, "cancelled_by": by}
    told = BookingCancelled(**values | {"reason": reason, "due_percent": due_percent})
    tx.emit(told, site_id=str(cancelled.site_id))
    return cancelled, due_percent


async def change_resources(
    tx: Tx, booking_id: UUID, command: ChangeResources, principal: Principal
) -> BookingView:
    """Change what goes with a booking: all of it is taken, or nothing changes."""
    booked = await known_booking(tx, booking_id)
    same = RescheduleBooking(start=booked.start, end=booked.end, **command.model_dump())
    return await reschedule_booking(tx, booking_id, same, principal)

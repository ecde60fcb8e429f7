"""Records arrivals, frees what nobody came for, and judges bookings to come when rights change."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from booking.arrivals import store
from booking.bookings import store as bookings
from booking.bookings.handlers import NO_SHOW, BookingView, known_booking, said, view
from booking.bookings.model import Booking
from booking.rights import store as rights
from booking.rights.model import Use, usable
from booking.sites.handlers import known_site, may
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import Refused
from chassis.timers import Timer, set_timer, unset_timer
from contracts.booking import BookingCheckedIn, BookingMarkedNoShow


class CheckIn(BaseModel):
    """Record that the person came."""

    model_config = ConfigDict(frozen=True, extra="forbid")


async def check_in(tx: Tx, booking_id: UUID, _command: CheckIn, principal: Principal) -> BookingView:
    """Record the arrival, inside the time for it."""
    booking = await known_booking(tx, booking_id)
    site = await known_site(tx, booking.site_id)
    now = await tx.now()
    at_desk = await may(tx, site, principal, "booking:desk")
    arrived = booking.checked_in(now, site.rules, at_desk=at_desk)
    await bookings.save(tx, arrived)
    await unset_timer(tx, NO_SHOW, booking_id)
    tx.emit(BookingCheckedIn(**said(arrived), checked_in_at=now), site_id=str(arrived.site_id))
    return view(arrived, now)


async def mark_no_show(tx: Tx, timer: Timer) -> None:
    """Free the rest of a booking that nobody came for; rules that became milder give it more time."""
    booking = await known_booking(tx, UUID(timer.timer_id))
    rules = (await known_site(tx, booking.site_id)).rules
    now = await tx.now()
    if missed := booking.missed(now, rules):
        await bookings.release(tx, missed)
        told = BookingMarkedNoShow(**said(missed), marked_at=now, due_percent=rules.no_show_due_percent)
        tx.emit(told, site_id=str(missed.site_id))
    elif booking.state == "confirmed":
        await set_timer(tx, NO_SHOW, booking.booking_id, booking.no_show_at(rules))


async def review_rights(tx: Tx, timer: Timer) -> None:
    """Flag the bookings to come whose right no longer holds, and unflag those whose right holds again.

    None is cancelled: staff see them and decide.
    """
    whose = {name: UUID(identity) for name, identity in timer.data.items()}
    for booking_id in await store.to_come(tx, await tx.now(), **whose):
        booking = await known_booking(tx, booking_id)
        flag = await _objection(tx, booking)
        if flag != booking.flag:
            await bookings.save(tx, booking.flagged(flag))


async def _objection(tx: Tx, booking: Booking) -> str | None:
    """Return the code of what stands against a booking's membership at its date."""
    memberships, _ = await rights.memberships_of(tx, booking.person_id)
    use = Use(booking.person_id, booking.site_id, booking.kind, *booking.interval, booking.zone)
    try:
        usable(memberships, use, booking.grant.membership_id)
    except Refused as refusal:
        return refusal.code
    return None

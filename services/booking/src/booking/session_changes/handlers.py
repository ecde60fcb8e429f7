"""Moves half-days of a session with all that they need, or gives the session up: all of it or nothing."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from booking.bookable.model import Wanted
from booking.bookings import store as bookings
from booking.bookings.handlers import known_booking
from booking.bookings.model import Booking
from booking.changes.handlers import give_up as give_up_booking
from booking.changes.handlers import move_booking
from booking.openings.model import period
from booking.registrations import store as registrations
from booking.registrations.handlers import Ending, give_up
from booking.releases.handlers import freed
from booking.sessions import store
from booking.sessions.handlers import DECIDE, SessionView, drafted, known_session, said, told_dates, view
from booking.sessions.model import HalfDay, Session
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import NotFound
from chassis.timers import Timer, unset_timer
from contracts.booking import SessionCancelled, SessionRescheduled
from contracts.values import Instant


class DateMoved(BaseModel):
    """Which half-day goes where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: Annotated[int, Field(ge=0)]
    start: Instant
    end: Instant


class RescheduleSession(BaseModel):
    """Move half-days to other times; what they need follows, and nothing moves where any of it is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dates: Annotated[tuple[DateMoved, ...], Field(min_length=1, max_length=60)]


class CancelSession(BaseModel):
    """Give a session up: everybody is told, nobody pays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


async def reschedule_session(
    tx: Tx, session_id: UUID, command: RescheduleSession, principal: Principal
) -> SessionView:
    """Move the named half-days as one: their claims are let go first, so that they may change places."""
    before = await known_session(tx, session_id, change=True)
    before.check_held()
    wanted = {each.position: period(each.start, each.end) for each in command.dates}
    by_position = {each.position: each for each in before.dates}
    if missing := sorted(set(wanted) - set(by_position)):
        raise NotFound(what="half-day", id=str(missing[0]))
    dates = [HalfDay(position, by_position[position].booking_id, to) for position, to in wanted.items()]
    moved = before.moved(dates)
    held = [await known_booking(tx, each.booking_id) for each in dates]
    await _let_go(tx, held)
    for booking, date in zip(held, dates, strict=True):
        place, draft = await drafted(tx, _wanted(booking, date), session_id, principal)
        await move_booking(
            tx, booking, place, booking.rescheduled(draft, await tx.now()), told_by_series=True
        )
    await store.keep_dates(tx, moved)
    seated = [each for each in await registrations.live(tx, session_id) if each.quota is not None]
    told = SessionRescheduled(
        **said(moved),
        previous_dates=told_dates(before),
        person_ids=tuple(each.person_id for each in seated),
        rescheduled_at=await tx.now(),
    )
    tx.emit(told, site_id=str(moved.site.site_id))
    return view(moved)


async def cancel_session(tx: Tx, session_id: UUID, command: CancelSession) -> SessionView:
    """Give the session up, free what it holds and everybody's seats."""
    session = await known_session(tx, session_id, change=True)
    session.check_open(await tx.now())
    return view(await _cancel(tx, session, "called_off", command.reason))


async def decide(tx: Tx, timer: Timer) -> None:
    """Give the session up where too few people are registered."""
    session = await known_session(tx, UUID(timer.timer_id), change=True)
    if session.too_few(await registrations.registered_seats(tx, session.session_id)):
        await _cancel(tx, session, "below_minimum", None)


async def _cancel(tx: Tx, session: Session, cause: str, words: str | None) -> Session:
    by = "platform" if words is None else "staff"
    cancelled = session.cancelled(words or cause)
    await store.save_state(tx, cancelled)
    for each in await registrations.live(tx, session.session_id):
        await give_up(tx, each, session, Ending(by, cause, reason=words))
    for date in session.dates:
        booking = await known_booking(tx, date.booking_id)
        await give_up_booking(tx, booking, by, words, told_by_series=True)
    await unset_timer(tx, DECIDE, session.session_id)
    told = SessionCancelled(**said(cancelled), reason=cause, words=words, cancelled_at=await tx.now())
    tx.emit(told, site_id=str(session.site.site_id))
    return cancelled


async def _let_go(tx: Tx, held: list[Booking]) -> None:
    for booking in held:
        await bookings.lock_claimed(tx, booking.booking_id)
    for booking in held:
        await freed(tx, *await bookings.release(tx, booking))


def _wanted(booking: Booking, date: HalfDay) -> Wanted:
    return Wanted(
        booking_id=booking.booking_id,
        resource_id=booking.resource_id,
        person_id=booking.person_id,
        start=date.interval.start,
        end=date.interval.end,
        attendees=booking.attendees,
        with_resource_ids=booking.with_resource_ids,
    )

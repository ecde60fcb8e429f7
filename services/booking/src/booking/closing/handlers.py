"""Declares and lifts closures, lists the bookings they hit, and moves or cancels these at one stroke."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, JsonValue

from booking.availability.handlers import alternatives
from booking.bookings.handlers import (
    HOLD,
    NO_SHOW,
    BookingView,
    known_booking,
    release,
    said,
    view,
)
from booking.bookings.model import Booking
from booking.changes.handlers import RescheduleBooking, reschedule_booking
from booking.closing import store
from booking.closing.model import (
    CancelBookings,
    ClosureView,
    DeclareClosure,
    Left,
    LiftClosure,
    MoveBookings,
    Outcome,
)
from booking.closures import model
from booking.closures import store as closures
from booking.closures.model import Closure
from booking.openings.handlers import reopened
from booking.openings.model import instant
from booking.people.handlers import names
from booking.resources import store as resources
from booking.resources.handlers import known_resource
from booking.rights.handlers import review
from booking.sites.handlers import known_site, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound, Refused
from chassis.pages import Asked, Page
from chassis.timers import unset_timer
from contracts.booking import BookingCancelled, ClosureDeclared, ClosureLifted, ClosureState
from contracts.values import Wording

_TOLD: Final = 1000  # bookings that an event names


class Affected(BaseModel):
    """A booking that a closure hits, who comes, and what is free instead."""

    booking: BookingView
    person_name: str | None
    alternatives: list[JsonValue]


async def declare_closure(tx: Tx, command: DeclareClosure) -> ClosureView:
    """Refuse new bookings in that time and flag those there are; none is cancelled."""
    site = await known_site(tx, command.site_id)
    new = _closure(command, site)
    model.check_period(site, new.start, new.end)
    if command.resource_id and (await known_resource(tx, command.resource_id)).site_id != site.site_id:
        raise NotFound(what="resource", id=str(command.resource_id))
    await resources.nodes(tx, site.site_id)  # bookings in progress end first, and are seen below
    await closures.insert(tx, new)
    hit = await store.flag(tx, new)
    told = ClosureDeclared(
        **_said(new), declared_at=await tx.now(), affected=len(hit), affected_booking_ids=tuple(hit[:_TOLD])
    )
    tx.emit(told, site_id=str(site.site_id))
    return _view(new, site, hit)


async def lift_closure(tx: Tx, closure_id: UUID, _command: LiftClosure) -> ClosureView:
    """End a closure; the bookings that only it hit are right again, if their rights still hold."""
    closure = await _holding(tx, closure_id)
    lifted = replace(closure, lifted_at=await tx.now())
    await closures.lift(tx, lifted)
    await reopened(tx, lifted.site_id, lifted.interval)
    unflagged = await store.unflag(tx, lifted)
    for membership_id in {each.grant.membership_id for each in unflagged if each.grant.membership_id}:
        await review(tx, membership_id=membership_id)
    tx.emit(ClosureLifted(**_said(lifted), lifted_at=await tx.now()), site_id=str(lifted.site_id))
    return _view(lifted, await known_site(tx, lifted.site_id))


async def move_bookings(tx: Tx, closure_id: UUID, command: MoveBookings, principal: Principal) -> Outcome:
    """Move each booking that can be moved as picked; the others stay, flagged, each with its reason."""
    moves = {each.booking_id: each for each in command.moves}

    async def move(booking_id: UUID) -> None:
        to = moves[booking_id]
        there = RescheduleBooking(start=to.start, end=to.end, resource_id=to.resource_id)
        await reschedule_booking(tx, booking_id, there, principal)

    return await _each(tx, await _holding(tx, closure_id), moves, move)


async def cancel_bookings(tx: Tx, closure_id: UUID, command: CancelBookings) -> Outcome:
    """Cancel each booking that the closure hits, at no cost whatever the rules of the site say."""
    closure = await _holding(tx, closure_id)

    async def cancel(booking_id: UUID) -> None:
        await _cancel(tx, await known_booking(tx, booking_id), closure)

    return await _each(tx, closure, dict.fromkeys(command.booking_ids), cancel)


async def affected(tx: Tx, asked: Asked, closure_id: UUID) -> Page[Affected]:
    """List the bookings that a closure hits, each with what is free instead."""
    closure = await _known(tx, closure_id)
    site = await known_site(tx, closure.site_id)
    page = await store.hit(tx, asked, closure)
    known = await names(tx, (each.person_id for each in page.items))
    named = {each.resource_id: each for each in await resources.many(tx, _resource_ids(page.items))}
    now = await tx.now()
    items = [
        Affected(
            booking=view(each, now),
            person_name=known.get(each.person_id),
            alternatives=await alternatives(
                tx,
                named[each.resource_id],
                site,
                each.interval,
                each.attendees,
                [named[resource_id] for resource_id in each.with_resource_ids],
            ),
        )
        for each in page.items
    ]
    return Page(items, page.last)


async def closure_view(tx: Tx, closure_id: UUID) -> ClosureView | None:
    found = await closures.closure(tx, closure_id)
    return _view(found, await known_site(tx, found.site_id)) if found else None


async def closure_page(tx: Tx, asked: Asked, site_id: UUID) -> Page[ClosureView]:
    site, page = await known_site(tx, site_id), await closures.page(tx, asked, site_id)
    return Page([_view(each, site) for each in page.items], page.last)


def at_closure(principal: Principal, act: str = "bookings") -> Lookup:
    """Find out where a closure is, for the decision whether the caller may act there."""

    async def look(tx: Tx, closure_id: UUID) -> Target | None:
        found = await closures.closure(tx, closure_id)
        return await target(tx, await known_site(tx, found.site_id), principal, act) if found else None

    return look


async def _known(tx: Tx, closure_id: UUID) -> Closure:
    found = await closures.closure(tx, closure_id)
    if found is None:
        raise NotFound(what="closure", id=str(closure_id))
    return found


async def _holding(tx: Tx, closure_id: UUID) -> Closure:
    """Return the closure, locked; raises ClosureIsLifted."""
    found = await closures.locked(tx, closure_id)
    if found is None:
        raise NotFound(what="closure", id=str(closure_id))
    if found.lifted_at:
        raise model.ClosureIsLifted(lifted_at=found.lifted_at.isoformat())
    return found


async def _each(
    tx: Tx, closure: Closure, booking_ids: Iterable[UUID], act: Callable[[UUID], Awaitable[None]]
) -> Outcome:
    """Act on each booking that the closure hits; what is refused for one undoes nothing of the others."""
    hit = set(await store.flag(tx, closure))
    done, left = [], []
    for booking_id in booking_ids:
        try:
            async with tx.attempt():
                if booking_id not in hit:
                    raise NotFound(what="booking", id=str(booking_id))
                await act(booking_id)
        except Refused as refusal:
            detail = Wording(fr=refusal.said("fr"), en=refusal.said("en"))
            left.append(Left(booking_id=booking_id, code=refusal.code, detail=detail))
        else:
            done.append(booking_id)
    return Outcome(done=done, left=left)


async def _cancel(tx: Tx, booking: Booking, closure: Closure) -> None:
    booking.check_by_itself()
    cancelled = booking.withdrawn()
    await release(tx, cancelled)
    await unset_timer(tx, HOLD if booking.state == "held" else NO_SHOW, booking.booking_id)
    told = BookingCancelled(
        **said(cancelled),
        cancelled_at=await tx.now(),
        cancelled_by="staff",
        reason=closure.reason,
        due_percent=0,
    )
    tx.emit(told, site_id=str(cancelled.site_id))


def _closure(command: DeclareClosure, site: Site) -> Closure:
    start, end = command.start, command.end
    if command.first_day and command.last_day:
        start = instant(command.first_day, "00:00", site.zone)
        end = instant(command.last_day + timedelta(days=1), "00:00", site.zone)
    assert start is not None  # noqa: S101 - the command was validated
    assert end is not None  # noqa: S101 - the same
    return Closure(
        command.closure_id,
        site.site_id,
        command.resource_id,
        start,
        end,
        command.reason,
        command.staff_may_override,
    )


def _said(closure: Closure) -> dict[str, Any]:
    return {name: getattr(closure, name) for name in ClosureState.model_fields}


def _view(closure: Closure, site: Site, hit: Iterable[UUID] = ()) -> ClosureView:
    first, last = site.days_of(closure.start, closure.end)
    return ClosureView(
        **_said(closure),
        first_day=first,
        last_day=last,
        lifted_at=closure.lifted_at,
        affected_booking_ids=tuple(hit),
    )


def _resource_ids(found: Iterable[Booking]) -> list[UUID]:
    return list(
        {resource_id for each in found for resource_id in (each.resource_id, *each.with_resource_ids)}
    )

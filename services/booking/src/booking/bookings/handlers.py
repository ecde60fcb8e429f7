"""Holds, books and confirms: load, decide, save, tell. What each act on a booking needs stands here too."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.admission.handlers import admit, rules_of
from booking.availability.handlers import alternatives, reopening
from booking.bookable.model import Bookable, Wanted
from booking.bookable.store import bookable
from booking.bookings import model, ports, store
from booking.bookings.model import Booking, SlotTaken
from booking.closures.model import Closed
from booking.credits.handlers import draw, give_back, pay
from booking.openings.model import ClosedExceptionally, Interval
from booking.qualifications.handlers import check_qualified
from booking.releases.handlers import OFFER, USE_ENDS, freed
from booking.rights.handlers import horizon_of, rights, rights_beside
from booking.rights.model import Grant
from booking.sites.handlers import known_site, may, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.privacy import know
from chassis.timers import Timer, hasten_timer, set_timer, unset_timer
from contracts.booking import (
    BookingConfirmed,
    BookingExpired,
    BookingHeld,
    BookingRejected,
    BookingRequested,
    BookingState,
)
from contracts.values import Instant, Party, Period

HOLD: Final = "hold"  # timer: a hold or a request ends
NO_SHOW: Final = "no-show"  # timer: nobody came

WithIds = Annotated[tuple[UUID, ...], Field(max_length=20)]  # what is booked with it, for the same time
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
    with_resource_ids: WithIds = ()

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


class BookingView(BookingState):
    """A booking as it is answered; `expires_at` is when a hold ends, or a request is rejected by itself."""

    state: str
    expires_at: Instant | None
    flag: str | None
    due_percent: int | None = None
    fee_waived: bool = False
    reason: str | None = None
    needs_approval: bool = False


async def hold_booking(
    tx: Tx, command: HoldBooking, principal: Principal, until: datetime | None = None
) -> BookingView:
    """Hold the resource until the hold is confirmed or its time is over: the site's, if no other is given."""
    place, booking = await decided(tx, command.wanted, principal)
    now = await tx.now()
    expires_at = until or now + place.site.rules.hold
    held = booking.held(expires_at)
    await take(tx, place, held)
    await set_timer(tx, HOLD, held.booking_id, expires_at)
    tx.emit(BookingHeld(**said(held), held_at=now, expires_at=expires_at), site_id=str(held.site_id))
    return view(held, now)


async def book_resource(tx: Tx, command: BookResource, principal: Principal) -> BookingView:
    """Take the resource for good, or ask for it where somebody must approve that."""
    place, booking = await decided(tx, command.wanted, principal)
    taken = booking.firm(await tx.now())
    await take(tx, place, taken)
    return await tell_taken(tx, taken, place.site)


async def confirm_booking(tx: Tx, booking_id: UUID, _command: ConfirmBooking) -> BookingView:
    """Make a hold firm, claims and all, or ask for it where somebody must approve that."""
    await store.lock_claimed(tx, booking_id)
    taken = (await known_booking(tx, booking_id)).confirmed(await tx.now())
    await (store.firm if taken.claims else release)(tx, taken)
    await unset_timer(tx, HOLD, booking_id)
    await hasten_timer(tx, OFFER, booking_id, await tx.now())
    return await tell_taken(tx, taken, await known_site(tx, taken.site_id))


async def expire_hold(tx: Tx, timer: Timer) -> None:
    """End a hold or a request whose time is over, unless it was confirmed or ended before."""
    await end_lapsed(tx, [UUID(timer.timer_id)])


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


def said(booking: Booking, *, told_by_series: bool = False) -> dict[str, Any]:
    """Return the fields that every event about a booking carries."""
    values = {name: getattr(booking, name, None) for name in BookingState.model_fields}
    values |= {name: getattr(booking.grant, name) for name in _OF_GRANT}
    values |= {name: getattr(booking.ruling, name) for name in ("policy_id", "policy_version")}
    period = Period(start=booking.start, end=booking.end, zone=booking.zone)
    return values | {"period": period, "told_by_series": told_by_series}


def view(booking: Booking, now: datetime) -> BookingView:
    more = {name: getattr(booking, name) for name in _OF_VIEW}
    return BookingView(**said(booking), **more, state=booking.state_at(now))


async def decided(
    tx: Tx, wanted: Wanted, principal: Principal, kept: Grant | None = None
) -> tuple[Bookable, Booking]:
    """Load what the decision needs and decide all but whether the resource is free."""
    place = await bookable(tx, wanted.resource_ids, wanted.start, wanted.end)
    if place is None:
        raise NotFound(what="resource", id=str(wanted.resource_id))
    at_desk = await may(tx, place.site, principal, "booking:desk")
    try:
        asked = place.check(wanted, await tx.now(), at_desk=at_desk)
    except (Closed, ClosedExceptionally) as refusal:
        raise await reopening(tx, place.all, refusal) from None
    resources = [each.resource for each in place.all]
    await check_qualified(tx, resources, wanted.person_id, place.site.days_of(*asked))
    if wanted.audience is None and (kept is None or kept.membership_id is not None):
        grant, as_of = await rights(tx, place.use(wanted, asked), wanted.booking_id, wanted.membership_id)
    else:
        again = replace(kept, paid_by="money") if kept and kept.paid_by == "credits" else kept
        grant, as_of = again or wanted.walk_in(place.site, at_desk=at_desk), await horizon_of(tx)
        await know(tx, wanted.person_id)
    ways = await rights_beside(tx, [each.use(wanted, asked) for each in place.others], grant)
    grant = await paid(tx, place, wanted, asked, grant)
    draft = model.book(place, wanted, asked, grant, as_of, ways)
    case = draft.case(place.resource, at_desk=at_desk)
    return place, replace(draft, ruling=await admit(tx, case, place.site))


async def paid(tx: Tx, place: Bookable, wanted: Wanted, asked: Interval, grant: Grant) -> Grant:
    """Return the right to a resource as it is paid: by plan, by credits or in money."""
    return await pay(tx, grant, place.use(wanted, asked), place.resource.price_code, wanted.booking_id)


async def take(tx: Tx, place: Bookable, booking: Booking) -> None:
    """Save a booking with its claims; raises SlotTaken with what is free instead.

    A request that keeps nobody out is refused like any other where the time is taken, and claims nothing.
    """
    claims = place.claims(booking.interval)
    await end_lapsed(tx, await store.lock_leaves(tx, claims, place.blocked(booking.interval)))
    if not await keep(tx, booking, claims):
        raise await slot_taken(tx, place, booking)
    for each in place.all:
        if each.resource.kind == "equipment":
            await hasten_timer(tx, USE_ENDS, each.resource.resource_id, booking.start)


async def keep(tx: Tx, booking: Booking, claims: Mapping[UUID, datetime]) -> bool:
    """Save a booking, what it draws and what it claims if it keeps others out; False where it is taken."""
    kept = await store.take(tx, booking, claims)
    if kept and booking.grant.draws:
        await draw(tx, booking.booking_id, booking.grant.draws)
    if kept and not booking.claims:
        await store.release(tx, booking)
    return kept


async def release(tx: Tx, ended: Booking) -> None:
    """Save a booking that claims nothing any more, and have others learn what became free."""
    await freed(tx, *await store.release(tx, ended))
    if ended.grant.paid_by == "credits":
        await give_back(tx, ended.booking_id, ended.due_percent or 0)


async def slot_taken(tx: Tx, place: Bookable, wanted: Booking) -> SlotTaken:
    """Name the one that is taken; other times are those at which all that is wanted is free."""
    site, taken = place.site, (await store.taken_among(tx, place, wanted)).resource
    beside = [each.resource for each in place.all if each.resource is not taken]
    return SlotTaken(
        resource=taken.name,
        resource_id=str(taken.resource_id),
        start=site.wall(wanted.start),
        end=site.wall(wanted.end),
        alternatives=await alternatives(tx, taken, site, wanted.interval, wanted.attendees, beside),
    )


async def end_lapsed(tx: Tx, booking_ids: Iterable[UUID]) -> None:
    """End holds and requests whose time is over; whatever else became of them meanwhile stands."""
    now = await tx.now()
    for booking_id in booking_ids:
        found = await store.locked(tx, booking_id)
        if found and (ended := found.lapsed(now)):
            await release(tx, ended)
            await unset_timer(tx, HOLD, booking_id)
            tx.emit(_end_of(ended, now), site_id=str(ended.site_id))


def _end_of(ended: Booking, now: datetime) -> BookingExpired | BookingRejected:
    if ended.state == "expired":
        return BookingExpired(**said(ended), expired_at=now)
    return BookingRejected(**said(ended), rejected_at=now, cause="not_decided_in_time")


async def tell_taken(
    tx: Tx,
    booking: Booking,
    site: Site,
    approved: datetime | None = None,
    *,
    told_by_series: bool = False,
) -> BookingView:
    """Tell that a booking is firm, or that it waits for somebody's consent, and set when that ends."""
    now, site_id = await tx.now(), str(booking.site_id)
    if (end := booking.expires_at) is not None:
        await set_timer(tx, HOLD, booking.booking_id, end)
        values = said(booking, told_by_series=told_by_series)
        asked = BookingRequested(**values, requested_at=now, decide_by=end, blocks=booking.claims)
        tx.emit(asked, site_id=site_id)
        return view(booking, now)
    rules = await rules_of(tx, site, booking.ruling)
    await set_timer(tx, NO_SHOW, booking.booking_id, booking.no_show_at(rules))
    values = said(booking, told_by_series=told_by_series) | {"confirmed_at": now, "approved_at": approved}
    code = ports.arrival_code(tx.territory_id, booking.booking_id)
    tx.emit(BookingConfirmed(**values, arrival_code=code), site_id=site_id)
    return view(booking, now)


_OF_VIEW: Final = ("expires_at", "flag", "due_percent", "fee_waived", "reason", "needs_approval")
_OF_GRANT: Final = ("payer", "audience", "membership_id", "plan_id", "plan_version", "paid_by")

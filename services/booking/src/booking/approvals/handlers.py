"""Decides on requests: grants one, claims and all, or turns it down; and delegates that to a person."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.approvals import store
from booking.approvals.model import Delegation
from booking.bookable.store import bookable
from booking.bookings import store as bookings
from booking.bookings.handlers import (
    HOLD,
    BookingView,
    end_lapsed,
    known_booking,
    release,
    said,
    slot_taken,
    tell_taken,
    view,
)
from booking.bookings.model import Booking
from booking.people.handlers import names
from booking.planning.handlers import NamedBooking
from booking.policies.handlers import known_scope
from booking.sites.handlers import known_site, target
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from chassis.timers import unset_timer
from contracts.booking import ApprovalDelegated, ApprovalDelegationEnded, BookingRejected
from contracts.values import Day


class ApproveBooking(BaseModel):
    """Grant a request."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RejectBooking(BaseModel):
    """Turn a request down, for a reason that the person reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class DelegateApproval(BaseModel):
    """Let a person decide on the requests of a site, or of a resource with what it contains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delegation_id: UUID
    person_id: UUID
    scope_id: UUID
    valid_from: Day
    valid_until: Day | None = None


class EndDelegation(BaseModel):
    """End a delegation: the day is the first on which the person decides no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: Day


class DelegationView(BaseModel):
    """A delegation as it is answered."""

    delegation_id: UUID
    person_id: UUID
    person_name: str | None = None
    site_id: UUID
    scope_id: UUID
    valid_from: Day
    valid_until: Day | None


async def approve_booking(tx: Tx, booking_id: UUID, _command: ApproveBooking) -> BookingView:
    """Grant a request, and reject those that want the same and kept nobody out.

    Raises DecidedTooLate, and SlotTaken for a request that kept nobody out and found the time taken.
    """
    seen = await bookings.booking(tx, booking_id)
    place = await bookable(tx, seen.resource_ids, seen.start, seen.end) if seen else None
    if seen is None or place is None:
        raise NotFound(what="booking", id=str(booking_id))
    claims, blocked = place.claims(seen.interval), place.blocked(seen.interval)
    lapsed = await bookings.lock_leaves(tx, claims, blocked)  # before any row: rivals wait in one order
    now = await tx.now()
    granted = (await known_booking(tx, booking_id)).approved(now)
    place.check_in_use()
    await end_lapsed(tx, lapsed)
    if await bookings.move(tx, granted, claims) is None:
        raise await slot_taken(tx, place, granted)
    await unset_timer(tx, HOLD, booking_id)
    for other_id in await store.superseded(tx, granted, list(claims), blocked):
        other = await known_booking(tx, other_id)
        if other.state == "requested":
            await _reject(tx, other.rejected(None), "superseded")
    return await tell_taken(tx, granted, place.site, now)


async def reject_booking(tx: Tx, booking_id: UUID, command: RejectBooking) -> BookingView:
    """Turn a request down and free what was kept for it."""
    rejected = (await known_booking(tx, booking_id)).rejected(command.reason)
    await _reject(tx, rejected, "decided")
    return view(rejected, await tx.now())


async def requests_page(tx: Tx, asked: Asked, site_id: UUID) -> Page[NamedBooking]:
    """List the requests at a site, with names, the most urgent first."""
    return await _named(tx, await store.waiting(tx, asked, site_id))


async def delegated_page(tx: Tx, asked: Asked, person_id: UUID) -> Page[NamedBooking]:
    """List the requests that a person may decide on by delegation."""
    return await _named(tx, await store.waiting_for(tx, asked, person_id, await tx.now()))


async def delegate_approval(tx: Tx, command: DelegateApproval) -> DelegationView:
    """Let a person decide. Raises NotFound, DelegationEmpty."""
    scope = await known_scope(tx, command.scope_id)
    new = Delegation(site_id=scope.site.site_id, **command.model_dump())
    new.check()
    await know(tx, new.person_id)
    await store.insert(tx, new)
    shown = _view(new)
    told = ApprovalDelegated(**shown.model_dump(exclude={"person_name"}))
    tx.emit(told, site_id=str(new.site_id))
    return shown


async def end_delegation(tx: Tx, delegation_id: UUID, command: EndDelegation) -> DelegationView:
    """Let a person decide no more from a day on."""
    found = await store.delegation(tx, delegation_id)
    if found is None:
        raise NotFound(what="delegation", id=str(delegation_id))
    await store.end(tx, delegation_id, command.ended_on)
    shown = _view(found).model_copy(update={"valid_until": command.ended_on})
    said_of = shown.model_dump(include={"delegation_id", "person_id", "site_id", "scope_id"})
    tx.emit(ApprovalDelegationEnded(**said_of, ended_on=command.ended_on), site_id=str(found.site_id))
    return shown


async def delegations_page(tx: Tx, asked: Asked, site_id: UUID) -> Page[DelegationView]:
    page = await store.delegations(tx, asked, site_id)
    known = await names(tx, (each.person_id for each in page.items))
    return Page([_view(each, known.get(each.person_id)) for each in page.items], page.last)


def at_request(principal: Principal) -> Lookup:
    """Find out where a request is, and whether the caller decides on it by delegation: it is theirs then."""

    async def look(tx: Tx, booking_id: UUID) -> Target | None:
        found = await bookings.place(tx, booking_id)
        if found is None:
            return None
        theirs = await store.may_decide(tx, booking_id, principal.person_id, await tx.now())
        owner_id = principal.person_id if theirs else None
        return await target(tx, found.site, principal, owner_id=owner_id)

    return look


def at_delegation(principal: Principal) -> Lookup:
    """Find out at which site a delegation holds."""

    async def look(tx: Tx, delegation_id: UUID) -> Target | None:
        found = await store.delegation(tx, delegation_id)
        return await target(tx, await known_site(tx, found.site_id), principal) if found else None

    return look


async def _reject(tx: Tx, rejected: Booking, cause: str) -> None:
    await release(tx, rejected)
    await unset_timer(tx, HOLD, rejected.booking_id)
    told = BookingRejected(**said(rejected), rejected_at=await tx.now(), cause=cause, reason=rejected.reason)
    tx.emit(told, site_id=str(rejected.site_id))


async def _named(tx: Tx, page: Page[Booking]) -> Page[NamedBooking]:
    known, now = await names(tx, (each.person_id for each in page.items)), await tx.now()
    shown = [(view(each, now).model_dump(), known.get(each.person_id)) for each in page.items]
    return Page([NamedBooking(**values, person_name=name) for values, name in shown], page.last)


def _view(found: Delegation, name: str | None = None) -> DelegationView:
    values = {each: getattr(found, each) for each in DelegationView.model_fields if each != "person_name"}
    return DelegationView(**values, person_name=name)

"""Records arrivals, frees what nobody came for, and judges bookings to come when rights change."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints, model_validator

from booking.admission.handlers import rules_of
from booking.arrivals import model, store
from booking.bookings import ports as codes
from booking.bookings import store as bookings
from booking.bookings.handlers import NO_SHOW, BookingView, known_booking, release, said, view
from booking.bookings.model import Booking
from booking.closures.model import CLOSED
from booking.openings.model import instant
from booking.people.handlers import names
from booking.qualifications.handlers import check_qualified
from booking.releases.handlers import freed
from booking.resources import store as resources
from booking.resources.handlers import known_resource
from booking.rights import store as rights
from booking.rights.model import Use, usable
from booking.sites.handlers import known_site, may
from booking.strikes.handlers import strike
from booking.strikes.model import Strike
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import Forbidden, Refused
from chassis.timers import Timer, set_timer, unset_timer
from contracts.booking import (
    BookingCheckedIn,
    BookingCheckedOut,
    BookingCheckInUndone,
    BookingMarkedNoShow,
)
from contracts.values import Instant

DESK: Final = "booking:desk"
_BEFORE: Final = timedelta(days=1)
_AHEAD: Final = timedelta(days=7)


class CheckIn(BaseModel):
    """Record that the person came."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckOut(BaseModel):
    """Record that the person left."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UndoCheckIn(BaseModel):
    """Take back a check-in that was noted by mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckInGroup(BaseModel):
    """Record that a group came: all whom an organisation booked for that day, or chosen bookings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation_id: UUID | None = None
    booking_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.organisation_id is None) == (not self.booking_ids):
            raise ValueError("give either organisation_id or booking_ids")
        return self


class NotArrived(BaseModel):
    """One of a group that could not be checked in, and why."""

    booking_id: UUID
    person_id: UUID
    person_name: str | None
    code: str
    fr: str
    en: str


class GroupArrived(BaseModel):
    """Who of a group was checked in, and who was not."""

    arrived: list[UUID]
    refused: list[NotArrived]


class FindByCode(BaseModel):
    """Find the booking that a code stands for, as it is scanned or typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class FoundByCode(BookingView):
    """A booking that may be checked in just now, with the name of who comes."""

    person_name: str | None


class Outcome(RootModel[FoundByCode | None]):
    """A booking, or nothing: a refusal that is counted, where raising it would undo the count."""


class ArrivalCode(BaseModel):
    """What a person shows at the desk, and when it holds."""

    code: str | None
    opens: Instant
    closes: Instant


async def check_in(tx: Tx, booking_id: UUID, _command: CheckIn, principal: Principal) -> BookingView:
    """Record the arrival, inside the time for it."""
    booking = await known_booking(tx, booking_id)
    site = await known_site(tx, booking.site_id)
    now = await tx.now()
    at_desk = await may(tx, site, principal, DESK)
    arrived = booking.checked_in(now, await rules_of(tx, site, booking.ruling), at_desk=at_desk)
    await tell_arrival(tx, arrived)
    return view(arrived, now)


async def tell_arrival(tx: Tx, arrived: Booking) -> None:
    """Save that somebody came and tell it; nobody waits for them any more."""
    await bookings.save(tx, arrived)
    await unset_timer(tx, NO_SHOW, arrived.booking_id)
    told = BookingCheckedIn(**said(arrived), checked_in_at=await tx.now())
    tx.emit(told, site_id=str(arrived.site_id))


async def check_out(tx: Tx, booking_id: UUID, _command: CheckOut) -> BookingView:
    """Record that the person left, and free the rest of the time; the price stays that of the whole."""
    await bookings.lock_claimed(tx, booking_id)
    now = await tx.now()
    departed = model.left(await known_booking(tx, booking_id), now)
    resource = await known_resource(tx, departed.resource_id)
    until, turnaround = resource.blocked_until(now), resource.blocked_until(departed.end)
    await bookings.save(tx, departed)
    await freed(tx, await bookings.claimed(tx, booking_id), (until, turnaround))
    await store.free_rest(tx, booking_id, until)
    tx.emit(BookingCheckedOut(**said(departed), ended_at=now), site_id=str(departed.site_id))
    return view(departed, now)


async def undo_check_in(tx: Tx, booking_id: UUID, _command: UndoCheckIn) -> BookingView:
    """Take a mistaken check-in back: the person is expected as before, and missed if they do not come."""
    booking = await known_booking(tx, booking_id)
    rules = await rules_of(tx, await known_site(tx, booking.site_id), booking.ruling)
    now = await tx.now()
    expected = model.undone(booking, now, rules)
    await bookings.save(tx, expected)
    await set_timer(tx, NO_SHOW, booking_id, expected.no_show_at(rules))
    tx.emit(BookingCheckInUndone(**said(expected), undone_at=now), site_id=str(expected.site_id))
    return view(expected, now)


async def check_in_group(tx: Tx, site_id: UUID, command: CheckInGroup, principal: Principal) -> GroupArrived:
    """Check in everybody who can be; whoever cannot is named with the reason, and the others stand."""
    site, now = await known_site(tx, site_id), await tx.now()
    at_desk = await may(tx, site, principal, DESK)
    booking_ids: tuple[UUID, ...] = command.booking_ids
    if command.organisation_id:
        day = _day(site.day_of(now), site.zone)
        booking_ids = tuple(await store.of_organisation(tx, site_id, command.organisation_id, *day))
    arrived, refused = [], []
    for booking in await store.locked(tx, site_id, booking_ids):
        try:
            came = booking.checked_in(now, await rules_of(tx, site, booking.ruling), at_desk=at_desk)
        except Refused as refusal:
            refused.append((booking, refusal))
        else:
            await tell_arrival(tx, came)
            arrived.append(came.booking_id)
    known = await names(tx, (booking.person_id for booking, _ in refused))
    return GroupArrived(
        arrived=arrived, refused=[_not_arrived(each, why, known.get(each.person_id)) for each, why in refused]
    )


async def find_by_code(tx: Tx, wanted: FindByCode, principal: Principal) -> Outcome:
    """Return the booking of a code at the caller's sites, None for a wrong code, which is counted.

    Raises Forbidden, TooManyWrongCodes, and what stands against checking that booking in just now.
    """
    now = await tx.now()
    sites = {each.site_id: each for each in await store.sites(tx) if await may(tx, each, principal, DESK)}
    if not sites:
        raise Forbidden(action=DESK)
    stretch = model.stretch_of(now)
    wrong = await store.wrong_codes(tx, principal.person_id, stretch)
    if wrong >= model.WRONG_CODES:
        left = stretch + model.STRETCH - now
        raise model.TooManyWrongCodes(times=wrong, retry_after=max(1, left // timedelta(seconds=1)))
    code = model.read_code(wanted.code)
    for booking in await store.around(tx, list(sites), now - _BEFORE, now + _AHEAD):
        if codes.arrival_code(tx.territory_id, booking.booking_id) == code:
            rules = await rules_of(tx, sites[booking.site_id], booking.ruling)
            booking.checked_in(now, rules, at_desk=True)
            known = await names(tx, [booking.person_id])
            shown = view(booking, now).model_dump()
            return Outcome(FoundByCode(**shown, person_name=known.get(booking.person_id)))
    await store.count_wrong(tx, principal.person_id, stretch)
    return Outcome(None)


async def arrival_code(tx: Tx, booking_id: UUID) -> ArrivalCode | None:
    """Return what the person shows at the desk; None for a booking that nobody can come by."""
    booking = await bookings.booking(tx, booking_id)
    if booking is None or booking.state != "confirmed":
        return None
    rules = await rules_of(tx, await known_site(tx, booking.site_id), booking.ruling)
    return ArrivalCode(
        code=codes.arrival_code(tx.territory_id, booking_id),
        opens=booking.start - rules.check_in_opens,
        closes=booking.no_show_at(rules),
    )


async def mark_no_show(tx: Tx, timer: Timer) -> None:
    """Free the rest of a booking that nobody came for; rules that became milder give it more time."""
    booking = await known_booking(tx, UUID(timer.timer_id))
    rules = await rules_of(tx, await known_site(tx, booking.site_id), booking.ruling)
    now = await tx.now()
    if missed := booking.missed(now, rules):
        await release(tx, missed)
        told = BookingMarkedNoShow(**said(missed), marked_at=now, due_percent=rules.no_show_due_percent)
        tx.emit(told, site_id=str(missed.site_id))
        new = Strike(missed.booking_id, missed.person_id, missed.site_id, missed.starts_on)
        await strike(tx, new, (missed.ruling.policy_id, missed.ruling.policy_version))
    elif booking.state == "confirmed":
        await set_timer(tx, NO_SHOW, booking.booking_id, booking.no_show_at(rules))


async def review_rights(tx: Tx, timer: Timer) -> None:
    """Flag the bookings to come whose right no longer holds, and unflag those whose right holds again.

    None is cancelled: staff see them and decide.
    """
    whose = {name: UUID(identity) for name, identity in timer.data.items()}
    for booking_id in await store.to_come(tx, await tx.now(), **whose):
        booking = await known_booking(tx, booking_id)
        if booking.flag == CLOSED:  # judged again when the closure is lifted
            continue
        flag = await _objection(tx, booking)
        if flag != booking.flag:
            await bookings.save(tx, booking.flagged(flag))


def _day(day: date, zone: str) -> tuple[datetime, datetime]:
    return instant(day, "00:00", zone), instant(day + timedelta(days=1), "00:00", zone)


def _not_arrived(booking: Booking, refusal: Refused, name: str | None) -> NotArrived:
    return NotArrived(
        booking_id=booking.booking_id,
        person_id=booking.person_id,
        person_name=name,
        code=refusal.code,
        fr=refusal.said("fr"),
        en=refusal.said("en"),
    )


async def _objection(tx: Tx, booking: Booking) -> str | None:
    """Return the code of what stands against a booking's membership or qualification at its date."""
    memberships, _ = await rights.memberships_of(tx, booking.person_id)
    use = Use(booking.person_id, booking.site_id, booking.kind, *booking.interval, booking.zone)
    try:
        booked = await resources.many(tx, booking.resource_ids)
        await check_qualified(tx, booked, use.person_id, (use.first, use.last))
        usable(memberships, use, booking.grant.membership_id)
    except Refused as refusal:
        return refusal.code
    return None

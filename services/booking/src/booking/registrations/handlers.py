"""Registers people for sessions, lets them wait in order, offers seats that came free, gives seats back."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.admission.handlers import rules_of
from booking.bookings.handlers import Audience, known_booking
from booking.people.handlers import sealed
from booking.registrations import model, store
from booking.registrations.model import Registration
from booking.rights.handlers import check_caught_up
from booking.rights.store import memberships_of
from booking.sessions import model as sessions
from booking.sessions import store as seats
from booking.sessions.handlers import known_session, told_period
from booking.sessions.model import Session, Standing
from booking.sites.handlers import may, target
from booking.sites.model import Rules
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.privacy import know
from chassis.timers import Timer, set_timer, unset_timer
from contracts.booking import (
    AttendeeQueued,
    AttendeeRegistered,
    RegistrationCancelled,
    RegistrationState,
    SeatOffered,
    SeatOfferExpired,
)
from contracts.values import Instant, Party

OFFER = "seat-offer"  # timer: an offer of seats ends

GuestName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\P{C}+$")
]
GUEST = "guest_name"  # the field that guests are sealed as


class Register(BaseModel):
    """Take seats in a session for a person and named guests; the desk says as who, without a membership."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    registration_id: UUID
    person_id: UUID
    guests: Annotated[tuple[GuestName, ...], Field(max_length=20)] = ()
    wait: bool = False  # wait for seats where too few are left
    audience: Audience | None = None
    payer: Party | None = None

    @model_validator(mode="after")
    def _names_a_payer_with_an_audience(self) -> Self:
        if self.payer is not None and self.audience is None:
            raise ValueError("the payer of somebody with a membership is that of the membership")
        return self


class AnswerSeatOffer(BaseModel):
    """Accept the seats that are offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CancelRegistration(BaseModel):
    """Give a registration, an offer or a wait up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class Ending(NamedTuple):
    """On whose side and why a registration is given up, and what stays due of its price, in percent."""

    by: str
    cause: str
    due_percent: int = 0
    reason: str | None = None


class RegistrationView(RegistrationState):
    """A registration as it is answered."""

    state: str
    asked_at: Instant
    offer_expires_at: Instant | None
    due_percent: int | None
    reason: str | None


async def register(tx: Tx, session_id: UUID, command: Register, principal: Principal) -> RegistrationView:
    """Take seats, or wait for them where that is wanted. Raises SessionFull with what is left."""
    session, now = await known_session(tx, session_id), await tx.now()
    session.check_open(now)
    standing = await _standing(tx, session, command, principal)
    names_sealed = [await sealed(tx, command.person_id, GUEST, name) for name in command.guests]
    new = Registration(
        registration_id=command.registration_id,
        session_id=session_id,
        state="waiting",
        person_id=command.person_id,
        standing=standing,
        guests=tuple(names_sealed),
        asked_at=now,
    )
    await store.lock_queue(tx, session_id)
    quota = await seats.take_seats(tx, session, standing.audience, new.seats)
    if quota is not None:
        new = new.registered(quota)
    elif not command.wait:
        raise await _full(tx, session, new, now)
    await store.insert(tx, new, session)
    await know(tx, command.person_id)
    told = AttendeeRegistered(**said(new, session), registered_at=now)
    queued = AttendeeQueued(**said(new, session), queued_at=now)
    tx.emit(told if new.quota is not None else queued, site_id=str(session.site.site_id))
    return view(new, session)


async def accept_seats(tx: Tx, registration_id: UUID, _command: AnswerSeatOffer) -> RegistrationView:
    """Take the seats that are offered; refused from the offer's last instant on."""
    before, session = await known_registration(tx, registration_id)
    now = await tx.now()
    session.check_open(now)
    accepted = before.accepted(now)
    await store.save(tx, accepted)
    await unset_timer(tx, OFFER, registration_id)
    tx.emit(
        AttendeeRegistered(**said(accepted, session), registered_at=now), site_id=str(session.site.site_id)
    )
    return view(accepted, session)


async def cancel_registration(
    tx: Tx, registration_id: UUID, command: CancelRegistration, principal: Principal
) -> RegistrationView:
    """Give seats back, at the cost that the policy of the room leaves due, and offer them to who waits."""
    before, session = await known_registration(tx, registration_id)
    now = await tx.now()
    by = "member" if principal.person_id == before.person_id else "staff"
    if before.state == "registered":
        session.check_open(now)
    rules = await rules_of_session(tx, session)
    due_percent = rules.due_percent(session.start - now) if by == "member" else 0
    ending = Ending(by, "own_wish", due_percent, command.reason)
    cancelled = await give_up(tx, before, session, ending)
    await pass_on(tx, session)
    return view(cancelled, session)


async def give_up(tx: Tx, before: Registration, session: Session, ending: Ending) -> Registration:
    """Give a registration up and its seats back, and tell it; who calls offers them on."""
    cancelled = before.cancelled(ending.due_percent, ending.reason)
    await store.save(tx, cancelled)
    if before.quota is not None:
        await seats.give_back(tx, session.session_id, before.quota, before.seats)
    if before.state == "offered":
        await unset_timer(tx, OFFER, before.registration_id)
    told = RegistrationCancelled(
        **said(cancelled, session),
        was=before.state,
        cancelled_by=ending.by,
        cause=ending.cause,
        reason=ending.reason,
        due_percent=cancelled.due_percent or 0,
        cancelled_at=await tx.now(),
    )
    tx.emit(told, site_id=str(session.site.site_id))
    return cancelled


async def expire_offer(tx: Tx, timer: Timer) -> None:
    """End an offer that nobody answered in time, and offer the seats on."""
    before, session = await known_registration(tx, UUID(timer.timer_id))
    now = await tx.now()
    if before.quota is None or (expired := before.lapsed(now)) is None:
        return
    await store.save(tx, expired)
    await seats.give_back(tx, session.session_id, before.quota, before.seats)
    tx.emit(SeatOfferExpired(**said(expired, session), expired_at=now), site_id=str(session.site.site_id))
    await pass_on(tx, session)


async def release_seats(tx: Tx, timer: Timer) -> None:
    """Offer to who waits what is no longer kept for some: from now on everybody may take it."""
    session = await known_session(tx, UUID(timer.data["session_id"]))
    await store.lock_queue(tx, session.session_id)
    await pass_on(tx, session)


async def pass_on(tx: Tx, session: Session) -> None:
    """Offer what is free to those who wait, in order; who calls has locked the queue.

    One who asks for more than is left is passed over, and stays in place.
    """
    now, rules = await tx.now(), await rules_of_session(tx, session)
    until = model.offer_until(rules, now, session.start)
    if until is None or session.state != "scheduled":
        return
    for each in await store.waiting(tx, session.session_id):
        quota = await seats.take_seats(tx, session, each.standing.audience, each.seats)
        if quota is not None:
            offered = each.offered(quota, until)
            await store.save(tx, offered)
            await set_timer(tx, OFFER, each.registration_id, until)
            told = SeatOffered(**said(offered, session), offered_at=now, expires_at=until)
            tx.emit(told, site_id=str(session.site.site_id))


async def rules_of_session(tx: Tx, session: Session) -> Rules:
    """Return the rules by which its first half-day is booked."""
    first = min(session.dates, key=lambda each: each.interval)
    return await rules_of(tx, session.site, (await known_booking(tx, first.booking_id)).ruling)


async def known_registration(tx: Tx, registration_id: UUID) -> tuple[Registration, Session]:
    """Return the registration, to be changed, and its session, whose queue is locked. Raises NotFound."""
    found = await store.registration(tx, registration_id)
    if found is None:
        raise NotFound(what="registration", id=str(registration_id))
    session = await known_session(tx, found.session_id)
    await store.lock_queue(tx, found.session_id)
    return await store.locked(tx, registration_id) or found, session


def at_registration(principal: Principal) -> Lookup:
    """Find out where a registration is and whose, for the decision whether the caller may act on it."""

    async def look(tx: Tx, registration_id: UUID) -> Target | None:
        found = await store.place(tx, registration_id)
        return await target(tx, found[0], principal, owner_id=found[1]) if found else None

    return look


def said(registration: Registration, session: Session) -> dict[str, Any]:
    """Return the fields that every event about a registration carries."""
    who = registration.standing
    return {
        "registration_id": registration.registration_id,
        "session_id": session.session_id,
        "site_id": session.site.site_id,
        "site_name": session.site.name,
        "title": session.title,
        "place": session.resource_name,
        "periods": tuple(told_period(session.site, each.interval) for each in session.dates),
        "person_id": registration.person_id,
        "payer": who.payer,
        "audience": who.audience,
        "membership_id": who.membership_id,
        "price_code": session.price_code,
        "home_territory_id": registration.home_territory_id,
        "seats": registration.seats,
    }


def view(registration: Registration, session: Session) -> RegistrationView:
    shown = ("state", "asked_at", "offer_expires_at", "due_percent", "reason")
    own = {name: getattr(registration, name) for name in shown}
    return RegistrationView(**said(registration, session) | own)


async def _standing(tx: Tx, session: Session, command: Register, principal: Principal) -> Standing:
    if command.audience is None:
        check_caught_up()
        memberships, _ = await memberships_of(tx, command.person_id)
        return sessions.standing(session, command.person_id, memberships)
    if not await may(tx, session.site, principal, "booking:desk"):
        raise model.AudienceFromDesk(audience=command.audience, site=session.site.name)
    return Standing(command.audience, command.payer or Party(person_id=command.person_id))


async def _full(tx: Tx, session: Session, wanted: Registration, now: datetime) -> model.SessionFull:
    latest = await seats.session(tx, session.session_id) or session
    audience = wanted.standing.audience
    release_at = latest.kept_until(audience, now)
    why = model.SeatsKeptForOthers if release_at else model.SessionFull
    return why(
        title=session.title.fr,
        audience=audience,
        free=latest.free_for(audience, now),
        seats=wanted.seats,
        waiting=len(await store.waiting(tx, session.session_id)),
        release_at=session.site.wall(release_at) if release_at else None,
    )

"""Shows what other territories hold for this one, takes seats there and gives them back.

A seat elsewhere is two rows in one transaction: a registration of the host's, by the same statement as
everybody's there, and a seat here, of the same id.
"""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from booking.registrations import store as registrations
from booking.registrations.handlers import Ending, give_up, known_registration, pass_on, said
from booking.registrations.model import Registration
from booking.sessions import store as seats
from booking.sessions.handlers import known_session
from booking.sessions.model import PUBLIC, Standing
from booking.shared_sessions import model, store
from booking.shared_sessions.model import SharedSeat, SharedSession
from booking.sharing.handlers import check_shared
from chassis.db import Tx
from chassis.decisions import Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from contracts.booking import (
    AttendeeRegistered,
    RegistrationCancelled,
    SessionCancelled,
    SessionState,
    SharedSeatEnded,
    SharedSeatGranted,
)
from contracts.values import Instant, Party, Period, Wording


class AskForSeat(BaseModel):
    """Ask for one seat in a session of another territory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shared_seat_id: UUID
    person_id: UUID


class GiveUpSeat(BaseModel):
    """Give a seat elsewhere back."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SharedSessionView(BaseModel):
    """A session held elsewhere as it is answered; the seats are those kept for this territory."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    session_id: UUID
    host_territory_id: str
    state: str
    words: str | None
    kind: str
    title: Wording
    site_name: str
    place: str
    periods: tuple[Period, ...]
    seats: int
    release_at: Instant | None


class SharedSeatView(BaseModel):
    """A seat elsewhere as it is answered."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    shared_seat_id: UUID
    person_id: UUID
    state: str
    granted_at: Instant
    session: SharedSessionView


async def keep(tx: Tx, told: SessionState) -> None:
    """Let every territory for which seats are kept know what the session is now."""
    host = tx.territory_id
    for siren in model.invited(told):
        async with tx.beside(siren):
            await store.keep(tx, model.known(host, told, siren))


async def call_off(tx: Tx, told: SessionCancelled) -> None:
    """Let every territory for which seats are kept know that the session is not held."""
    host = tx.territory_id
    for siren in model.invited(told):
        async with tx.beside(siren):
            await store.call_off(tx, told.session_id, host, told.words)


async def follow(tx: Tx, told: RegistrationCancelled) -> None:
    """Let the territory of who had a seat here know that it ended."""
    if told.home_territory_id is None:
        return
    async with tx.beside(told.home_territory_id):
        seat = await store.locked(tx, told.registration_id)
        ended = seat.ended(told.cancelled_by, told.cause) if seat else None
        if ended:
            await _end(tx, ended)


async def ask(tx: Tx, session_id: UUID, command: AskForSeat) -> SharedSeatView:
    """Take a seat that the host keeps for this territory.

    Raises NotFound, SessionsNotShared, SharedSessionFull, AlreadyRegistered, what `check_open` raises there.
    """
    home, now = tx.territory_id, await tx.now()
    shared = await store.session(tx, session_id)
    if shared is None:
        raise NotFound(what="shared session", id=str(session_id))
    await check_shared(tx, [shared.host_territory_id], shared.day_of(now))
    async with tx.beside(shared.host_territory_id):
        await _register(tx, session_id, command, home)
    seat = SharedSeat(command.shared_seat_id, command.person_id, "granted", now, shared)
    await store.insert(tx, seat)
    tx.emit(SharedSeatGranted(**_said(seat), granted_at=now))
    return SharedSeatView.model_validate(seat)


async def give_up_seat(tx: Tx, shared_seat_id: UUID, _command: GiveUpSeat) -> SharedSeatView:
    """Give a seat back to the host, until the session begins; nothing is due for it."""
    seat = await store.locked(tx, shared_seat_id)
    if seat is None:
        raise NotFound(what="shared seat", id=str(shared_seat_id))
    async with tx.beside(seat.session.host_territory_id):
        before, session = await known_registration(tx, shared_seat_id)
        session.check_open(await tx.now())
        ending = Ending("member", "own_wish")
        await give_up(tx, before, session, ending)
        await pass_on(tx, session)
    ended = seat.ended(ending.by, ending.cause) or seat
    await _end(tx, ended)
    return SharedSeatView.model_validate(ended)


async def catalogue_page(tx: Tx, asked: Asked) -> Page[SharedSessionView]:
    """List what other territories hold for this one and is to come."""
    page = await store.page(tx, asked, await tx.now())
    return Page([SharedSessionView.model_validate(each) for each in page.items], page.last)


async def own_page(tx: Tx, asked: Asked, person_id: UUID) -> Page[SharedSeatView]:
    """List one's own seats elsewhere, the latest first."""
    page = await store.of_person(tx, asked, person_id)
    return Page([SharedSeatView.model_validate(each) for each in page.items], page.last)


async def at_seat(tx: Tx, shared_seat_id: UUID) -> Target | None:
    """Find out whose a seat is, for the decision whether the caller may act on it."""
    owner = await store.owner(tx, shared_seat_id)
    return Target(tx.territory_id, owner_id=owner) if owner else None


async def _register(tx: Tx, session_id: UUID, command: AskForSeat, home: str) -> None:
    """Register somebody of another territory for the seats that are kept for it."""
    session, now = await known_session(tx, session_id), await tx.now()
    session.check_open(now)
    new = Registration(
        registration_id=command.shared_seat_id,
        session_id=session_id,
        state="waiting",
        person_id=command.person_id,
        standing=Standing(PUBLIC, Party(person_id=command.person_id)),
        guests=(),
        asked_at=now,
        home_territory_id=home,
    )
    kept = session.kept_for(home)
    await registrations.lock_queue(tx, session_id)
    quota = await seats.take_from(tx, session_id, kept, new.seats)
    if quota is None:
        raise model.SharedSessionFull(title=session.title.fr, seats=sum(each.seats for each in kept))
    new = new.registered(quota)
    await registrations.insert(tx, new, session)
    await know(tx, command.person_id)
    told = AttendeeRegistered(**said(new, session), registered_at=now)
    tx.emit(told, site_id=str(session.site.site_id))


async def _end(tx: Tx, ended: SharedSeat) -> None:
    await store.save(tx, ended)
    tx.emit(SharedSeatEnded(**_said(ended), state=ended.state, ended_at=await tx.now()))


def _said(seat: SharedSeat) -> dict[str, Any]:
    session: SharedSession = seat.session
    return {
        "shared_seat_id": seat.shared_seat_id,
        "session_id": session.session_id,
        "host_territory_id": session.host_territory_id,
        "title": session.title,
        "periods": session.periods,
        "person_id": seat.person_id,
    }

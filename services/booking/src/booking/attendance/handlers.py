"""Notes who came and lets them sign; lists people with what was noted of them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from booking.attendance import model, store
from booking.attendance.model import Presence, SignedBefore
from booking.people.handlers import names, opened, sealed
from booking.registrations import store as registrations
from booking.registrations.handlers import GUEST, RegistrationView, known_registration, said, view
from booking.registrations.model import Registration
from booking.sessions.handlers import known_session, told_period
from booking.sessions.model import Session
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.pages import Asked, Page
from contracts.booking import AttendanceRecorded
from contracts.values import Instant

Signature = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200, pattern=r"^\P{C}+$")
]
_FIELD = "signed_as"


class _Whom(BaseModel):
    """Which half-day, and which of those registered together: 0 is the person, 1 the first guest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: Annotated[int, Field(ge=0)]
    guest: Annotated[int, Field(ge=0)] = 0


class NoteAttendance(_Whom):
    """Note whether somebody came; with a typed name they signed at the desk."""

    present: bool
    signed_as: Signature | None = None


class SignAttendance(_Whom):
    """Sign for a half-day in one's own session."""

    guest: Literal[0] = 0
    signed_as: Signature


class PresenceView(BaseModel):
    """What holds of one person on one half-day."""

    position: int
    guest: int
    present: bool
    signed: str
    recorded_at: Instant


class PersonView(RegistrationView):
    """A registration with names, where they open, and with who came when."""

    person_name: str | None
    guest_names: tuple[str | None, ...]
    presences: tuple[PresenceView, ...]
    hours: float


async def note_attendance(
    tx: Tx, registration_id: UUID, command: NoteAttendance, principal: Principal
) -> RegistrationView:
    """Note whether somebody came; what was noted before stays readable, this holds."""
    signed = "desk" if command.signed_as else "none"
    return await _record(tx, registration_id, command, principal, signed)


async def sign_attendance(
    tx: Tx, registration_id: UUID, command: SignAttendance, principal: Principal
) -> RegistrationView:
    """Sign for oneself, once. Raises SignedBefore."""
    present = NoteAttendance(position=command.position, present=True, signed_as=command.signed_as)
    registration, _ = await known_registration(tx, registration_id)
    signed = "own" if principal.person_id == registration.person_id else "desk"
    return await _record(tx, registration_id, present, principal, signed)


async def people_page(tx: Tx, asked: Asked, session_id: UUID) -> Page[PersonView]:
    """List who registered for a session or waits, with names, in order."""
    session = await known_session(tx, session_id)
    page = await registrations.of_session(tx, asked, session_id)
    shown = await _shown(tx, page.items, {session_id: session})
    return Page(shown, page.last)


async def own_page(tx: Tx, asked: Asked, person_id: UUID) -> Page[PersonView]:
    """List one's own registrations, the latest first."""
    page = await registrations.of_person(tx, asked, person_id)
    sessions = {
        session_id: await known_session(tx, session_id)
        for session_id in {each.session_id for each in page.items}
    }
    return Page(await _shown(tx, page.items, sessions), page.last)


async def _record(
    tx: Tx, registration_id: UUID, command: NoteAttendance, principal: Principal, signed: str
) -> RegistrationView:
    registration, session = await known_registration(tx, registration_id)
    now = await tx.now()
    date = model.half_day(session, registration, command.position, command.guest, now)
    if signed == "own":
        await _check_unsigned(tx, registration, command, session)
    signed_as = command.signed_as and await sealed(tx, registration.person_id, _FIELD, command.signed_as)
    noted = Presence(registration_id, command.position, command.guest, command.present, signed, now)
    await store.add(tx, noted, signed_as, principal.person_id)
    told = AttendanceRecorded(
        **said(registration, session),
        position=command.position,
        period=told_period(session.site, date.interval),
        guest=command.guest,
        present=command.present,
        signed=signed,
        recorded_at=now,
    )
    tx.emit(told, site_id=str(session.site.site_id))
    return view(registration, session)


async def _check_unsigned(
    tx: Tx, registration: Registration, command: NoteAttendance, session: Session
) -> None:
    found = await store.latest(tx, [registration.registration_id])
    for each in found.get(registration.registration_id, []):
        if (each.position, each.guest) == (command.position, command.guest) and each.signed != "none":
            raise SignedBefore(at=session.site.wall(each.recorded_at))


async def _shown(tx: Tx, found: Sequence[Registration], sessions: Mapping[UUID, Session]) -> list[PersonView]:
    known = await names(tx, (each.person_id for each in found))
    came = await store.latest(tx, (each.registration_id for each in found))
    guests = await opened(tx, [(each.person_id, GUEST, name) for each in found for name in each.guests])
    shown = []
    for each in found:
        session, presences = sessions[each.session_id], came.get(each.registration_id, [])
        theirs, guests = guests[: len(each.guests)], guests[len(each.guests) :]
        shown.append(
            PersonView(
                **view(each, session).model_dump(),
                person_name=known.get(each.person_id),
                guest_names=tuple(theirs),
                presences=tuple(PresenceView.model_validate(one, from_attributes=True) for one in presences),
                hours=model.hours(session, presences),
            )
        )
    return shown

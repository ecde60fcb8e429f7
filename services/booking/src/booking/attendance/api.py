"""HTTP door of attendance, and of who is registered."""

from typing import Final
from uuid import UUID

from booking.attendance import handlers
from booking.attendance.handlers import NoteAttendance, PersonView, SignAttendance
from booking.registrations import store as registrations
from booking.registrations.handlers import RegistrationView, at_registration
from booking.sessions.handlers import at_session
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, query


@query("/v1/territories/{siren:str}/sessions/{session_id:uuid}/registrations")
async def list_people(door: Door, session_id: FromPath[UUID], asked: Asked) -> Response[Listed[PersonView]]:
    """List who registered or waits, with names: for staff, and for who leads the session."""
    act = Act("session:lead", "session", session_id, at_session(door.principal))
    return await door.page(act, handlers.people_page, asked, session_id)


@query("/v1/territories/{siren:str}/registrations/own")
async def list_own(door: Door, asked: Asked) -> Response[Listed[PersonView]]:
    """List one's own registrations, the latest first."""
    person_id = door.principal.person_id
    act = Act("registration:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.own_page, asked, person_id)


@command("/v1/territories/{siren:str}/registrations/{registration_id:uuid}/note-attendance")
async def note_attendance(
    door: Door, registration_id: FromPath[UUID], data: Body[NoteAttendance]
) -> Response[RegistrationView]:
    """Note whether somebody came: by staff, and by who leads the session."""
    session = at_session(door.principal)

    async def look(tx: Tx, _registration_id: UUID) -> Target | None:
        found = await registrations.registration(tx, registration_id)
        return await session(tx, found.session_id) if found else None

    act = Act("session:lead", "registration", registration_id, look)
    return await door.command(act, handlers.note_attendance, registration_id, data, door.principal)


@command("/v1/territories/{siren:str}/registrations/{registration_id:uuid}/sign")
async def sign_attendance(
    door: Door, registration_id: FromPath[UUID], data: Body[SignAttendance]
) -> Response[RegistrationView]:
    """Sign for a half-day oneself; what staff type is a signature at the desk."""
    act = Act("registration:change", "registration", registration_id, at_registration(door.principal))
    return await door.command(act, handlers.sign_attendance, registration_id, data, door.principal)


ROUTES: Final = [list_people, list_own, note_attendance, sign_attendance]

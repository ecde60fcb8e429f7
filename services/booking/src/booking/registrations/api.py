"""HTTP door of registrations."""

from typing import Final
from uuid import UUID

from booking.registrations import handlers
from booking.registrations.handlers import (
    AnswerSeatOffer,
    CancelRegistration,
    Register,
    RegistrationView,
    at_registration,
)
from booking.sessions import store as sessions
from booking.sites.handlers import target
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Body, Door, FromPath, Response, command, creation


@creation("/v1/territories/{siren:str}/sessions/{session_id:uuid}/registrations")
async def register(
    door: Door, session_id: FromPath[UUID], data: Body[Register]
) -> Response[RegistrationView]:
    """Take seats in a session, or wait for some; refused with what is left where there are too few."""

    async def look(tx: Tx, _registration_id: UUID) -> Target | None:
        found = await sessions.place(tx, session_id)
        return await target(tx, found[0], door.principal, owner_id=data.person_id) if found else None

    act = Act("registration:create", "registration", data.registration_id, look)
    return await door.create(act, handlers.register, session_id, data, door.principal)


@command("/v1/territories/{siren:str}/registrations/{registration_id:uuid}/accept")
async def accept_seats(
    door: Door, registration_id: FromPath[UUID], data: Body[AnswerSeatOffer]
) -> Response[RegistrationView]:
    """Take the seats that are offered."""
    act = Act("registration:change", "registration", registration_id, at_registration(door.principal))
    return await door.command(act, handlers.accept_seats, registration_id, data)


@command("/v1/territories/{siren:str}/registrations/{registration_id:uuid}/cancel")
async def cancel_registration(
    door: Door, registration_id: FromPath[UUID], data: Body[CancelRegistration]
) -> Response[RegistrationView]:
    """Give a registration, an offer or a wait up."""
    act = Act("registration:change", "registration", registration_id, at_registration(door.principal))
    return await door.command(act, handlers.cancel_registration, registration_id, data, door.principal)


ROUTES: Final = [register, accept_seats, cancel_registration]

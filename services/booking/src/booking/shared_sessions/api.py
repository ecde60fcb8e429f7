"""HTTP door of the network's catalogue, and of seats elsewhere."""

from typing import Final
from uuid import UUID

from booking.shared_sessions import handlers
from booking.shared_sessions.handlers import (
    AskForSeat,
    GiveUpSeat,
    SharedSeatView,
    SharedSessionView,
    at_seat,
)
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query


@query("/v1/territories/{siren:str}/shared-sessions")
async def list_shared_sessions(door: Door, asked: Asked) -> Response[Listed[SharedSessionView]]:
    """List the sessions to come of other territories in which seats are kept for this one."""
    act = Act("session:read", "territory", door.territory_id)
    return await door.page(act, handlers.catalogue_page, asked)


@creation("/v1/territories/{siren:str}/shared-sessions/{session_id:uuid}/seats")
async def ask_for_seat(
    door: Door, session_id: FromPath[UUID], data: Body[AskForSeat]
) -> Response[SharedSeatView]:
    """Take a seat in a session of another territory; refused where none that is kept is left."""

    async def look(tx: Tx, _shared_seat_id: UUID) -> Target | None:
        return Target(tx.territory_id, owner_id=data.person_id)

    act = Act("registration:create", "shared seat", data.shared_seat_id, look)
    return await door.create(act, handlers.ask, session_id, data)


@query("/v1/territories/{siren:str}/shared-seats/own")
async def list_own_seats(door: Door, asked: Asked) -> Response[Listed[SharedSeatView]]:
    """List one's own seats in sessions of other territories, the latest first."""
    person_id = door.principal.person_id
    act = Act("registration:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.own_page, asked, person_id)


@command("/v1/territories/{siren:str}/shared-seats/{shared_seat_id:uuid}/give-up")
async def give_up_seat(
    door: Door, shared_seat_id: FromPath[UUID], data: Body[GiveUpSeat]
) -> Response[SharedSeatView]:
    """Give a seat elsewhere back."""
    act = Act("registration:change", "shared seat", shared_seat_id, at_seat)
    return await door.command(act, handlers.give_up_seat, shared_seat_id, data)


ROUTES: Final = [list_shared_sessions, ask_for_seat, list_own_seats, give_up_seat]

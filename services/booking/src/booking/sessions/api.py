"""HTTP door of sessions."""

from typing import Final
from uuid import UUID

from booking.sessions import handlers
from booking.sessions.handlers import (
    ScheduleSession,
    SessionView,
    at_session,
    at_site_of,
)
from chassis.http import Act, Asked, Body, Door, FromPath, FromQuery, Listed, Response, creation, query


@creation("/v1/territories/{siren:str}/sessions")
async def schedule_session(door: Door, data: Body[ScheduleSession]) -> Response[SessionView]:
    """Have a session; refused with alternatives where room, machines or trainer are taken on a date."""
    look = at_site_of(door.principal, data.resource_id)
    act = Act("session:manage", "session", data.session_id, look)
    return await door.create(act, handlers.schedule_session, data, door.principal)


@query("/v1/territories/{siren:str}/sessions")
async def list_sessions(
    door: Door, asked: Asked, site_id: FromQuery[UUID | None] = None
) -> Response[Listed[SessionView]]:
    """List the sessions to come, of every site or of one."""
    act = Act("session:read", "territory", door.territory_id)
    return await door.page(act, handlers.session_page, asked, site_id)


@query("/v1/territories/{siren:str}/sessions/led")
async def list_led(door: Door, asked: Asked) -> Response[Listed[SessionView]]:
    """List the sessions to come that one leads."""
    act = Act("session:read", "territory", door.territory_id)
    return await door.page(act, handlers.led_page, asked, door.principal.person_id)


@query("/v1/territories/{siren:str}/sessions/{session_id:uuid}")
async def show_session(door: Door, session_id: FromPath[UUID]) -> Response[SessionView]:
    """Show a session."""
    act = Act("session:read", "session", session_id, at_session(door.principal))
    return await door.read(act, handlers.session_view, session_id)


ROUTES: Final = [schedule_session, list_sessions, list_led, show_session]

"""HTTP door of what becomes of a session."""

from typing import Final
from uuid import UUID

from booking.session_changes import handlers
from booking.session_changes.handlers import CancelSession, RescheduleSession
from booking.sessions.handlers import SessionView, at_session
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/sessions/{session_id:uuid}/reschedule")
async def reschedule_session(
    door: Door, session_id: FromPath[UUID], data: Body[RescheduleSession]
) -> Response[SessionView]:
    """Move half-days; everything stays where it was when anything is taken at the new times."""
    act = Act("session:manage", "session", session_id, at_session(door.principal))
    return await door.command(act, handlers.reschedule_session, session_id, data, door.principal)


@command("/v1/territories/{siren:str}/sessions/{session_id:uuid}/cancel")
async def cancel_session(
    door: Door, session_id: FromPath[UUID], data: Body[CancelSession]
) -> Response[SessionView]:
    """Give a session up."""
    act = Act("session:manage", "session", session_id, at_session(door.principal))
    return await door.command(act, handlers.cancel_session, session_id, data)


ROUTES: Final = [reschedule_session, cancel_session]

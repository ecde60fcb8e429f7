"""HTTP door of joining and leaving a waitlist."""

from typing import Final
from uuid import UUID

from booking.waiting import handlers
from booking.waiting.handlers import JoinWaitlist, LeaveWaitlist, at_wish
from booking.waitlists.handlers import EntryView, at_entry
from chassis.http import Act, Body, Door, FromPath, Response, command, creation


@creation("/v1/territories/{siren:str}/waitlist")
async def join_waitlist(door: Door, data: Body[JoinWaitlist]) -> Response[EntryView]:
    """Wait for what is taken: one resource, or any of a kind; refused when something is free."""
    act = Act("booking:create", "waitlist entry", data.entry_id, at_wish(door.principal, data))
    return await door.create(act, handlers.join_waitlist, data, door.principal)


@command("/v1/territories/{siren:str}/waitlist/{entry_id:uuid}/leave")
async def leave_waitlist(
    door: Door, entry_id: FromPath[UUID], data: Body[LeaveWaitlist]
) -> Response[EntryView]:
    """Wait no longer; staff take somebody off, with a reason."""
    act = Act("booking:change", "waitlist entry", entry_id, at_entry(door.principal))
    return await door.command(act, handlers.leave_waitlist, entry_id, data, door.principal)


ROUTES: Final = [join_waitlist, leave_waitlist]

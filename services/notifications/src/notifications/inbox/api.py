"""The HTTP door to one's own inbox."""

from typing import Final
from uuid import UUID

from chassis.decisions import Target
from chassis.http import Act, Asked, Door, FromPath, FromQuery, Listed, Response, command, query
from notifications.inbox import handlers, store
from notifications.inbox.handlers import InboxMessage, MessageRead


@query("/v1/territories/{siren:str}/messages/own")
async def list_own_messages(
    door: Door, asked: Asked, *, unread: FromQuery[bool] = False
) -> Response[Listed[InboxMessage]]:
    """List one's own messages, the latest first; `unread` leaves out those read."""
    person_id = door.principal.person_id
    act = Act("inbox:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.own_messages, asked, person_id, unread)


@command("/v1/territories/{siren:str}/messages/{message_id:uuid}/mark-read")
async def mark_read(door: Door, message_id: FromPath[UUID]) -> Response[MessageRead]:
    """Mark one of one's own messages as read."""
    act = Act("inbox:read", "message", message_id, store.target)
    return await door.command(act, handlers.mark_read, message_id)


ROUTES: Final = [list_own_messages, mark_read]

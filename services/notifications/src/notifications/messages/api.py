"""The HTTP door to messages, for staff: what was sent to whom, and what failed."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import QueryParameter

from chassis.decisions import Target
from chassis.http import Act, Asked, Door, FromQuery, Listed, Response, query
from notifications.messages import handlers
from notifications.messages.model import MessageShown, NoticeShown, State


@query("/v1/territories/{siren:str}/messages")
async def list_messages(
    door: Door,
    asked: Asked,
    *,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    person_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
) -> Response[Listed[MessageShown]]:
    """List messages, the latest first: in one state, to one person or about one site."""
    act = Act("message:list", "territory", door.territory_id, Target(door.territory_id, site_id))
    return await door.page(act, handlers.list_messages, asked, in_state, person_id, site_id)


@query("/v1/territories/{siren:str}/notices/unaddressed")
async def list_unaddressed(door: Door, asked: Asked) -> Response[Listed[NoticeShown]]:
    """List what should have been said to organisations that nobody stands for."""
    act = Act("message:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_unaddressed, asked)


ROUTES: Final = [list_messages, list_unaddressed]

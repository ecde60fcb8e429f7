"""HTTP door of who may lead sessions."""

from typing import Final
from uuid import UUID

from booking.leaders import handlers
from booking.leaders.handlers import LeaderView, LeadSessions
from booking.sites import store as sites
from booking.sites.handlers import target
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, creation, query


@creation("/v1/territories/{siren:str}/sites/{site_id:uuid}/session-leaders")
async def lead_sessions(
    door: Door, site_id: FromPath[UUID], data: Body[LeadSessions]
) -> Response[LeaderView]:
    """Let a person lead sessions."""

    async def look(tx: Tx, _resource_id: UUID) -> Target | None:
        site = await sites.site(tx, site_id)
        return await target(tx, site, door.principal, "resources") if site else None

    act = Act("resource:manage", "resource", data.resource_id, look)
    return await door.create(act, handlers.lead_sessions, site_id, data)


@query("/v1/territories/{siren:str}/session-leaders")
async def list_leaders(door: Door, asked: Asked) -> Response[Listed[LeaderView]]:
    """List who may lead sessions, with names."""
    act = Act("session:manage", "territory", door.territory_id)
    return await door.page(act, handlers.leader_page, asked)


ROUTES: Final = [lead_sessions, list_leaders]

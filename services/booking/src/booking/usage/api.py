"""HTTP door of uses of machines."""

from typing import Final
from uuid import UUID

from booking.resources.handlers import for_person
from booking.sites.handlers import at_site
from booking.usage import handlers
from booking.usage.handlers import Heartbeat, StartUsage, StopUsage, UsageView, at_usage
from booking.usage.store import State
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Open,
    Response,
    command,
    creation,
    query,
)

_ALL: Final = "/v1/territories/{siren:str}/usages"


@creation(_ALL)
async def start_usage(door: Door, data: Body[StartUsage]) -> Response[UsageView]:
    """Begin to use a machine."""
    at = for_person(door.principal, data.resource_id, data.person_id)
    act = Act("usage:start", "usage", data.usage_id, at)
    return await door.create(act, handlers.start_usage, data, door.principal)


@command(_ALL + "/{usage_id:uuid}/heartbeat")
async def heartbeat(door: Door, usage_id: FromPath[UUID], data: Body[Heartbeat]) -> Response[UsageView]:
    """Note a sign that the machine is in use."""
    act = Act("usage:stop", "usage", usage_id, at_usage(door.principal))
    return await door.command(act, handlers.heartbeat, usage_id, data)


@command(_ALL + "/{usage_id:uuid}/stop")
async def stop_usage(door: Door, usage_id: FromPath[UUID], data: Body[StopUsage]) -> Response[UsageView]:
    """End a use, or settle one that was given up."""
    act = Act("usage:stop", "usage", usage_id, at_usage(door.principal))
    return await door.command(act, handlers.stop_usage, usage_id, data, door.principal)


@query(_ALL + "/own")
async def list_own_usages(
    door: Door, asked: Asked, in_state: FromQuery[State | None] = None
) -> Response[Listed[UsageView]]:
    """List one's own uses, the last begun first."""
    person_id = door.principal.person_id
    return await door.page(Open.SIGNED_IN, handlers.usage_page, asked, None, person_id, in_state)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/usages")
async def list_site_usages(
    door: Door, asked: Asked, site_id: FromPath[UUID], in_state: FromQuery[State | None] = None
) -> Response[Listed[UsageView]]:
    """List the uses of a site's machines, the last begun first: those under way by `in_state=open`."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.usage_page, asked, site_id, None, in_state)


@query(_ALL + "/{usage_id:uuid}")
async def show_usage(door: Door, usage_id: FromPath[UUID]) -> Response[UsageView]:
    """Show a use."""
    act = Act("usage:stop", "usage", usage_id, at_usage(door.principal))
    return await door.read(act, handlers.usage_view, usage_id)


ROUTES: Final = [start_usage, heartbeat, stop_usage, list_own_usages, list_site_usages, show_usage]

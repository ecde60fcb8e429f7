"""HTTP door of machines."""

from typing import Final
from uuid import UUID

from booking.machines import handlers
from booking.machines.handlers import DefineMachine, MachineView
from booking.resources.handlers import at_resource
from chassis.http import Act, Asked, Body, Door, FromPath, FromQuery, Listed, Response, command, query


@command("/v1/territories/{siren:str}/resources/{resource_id:uuid}/define-machine")
async def define_machine(
    door: Door, resource_id: FromPath[UUID], data: Body[DefineMachine]
) -> Response[MachineView]:
    """Say what a piece of equipment asks for and costs as a machine."""
    act = Act("resource:manage", "resource", resource_id, at_resource(door.principal))
    return await door.command(act, handlers.define_machine, resource_id, data)


@query("/v1/territories/{siren:str}/machines")
async def list_machines(
    door: Door, asked: Asked, site_id: FromQuery[UUID | None] = None
) -> Response[Listed[MachineView]]:
    """List machines by name, of one site if asked."""
    act = Act("resource:read", "territory", door.territory_id)
    return await door.page(act, handlers.machine_page, asked, site_id)


ROUTES: Final = [define_machine, list_machines]

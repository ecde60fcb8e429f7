"""HTTP door of outages."""

from typing import Final
from uuid import UUID

from booking.outages import handlers
from booking.outages.handlers import OutageView, ReturnToService, TakeOutOfService
from booking.resources.handlers import at_resource
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/resources/{resource_id:uuid}/take-out-of-service")
async def take_out_of_service(
    door: Door, resource_id: FromPath[UUID], data: Body[TakeOutOfService]
) -> Response[OutageView]:
    """Take a resource out of service; the answer lists the bookings that fall in that time."""
    act = Act("resource:manage", "resource", resource_id, at_resource(door.principal))
    return await door.command(act, handlers.take_out_of_service, resource_id, data)


@command("/v1/territories/{siren:str}/resources/{resource_id:uuid}/return-to-service")
async def return_to_service(
    door: Door, resource_id: FromPath[UUID], data: Body[ReturnToService]
) -> Response[None]:
    """Return a resource to service."""
    act = Act("resource:manage", "resource", resource_id, at_resource(door.principal))
    return await door.command(act, handlers.return_to_service, resource_id, data)


ROUTES: Final = [take_out_of_service, return_to_service]

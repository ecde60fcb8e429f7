"""HTTP door of resources."""

from typing import Final
from uuid import UUID

from booking.resources import handlers
from booking.resources.handlers import (
    ChangeResource,
    ComposeResource,
    RegisterResource,
    ResourceView,
    at_resource,
)
from booking.sites.handlers import at_site
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Response,
    command,
    creation,
    query,
)


@creation("/v1/territories/{siren:str}/resources")
async def register_resource(door: Door, data: Body[RegisterResource]) -> Response[ResourceView]:
    """Add a building, a floor, a room, a desk, an office or a piece of equipment to a site."""
    return await door.create(_adding(door, data), handlers.register_resource, data)


@creation("/v1/territories/{siren:str}/resources/composed")
async def compose_resource(door: Door, data: Body[ComposeResource]) -> Response[ResourceView]:
    """Add a resource made of others: it is free when all of them are."""
    return await door.create(_adding(door, data), handlers.register_resource, data)


@command("/v1/territories/{siren:str}/resources/{resource_id:uuid}/change")
async def change_resource(
    door: Door, resource_id: FromPath[UUID], data: Body[ChangeResource]
) -> Response[ResourceView]:
    """Change what is said of a resource: only the fields that are sent."""
    act = Act("resource:manage", "resource", resource_id, at_resource(door.principal))
    return await door.command(act, handlers.change_resource, resource_id, data)


@query("/v1/territories/{siren:str}/resources/{resource_id:uuid}")
async def show_resource(door: Door, resource_id: FromPath[UUID]) -> Response[ResourceView]:
    """Show a resource."""
    act = Act("resource:read", "resource", resource_id, at_resource(door.principal))
    return await door.read(act, handlers.resource_view, resource_id)


@query("/v1/territories/{siren:str}/resources")
async def list_resources(
    door: Door, asked: Asked, site_id: FromQuery[UUID | None] = None, kind: FromQuery[str | None] = None
) -> Response[Listed[ResourceView]]:
    """List resources by name, of one site or kind if asked."""
    act = Act("resource:read", "territory", door.territory_id)
    return await door.page(act, handlers.resource_page, asked, site_id, kind)


def _adding(door: Door, data: RegisterResource | ComposeResource) -> Act:
    """The act of adding a resource, decided by where its site is."""
    site = at_site(door.principal, "resources")

    async def look(tx: Tx, _resource_id: UUID) -> Target | None:
        return await site(tx, data.site_id)

    return Act("resource:manage", "site for resource", data.resource_id, look)


ROUTES: Final = [register_resource, compose_resource, change_resource, show_resource, list_resources]

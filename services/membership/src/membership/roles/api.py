"""The HTTP door to roles: those of a territory, its administrators, and the platform's operators."""

from uuid import UUID

from chassis.db import PLATFORM
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query
from membership.roles import handlers
from membership.roles.handlers import GrantRole, RoleRef
from membership.roles.model import ADMINISTRATORS, RoleShown
from membership.vault import vault


@creation("/v1/territories/{siren:str}/roles")
async def grant_role(door: Door, data: Body[GrantRole]) -> Response[RoleRef]:
    """Give a person a role in the territory; the platform's operator gives that of administrator."""
    action = "role:grant-administrator" if data.role in ADMINISTRATORS else "role:grant"
    return await door.create(Act(action, "role", data.grant_id), handlers.grant_role, data)


@command("/v1/territories/{siren:str}/roles/{grant_id:uuid}/withdraw")
async def withdraw_role(door: Door, grant_id: FromPath[UUID]) -> Response[RoleRef]:
    """Take a role away, other than an administrator's."""
    return await door.command(Act("role:withdraw", "role", grant_id), handlers.withdraw_role, grant_id)


@command("/v1/territories/{siren:str}/administrators/{grant_id:uuid}/withdraw")
async def withdraw_administrator(door: Door, grant_id: FromPath[UUID]) -> Response[RoleRef]:
    """Take the role of an administrator away; the last one stays."""
    act = Act("role:withdraw-administrator", "role", grant_id)
    return await door.command(act, handlers.withdraw_administrator, grant_id)


@query("/v1/territories/{siren:str}/roles")
async def list_roles(door: Door, asked: Asked) -> Response[Listed[RoleShown]]:
    """List who holds which role in the territory."""
    act = Act("role:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_roles, asked, vault())


@creation("/v1/platform/roles")
async def grant_platform_role(door: Door, data: Body[GrantRole]) -> Response[RoleRef]:
    """Name another operator of the platform."""
    return await door.create(Act("role:grant-platform", "role", data.grant_id), handlers.grant_role, data)


@command("/v1/platform/roles/{grant_id:uuid}/withdraw")
async def withdraw_platform_role(door: Door, grant_id: FromPath[UUID]) -> Response[RoleRef]:
    """Take the role of a platform operator away; the last one stays."""
    act = Act("role:withdraw-platform", "role", grant_id)
    return await door.command(act, handlers.withdraw_administrator, grant_id)


@query("/v1/platform/roles")
async def list_platform_roles(door: Door, asked: Asked) -> Response[Listed[RoleShown]]:
    """List the operators of the platform."""
    return await door.page(
        Act("role:list-platform", "platform", PLATFORM), handlers.list_roles, asked, vault()
    )


ROUTES = [
    grant_role,
    withdraw_role,
    withdraw_administrator,
    list_roles,
    grant_platform_role,
    withdraw_platform_role,
    list_platform_roles,
]

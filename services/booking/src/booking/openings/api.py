"""HTTP door of opening hours."""

from typing import Final
from uuid import UUID

from booking.openings import handlers
from booking.openings.handlers import (
    AddException,
    DefineOpeningHours,
    ExceptionView,
    OpeningHoursView,
    WithdrawException,
)
from booking.resources.handlers import at_resource
from booking.sites.handlers import at_site
from chassis.http import Act, Body, Door, FromPath, Response, command, query


@command("/v1/territories/{siren:str}/sites/{site_id:uuid}/opening-hours")
async def define_site_hours(
    door: Door, site_id: FromPath[UUID], data: Body[DefineOpeningHours]
) -> Response[OpeningHoursView]:
    """Set the weekly hours of a site from a day on."""
    act = Act("resource:manage", "site", site_id, at_site(door.principal, "resources"))
    return await door.command(act, handlers.define_site_hours, site_id, data)


@command("/v1/territories/{siren:str}/resources/{resource_id:uuid}/opening-hours")
async def define_resource_hours(
    door: Door, resource_id: FromPath[UUID], data: Body[DefineOpeningHours]
) -> Response[OpeningHoursView]:
    """Set the weekly hours of a resource, and of what is inside it, from a day on."""
    act = Act("resource:manage", "resource", resource_id, at_resource(door.principal))
    return await door.command(act, handlers.define_resource_hours, resource_id, data)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/opening-hours")
async def show_site_hours(door: Door, site_id: FromPath[UUID]) -> Response[OpeningHoursView]:
    """Show the hours of a site over time."""
    act = Act("resource:read", "site", site_id, at_site(door.principal, "resources"))
    return await door.read(act, handlers.hours_view, site_id)


@query("/v1/territories/{siren:str}/resources/{resource_id:uuid}/opening-hours")
async def show_resource_hours(door: Door, resource_id: FromPath[UUID]) -> Response[OpeningHoursView]:
    """Show the hours of a resource over time; none of its own means those of what contains it."""
    act = Act("resource:read", "resource", resource_id, at_resource(door.principal))
    return await door.read(act, handlers.hours_view, resource_id)


@command("/v1/territories/{siren:str}/sites/{site_id:uuid}/exceptions")
async def add_site_exception(
    door: Door, site_id: FromPath[UUID], data: Body[AddException]
) -> Response[ExceptionView]:
    """Open a site otherwise on one day, or not at all."""
    act = Act("resource:manage", "site", site_id, at_site(door.principal, "resources"))
    return await door.command(act, handlers.add_exception, site_id, data)


@command("/v1/territories/{siren:str}/resources/{resource_id:uuid}/exceptions")
async def add_resource_exception(
    door: Door, resource_id: FromPath[UUID], data: Body[AddException]
) -> Response[ExceptionView]:
    """Open a resource, and what is inside it, otherwise on one day, or not at all."""
    act = Act("resource:manage", "resource", resource_id, at_resource(door.principal))
    return await door.command(act, handlers.add_exception, resource_id, data)


@command("/v1/territories/{siren:str}/resources/{resource_id:uuid}/exceptions/withdraw")
async def withdraw_resource_exception(
    door: Door, resource_id: FromPath[UUID], data: Body[WithdrawException]
) -> Response[None]:
    """Let a day of a resource follow the hours that it inherits again."""
    act = Act("resource:manage", "resource", resource_id, at_resource(door.principal))
    return await door.command(act, handlers.withdraw_exception, resource_id, data.day)


ROUTES: Final = [
    define_site_hours,
    define_resource_hours,
    show_site_hours,
    show_resource_hours,
    add_site_exception,
    add_resource_exception,
    withdraw_resource_exception,
]

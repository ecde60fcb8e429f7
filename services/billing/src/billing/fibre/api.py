"""HTTP door of fibre zones and lines."""

from typing import Final
from uuid import UUID

from billing.fibre import handlers
from billing.fibre.handlers import (
    ActivateLine,
    BookAppointment,
    OrderFibreLine,
    QualifyAddress,
    at_line,
    for_customer,
)
from billing.fibre.model import FibreLine, State, Zone
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


@creation("/v1/territories/{siren:str}/fibre-zones")
async def serve_zone(door: Door, data: Body[Zone]) -> Response[Zone]:
    """Say which sites can have fibre, from which day, on which terms."""
    return await door.create(Act("fibre-zone:serve", "fibre zone", data.zone_id), handlers.serve_zone, data)


@query("/v1/territories/{siren:str}/fibre-zones")
async def list_zones(door: Door, asked: Asked) -> Response[Listed[Zone]]:
    """List the zones by name."""
    return await door.page(Act("fibre-line:list", "territory", door.territory_id), handlers.zone_page, asked)


@creation("/v1/territories/{siren:str}/fibre-lines")
async def qualify_address(door: Door, data: Body[QualifyAddress]) -> Response[FibreLine]:
    """Say whether an address can have a line, on which terms."""
    act = Act("fibre-line:order", "fibre line", data.line_id, for_customer(door.principal, data))
    return await door.create(act, handlers.qualify_address, data)


@command("/v1/territories/{siren:str}/fibre-lines/{line_id:uuid}/order")
async def order_fibre_line(
    door: Door, line_id: FromPath[UUID], data: Body[OrderFibreLine]
) -> Response[FibreLine]:
    """Order a qualified line."""
    act = Act("fibre-line:order", "fibre line", line_id, at_line(door.principal))
    return await door.command(act, handlers.order_fibre_line, line_id, data)


@command("/v1/territories/{siren:str}/fibre-lines/{line_id:uuid}/appointment")
async def book_appointment(
    door: Door, line_id: FromPath[UUID], data: Body[BookAppointment]
) -> Response[FibreLine]:
    """Agree on when the technician comes."""
    act = Act("fibre-line:order", "fibre line", line_id, at_line(door.principal))
    return await door.command(act, handlers.book_appointment, line_id, data)


@command("/v1/territories/{siren:str}/fibre-lines/{line_id:uuid}/activate")
async def activate_line(door: Door, line_id: FromPath[UUID], data: Body[ActivateLine]) -> Response[FibreLine]:
    """Hand a line over working, as a measurement proves."""
    act = Act("fibre-line:activate", "fibre line", line_id, at_line(door.principal))
    return await door.command(act, handlers.activate_line, line_id, data)


@query("/v1/territories/{siren:str}/fibre-lines")
async def list_lines(
    door: Door, asked: Asked, in_state: FromQuery[State | None] = None
) -> Response[Listed[FibreLine]]:
    """List lines, newest first, of one state if asked."""
    act = Act("fibre-line:list", "territory", door.territory_id)
    return await door.page(act, handlers.line_page, asked, in_state)


@query("/v1/territories/{siren:str}/fibre-lines/own")
async def list_own_lines(door: Door, asked: Asked) -> Response[Listed[FibreLine]]:
    """List the caller's lines, and those of organisations that the caller acts for."""
    return await door.page(Open.SIGNED_IN, handlers.own_lines, asked, door.principal.person_id)


@query("/v1/territories/{siren:str}/fibre-lines/{line_id:uuid}")
async def show_line(door: Door, line_id: FromPath[UUID]) -> Response[FibreLine]:
    """Show a line and how far it got."""
    act = Act("fibre-line:see", "fibre line", line_id, at_line(door.principal))
    return await door.read(act, handlers.line_view, line_id)


ROUTES: Final = [
    serve_zone,
    list_zones,
    qualify_address,
    order_fibre_line,
    book_appointment,
    activate_line,
    list_lines,
    list_own_lines,
    show_line,
]

"""HTTP door of closures and of the bookings they hit."""

from typing import Final
from uuid import UUID

from booking.closing import handlers
from booking.closing.handlers import Affected, at_closure
from booking.closing.model import (
    CancelBookings,
    ClosureView,
    DeclareClosure,
    LiftClosure,
    MoveBookings,
    Outcome,
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


@creation("/v1/territories/{siren:str}/closures")
async def declare_closure(door: Door, data: Body[DeclareClosure]) -> Response[ClosureView]:
    """Close a site or a resource for a while; the answer names the bookings that this hits."""
    site = at_site(door.principal, "resources")

    async def look(tx: Tx, _closure_id: UUID) -> Target | None:
        return await site(tx, data.site_id)

    act = Act("resource:manage", "site for closure", data.closure_id, look)
    return await door.create(act, handlers.declare_closure, data)


@command("/v1/territories/{siren:str}/closures/{closure_id:uuid}/lift")
async def lift_closure(
    door: Door, closure_id: FromPath[UUID], data: Body[LiftClosure]
) -> Response[ClosureView]:
    """Let the place be booked again."""
    act = Act("resource:manage", "closure", closure_id, at_closure(door.principal, "resources"))
    return await door.command(act, handlers.lift_closure, closure_id, data)


@command("/v1/territories/{siren:str}/closures/{closure_id:uuid}/move-bookings")
async def move_bookings(
    door: Door, closure_id: FromPath[UUID], data: Body[MoveBookings]
) -> Response[Outcome]:
    """Move bookings that the closure hits, each where it was picked to go; the others stay flagged."""
    act = Act("booking:desk", "closure", closure_id, at_closure(door.principal))
    return await door.command(act, handlers.move_bookings, closure_id, data, door.principal)


@command("/v1/territories/{siren:str}/closures/{closure_id:uuid}/cancel-bookings")
async def cancel_bookings(
    door: Door, closure_id: FromPath[UUID], data: Body[CancelBookings]
) -> Response[Outcome]:
    """Cancel bookings that the closure hits, at no cost to anybody."""
    act = Act("booking:desk", "closure", closure_id, at_closure(door.principal))
    return await door.command(act, handlers.cancel_bookings, closure_id, data)


@query("/v1/territories/{siren:str}/closures/{closure_id:uuid}")
async def show_closure(door: Door, closure_id: FromPath[UUID]) -> Response[ClosureView]:
    """Show a closure."""
    act = Act("resource:read", "closure", closure_id, at_closure(door.principal))
    return await door.read(act, handlers.closure_view, closure_id)


@query("/v1/territories/{siren:str}/closures/{closure_id:uuid}/affected")
async def list_affected(door: Door, asked: Asked, closure_id: FromPath[UUID]) -> Response[Listed[Affected]]:
    """List the bookings that a closure hits, who comes, and what is free instead."""
    act = Act("booking:list", "closure", closure_id, at_closure(door.principal))
    return await door.page(act, handlers.affected, asked, closure_id)


@query("/v1/territories/{siren:str}/closures")
async def list_closures(door: Door, asked: Asked, site_id: FromQuery[UUID]) -> Response[Listed[ClosureView]]:
    """List the closures of a site that hold or will hold."""
    act = Act("resource:read", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.closure_page, asked, site_id)


ROUTES: Final = [
    declare_closure,
    lift_closure,
    move_bookings,
    cancel_bookings,
    show_closure,
    list_affected,
    list_closures,
]

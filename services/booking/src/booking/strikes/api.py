"""HTTP door of strikes."""

from typing import Final
from uuid import UUID

from booking.sites.handlers import at_site
from booking.strikes import handlers
from booking.strikes.handlers import LiftStrike, StrikeView, at_strike
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, query


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/strike/lift")
async def lift_strike(door: Door, booking_id: FromPath[UUID], data: Body[LiftStrike]) -> Response[StrikeView]:
    """Lift the strike of a booking that was missed."""
    act = Act("strike:lift", "strike", booking_id, at_strike(door.principal))
    return await door.command(act, handlers.lift_strike, booking_id, data)


@query("/v1/territories/{siren:str}/strikes/own")
async def list_own_strikes(door: Door, asked: Asked) -> Response[Listed[StrikeView]]:
    """List one's own strikes."""
    person_id = door.principal.person_id
    act = Act("booking:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.own_strikes, asked, person_id)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/strikes")
async def list_strikes(door: Door, asked: Asked, site_id: FromPath[UUID]) -> Response[Listed[StrikeView]]:
    """List the strikes at a site."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.strikes_of_site, asked, site_id)


ROUTES: Final = [lift_strike, list_own_strikes, list_strikes]

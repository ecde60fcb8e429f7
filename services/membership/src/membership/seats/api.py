"""The HTTP door to seats."""

from uuid import UUID

from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, query
from membership.affiliations.handlers import AffiliationShown
from membership.memberships.handlers import at_membership
from membership.seats import handlers
from membership.seats.handlers import GiveSeat, SeatRef, SeatShown, TakeSeat
from membership.vault import vault


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/seats")
async def give_seat(door: Door, membership_id: FromPath[UUID], data: Body[GiveSeat]) -> Response[SeatRef]:
    """Give a person a seat, as the company or for it."""
    act = Act("seat:give", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.give_seat, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/seats/{seat_id:uuid}/take")
async def take_seat(
    door: Door, membership_id: FromPath[UUID], seat_id: FromPath[UUID], data: Body[TakeSeat]
) -> Response[SeatRef]:
    """Take a seat back, as the company or for it."""
    act = Act("seat:take", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.take_seat, membership_id, seat_id, data, door.principal)


@query("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/seats")
async def list_seats(door: Door, asked: Asked, membership_id: FromPath[UUID]) -> Response[Listed[SeatShown]]:
    """List who has the seats, and who had them."""
    act = Act("seat:list", "membership", membership_id, at_membership(door.principal))
    return await door.page(act, handlers.list_seats, asked, membership_id, vault())


@query("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/people")
async def list_people(
    door: Door, asked: Asked, membership_id: FromPath[UUID]
) -> Response[Listed[AffiliationShown]]:
    """List the people of the company that holds a membership, to the company and to staff."""
    act = Act("seat:list", "membership", membership_id, at_membership(door.principal))
    return await door.page(act, handlers.list_people, asked, membership_id, vault())


ROUTES = [give_seat, take_seat, list_seats, list_people]

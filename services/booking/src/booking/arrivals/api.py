"""HTTP door of arrivals."""

from typing import Any, Final
from uuid import UUID

from booking.arrivals import handlers
from booking.arrivals.handlers import (
    DESK,
    ArrivalCode,
    CheckIn,
    CheckInGroup,
    CheckOut,
    FindByCode,
    GroupArrived,
    UndoCheckIn,
)
from booking.arrivals.model import WrongCode
from booking.bookings.handlers import BookingView, at_booking
from booking.sites.handlers import at_site
from chassis.http import Act, Body, Door, FromPath, Open, Response, command, post, query

_NOTHING: Final = b"null"


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/check-in")
async def check_in(door: Door, booking_id: FromPath[UUID], data: Body[CheckIn]) -> Response[BookingView]:
    """Record that the person came."""
    act = Act("booking:change", "booking", booking_id, at_booking(door.principal))
    return await door.command(act, handlers.check_in, booking_id, data, door.principal)


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/check-out")
async def check_out(door: Door, booking_id: FromPath[UUID], data: Body[CheckOut]) -> Response[BookingView]:
    """Record that the person left, and free the rest of the time."""
    act = Act("booking:change", "booking", booking_id, at_booking(door.principal))
    return await door.command(act, handlers.check_out, booking_id, data)


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/undo-check-in")
async def undo_check_in(
    door: Door, booking_id: FromPath[UUID], data: Body[UndoCheckIn]
) -> Response[BookingView]:
    """Take a mistaken check-in back, while somebody who comes late would still be let in."""
    act = Act(DESK, "booking", booking_id, at_booking(door.principal))
    return await door.command(act, handlers.undo_check_in, booking_id, data)


@command("/v1/territories/{siren:str}/sites/{site_id:uuid}/check-in-group")
async def check_in_group(
    door: Door, site_id: FromPath[UUID], data: Body[CheckInGroup]
) -> Response[GroupArrived]:
    """Record that a group came, at once; whoever could not be checked in is named."""
    act = Act(DESK, "site", site_id, at_site(door.principal))
    return await door.command(act, handlers.check_in_group, site_id, data, door.principal)


@post("/v1/territories/{siren:str}/arrivals/find", status_code=200)
async def find_by_code(door: Door, data: Body[FindByCode]) -> Response[Any]:
    """Find the booking of an arrival code at the sites where the caller receives people."""
    answer: Response[Any] = await door.read(Open.SIGNED_IN, handlers.find_by_code, data, door.principal)
    if answer.content == _NOTHING:
        raise WrongCode(code=data.code)
    return answer


@query("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/arrival-code")
async def show_arrival_code(door: Door, booking_id: FromPath[UUID]) -> Response[ArrivalCode]:
    """Show what stands for the booking at the desk, and when it holds."""
    act = Act("booking:read", "booking", booking_id, at_booking(door.principal))
    return await door.read(act, handlers.arrival_code, booking_id)


ROUTES: Final = [check_in, check_out, undo_check_in, check_in_group, find_by_code, show_arrival_code]

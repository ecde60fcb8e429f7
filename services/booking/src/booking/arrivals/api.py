"""HTTP door of arrivals."""

from typing import Final
from uuid import UUID

from booking.arrivals import handlers
from booking.arrivals.handlers import CheckIn
from booking.bookings.handlers import BookingView, at_booking
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/check-in")
async def check_in(door: Door, booking_id: FromPath[UUID], data: Body[CheckIn]) -> Response[BookingView]:
    """Record that the person came."""
    act = Act("booking:change", "booking", booking_id, at_booking(door.principal))
    return await door.command(act, handlers.check_in, booking_id, data, door.principal)


ROUTES: Final = [check_in]

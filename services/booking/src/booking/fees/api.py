"""HTTP door of what giving up costs."""

from typing import Final
from uuid import UUID

from booking.bookings.handlers import BookingView, at_booking
from booking.fees import handlers
from booking.fees.handlers import FeeView, WaiveFee
from chassis.http import Act, Body, Door, FromPath, Response, command, query


@query("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/cancellation-fee")
async def show_cancellation_fee(door: Door, booking_id: FromPath[UUID]) -> Response[FeeView]:
    """Show what giving the booking up would cost its member."""
    act = Act("booking:read", "booking", booking_id, at_booking(door.principal))
    return await door.read(act, handlers.cancellation_fee, booking_id)


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/waive-fee")
async def waive_fee(door: Door, booking_id: FromPath[UUID], data: Body[WaiveFee]) -> Response[BookingView]:
    """Let somebody off what stays due of a booking."""
    act = Act("fee:waive", "booking", booking_id, at_booking(door.principal))
    return await door.command(act, handlers.waive_fee, booking_id, data)


ROUTES: Final = [show_cancellation_fee, waive_fee]

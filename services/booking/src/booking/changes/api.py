"""HTTP door of what becomes of a booking."""

from typing import Final
from uuid import UUID

from booking.bookings.handlers import BookingView, at_booking
from booking.changes import handlers
from booking.changes.handlers import CancelBooking, ChangeResources, RescheduleBooking
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/reschedule")
async def reschedule_booking(
    door: Door, booking_id: FromPath[UUID], data: Body[RescheduleBooking]
) -> Response[BookingView]:
    """Move a booking; it stays where it was when the new time is not free."""
    act = _change(door, booking_id)
    return await door.command(act, handlers.reschedule_booking, booking_id, data, door.principal)


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/cancel")
async def cancel_booking(
    door: Door, booking_id: FromPath[UUID], data: Body[CancelBooking]
) -> Response[BookingView]:
    """Give a booking up."""
    act = _change(door, booking_id)
    return await door.command(act, handlers.cancel_booking, booking_id, data, door.principal)


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/change-resources")
async def change_resources(
    door: Door, booking_id: FromPath[UUID], data: Body[ChangeResources]
) -> Response[BookingView]:
    """Change what is booked with the resource; it stays as it was when something of it is taken."""
    act = _change(door, booking_id)
    return await door.command(act, handlers.change_resources, booking_id, data, door.principal)


def _change(door: Door, booking_id: UUID) -> Act:
    return Act("booking:change", "booking", booking_id, at_booking(door.principal))


ROUTES: Final = [reschedule_booking, cancel_booking, change_resources]

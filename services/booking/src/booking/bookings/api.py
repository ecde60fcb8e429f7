"""HTTP door of bookings."""

from typing import Final
from uuid import UUID

from booking.bookings import handlers
from booking.bookings.handlers import (
    BookingView,
    BookResource,
    ConfirmBooking,
    HoldBooking,
    at_booking,
)
from booking.credits.handlers import DrawsView, draws_of
from booking.resources.handlers import for_person
from chassis.http import Act, Body, Door, FromPath, Response, command, creation, query


@creation("/v1/territories/{siren:str}/bookings")
async def book_resource(door: Door, data: Body[BookResource]) -> Response[BookingView]:
    """Take a resource for a person; refused with alternatives when it is not free."""
    return await door.create(_booking(door, data), handlers.book_resource, data, door.principal)


@creation("/v1/territories/{siren:str}/bookings/held")
async def hold_booking(door: Door, data: Body[HoldBooking]) -> Response[BookingView]:
    """Keep a resource for some minutes, to be confirmed."""
    return await door.create(_booking(door, data), handlers.hold_booking, data, door.principal)


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/confirm")
async def confirm_booking(
    door: Door, booking_id: FromPath[UUID], data: Body[ConfirmBooking]
) -> Response[BookingView]:
    """Make a hold firm."""
    return await door.command(_change(door, booking_id), handlers.confirm_booking, booking_id, data)


@query("/v1/territories/{siren:str}/bookings/{booking_id:uuid}")
async def show_booking(door: Door, booking_id: FromPath[UUID]) -> Response[BookingView]:
    """Show a booking."""
    act = Act("booking:read", "booking", booking_id, at_booking(door.principal))
    return await door.read(act, handlers.booking_view, booking_id)


@query("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/credits")
async def show_draws(door: Door, booking_id: FromPath[UUID]) -> Response[DrawsView]:
    """Show what a booking takes of passes, and what is left of them."""
    act = Act("booking:read", "booking", booking_id, at_booking(door.principal))
    return await door.read(act, draws_of, booking_id)


def _booking(door: Door, data: HoldBooking) -> Act:
    look = for_person(door.principal, data.resource_id, data.person_id)
    return Act("booking:create", "booking", data.booking_id, look)


def _change(door: Door, booking_id: UUID) -> Act:
    return Act("booking:change", "booking", booking_id, at_booking(door.principal))


ROUTES: Final = [
    book_resource,
    hold_booking,
    confirm_booking,
    show_booking,
    show_draws,
]

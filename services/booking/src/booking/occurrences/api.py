"""HTTP door of single dates of a series."""

from typing import Final
from uuid import UUID

from booking.bookings.handlers import BookingView
from booking.occurrences import handlers
from booking.occurrences.handlers import RetryOccurrence, SkipOccurrence
from booking.series.handlers import at_series
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/series/{series_id:uuid}/skip")
async def skip_occurrence(
    door: Door, series_id: FromPath[UUID], data: Body[SkipOccurrence]
) -> Response[BookingView]:
    """Leave one date of a series out."""
    act = Act("booking:change", "series", series_id, at_series(door.principal))
    return await door.command(act, handlers.skip_occurrence, series_id, data, door.principal)


@command("/v1/territories/{siren:str}/series/{series_id:uuid}/retry")
async def retry_occurrence(
    door: Door, series_id: FromPath[UUID], data: Body[RetryOccurrence]
) -> Response[BookingView]:
    """Book a date that was left out, if it is free now."""
    act = Act("booking:change", "series", series_id, at_series(door.principal))
    return await door.command(act, handlers.retry_occurrence, series_id, data, door.principal)


ROUTES: Final = [skip_occurrence, retry_occurrence]

"""HTTP door of a series from a date on."""

from typing import Final
from uuid import UUID

from booking.following import handlers
from booking.following.handlers import ChangeSeries, EndSeries, SeriesEndedView
from booking.series.handlers import SeriesView, at_series
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/series/{series_id:uuid}/change")
async def change_series(
    door: Door, series_id: FromPath[UUID], data: Body[ChangeSeries]
) -> Response[SeriesView]:
    """Change a series from a date on; answers with the series that holds these dates now."""
    act = Act("booking:change", "series", series_id, at_series(door.principal))
    return await door.command(act, handlers.change_series, series_id, data, door.principal)


@command("/v1/territories/{siren:str}/series/{series_id:uuid}/end")
async def end_series(
    door: Door, series_id: FromPath[UUID], data: Body[EndSeries]
) -> Response[SeriesEndedView]:
    """Give a series up from a date on; answers with what stays due of each date."""
    act = Act("booking:change", "series", series_id, at_series(door.principal))
    return await door.command(act, handlers.end_series, series_id, data, door.principal)


ROUTES: Final = [change_series, end_series]

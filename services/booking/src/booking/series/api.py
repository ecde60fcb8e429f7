"""HTTP door of series."""

from typing import Final
from uuid import UUID

from booking.resources.handlers import for_person
from booking.series import handlers
from booking.series.handlers import OccurrenceView, SeriesView, StartSeries, at_series
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, creation, query


@creation("/v1/territories/{siren:str}/series")
async def start_series(door: Door, data: Body[StartSeries]) -> Response[SeriesView]:
    """Book by a rule; dates in the way are left out by name with what is free instead, or all is refused."""
    look = for_person(door.principal, data.resource_id, data.person_id)
    act = Act("booking:create", "series", data.series_id, look)
    return await door.create(act, handlers.start_series, data, door.principal)


@query("/v1/territories/{siren:str}/series/own")
async def list_own_series(door: Door, asked: Asked) -> Response[Listed[SeriesView]]:
    """List one's own series, the latest first."""
    person_id = door.principal.person_id
    act = Act("booking:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.own_series, asked, person_id)


@query("/v1/territories/{siren:str}/series/{series_id:uuid}")
async def show_series(door: Door, series_id: FromPath[UUID]) -> Response[SeriesView]:
    """Show a series."""
    act = Act("booking:read", "series", series_id, at_series(door.principal))
    return await door.read(act, handlers.series_view, series_id)


@query("/v1/territories/{siren:str}/series/{series_id:uuid}/occurrences")
async def list_occurrences(
    door: Door, asked: Asked, series_id: FromPath[UUID]
) -> Response[Listed[OccurrenceView]]:
    """List the dates of a series, in order, with what became of each."""
    act = Act("booking:read", "series", series_id, at_series(door.principal))
    return await door.page(act, handlers.occurrence_page, asked, series_id)


ROUTES: Final = [start_series, list_own_series, show_series, list_occurrences]

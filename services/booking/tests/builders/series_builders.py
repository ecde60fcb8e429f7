"""Builds series: what is asked for, and the acts on them as their person."""

from typing import Any
from uuid import UUID

from booking_builders import Hub

from booking.resources.handlers import ResourceView
from booking.series.handlers import OccurrenceView, SeriesView, StartSeries, occurrence_page, start_series
from chassis.ids import new_id
from chassis.pages import Asked

TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"
TUESDAY = "2035-03-06"


async def start(hub: Hub, room: ResourceView, person_id: UUID, **said: Any) -> SeriesView:
    """Begin a series of Tuesdays at 10:00 of an hour and a half, if nothing else is said."""
    values: dict[str, Any] = {
        "series_id": new_id(),
        "resource_id": room.resource_id,
        "person_id": person_id,
        "rule": f"{TUESDAYS};COUNT=4",
        "first": f"{TUESDAY}T10:00",
        "minutes": 90,
    }
    principal = said.pop("principal", None) or hub.principal(person_id)
    async with hub.database.tx(hub.territory) as tx:
        return await start_series(tx, StartSeries(**values | said), principal)


async def dates(hub: Hub, series_id: UUID) -> list[OccurrenceView]:
    """Return the dates of a series with what became of each."""
    async with hub.database.tx(hub.territory) as tx:
        return (await occurrence_page(tx, Asked(200), series_id)).items


async def states(hub: Hub, series_id: UUID) -> dict[str, str]:
    """Return by day of the month and month what became of each date."""
    return {each.recurrence_id[5:10]: each.state for each in await dates(hub, series_id)}

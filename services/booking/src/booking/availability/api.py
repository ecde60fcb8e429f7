"""HTTP door of the search for what is free."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from litestar.params import QueryParameter

from booking.availability import handlers
from booking.availability.store import Wish
from booking.openings.model import period
from booking.resources.handlers import ResourceView
from chassis.http import Act, Asked, Door, FromQuery, Listed, Response, query


@query("/v1/territories/{siren:str}/resources/free")
async def free_resources(  # noqa: PLR0913 - each is a field of the search form
    door: Door,
    asked: Asked,
    *,
    start: FromQuery[datetime],
    end: FromQuery[datetime],
    site_id: FromQuery[UUID | None] = None,
    kind: FromQuery[list[str] | None] = None,
    capacity: Annotated[int | None, QueryParameter(ge=1)] = None,
    feature: FromQuery[list[str] | None] = None,
) -> Response[Listed[ResourceView]]:
    """List what is open and free for the whole period, by site, kinds, capacity and features if asked.

    Who leads sessions is found only by asking for the kind `person`.
    """
    act = Act("resource:read", "territory", door.territory_id)
    wish = Wish(period(start, end), site_id, kind or (), capacity, feature or ())
    return await door.page(act, handlers.free_resources, asked, wish)


ROUTES: Final = [free_resources]

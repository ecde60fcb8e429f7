"""HTTP door of what is booked."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from booking.bookings.handlers import BookingView
from booking.openings.model import aware
from booking.planning import handlers
from booking.planning.handlers import NamedBooking, Planning
from booking.planning.store import Filter
from booking.sites.handlers import at_site
from chassis.decisions import Target
from chassis.http import Act, Asked, Door, FromPath, FromQuery, Listed, Response, query


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/planning")
async def show_planning(door: Door, site_id: FromPath[UUID], day: FromQuery[date]) -> Response[Planning]:
    """Show the day of a site: what is taken, and which of it is one's own."""
    act = Act("resource:read", "site", site_id, at_site(door.principal))
    return await door.read(act, handlers.planning, site_id, day, door.principal.person_id)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/planning/named")
async def show_named_planning(
    door: Door, site_id: FromPath[UUID], day: FromQuery[date]
) -> Response[Planning]:
    """Show the day of a site to its staff: who comes, and when."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    return await door.read(act, handlers.named_planning, site_id, day)


@query("/v1/territories/{siren:str}/bookings/own")
async def list_own_bookings(door: Door, asked: Asked) -> Response[Listed[BookingView]]:
    """List one's own bookings, the latest first."""
    person_id = door.principal.person_id
    mine = Target(door.territory_id, owner_id=person_id)
    act = Act("booking:read", "person", person_id, mine)
    return await door.page(act, handlers.own_bookings, asked, person_id)


@query("/v1/territories/{siren:str}/bookings")
async def list_bookings(  # noqa: PLR0913 - each is a field of the search form
    door: Door,
    asked: Asked,
    *,
    site_id: FromQuery[UUID | None] = None,
    person_id: FromQuery[UUID | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    flagged: FromQuery[bool] = False,
) -> Response[Listed[NamedBooking]]:
    """List bookings with names: of a site, a person, a stretch of time, or those flagged for staff."""
    act = (
        Act("booking:list", "site", site_id, at_site(door.principal))
        if site_id
        else Act("booking:list", "territory", door.territory_id)
    )
    wanted = Filter(site_id, person_id, since and aware(since), until and aware(until), flagged)
    return await door.page(act, handlers.bookings_page, asked, wanted)


ROUTES: Final = [show_planning, show_named_planning, list_own_bookings, list_bookings]

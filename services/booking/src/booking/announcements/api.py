"""HTTP door of announcements."""

from datetime import datetime
from typing import Final
from uuid import UUID

from booking.announcements import handlers
from booking.announcements.handlers import Reached, TellPeople
from booking.sites import store as sites
from booking.sites.handlers import at_site, target
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Body, Door, FromPath, FromQuery, Response, creation, query

_DESK: Final = "booking:desk"


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/announcements/reach")
async def show_reach(
    door: Door, site_id: FromPath[UUID], since: FromQuery[datetime], until: FromQuery[datetime]
) -> Response[Reached]:
    """Say how many an announcement would reach, and who of them has no mail address."""
    act = Act(_DESK, "site", site_id, at_site(door.principal))
    return await door.read(act, handlers.reach, site_id, since, until)


@creation("/v1/territories/{siren:str}/sites/{site_id:uuid}/announcements")
async def tell_people(door: Door, site_id: FromPath[UUID], data: Body[TellPeople]) -> Response[Reached]:
    """Tell everybody who is booked at the site in that time, once."""

    async def look(tx: Tx, _announcement_id: UUID) -> Target | None:
        site = await sites.site(tx, site_id)
        return await target(tx, site, door.principal) if site else None

    act = Act(_DESK, "announcement", data.announcement_id, look)
    return await door.create(act, handlers.tell_people, site_id, data)


ROUTES: Final = [show_reach, tell_people]

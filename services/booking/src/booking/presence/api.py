"""HTTP door of presence."""

from typing import Final
from uuid import UUID

from booking.presence import handlers
from booking.presence.handlers import Presence
from booking.sites.handlers import at_site
from chassis.http import Act, Door, FromPath, Response, query


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/presence")
async def show_presence(door: Door, site_id: FromPath[UUID]) -> Response[Presence]:
    """Show who is at a site now."""
    act = Act("booking:desk", "site", site_id, at_site(door.principal))
    return await door.read(act, handlers.presence, site_id)


ROUTES: Final = [show_presence]

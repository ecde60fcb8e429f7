"""HTTP door of agreements to share sessions."""

from typing import Final

from booking.sharing import handlers
from booking.sharing.handlers import SessionPartners
from chassis.http import Act, Door, Response, query


@query("/v1/territories/{siren:str}/session-partners")
async def list_session_partners(door: Door) -> Response[SessionPartners]:
    """List the territories for which seats of sessions may be kept."""
    return await door.read(Act("session:read", "territory", door.territory_id), handlers.partners)


ROUTES: Final = [list_session_partners]

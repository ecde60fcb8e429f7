"""HTTP door of qualifications."""

from typing import Final
from uuid import UUID

from booking.qualifications import handlers
from booking.qualifications.handlers import MachineForMe
from chassis.http import Act, Asked, Door, FromQuery, Listed, Response, query


@query("/v1/territories/{siren:str}/machines/own")
async def list_own_machines(
    door: Door, asked: Asked, site_id: FromQuery[UUID | None] = None
) -> Response[Listed[MachineForMe]]:
    """List machines by name, and what the caller lacks to use each."""
    act = Act("resource:read", "territory", door.territory_id)
    return await door.page(act, handlers.own_machines, asked, door.principal.person_id, site_id)


ROUTES: Final = [list_own_machines]

"""The HTTP door to territories: opening one, its clock, and the list of all."""

from chassis.db import PLATFORM
from chassis.errors import Forbidden
from chassis.http import Act, Asked, Body, Door, Listed, Open, Response, command, creation, query
from membership.territories import handlers, store
from membership.territories.handlers import MoveClock, TerritoryNow
from membership.territories.model import OpenTerritory, Territory


@creation("/v1/territories/{siren:str}")
async def open_territory(door: Door, data: Body[OpenTerritory]) -> Response[TerritoryNow]:
    """Open the territory of this SIREN, once: its id is the SIREN itself."""
    act = Act("territory:open", "territory", door.territory_id)
    return await door.create(act, handlers.open_territory, data)


@command("/v1/territories/{siren:str}/move-clock")
async def move_clock(door: Door, data: Body[MoveClock]) -> Response[TerritoryNow]:
    """Move the clock of a sandbox forward."""
    act = Act("territory:move-clock", "territory", door.territory_id)
    return await door.command(act, handlers.move_clock, data)


@query("/v1/territories/{siren:str}")
async def show_territory(door: Door) -> Response[TerritoryNow]:
    """Show a territory and its business time."""
    return await door.read(insider(door), handlers.shown)


@query("/v1/platform/territories")
async def list_territories(door: Door, asked: Asked) -> Response[Listed[Territory]]:
    """List every open territory."""
    return await door.page(Act("territory:list", "platform", PLATFORM), store.territories, asked)


def insider(door: Door) -> Open:
    """Let whoever has a role in the territory read what all of them may, a role at one site included.

    Raises Forbidden for others, the same whether the territory is open or not.
    """
    if not door.principal.acts_in(door.territory_id):
        raise Forbidden(action="territory:see")
    return Open.SIGNED_IN


ROUTES = [open_territory, move_clock, show_territory, list_territories]

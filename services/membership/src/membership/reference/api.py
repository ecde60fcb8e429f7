"""The HTTP door to the public registers: groupings, their towns, and what was loaded."""

from chassis.http import Asked, Door, FromPath, FromQuery, Listed, Open, Response, query
from membership.reference import store
from membership.reference.model import GroupingShown, Loaded, TownShown


@query("/v1/platform/groupings")
async def find_groupings(
    door: Door, asked: Asked, name: FromQuery[str] = ""
) -> Response[Listed[GroupingShown]]:
    """List groupings of towns by name; `name` needs no accents and may be a part."""
    return await door.page(Open.SIGNED_IN, store.groupings, asked, name)


@query("/v1/platform/groupings/{grouping:str}")
async def show_grouping(door: Door, grouping: FromPath[str]) -> Response[GroupingShown]:
    """Show one grouping by its SIREN."""
    return await door.read(Open.SIGNED_IN, store.grouping, grouping)


@query("/v1/platform/groupings/{grouping:str}/towns")
async def list_towns(door: Door, asked: Asked, grouping: FromPath[str]) -> Response[Listed[TownShown]]:
    """List the towns of a grouping by name."""
    return await door.page(Open.SIGNED_IN, store.towns, asked, grouping)


@query("/v1/platform/reference-loads")
async def list_loads(door: Door, asked: Asked) -> Response[Listed[Loaded]]:
    """List what was loaded of each public register, and how often each flaw was found."""
    return await door.page(Open.SIGNED_IN, store.loads, asked)


ROUTES = [find_groupings, show_grouping, list_towns, list_loads]

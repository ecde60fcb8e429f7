"""The HTTP door to retention: the rules, what is due, the purge, and those that were made."""

from booking.retention import handlers
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, query
from chassis.retention import Due, Purge, PurgeShown, Rules, RuleShown, SetMonths


@query("/v1/territories/{siren:str}/retention")
async def show_rules(door: Door) -> Response[Rules]:
    """Show what this service keeps for how long here, on which basis, and how much is due today."""
    return await door.read(_act(door, "retention:see"), handlers.show_rules)


@query("/v1/territories/{siren:str}/retention/{purpose:str}/due")
async def list_due(door: Door, asked: Asked, purpose: FromPath[str]) -> Response[Listed[Due]]:
    """List what a purge would take today, without names, the oldest first."""
    return await door.page(_act(door, "retention:see"), handlers.list_due, asked, purpose)


@query("/v1/territories/{siren:str}/retention/purges")
async def list_purges(door: Door, asked: Asked) -> Response[Listed[PurgeShown]]:
    """List the purges that were made, the last one first."""
    return await door.page(_act(door, "retention:see"), handlers.list_purges, asked)


@command("/v1/territories/{siren:str}/retention/{purpose:str}/months")
async def set_months(door: Door, purpose: FromPath[str], data: Body[SetMonths]) -> Response[RuleShown]:
    """Set how many months are kept, within the bounds of the rule."""
    return await door.command(_act(door, "retention:set"), handlers.set_months, purpose, data)


@command("/v1/territories/{siren:str}/retention/{purpose:str}/purge")
async def purge(door: Door, purpose: FromPath[str], data: Body[Purge]) -> Response[PurgeShown]:
    """Purge what is older than the day that the dry run showed; it cannot be undone."""
    by = door.principal.person_id
    return await door.command(_act(door, "retention:purge"), handlers.purge, purpose, data, by)


def _act(door: Door, action: str) -> Act:
    return Act(action, "territory", door.territory_id)


ROUTES = [show_rules, list_due, list_purges, set_months, purge]

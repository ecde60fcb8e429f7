"""HTTP door of maintenance."""

from typing import Final
from uuid import UUID

from booking.maintenance import handlers
from booking.maintenance.handlers import (
    MaintenanceRef,
    MaintenanceRuleView,
    MaintenanceView,
    RecordMaintenance,
    RetireMaintenanceRule,
    SetMaintenanceRule,
    at_machine,
    at_rule,
    by_rule,
)
from booking.sites.handlers import at_site
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Response,
    command,
    creation,
    query,
)

_ALL: Final = "/v1/territories/{siren:str}"


@creation(_ALL + "/maintenance-rules")
async def set_rule(door: Door, data: Body[SetMaintenanceRule]) -> Response[MaintenanceRuleView]:
    """Set when a machine is due for maintenance."""
    at = at_machine(door.principal, data.resource_id)
    act = Act("resource:manage", "maintenance rule", data.rule_id, at)
    return await door.create(act, handlers.set_rule, data)


@command(_ALL + "/maintenance-rules/{rule_id:uuid}/retire")
async def retire_rule(
    door: Door, rule_id: FromPath[UUID], data: Body[RetireMaintenanceRule]
) -> Response[MaintenanceRuleView]:
    """Retire a rule of maintenance."""
    act = Act("resource:manage", "maintenance rule", rule_id, at_rule(door.principal))
    return await door.command(act, handlers.retire_rule, rule_id, data)


@creation(_ALL + "/maintenances")
async def record_maintenance(door: Door, data: Body[RecordMaintenance]) -> Response[MaintenanceRef]:
    """Note that maintenance was done: a machine that waited for it can be started again."""
    at = by_rule(door.principal, data.rule_id)
    act = Act("resource:manage", "maintenance", data.maintenance_id, at)
    return await door.create(act, handlers.record_maintenance, data, door.principal)


@query(_ALL + "/sites/{site_id:uuid}/maintenance-rules")
async def list_rules(
    door: Door, asked: Asked, site_id: FromPath[UUID]
) -> Response[Listed[MaintenanceRuleView]]:
    """List the rules of a site's machines and how each stands: fine, soon due, or due."""
    act = Act("resource:manage", "site", site_id, at_site(door.principal, "resources"))
    return await door.page(act, handlers.rule_page, asked, site_id)


@query(_ALL + "/sites/{site_id:uuid}/maintenances")
async def list_done(
    door: Door, asked: Asked, site_id: FromPath[UUID], resource_id: FromQuery[UUID | None] = None
) -> Response[Listed[MaintenanceView]]:
    """List what maintenance was done at a site, the last one first."""
    act = Act("resource:manage", "site", site_id, at_site(door.principal, "resources"))
    return await door.page(act, handlers.done_page, asked, site_id, resource_id)


ROUTES: Final = [set_rule, retire_rule, record_maintenance, list_rules, list_done]

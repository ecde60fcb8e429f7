"""HTTP door of booking policies; what they say is public to every role."""

from datetime import date
from typing import Final
from uuid import UUID

from booking.policies import handlers
from booking.policies.handlers import (
    PolicyInForce,
    PolicyVersions,
    PublishPolicy,
    PublishVersion,
    RetirePolicy,
    at_policy,
    at_scope,
)
from booking.policies.model import PolicyVersion
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


@creation("/v1/territories/{siren:str}/policies")
async def publish_policy(door: Door, data: Body[PublishPolicy]) -> Response[PolicyVersion]:
    """Publish a policy for a site or a resource."""
    act = Act("policy:manage", "policy", data.policy_id, at_scope(door.principal, data.scope_id))
    return await door.create(act, handlers.publish_policy, data)


@command("/v1/territories/{siren:str}/policies/{policy_id:uuid}/versions")
async def publish_version(
    door: Door, policy_id: FromPath[UUID], data: Body[PublishVersion]
) -> Response[PolicyVersion]:
    """Publish the next version of a policy."""
    act = Act("policy:manage", "policy", policy_id, at_policy(door.principal))
    return await door.command(act, handlers.publish_version, policy_id, data)


@command("/v1/territories/{siren:str}/policies/{policy_id:uuid}/retire")
async def retire_policy(
    door: Door, policy_id: FromPath[UUID], data: Body[RetirePolicy]
) -> Response[PolicyVersion]:
    """Retire a policy."""
    act = Act("policy:manage", "policy", policy_id, at_policy(door.principal))
    return await door.command(act, handlers.retire_policy, policy_id, data)


@query("/v1/territories/{siren:str}/policies/{policy_id:uuid}")
async def show_policy(door: Door, policy_id: FromPath[UUID]) -> Response[PolicyVersions]:
    """Show every version of a policy."""
    act = Act("resource:read", "policy", policy_id, at_policy(door.principal))
    return await door.read(act, handlers.show_policy, policy_id)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/policies")
async def list_policies(door: Door, asked: Asked, site_id: FromPath[UUID]) -> Response[Listed[PolicyVersion]]:
    """List the policies of a site, each with all its versions."""
    act = Act("resource:read", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.list_policies, asked, site_id)


@query("/v1/territories/{siren:str}/policies/in-force")
async def show_policy_in_force(
    door: Door, scope_id: FromQuery[UUID], day: FromQuery[date | None] = None, audience: FromQuery[str] = ""
) -> Response[PolicyInForce]:
    """Show which policy holds for a site or a resource, on a day and for an audience."""
    act = Act("resource:read", "policy", scope_id, at_scope(door.principal, scope_id))
    return await door.read(act, handlers.policy_in_force, scope_id, day, audience)


ROUTES: Final = [
    publish_policy,
    publish_version,
    retire_policy,
    show_policy,
    list_policies,
    show_policy_in_force,
]

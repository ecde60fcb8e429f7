"""The HTTP door to plans: what is on offer is public."""

from datetime import date
from uuid import UUID

from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Open,
    Response,
    command,
    creation,
    query,
)
from membership.plans import handlers
from membership.plans.handlers import PublishPlan, RetirePlan, Versions
from membership.plans.model import PlanVersion, Terms


@creation("/v1/territories/{siren:str}/plans")
async def publish_plan(door: Door, data: Body[PublishPlan]) -> Response[PlanVersion]:
    """Publish a plan."""
    return await door.create(Act("plan:publish", "plan", data.plan_id), handlers.publish_plan, data)


@command("/v1/territories/{siren:str}/plans/{plan_id:uuid}/versions")
async def publish_version(door: Door, plan_id: FromPath[UUID], data: Body[Terms]) -> Response[PlanVersion]:
    """Publish the next version of a plan."""
    return await door.command(Act("plan:publish", "plan", plan_id), handlers.publish_version, plan_id, data)


@command("/v1/territories/{siren:str}/plans/{plan_id:uuid}/retire")
async def retire_plan(door: Door, plan_id: FromPath[UUID], data: Body[RetirePlan]) -> Response[PlanVersion]:
    """Retire a plan."""
    return await door.command(Act("plan:retire", "plan", plan_id), handlers.retire_plan, plan_id, data)


@query("/v1/territories/{siren:str}/plans/{plan_id:uuid}")
async def show_plan(door: Door, plan_id: FromPath[UUID]) -> Response[Versions]:
    """Show every version of a plan."""
    return await door.read(Open.ANYONE, handlers.show_plan, plan_id)


@query("/v1/territories/{siren:str}/plans")
async def list_plans(
    door: Door, asked: Asked, day: FromQuery[date | None] = None, audience: FromQuery[str] = ""
) -> Response[Listed[PlanVersion]]:
    """List what can be taken on a day, today if none is given, by an audience or by any."""
    return await door.page(Open.ANYONE, handlers.list_plans, asked, day, audience)


ROUTES = [publish_plan, publish_version, retire_plan, show_plan, list_plans]

"""The HTTP door to what may happen in the life of a membership."""

from uuid import UUID

from chassis.http import Act, Body, Door, FromPath, Response, command, query
from membership.changes import handlers
from membership.changes.handlers import ChangePlan, FundMembership, GoOn, Outlook, ReactivateMembership
from membership.memberships.handlers import (
    MembershipShown,
    ResumeMembership,
    SuspendMembership,
    at_membership,
)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/change-plan")
async def change_plan(
    door: Door, membership_id: FromPath[UUID], data: Body[ChangePlan]
) -> Response[MembershipShown]:
    """Change to another plan, audience or number of seats, at once or with the next billing period."""
    act = Act("membership:change-plan", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.change_plan, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/fund")
async def fund_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[FundMembership]
) -> Response[MembershipShown]:
    """Have a partner pay its share under a convention, or end that."""
    act = Act("membership:fund", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.fund_membership, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/renew")
async def renew_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[GoOn]
) -> Response[MembershipShown]:
    """Accept a further term."""
    act = Act("membership:renew", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.renew_membership, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/confirm-trial")
async def confirm_trial(
    door: Door, membership_id: FromPath[UUID], data: Body[GoOn]
) -> Response[MembershipShown]:
    """Let a trial become a membership that is charged."""
    act = Act("membership:renew", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.confirm_trial, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/withdraw-notice")
async def withdraw_notice(
    door: Door, membership_id: FromPath[UUID], data: Body[GoOn]
) -> Response[MembershipShown]:
    """Withdraw a notice before its day."""
    act = Act("membership:renew", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.withdraw_notice, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/pause")
async def pause_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[SuspendMembership]
) -> Response[MembershipShown]:
    """Let a membership rest, as its holder wishes."""
    act = Act("membership:pause", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.pause_membership, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/take-up")
async def take_up_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[ResumeMembership]
) -> Response[MembershipShown]:
    """End a pause."""
    act = Act("membership:pause", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.take_up_membership, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/reactivate")
async def reactivate_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[ReactivateMembership]
) -> Response[MembershipShown]:
    """Take up a membership that had ended."""
    act = Act("membership:reactivate", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.reactivate_membership, membership_id, data, door.principal)


@query("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/outlook")
async def show_outlook(door: Door, membership_id: FromPath[UUID]) -> Response[Outlook]:
    """Show what may be done with a membership, and the days that count."""
    act = Act("membership:see", "membership", membership_id, at_membership(door.principal))
    return await door.read(act, handlers.outlook, membership_id)


ROUTES = [
    change_plan,
    fund_membership,
    renew_membership,
    confirm_trial,
    withdraw_notice,
    pause_membership,
    take_up_membership,
    reactivate_membership,
    show_outlook,
]

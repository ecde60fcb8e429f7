"""The HTTP door to memberships."""

from uuid import UUID

from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Target
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
from membership.memberships import handlers
from membership.memberships.handlers import (
    CancelMembership,
    ConfirmMembership,
    EndMembership,
    MembershipShown,
    ResumeMembership,
    SuspendMembership,
    at_membership,
)
from membership.sites import store as sites


@creation("/v1/territories/{siren:str}/memberships")
async def confirm_membership(door: Door, data: Body[ConfirmMembership]) -> Response[MembershipShown]:
    """Confirm a membership of a person or an organisation."""
    act = Act("membership:confirm", "membership", data.membership_id, _place(data.site_ids))
    return await door.create(act, handlers.confirm_membership, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/suspend")
async def suspend_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[SuspendMembership]
) -> Response[MembershipShown]:
    """Let a membership rest."""
    act = Act("membership:suspend", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.suspend_membership, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/resume")
async def resume_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[ResumeMembership]
) -> Response[MembershipShown]:
    """Let a suspended membership go on."""
    act = Act("membership:resume", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.resume_membership, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/end")
async def end_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[EndMembership]
) -> Response[MembershipShown]:
    """End a membership without notice, for a reason."""
    act = Act("membership:end", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.end_membership, membership_id, data, door.principal)


@command("/v1/territories/{siren:str}/memberships/{membership_id:uuid}/cancel")
async def cancel_membership(
    door: Door, membership_id: FromPath[UUID], data: Body[CancelMembership]
) -> Response[MembershipShown]:
    """Give notice of a membership, as its holder or for them."""
    act = Act("membership:cancel", "membership", membership_id, at_membership(door.principal))
    return await door.command(act, handlers.cancel_membership, membership_id, data, door.principal)


@query("/v1/territories/{siren:str}/memberships/{membership_id:uuid}")
async def show_membership(door: Door, membership_id: FromPath[UUID]) -> Response[MembershipShown]:
    """Show a membership."""
    act = Act("membership:see", "membership", membership_id, at_membership(door.principal))
    return await door.read(act, handlers.show_membership, membership_id)


@query("/v1/territories/{siren:str}/memberships")
async def list_memberships(
    door: Door, asked: Asked, holder_id: FromQuery[UUID | None] = None
) -> Response[Listed[MembershipShown]]:
    """List the memberships of the territory, those that begin last first; of one holder, if one is named."""
    act = Act("membership:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_memberships, asked, holder_id)


@query("/v1/territories/{siren:str}/my-memberships")
async def list_own(door: Door, asked: Asked) -> Response[Listed[MembershipShown]]:
    """List one's own memberships, and those of the organisations one belongs to today."""
    return await door.page(Open.SIGNED_IN, handlers.list_own, asked, door.principal.person_id)


def _place(site_ids: tuple[UUID, ...]) -> Lookup | None:
    """Return how the one site of a new membership is found; several are the territory's business."""
    if len(site_ids) != 1:
        return None

    async def place(tx: Tx, _membership_id: UUID) -> Target | None:
        return await sites.target(tx, site_ids[0])

    return place


ROUTES = [
    confirm_membership,
    suspend_membership,
    resume_membership,
    end_membership,
    cancel_membership,
    show_membership,
    list_memberships,
    list_own,
]

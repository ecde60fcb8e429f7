"""The HTTP door to networks: the platform's operator forms them, each territory joins and leaves itself."""

from uuid import UUID

from chassis.db import PLATFORM
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query
from membership.networks import handlers, store
from membership.networks.model import (
    Agreement,
    EndSharingAgreement,
    FormNetwork,
    JoinNetwork,
    LeaveNetwork,
    Member,
    Network,
    SignSharingAgreement,
)


@creation("/v1/platform/networks")
async def form_network(door: Door, data: Body[FormNetwork]) -> Response[Network]:
    """Form a network of territories."""
    act = Act("network:form", "network", data.network_id)
    return await door.create(act, handlers.form_network, data)


@query("/v1/platform/networks")
async def list_networks(door: Door, asked: Asked) -> Response[Listed[Network]]:
    """List every network with its members and agreements."""
    return await door.page(Act("network:list", "platform", PLATFORM), store.networks, asked)


@query("/v1/platform/networks/{network_id:uuid}")
async def show_network(door: Door, network_id: FromPath[UUID]) -> Response[Network]:
    """Show a network with its members and agreements."""
    return await door.read(Act("network:list", "network", network_id), store.network, network_id)


@query("/v1/territories/{siren:str}/networks")
async def list_own_networks(door: Door, asked: Asked) -> Response[Listed[Network]]:
    """List the networks that the territory is or was in."""
    act = Act("network:list-own", "territory", door.territory_id)
    return await door.page(act, store.networks_of, asked)


@command("/v1/territories/{siren:str}/networks/{network_id:uuid}/join")
async def join_network(door: Door, network_id: FromPath[UUID], data: Body[JoinNetwork]) -> Response[Member]:
    """Join a network."""
    act = Act("network:join", "network", network_id)
    return await door.command(act, handlers.join_network, network_id, data)


@command("/v1/territories/{siren:str}/networks/{network_id:uuid}/leave")
async def leave_network(door: Door, network_id: FromPath[UUID], data: Body[LeaveNetwork]) -> Response[Member]:
    """Leave a network."""
    act = Act("network:leave", "network", network_id)
    return await door.command(act, handlers.leave_network, network_id, data)


@creation("/v1/platform/sharing-agreements")
async def sign_agreement(door: Door, data: Body[SignSharingAgreement]) -> Response[Agreement]:
    """Sign an agreement between members of a network to share one kind of thing."""
    act = Act("sharing-agreement:sign", "sharing agreement", data.agreement_id)
    return await door.create(act, handlers.sign_sharing_agreement, data)


@command("/v1/platform/sharing-agreements/{agreement_id:uuid}/end")
async def end_agreement(
    door: Door, agreement_id: FromPath[UUID], data: Body[EndSharingAgreement]
) -> Response[Agreement]:
    """End an agreement before its time."""
    act = Act("sharing-agreement:end", "sharing agreement", agreement_id)
    return await door.command(act, handlers.end_sharing_agreement, agreement_id, data)


ROUTES = [
    form_network,
    list_networks,
    show_network,
    list_own_networks,
    join_network,
    leave_network,
    sign_agreement,
    end_agreement,
]

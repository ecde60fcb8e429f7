"""The HTTP door to operators and delegations."""

from uuid import UUID

from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query
from membership.operators import handlers, store
from membership.operators.model import (
    Delegation,
    EndDelegation,
    GrantDelegation,
    Operator,
    RegisterOperator,
)


@creation("/v1/territories/{siren:str}/operators")
async def register_operator(door: Door, data: Body[RegisterOperator]) -> Response[Operator]:
    """Register an organisation as one that may run sites of the territory."""
    act = Act("operator:register", "operator", data.operator_id)
    return await door.create(act, handlers.register_operator, data)


@query("/v1/territories/{siren:str}/operators")
async def list_operators(door: Door, asked: Asked) -> Response[Listed[Operator]]:
    """List the operators of the territory by name."""
    return await door.page(Act("operator:list", "territory", door.territory_id), store.operators, asked)


@creation("/v1/territories/{siren:str}/delegations")
async def grant_delegation(door: Door, data: Body[GrantDelegation]) -> Response[Delegation]:
    """Entrust an operator with acts on sites of the territory."""
    act = Act("delegation:grant", "delegation", data.delegation_id)
    return await door.create(act, handlers.grant_delegation, data)


@command("/v1/territories/{siren:str}/delegations/{delegation_id:uuid}/end")
async def end_delegation(
    door: Door, delegation_id: FromPath[UUID], data: Body[EndDelegation]
) -> Response[Delegation]:
    """End a delegation before its time."""
    act = Act("delegation:end", "delegation", delegation_id)
    return await door.command(act, handlers.end_delegation, delegation_id, data)


@query("/v1/territories/{siren:str}/delegations")
async def list_delegations(door: Door, asked: Asked) -> Response[Listed[Delegation]]:
    """List the delegations of the territory, those that ended too."""
    return await door.page(Act("delegation:list", "territory", door.territory_id), store.delegations, asked)


ROUTES = [register_operator, list_operators, grant_delegation, end_delegation, list_delegations]

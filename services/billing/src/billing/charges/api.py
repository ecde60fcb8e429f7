"""HTTP door of charges."""

from typing import Final
from uuid import UUID

from billing.charges import handlers
from billing.charges.handlers import ChargeView, ConflictView, WaiveCharge, at_charge
from billing.charges.model import State
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
    query,
)


@query("/v1/territories/{siren:str}/charges")
async def list_charges(
    door: Door,
    asked: Asked,
    in_state: FromQuery[State | None] = None,
    source_id: FromQuery[UUID | None] = None,
) -> Response[Listed[ChargeView]]:
    """List charges, newest first: those without price by `in_state=unpriced`, or those of one thing."""
    act = Act("charge:list", "territory", door.territory_id)
    return await door.page(act, handlers.charge_page, asked, in_state, source_id)


@query("/v1/territories/{siren:str}/charges/own")
async def list_own_charges(door: Door, asked: Asked) -> Response[Listed[ChargeView]]:
    """List what the caller pays, or organisations that the caller acts for."""
    return await door.page(Open.SIGNED_IN, handlers.own_charges, asked, door.principal.person_id)


@query("/v1/territories/{siren:str}/charges/conflicts")
async def list_conflicts(door: Door, asked: Asked) -> Response[Listed[ConflictView]]:
    """List what contradicts a charge and was not applied, newest first."""
    act = Act("charge:list", "territory", door.territory_id)
    return await door.page(act, handlers.conflict_page, asked)


@query("/v1/territories/{siren:str}/charges/{charge_id:uuid}")
async def show_charge(door: Door, charge_id: FromPath[UUID]) -> Response[ChargeView]:
    """Show a charge and why it is what it is."""
    act = Act("charge:see", "charge", charge_id, at_charge(door.principal))
    return await door.read(act, handlers.charge_view, charge_id)


@command("/v1/territories/{siren:str}/charges/{charge_id:uuid}/waive")
async def waive_charge(
    door: Door, charge_id: FromPath[UUID], data: Body[WaiveCharge]
) -> Response[ChargeView]:
    """Let the payer off a charge that is not invoiced."""
    act = Act("charge:waive", "charge", charge_id)
    return await door.command(act, handlers.waive_charge, charge_id, data)


ROUTES: Final = [list_charges, list_own_charges, list_conflicts, show_charge, waive_charge]

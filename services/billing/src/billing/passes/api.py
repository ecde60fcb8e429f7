"""HTTP door of passes: offers are public, a pass is its holder's, its payer's and the desk's."""

from typing import Final
from uuid import UUID

from billing.passes import handlers
from billing.passes.handlers import CancelPass, PassOffer, PassView, SellPass, at_pass, for_payer
from chassis.decisions import Target
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    Listed,
    Open,
    Response,
    command,
    creation,
    query,
)


@query("/v1/territories/{siren:str}/pass-offers")
async def list_pass_offers(door: Door, asked: Asked) -> Response[Listed[PassOffer]]:
    """List the passes on sale today, to anyone."""
    return await door.page(Open.ANYONE, handlers.offer_page, asked)


@creation("/v1/territories/{siren:str}/passes")
async def sell_pass(door: Door, data: Body[SellPass]) -> Response[PassView]:
    """Sell a pass: at the desk, or to oneself."""
    act = Act("pass:sell", "pass", data.sale_id, for_payer(door.principal, data))
    return await door.create(act, handlers.sell_pass, data, door.principal)


@command("/v1/territories/{siren:str}/passes/{sale_id:uuid}/cancel")
async def cancel_pass(door: Door, sale_id: FromPath[UUID], data: Body[CancelPass]) -> Response[PassView]:
    """Take back a pass of which nothing is spent."""
    act = Act("pass:cancel", "pass", sale_id, at_pass(door.principal))
    return await door.command(act, handlers.cancel_pass, sale_id, data)


@query("/v1/territories/{siren:str}/passes/own")
async def list_own_passes(door: Door, asked: Asked) -> Response[Listed[PassView]]:
    """List the passes that the caller, or an organisation the caller acts for, holds or pays."""
    return await door.page(Open.SIGNED_IN, handlers.own_passes, asked, door.principal.person_id)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/passes")
async def list_passes(door: Door, asked: Asked, site_id: FromPath[UUID]) -> Response[Listed[PassView]]:
    """List the passes that were sold at a site, the newest first."""
    act = Act("pass:list", "site", site_id, Target(door.territory_id, site_id=site_id))
    return await door.page(act, handlers.passes_at, asked, site_id)


@query("/v1/territories/{siren:str}/passes/{sale_id:uuid}")
async def show_pass(door: Door, sale_id: FromPath[UUID]) -> Response[PassView]:
    """Show a pass and what its units have become."""
    act = Act("pass:see", "pass", sale_id, at_pass(door.principal))
    return await door.read(act, handlers.pass_view, sale_id)


ROUTES: Final = [list_pass_offers, sell_pass, cancel_pass, list_own_passes, list_passes, show_pass]

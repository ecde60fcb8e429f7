"""HTTP door of credits: passes and what is left of them."""

from typing import Final
from uuid import UUID

from booking.credits import handlers
from booking.credits.handlers import EntryView, LotView, SetPaymentOrder, at_lot
from booking.sites.handlers import at_site
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, FromQuery, Listed, Open, Response, command, query


@query("/v1/territories/{siren:str}/credit-lots/own")
async def list_own_lots(door: Door, asked: Asked) -> Response[Listed[LotView]]:
    """List the passes that one may use, own and of organisations, the newest first."""
    person_id = door.principal.person_id
    act = Act("booking:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.lots_of, asked, person_id)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/credit-lots")
async def list_lots(
    door: Door, asked: Asked, site_id: FromPath[UUID], person_id: FromQuery[UUID]
) -> Response[Listed[LotView]]:
    """List for the desk the passes that somebody may use, the newest first."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.lots_of, asked, person_id)


@query("/v1/territories/{siren:str}/credit-lots/{lot_id:uuid}/entries")
async def list_entries(door: Door, asked: Asked, lot_id: FromPath[UUID]) -> Response[Listed[EntryView]]:
    """List what became of the units of a pass, the last first."""
    act = Act("booking:read", "credit lot", lot_id, at_lot(door.principal))
    return await door.page(act, handlers.entry_page, asked, lot_id)


@query("/v1/territories/{siren:str}/payment-order")
async def show_payment_order(door: Door) -> Response[SetPaymentOrder]:
    """Show in which order a booking is paid by plan, credits and money."""
    return await door.read(Open.ANYONE, handlers.payment_order)


@command("/v1/territories/{siren:str}/payment-order")
async def set_payment_order(door: Door, data: Body[SetPaymentOrder]) -> Response[SetPaymentOrder]:
    """Say in which order a booking is paid by plan, credits and money."""
    act = Act("policy:manage", "territory", door.territory_id)
    return await door.command(act, handlers.set_payment_order, data)


ROUTES: Final = [list_own_lots, list_lots, list_entries, show_payment_order, set_payment_order]

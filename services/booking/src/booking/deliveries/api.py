"""HTTP door of deliveries."""

from typing import Final
from uuid import UUID

from booking.deliveries import handlers
from booking.deliveries.handlers import (
    DeliveryRef,
    DeliveryShown,
    HandOver,
    ReceiveDelivery,
    ReturnDelivery,
    at_delivery,
)
from booking.sites import store as sites
from booking.sites.handlers import at_site, target
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
    Response,
    command,
    creation,
    query,
)

_DESK: Final = "booking:desk"


@creation("/v1/territories/{siren:str}/sites/{site_id:uuid}/deliveries")
async def receive_delivery(
    door: Door, site_id: FromPath[UUID], data: Body[ReceiveDelivery]
) -> Response[DeliveryRef]:
    """Take a parcel or a letter in; the addressee is told."""

    async def look(tx: Tx, _delivery_id: UUID) -> Target | None:
        site = await sites.site(tx, site_id)
        return await target(tx, site, door.principal) if site else None

    act = Act(_DESK, "delivery", data.delivery_id, look)
    return await door.create(act, handlers.receive_delivery, site_id, data, door.principal)


@command("/v1/territories/{siren:str}/deliveries/{delivery_id:uuid}/hand-over")
async def hand_over(door: Door, delivery_id: FromPath[UUID], data: Body[HandOver]) -> Response[DeliveryRef]:
    """Note who took it."""
    act = Act(_DESK, "delivery", delivery_id, at_delivery(door.principal))
    return await door.command(act, handlers.hand_over, delivery_id, data)


@command("/v1/territories/{siren:str}/deliveries/{delivery_id:uuid}/return")
async def return_delivery(
    door: Door, delivery_id: FromPath[UUID], data: Body[ReturnDelivery]
) -> Response[DeliveryRef]:
    """Note that it went back."""
    act = Act(_DESK, "delivery", delivery_id, at_delivery(door.principal))
    return await door.command(act, handlers.return_delivery, delivery_id, data)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/deliveries")
async def list_deliveries(
    door: Door, site_id: FromPath[UUID], asked: Asked, person_id: FromQuery[UUID | None] = None
) -> Response[Listed[DeliveryShown]]:
    """List what waits at a site, for a person and their organisations if one is named."""
    act = Act(_DESK, "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.waiting, asked, site_id, person_id)


@query("/v1/territories/{siren:str}/deliveries/own")
async def list_own_deliveries(door: Door, asked: Asked) -> Response[Listed[DeliveryShown]]:
    """List what waits for oneself."""
    person_id = door.principal.person_id
    act = Act("booking:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.waiting, asked, None, person_id)


ROUTES: Final = [receive_delivery, hand_over, return_delivery, list_deliveries, list_own_deliveries]

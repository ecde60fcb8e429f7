"""Builds passes as billing tells of them, and reads what became of their units."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from booking_builders import NOW, PARIS, Hub, a_membership, tell

from booking.resources.handlers import ResourceView
from chassis.ids import new_id
from contracts.billing import PassCancellationAsked, PassSold
from contracts.membership import Entitlement
from contracts.values import Party, Wording

DESK_PRICE = "desk-half-day"


def a_pass(hub: Hub, person_id: UUID, units: str = "10", **changes: Any) -> PassSold:
    """Ten half-days of desks, sold on 5 March 2035 and valid until September."""
    values: dict[str, Any] = {
        "sale_id": new_id(),
        "site_id": hub.site_id,
        "price_code": "pack-10",
        "price_book_id": new_id(),
        "price_book_version": 1,
        "name": Wording(fr="Carnet de 10 demi-journées", en="Pack of 10 half-days"),
        "holder": Party(person_id=person_id),
        "payer": Party(person_id=person_id),
        "audience": "nomad",
        "unit": "half_day",
        "units": Decimal(units),
        "resource_kinds": ("desk",),
        "price_codes": (DESK_PRICE,),
        "valid_from": date(2035, 3, 5),
        "valid_until": date(2035, 9, 5),
        "zone": PARIS,
        "sold_at": NOW,
    }
    return PassSold(**(values | changes))


async def sell(hub: Hub, person_id: UUID, units: str = "10", **changes: Any) -> PassSold:
    sold = a_pass(hub, person_id, units, **changes)
    await tell(hub.database, hub.territory, sold)
    return sold


async def ask_back(hub: Hub, sold: PassSold) -> None:
    """Let the seller ask for a pass back."""
    values = {name: getattr(sold, name) for name in PassSold.model_fields if name != "sold_at"}
    await tell(hub.database, hub.territory, PassCancellationAsked(**values, asked_at=NOW))


async def a_desk(hub: Hub, name: str = "Poste 1") -> ResourceView:
    return await hub.room(name, kind="desk", price_code=DESK_PRICE)


async def a_nomad(hub: Hub, *entitlements: Entitlement) -> UUID:
    """Somebody whose plan opens desks for money, or as the entitlements say."""
    person_id = new_id()
    opened = entitlements or (Entitlement(resource_kinds=("desk", "room"), paid_by="money"),)
    await tell(hub.database, hub.territory, a_membership(person_id=person_id, entitlements=opened))
    return person_id


async def left(hub: Hub, lot_id: UUID) -> Decimal:
    """What the ledger of a lot adds up to."""
    async with hub.database.tx(hub.territory) as tx:
        total: Decimal = await tx.fetchval("SELECT sum(units) FROM credit_entries WHERE lot_id = $1", lot_id)
    return total


async def ledger(hub: Hub, lot_id: UUID) -> list[tuple[str, float]]:
    """The rows of a lot, in order."""
    async with hub.database.tx(hub.territory) as tx:
        rows = await tx.fetch("SELECT kind, units FROM credit_entries WHERE lot_id = $1 ORDER BY seq", lot_id)
    return [(row["kind"], float(row["units"])) for row in rows]

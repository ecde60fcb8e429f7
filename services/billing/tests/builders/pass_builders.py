"""Builds passes: what is on offer, sold through the door, and what booking tells of them."""

import datetime as dt
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from billing_builders import START, Town, a_price, done
from usage_builders import a_membership

from billing.prices.model import SoldPrice
from chassis.ids import new_id
from contracts.booking import CreditLotState
from contracts.values import Party, Wording

F = TypeVar("F", bound=CreditLotState)
PACK = "pack-10"


def opened(**changes: Any) -> dict[str, Any]:
    """Ten half-days of desks within six months."""
    return {
        "units": 10,
        "unit": "half_day",
        "resource_kinds": ["desk"],
        "price_codes": ["desk-half-day"],
        "valid_for": 6,
        "valid_per": "month",
    } | changes


def a_pack(price_code: str = PACK, amount: str = "60.00", **changes: Any) -> SoldPrice:
    terms = changes.pop("opens", opened())
    label = Wording(fr="Carnet de 10 demi-journées", en="Pack of 10 half-days")
    return a_price(price_code, amount, unit="piece", label=label, opens=terms, **changes)


def a_desk_price(**changes: Any) -> SoldPrice:
    return a_price("desk-half-day", "8.00", unit="half_day", **changes)


async def a_town_with_packs(town: Town) -> Party:
    """A pack is on offer; return a nomad with a membership."""
    issuer_id = await town.register_issuer()
    await town.publish(issuer_id, a_desk_price(), a_pack(), a_pack(amount="45.00", audience="student"))
    nomad = Party(person_id=await town.register_person())
    await town.hear(a_membership(nomad, valid_from=dt.date(2026, 2, 1)))
    return nomad


async def sell(town: Town, holder: Party, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    body = {
        "sale_id": new_id(),
        "site_id": town.site_id,
        "price_code": PACK,
        "holder": holder.model_dump(mode="json", exclude_none=True),
    } | changes
    return await town.post("passes", headers or town.headers("hub-manager"), **body)


async def cancel(town: Town, sale_id: str, headers: dict[str, str] | None = None) -> Any:
    sent = headers or town.headers("hub-manager")
    return await town.post(f"passes/{sale_id}/cancel", sent, reason="Erreur de saisie")


async def now_of(town: Town, sale_id: str) -> dict[str, Any]:
    found: dict[str, Any] = done(await town.get(f"passes/{sale_id}"))
    return found


def a_fact(kind: type[F], sold: dict[str, Any], **changes: Any) -> F:
    """What booking tells of the lot of a pass."""
    values: dict[str, Any] = {
        "lot_id": UUID(sold["sale_id"]),
        "holder": sold["holder"],
        "name": sold["name"],
        "unit": sold["unit"],
        "units": Decimal(sold["units"]),
        "left": Decimal(sold["units"]),
        "valid_until": sold["valid_until"],
        "booking_id": new_id(),
        "nearly_spent": False,
    }
    for instant in ("opened_at", "spent_at", "restored_at", "expired_at", "closed_at", "kept_at"):
        values[instant] = START
    return kind.model_validate(values | changes)

"""Decides what of a pass is shown, and what a form that sells one says."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

Json = dict[str, Any]
WALK_IN: Final = "walk_in"


def shelves(lots: Sequence[Json]) -> dict[str, list[Json]]:
    """Sort passes: those with units left, those that end first before the others; and the rest."""
    usable = [each for each in lots if each["state"] == "open" and Decimal(each["left"])]
    over = [each for each in lots if each not in usable]
    return {"usable": sorted(usable, key=lambda each: str(each["valid_until"])), "over": over}


def untouched(lot: Json) -> bool:
    """Say whether nothing of a pass is spent: then it can be taken back."""
    return lot["state"] == "open" and Decimal(lot["left"]) == Decimal(lot["units"])


def for_member(offers: Sequence[Json], memberships: Sequence[Json]) -> list[Json]:
    """Return what the visitor may buy, each at the price of their audience; nothing without a membership."""
    audiences = [each["audience"] for each in memberships if each["state"] == "live"]
    if not audiences:
        return []
    found: dict[str, Json] = {}
    for each in offers:
        own = each["audience"] == audiences[0]
        if own or (each["audience"] is None and each["price_code"] not in found):
            found[each["price_code"]] = each
    return list(found.values())


def audiences(offers: Sequence[Json]) -> list[str]:
    """Return the audiences that the desk may sell by: who walks in, and those with a price of their own."""
    return sorted({WALK_IN, *(each["audience"] for each in offers if each["audience"])})


def sale(form: Mapping[str, str], person_id: str, site_id: str) -> Json:
    """Return the command that sells what the form names."""
    body = {
        "sale_id": form.get("sale_id", ""),
        "site_id": site_id,
        "price_code": form.get("price_code", ""),
        "holder": {"person_id": person_id},
        "audience": form.get("audience", ""),
    }
    return {name: value for name, value in body.items() if value}

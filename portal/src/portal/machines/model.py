"""Reads what the form of a use says, and how long one has gone on: pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]


def minutes(usage: Json, now: datetime) -> int:
    """Return the whole minutes of a use, so far where it goes on."""
    if usage["minutes"] is not None:
        return int(usage["minutes"])
    return max(0, int((now - datetime.fromisoformat(usage["started_at"])).total_seconds() // 60))


def used(asked: Mapping[str, str], machine: Json | None) -> list[dict[str, str]]:
    """Return which materials a form names, with their quantities; those left empty are left out."""
    found = []
    for each in machine["materials"] if machine else ():
        quantity = asked.get(f"material-{each['price_code']}", "").strip().replace(",", ".")
        if quantity:
            found.append({"price_code": each["price_code"], "quantity": quantity})
    return found


def by_id(machines: Sequence[Json]) -> dict[str, Json]:
    return {each["resource_id"]: each for each in machines}

"""Reads what the forms of uses and of maintenance say, and what is due first: pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]
_URGENCY: Final = ("due", "soon", "fine")
_NOON: Final = time(12)  # of a day on which something was done, nobody says at what time


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


def by_urgency(rules: Sequence[Json]) -> list[Json]:
    """Order rules of maintenance: what is due the longest first, then what is soon, then the rest."""

    def urgency(rule: Json) -> tuple[int, str]:
        return _URGENCY.index(rule["state"]), rule["due_since"] or rule["due_on"] or "9999"

    return sorted(rules, key=urgency)


def rule(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the command that the form of a rule stands for."""
    counted = {name: asked.get(name, "").strip() or None for name in ("every_hours", "every_months")}
    return {
        "rule_id": asked.get("key", ""),
        "resource_id": asked.get("machine", ""),
        "name": asked.get("name", ""),
        **{name: int(each) if each and each.isdecimal() else each for name, each in counted.items()},
        "blocks": bool(asked.get("blocks")),
    }


def done(asked: Mapping[str, str], now: datetime, zone: str) -> dict[str, Any]:
    """Return the command that the form of a maintenance stands for: now, or at noon of an earlier day.

    What cannot be read as a day is sent as it is, to be refused with its name.
    """
    body: dict[str, Any] = {
        "maintenance_id": asked.get("key", ""),
        "rule_id": asked.get("rule", ""),
        "note": asked.get("note", ""),
    }
    day = asked.get("day", "").strip()
    if not day or day == now.astimezone(ZoneInfo(zone)).date().isoformat():
        return body
    try:
        at = datetime.combine(date.fromisoformat(day), _NOON, ZoneInfo(zone))
    except ValueError:
        return {**body, "done_at": day}
    return {**body, "done_at": at.astimezone(UTC).isoformat()}

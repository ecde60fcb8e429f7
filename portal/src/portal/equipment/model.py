"""Reads what the form of a machine says, and fills it with what is known: pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Json = Mapping[str, Any]
ROWS: Final = 5  # materials that the form has room for
LONGEST: Final = "240"  # minutes, where nothing was said yet


def definition(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the command that a filled form stands for."""
    machine_class_id, _, level = form.get("asks", "").partition(":")
    return {
        "machine_class_id": machine_class_id or None,
        "level": _figure(level),
        "longest_minutes": _figure(form.get("longest_minutes", "")),
        "heartbeat_seconds": _figure(form.get("heartbeat_seconds", "")),
        "minute_price_code": form.get("minute_price_code", "") or None,
        "materials": [
            {"price_code": code, "name": form.get(f"name_{row}", "").strip() or code}
            for row in range(ROWS)
            if (code := form.get(f"material_{row}", ""))
        ],
    }


def filled(machine: Json | None) -> dict[str, str]:
    """Return the form as a machine fills it that is known; of a new one, the longest use alone."""
    if machine is None:
        return {"longest_minutes": LONGEST}
    found = {
        "longest_minutes": str(machine["longest_minutes"]),
        "heartbeat_seconds": str(machine["heartbeat_seconds"] or ""),
        "minute_price_code": machine["minute_price_code"] or "",
        "asks": f"{machine['machine_class_id']}:{machine['level']}" if machine["machine_class_id"] else "",
    }
    for row, each in enumerate(machine["materials"][:ROWS]):
        found |= {f"material_{row}": each["price_code"], f"name_{row}": each["name"]}
    return found


def levels(classes: Sequence[Json], language: str) -> list[tuple[str, str]]:
    """Return what a machine may ask for: each level of each class, with its names."""
    return [
        (f"{each['machine_class_id']}:{level}", f"{each['name'][language]} · {named[language]}")
        for each in classes
        for level, named in enumerate(each["levels"], 1)
    ]


def codes(
    prices: Mapping[str, Sequence[Json]], typed: Mapping[str, str], language: str
) -> list[tuple[str, str]]:
    """Return the price codes to choose from with their labels, and those that stand in the form already."""
    found = {code: f"{each[0]['label'][language]} ({code})" for code, each in prices.items()}
    names = ("minute_price_code", *(f"material_{row}" for row in range(ROWS)))
    found |= {code: code for name in names if (code := typed.get(name, "")) and code not in found}
    return sorted(found.items(), key=lambda each: each[1].casefold())


def _figure(text: str) -> int | str | None:
    """Return the figure; what is none is sent as it is, to be refused with its name."""
    return int(text) if text.isdecimal() else text.strip() or None

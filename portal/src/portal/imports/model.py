"""Decides how far an import is, and what can be done with it next."""

from typing import Any, Final

Json = dict[str, Any]

KINDS: Final = ("companies", "members", "plans", "balances", "fab-manager")
BUSY: Final = ("checking", "running", "undoing")
_LEFT: Final = {"checking": "waiting", "running": "sound", "undoing": "brought"}


def progress(found: Json) -> tuple[int, int] | None:
    """Return how many lines are done with, of how many; None where nothing goes on."""
    if found["state"] not in BUSY:
        return None
    total: int = found["lines"] - (found["damaged"] if found["state"] != "checking" else 0)
    return total - found[_LEFT[found["state"]]], total


def acts(found: Json) -> frozenset[str]:
    """Return what can be done with an import now."""
    if found["state"] == "checked" and found["sound"] and found["readable_until"]:
        return frozenset({"start"})
    return frozenset({"undo"} if found["state"] == "done" and found["brought"] else ())

"""Decides in which order purges are shown, and whether a purge was meant."""

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]


def last_first(purges: Iterable[Json], most: int) -> list[Json]:
    """Return the purges of all services, the last one first."""
    return sorted(purges, key=lambda each: str(each["purged_at"]), reverse=True)[:most]


def is_meant(asked: Mapping[str, str], due: int) -> bool:
    """Say whether the form repeats how many things would go."""
    return asked.get("number", "").strip() == str(due)

"""Which prices hold on a day, of the versions that price books have had."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Json = Mapping[str, Any]


def in_force(versions: Sequence[Json], day: date) -> list[Json]:
    """Return the prices of each book's version that holds on a day: the latest that had begun by then."""
    latest: dict[str, Json] = {}
    for version in versions:
        book, began = version["price_book_id"], version["valid_from"]
        if began <= day.isoformat() and (book not in latest or began >= latest[book]["valid_from"]):
            latest[book] = version
    return [price for version in latest.values() for price in version["prices"]]


def by_code(versions: Sequence[Json], day: date) -> dict[str, list[Json]]:
    """Return the prices that hold on a day under their codes, what is for everyone first."""
    found: dict[str, list[Json]] = {}
    for price in sorted(in_force(versions, day), key=lambda each: each["audience"] or ""):
        found.setdefault(price["price_code"], []).append(price)
    return found

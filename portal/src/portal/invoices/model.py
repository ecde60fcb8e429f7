"""Puts together what an invoice page shows, and what is not invoiced yet: pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]


def waiting(charges: Sequence[Json]) -> list[Json]:
    """Return what is still to be invoiced: charges that wait for their invoice, or for a price."""
    return [each for each in charges if each["state"] in ("pending", "unpriced")]

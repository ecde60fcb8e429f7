"""SQL of opening hours."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from booking.openings.model import Hours, Opening
from chassis.db import Tx


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of opening_hours."""

    owner_id: UUID
    valid_from: date
    valid_until: date | None
    weekly: tuple[Opening, ...]


_ROWS: Final = TypeAdapter(list[_Row])


async def hours_of(
    tx: Tx, owner_ids: Iterable[UUID], days: tuple[date, date] | None = None
) -> dict[UUID, list[Hours]]:
    """Return hours by owner, a resource or site: all, or those that hold on some of the days."""
    first, last = days or (date.min, date.max)
    return by_owner(await tx.fetchval(_OF_OWNERS, tx.territory_id, list(owner_ids), first, last))


async def hours_of_sites(
    tx: Tx, site_ids: Sequence[UUID], days: tuple[date, date]
) -> dict[UUID, list[Hours]]:
    """Return the hours of everything at the sites, as far as they hold on some of the days."""
    return by_owner(await tx.fetchval(_OF_SITES, tx.territory_id, list(site_ids), *days))


async def replace(tx: Tx, owner_id: UUID, site_id: UUID, hours: Iterable[Hours]) -> None:
    """Put these hours in the place of all that the owner had."""
    await tx.execute(_CLEAR, tx.territory_id, owner_id)
    rows = [
        (tx.territory_id, owner_id, site_id, each.valid_from, each.valid_until, _json(each.weekly))
        for each in hours
    ]
    await tx.executemany(_INSERT, rows)


def by_owner(defined: str | None) -> dict[UUID, list[Hours]]:
    """Read hours from the JSON that the database gathers its rows in."""
    found: dict[UUID, list[Hours]] = {}
    for row in _ROWS.validate_json(defined or "[]"):
        found.setdefault(row.owner_id, []).append(Hours(row.valid_from, row.valid_until, row.weekly))
    return found


def _json(weekly: Iterable[Opening]) -> str:
    return json.dumps([asdict(opening) for opening in weekly])


_HOLDS = "valid_from <= $4 AND (valid_until IS NULL OR valid_until > $3)"
_OF_OWNERS = f"""
SELECT json_agg(h ORDER BY valid_from) FROM opening_hours h
WHERE territory_id = $1 AND owner_id = ANY ($2) AND {_HOLDS}
"""
_OF_SITES = f"""
SELECT json_agg(h ORDER BY valid_from) FROM opening_hours h
WHERE territory_id = $1 AND site_id = ANY ($2) AND {_HOLDS}
"""
_CLEAR = "DELETE FROM opening_hours WHERE territory_id = $1 AND owner_id = $2"
_INSERT = """
INSERT INTO opening_hours (territory_id, owner_id, site_id, valid_from, valid_until, weekly)
VALUES ($1, $2, $3, $4, $5, $6)
"""

"""SQL of opening hours and of the days that are exceptions to them."""

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
    exception: str | None = None


_ROWS: Final = TypeAdapter(list[_Row])
_WEEK: Final = TypeAdapter(tuple[Opening, ...])


async def weekly(tx: Tx, owner_id: UUID) -> list[Hours]:
    """Return the weekly hours of a resource or site over time."""
    return by_owner(await tx.fetchval(_WEEKLY, tx.territory_id, owner_id)).get(owner_id, [])


async def hours_of(tx: Tx, owner_ids: Iterable[UUID], days: tuple[date, date]) -> dict[UUID, list[Hours]]:
    """Return hours by owner, a resource or site, that hold on some of the days, exceptions among them."""
    return by_owner(await tx.fetchval(_OF_OWNERS, tx.territory_id, list(owner_ids), *days))


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


async def except_day(tx: Tx, owner_id: UUID, site_id: UUID, hours: Hours) -> None:
    """Make a day an exception by hand, in the place of whatever made it one."""
    values = (owner_id, hours.valid_from, site_id, _json(hours.weekly), hours.exception)
    await tx.execute(_EXCEPT, tx.territory_id, *values)


async def withdraw(tx: Tx, owner_id: UUID, day: date) -> bool:
    """Forget an exception made by hand; False when there is none."""
    return bool(await tx.fetchval(_WITHDRAW, tx.territory_id, owner_id, day))


async def exceptions(tx: Tx, owner_id: UUID, days: tuple[date, date]) -> list[tuple[Hours, UUID | None]]:
    """Return the exceptions of some days, earliest first, with the subscription that each comes from."""
    rows = await tx.fetch(_EXCEPTIONS, tx.territory_id, owner_id, *days)
    return [
        (Hours(row["day"], None, _WEEK.validate_json(row["weekly"]), row["reason"]), row["subscription_id"])
        for row in rows
    ]


def by_owner(defined: str | None) -> dict[UUID, list[Hours]]:
    """Read hours from the JSON that the database gathers its rows in."""
    found: dict[UUID, list[Hours]] = {}
    for row in _ROWS.validate_json(defined or "[]"):
        hours = Hours(row.valid_from, row.valid_until, row.weekly, row.exception)
        found.setdefault(row.owner_id, []).append(hours)
    return found


def _json(weekly: Iterable[Opening]) -> str:
    return json.dumps([asdict(opening) for opening in weekly])


def gathered(narrowed: str, first: str, last: str) -> str:
    """Return the SQL that gathers, as JSON, the hours that hold on some days, of owners narrowed so."""
    return f"""
    SELECT json_agg(h ORDER BY h.valid_from) AS hours FROM (
        SELECT owner_id, valid_from, valid_until, weekly, NULL AS exception FROM opening_hours
        WHERE territory_id = $1 AND {narrowed} AND valid_from <= {last}
            AND (valid_until IS NULL OR valid_until > {first})
        UNION ALL
        SELECT owner_id, day, day + 1, weekly, reason FROM opening_exceptions
        WHERE territory_id = $1 AND {narrowed} AND day BETWEEN {first} AND {last}
    ) h
    """


_WEEKLY = (
    "SELECT json_agg(h ORDER BY valid_from) FROM opening_hours h WHERE territory_id = $1 AND owner_id = $2"
)
_OF_OWNERS = gathered("owner_id = ANY ($2)", "$3::date", "$4::date")
_OF_SITES = gathered("site_id = ANY ($2)", "$3::date", "$4::date")
_CLEAR = "DELETE FROM opening_hours WHERE territory_id = $1 AND owner_id = $2"
_INSERT = """
INSERT INTO opening_hours (territory_id, owner_id, site_id, valid_from, valid_until, weekly)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_EXCEPT = """
INSERT INTO opening_exceptions (territory_id, owner_id, day, site_id, weekly, reason)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (territory_id, owner_id, day) DO UPDATE
SET weekly = excluded.weekly, reason = excluded.reason, subscription_id = NULL
"""
_WITHDRAW = """
DELETE FROM opening_exceptions
WHERE territory_id = $1 AND owner_id = $2 AND day = $3 AND subscription_id IS NULL
RETURNING true
"""
_EXCEPTIONS = """
SELECT day, weekly, reason, subscription_id FROM opening_exceptions
WHERE territory_id = $1 AND owner_id = $2 AND day BETWEEN $3 AND $4 ORDER BY day
"""

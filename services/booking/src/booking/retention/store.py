"""Owns the SQL of what booking no longer needs."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from chassis.db import Tx

VISITS: Final = """
SELECT visit_id AS id, 'visit' AS what, coalesce(left_at, arrived_at, expected_at)::date AS since,
    state = 'inside' AS held
FROM visits
WHERE territory_id = $1 AND visitor_name <> ''
    AND coalesce(left_at, arrived_at, expected_at)::date < $2::date
UNION ALL
SELECT delivery_id, 'delivery', coalesce(settled_at, received_at)::date, state = 'waiting' FROM deliveries
WHERE territory_id = $1 AND sender IS NOT NULL AND coalesce(settled_at, received_at)::date < $2::date
"""
"""Visits and deliveries with a name; who is still inside, and what still waits at the desk, is held."""


async def empty(tx: Tx, ids: Sequence[UUID], cut_off_on: date) -> int:
    """Take the names out of visits and deliveries; return of how many."""
    taken = 0
    for sql in (_VISITS, _DELIVERIES):
        status: str = await tx.execute(sql, tx.territory_id, list(ids), cut_off_on)
        taken += int(status.rpartition(" ")[2])
    return taken


_VISITS = """
UPDATE visits SET visitor_name = '' WHERE territory_id = $1 AND visit_id = ANY ($2) AND visitor_name <> ''
    AND state <> 'inside' AND coalesce(left_at, arrived_at, expected_at)::date < $3
"""
_DELIVERIES = """
UPDATE deliveries SET sender = NULL WHERE territory_id = $1 AND delivery_id = ANY ($2) AND sender IS NOT NULL
    AND state <> 'waiting' AND settled_at::date < $3
"""

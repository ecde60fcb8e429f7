"""SQL of the feed: one row lock a territory gives out positions, so that their order is that of commits."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from chassis.db import Tx
from notifications.feed.model import KEPT_DAYS, Fed, Grant, Place, Shown, shown

PURGED_AT_ONCE = 5_000


async def append(tx: Tx, events: Sequence[Fed]) -> None:
    """Append events of one or several territories, in the order given within each."""
    counts = sorted(Counter(event.territory_id for event in events).items())
    rows = await tx.fetch(_COUNT, [territory for territory, _ in counts], [count for _, count in counts])
    last = {row["territory_id"]: row["position"] for row in rows}
    following = {territory: last[territory] - count for territory, count in counts}
    positions = []
    for event in events:
        following[event.territory_id] += 1
        positions.append(following[event.territory_id])
    await tx.execute(
        _APPEND,
        [event.territory_id for event in events],
        positions,
        [event.event_id for event in events],
        [event.type for event in events],
        [event.event for event in events],
        [event.recorded_at for event in events],
    )


async def place(tx: Tx, event_id: UUID) -> Place | None:
    """Return where an event stands in the territory's feed."""
    row = await tx.fetchrow(_PLACE, tx.territory_id, event_id)
    return Place(**row) if row else None


async def head(tx: Tx) -> Place | None:
    """Return where the feed ends just now; None while nothing was ever fed."""
    row = await tx.fetchrow(_HEAD, tx.territory_id)
    return Place(**row) if row else None


async def page(
    tx: Tx, grants: Sequence[Grant], places: tuple[int, int], limit: int
) -> list[tuple[int, Shown]]:
    """Return what the grants let see between two positions, the first excluded: position and event."""
    rows = await tx.fetch(
        _PAGE,
        tx.territory_id,
        *places,
        [grant.type for grant in grants],
        [grant.since for grant in grants],
        [grant.pseudonyms_since for grant in grants],
        limit,
    )
    return [(row["position"], _shown(row)) for row in rows]


async def purge(tx: Tx) -> int:
    """Delete what is older than 30 days, some thousands at once, and return how many.

    The newest event stays, however old: the cursor of a reader who has seen all must go on standing for that.
    """
    gone: int = await tx.fetchval(_PURGE, tx.territory_id, KEPT_DAYS, PURGED_AT_ONCE)
    return gone


def _shown(row: asyncpg.Record) -> Shown:
    return shown(row["event_id"], row["type"], row["event"], with_pseudonyms=row["with_pseudonyms"])


_COUNT = """
INSERT INTO feed_counters AS c (territory_id, position)
SELECT k.territory_id, k.number FROM unnest($1::text[], $2::bigint[]) AS k(territory_id, number) ORDER BY 1
ON CONFLICT (territory_id) DO UPDATE SET position = c.position + excluded.position
RETURNING c.territory_id, c.position
"""
_APPEND = """
INSERT INTO feed_events (territory_id, position, event_id, type, event, occurred_at)
SELECT e.territory_id, e.position, e.event_id, e.type, e.event, e.recorded_at + coalesce(c.ahead, '0')
FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::json[], $6::timestamptz[])
    AS e(territory_id, position, event_id, type, event, recorded_at)
LEFT JOIN territory_clock c ON c.territory_id = e.territory_id
"""
_PLACE = "SELECT position, event_id FROM feed_events WHERE territory_id = $1 AND event_id = $2"
_HEAD = """
SELECT position, event_id FROM feed_events WHERE territory_id = $1 ORDER BY position DESC LIMIT 1
"""
_PAGE = """
SELECT f.position, f.event_id, f.type, f.event,
    coalesce(f.occurred_at >= g.pseudonyms_since, false) AS with_pseudonyms
FROM feed_events f
JOIN unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS g(type, since, pseudonyms_since)
    ON g.type = f.type AND f.occurred_at >= g.since
WHERE f.territory_id = $1 AND f.position > $2 AND f.position <= $3
ORDER BY f.position LIMIT $7
"""
_PURGE = """
WITH gone AS (
    DELETE FROM feed_events
    WHERE territory_id = $1 AND position IN (
        SELECT position FROM feed_events
        WHERE territory_id = $1 AND fed_at < clock_timestamp() - make_interval(days => $2)
            AND position < (SELECT max(position) FROM feed_events WHERE territory_id = $1)
        ORDER BY position LIMIT $3
    )
    RETURNING position
)
SELECT count(*) FROM gone
"""

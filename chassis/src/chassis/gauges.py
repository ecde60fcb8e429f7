"""Measures what waits in the database: the outbox, the lanes; every few seconds, for the metrics."""

import asyncio
from contextlib import suppress

import structlog

from chassis import metrics
from chassis.db import Database
from chassis.faults import described

EVERY = 10.0  # seconds

log = structlog.get_logger(__name__)


async def watch(database: Database, stopping: asyncio.Event) -> None:
    """Measure until told to stop."""
    while not stopping.is_set():
        try:
            await measure(database)
        except Exception as error:  # noqa: BLE001 - figures may be late
            log.info("not measured", error=described(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), EVERY)


async def measure(database: Database) -> None:
    [outbox] = await database.survey(_OUTBOX)
    metrics.OUTBOX_ROWS.set(outbox["rows"])
    metrics.OUTBOX_AGE.set(outbox["age"])
    metrics.LANES.clear()
    for row in await database.survey(_LANES):
        metrics.LANES.labels(row["consumer"], row["state"]).set(row["lanes"])


_OUTBOX = """
SELECT count(*) AS rows,
    coalesce(extract(epoch FROM clock_timestamp() - min(e.recorded_at)), 0)::float8 AS age
FROM (SELECT id FROM outbox ORDER BY id LIMIT 10000) o JOIN event_log e ON e.id = o.id
"""
_LANES = "SELECT consumer, state, count(*) AS lanes FROM lane GROUP BY consumer, state"

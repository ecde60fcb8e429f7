"""Things to do at a time: set with a change, fired once, by the database clock."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from chassis import metrics
from chassis.db import Database, Tx
from chassis.faults import described, is_infrastructure
from chassis.outbox import Cause
from chassis.traces import timer_span

log = structlog.get_logger(__name__)


LADDER = (1.0, 10.0, 60.0, 600.0, 3_600.0)  # seconds before each retry; then the timer is dead
POLL = 0.5  # seconds
MOST = 100  # timers of one look


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that fires: when it was due, in business time or platform time, and what it carries."""

    territory_id: str
    kind: str
    timer_id: str
    due_at: datetime
    data: Any


FiredHandler = Callable[[Tx, Timer], Awaitable[None]]


async def set_timer(
    tx: Tx, kind: str, timer_id: str | UUID, due_at: datetime, data: object = None, *, business: bool = True
) -> None:
    """Set the timer, or move it; `business` timers follow the clock of a sandbox territory."""
    cause = tx.cause
    await tx.execute(
        _SET,
        tx.territory_id,
        kind,
        str(timer_id),
        due_at,
        business,
        json.dumps(data),
        cause.correlation_id,
        cause.causation_id,
        cause.actor_id,
        cause.traceparent,
    )


async def hasten_timer(tx: Tx, kind: str, timer_id: str | UUID, due_at: datetime) -> None:
    """Bring a timer forward that was set for later; where there is none, there will be none."""
    await tx.execute(_HASTEN, tx.territory_id, kind, str(timer_id), due_at)


async def unset_timer(tx: Tx, kind: str, timer_id: str | UUID) -> None:
    """Forget the timer, if it has not fired."""
    await tx.execute(_UNSET, tx.territory_id, kind, str(timer_id))


class Timers:
    """Fires the timers of a service; several copies may run, each timer fires in one."""

    def __init__(self, database: Database, handlers: dict[str, FiredHandler]) -> None:
        self._database = database
        self._handlers = handlers

    async def run(self, stopping: asyncio.Event) -> None:
        """Fire until told to stop; trouble with the database is waited out."""
        while not stopping.is_set():
            fired = 0
            try:
                fired = await self.fire()
            except Exception as error:  # noqa: BLE001 - the worker outlives every trouble
                log.warning("timers rest", error=described(error))
            try:
                await asyncio.wait_for(stopping.wait(), 0 if fired == MOST else POLL)
            except TimeoutError:
                continue

    async def fire(self) -> int:
        """Fire what is due, earliest first; return how many were looked at."""
        due = await self._database.survey(_DUE, list(self._handlers), MOST)
        for row in due:
            await self._fire_one(row["territory_id"], row["kind"], row["timer_id"])
        return len(due)

    async def _fire_one(self, territory_id: str, kind: str, timer_id: str) -> None:
        async with self._database.tx(territory_id) as tx:
            row = await tx.fetchrow(_TAKE, territory_id, kind, timer_id)
            if row is None:
                return
            timer = Timer(territory_id, kind, timer_id, row["due_at"], json.loads(row["data"]))
            try:
                with timer_span(kind, row["traceparent"]) as traceparent:
                    tx.cause = Cause(row["correlation_id"], row["causation_id"], row["actor_id"], traceparent)
                    async with tx.checked_attempt():
                        await self._handlers[kind](tx, timer)
            except Exception as error:
                if is_infrastructure(error, tx.connection, patient=False):
                    raise
                await self._retry_later(tx, row, described(error))
                return
            # the handler may have set the same timer anew: only the one that fired is done
            await tx.execute(_DONE, territory_id, kind, timer_id, row["due_at"])
            metrics.TIMERS_FIRED.labels(kind).inc()

    @staticmethod
    async def _retry_later(tx: Tx, row: asyncpg.Record, error: str) -> None:
        attempts: int = row["attempts"]
        dead = attempts >= len(LADDER)
        pause = 0.0 if dead else LADDER[attempts]
        identity: Sequence[str] = (row["territory_id"], row["kind"], row["timer_id"])
        await tx.execute(_RETRY, *identity, "dead" if dead else "pending", pause, error)
        log.error("timer failed", kind=row["kind"], error=error, dead=dead)


_SET = """
INSERT INTO timer (territory_id, kind, timer_id, due_at, business, data, correlation_id, causation_id,
    actor_id, traceparent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (territory_id, kind, timer_id) DO UPDATE
SET due_at = excluded.due_at, business = excluded.business, data = excluded.data, state = 'pending',
    attempts = 0, retry_at = NULL, error = NULL, correlation_id = excluded.correlation_id,
    causation_id = excluded.causation_id, actor_id = excluded.actor_id, traceparent = excluded.traceparent
"""
_HASTEN = """
UPDATE timer SET due_at = $4
WHERE territory_id = $1 AND kind = $2 AND timer_id = $3 AND state = 'pending' AND due_at > $4
"""
_UNSET = "DELETE FROM timer WHERE territory_id = $1 AND kind = $2 AND timer_id = $3"

_IS_DUE = """
t.state = 'pending' AND t.due_at <= clock_timestamp()
    + CASE WHEN t.business THEN coalesce(c.ahead, '0') ELSE '0' END
    AND (t.retry_at IS NULL OR t.retry_at <= clock_timestamp())
"""
_DUE = f"""
SELECT t.territory_id, t.kind, t.timer_id
FROM timer t LEFT JOIN territory_clock c ON c.territory_id = t.territory_id
WHERE t.kind = ANY ($1::text[]) AND {_IS_DUE} ORDER BY t.due_at LIMIT $2
"""
_TAKE = f"""
SELECT t.* FROM timer t LEFT JOIN territory_clock c ON c.territory_id = t.territory_id
WHERE t.territory_id = $1 AND t.kind = $2 AND t.timer_id = $3 AND {_IS_DUE}
FOR UPDATE OF t SKIP LOCKED
"""
_DONE = "DELETE FROM timer WHERE territory_id = $1 AND kind = $2 AND timer_id = $3 AND due_at = $4"
_RETRY = """
UPDATE timer SET state = $4, attempts = attempts + 1, error = $6,
    retry_at = clock_timestamp() + make_interval(secs => $5)
WHERE territory_id = $1 AND kind = $2 AND timer_id = $3
"""

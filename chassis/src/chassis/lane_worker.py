"""Retries parked aggregates, in order, until they flow again or are given up as dead."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
import structlog

from chassis import dead
from chassis.db import Database, Tx
from chassis.faults import described, is_infrastructure
from chassis.outbox import Cause
from chassis.subscriber import Subscriber
from chassis.traces import process_span
from chassis.wire import Envelope, restore

log = structlog.get_logger(__name__)


LADDER = (1.0, 10.0, 60.0, 600.0, 3_600.0, 21_600.0)  # seconds before each retry; then the lane is dead
POLL = 0.5  # seconds between looks at the lanes that are due
MOST = 50  # lanes of one look
RUN = 200  # events of one transaction


class LaneWorker:
    """Works on the lanes of a service's consumers; the watermark's lock keeps several copies apart."""

    def __init__(
        self, database: Database, subscribers: Iterable[Subscriber], ladder: Sequence[float] = LADDER
    ) -> None:
        self._database = database
        self._subscribers = {subscriber.name: subscriber for subscriber in subscribers}
        self._ladder = tuple(ladder)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; trouble with the database is waited out."""
        while not stopping.is_set():
            try:
                await self.work()
            except Exception as error:  # noqa: BLE001 - the worker outlives every trouble
                log.warning("lanes rest", error=described(error))
            try:
                await asyncio.wait_for(stopping.wait(), POLL)
            except TimeoutError:
                continue

    async def work(self) -> int:
        """Run the lanes that are due; return how many were looked at."""
        due = await self._database.survey(_DUE, list(self._subscribers), MOST)
        for row in due:
            await self._run_lane(row["consumer"], (row["territory_id"], row["topic"], row["aggregate_id"]))
        return len(due)

    async def _run_lane(self, consumer: str, key: tuple[str, str, str]) -> None:
        async with self._database.tx(key[0]) as tx:
            version = await tx.fetchval(_LOCK_WATERMARK, consumer, *key)
            lane = await tx.fetchrow(_LANE, consumer, *key)
            if lane is None:
                return
            rows = await tx.fetch(_WAITING_EVENTS, consumer, *key, version, RUN)
            reached, error = await self._drain(tx, self._subscribers[consumer], version, rows)
            await self._settle(tx, lane, rows, reached, error)

    async def _drain(
        self, tx: Tx, subscriber: Subscriber, version: int, rows: Sequence[asyncpg.Record]
    ) -> tuple[int, str | None]:
        """Handle the next events in order; return how far it came, and the error that stopped it."""
        for row in rows:
            if row["version"] != version + 1 and row["topic"] not in subscriber.compacted:
                break
            envelope = restore(row["topic"], _headers(row["headers"]), row["data"])
            try:
                async with tx.checked_attempt():
                    await _handle(tx, subscriber, envelope)
            except Exception as error:
                if is_infrastructure(error, tx.connection, patient=False):
                    raise
                return version, described(error)
            version = row["version"]
        return version, None

    async def _settle(
        self,
        tx: Tx,
        lane: asyncpg.Record,
        rows: Sequence[asyncpg.Record],
        reached: int,
        error: str | None,
    ) -> None:
        """Move the watermark, close an empty lane, plan the next try of the others."""
        identity = lane["consumer"], lane["territory_id"], lane["topic"], lane["aggregate_id"]
        await tx.execute(_DROP_EVENTS, *identity, reached)
        empty = not await tx.fetchval(_HAS_EVENTS, *identity)
        await tx.execute(_MOVE_WATERMARK, *identity, reached, not empty)
        if empty:
            await tx.execute(_CLOSE, *identity)
            log.info("lane closed", consumer=identity[0], territory_id=identity[1], topic=identity[2])
        elif error is None:
            more = bool(rows) and reached > rows[0]["version"] - 1 and len(rows) == RUN
            await tx.execute(_PLAN, *identity, "waiting", 0, lane["error"], 0.0 if more else self._ladder[0])
        else:
            # an event handled before the failing one shows progress: its ladder starts again
            attempts = 1 if reached >= rows[0]["version"] else lane["attempts"] + 1
            if attempts > len(self._ladder):
                await self._bury(tx, identity, rows, reached, error)
            else:
                await tx.execute(_PLAN, *identity, "retrying", attempts, error, self._ladder[attempts - 1])

    async def _bury(
        self,
        tx: Tx,
        identity: tuple[str, str, str, str],
        rows: Sequence[asyncpg.Record],
        reached: int,
        error: str,
    ) -> None:
        consumer, territory_id, topic, aggregate_id = identity
        head = next(row for row in rows if row["version"] > reached)
        await tx.execute(_PLAN, *identity, "dead", len(self._ladder), error, 0.0)
        origin = topic, f"{aggregate_id}/{head['version']}"
        dead.copy(tx, dead.dead_event(consumer, origin, _headers(head["headers"]), head["data"], error))
        log.error("lane dead", consumer=consumer, territory_id=territory_id, topic=topic, error=error)


async def _handle(tx: Tx, subscriber: Subscriber, envelope: Envelope) -> None:
    if not subscriber.knows(envelope.type):
        return
    event = subscriber.read(envelope)
    with process_span(subscriber.name, event) as traceparent:
        tx.cause = Cause(event.correlation_id, event.id, event.actor_id, traceparent)
        await subscriber.handler(event.type)(tx, event)


def _headers(stored: Any) -> Mapping[str, str]:
    headers: Mapping[str, str] = json.loads(stored)
    return headers


_LANE_KEY = "consumer = $1 AND territory_id = $2 AND topic = $3 AND aggregate_id = $4"

_DUE = """
SELECT consumer, territory_id, topic, aggregate_id FROM lane
WHERE consumer = ANY ($1::text[]) AND state <> 'dead' AND next_at <= clock_timestamp()
ORDER BY next_at LIMIT $2
"""
_LOCK_WATERMARK = f"SELECT version FROM watermark WHERE {_LANE_KEY} FOR UPDATE"
_LANE = f"SELECT * FROM lane WHERE {_LANE_KEY} AND state <> 'dead' AND next_at <= clock_timestamp()"
_WAITING_EVENTS = f"""
SELECT topic, version, headers, data FROM lane_event WHERE {_LANE_KEY} AND version > $5
ORDER BY version LIMIT $6
"""
_DROP_EVENTS = f"DELETE FROM lane_event WHERE {_LANE_KEY} AND version <= $5"
_HAS_EVENTS = f"SELECT EXISTS (SELECT FROM lane_event WHERE {_LANE_KEY})"
_MOVE_WATERMARK = f"UPDATE watermark SET version = $5, parked = $6 WHERE {_LANE_KEY}"
_CLOSE = f"DELETE FROM lane WHERE {_LANE_KEY}"
_PLAN = f"""
UPDATE lane SET state = $5, attempts = $6, error = $7,
    next_at = clock_timestamp() + make_interval(secs => $8)
WHERE {_LANE_KEY}
"""

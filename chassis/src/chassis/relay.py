"""Brings committed events to Kafka, in order, at least once."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

import asyncpg
import structlog

from chassis import metrics
from chassis.faults import described
from chassis.kafka import AIOKafkaProducer, Kafka, KafkaError
from chassis.traces import send_spans
from chassis.wakeup import CHANNEL
from chassis.wire import encode, record_key

log = structlog.get_logger(__name__)


LEASE = 6.0  # seconds; a dead relay is replaced after it
PAGE = 2_000  # rows of one poll
LONG_POLL = 0.5  # seconds between polls when no commit wakes the relay
FINISH = 10.0  # seconds to send what is left after `stop`
TOGETHER = 0.005  # seconds in which most batches are acknowledged, so that one poll serves them all
LAGGARD = 0.25  # seconds between polls while a partition gives no answer
_REST = (0.1, 3.0)  # seconds a failing partition, or the whole relay, rests: first, most

Place = tuple[str, int]  # topic, partition

# Dead queue rows must not be visited: the primary key walks them, a sequential scan would read them all.
_SETTINGS = {
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "timezone": "UTC",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "synchronous_commit": "off",  # a lost delete is one more repeat
}


class Relay:
    """Polls the outbox, sends one batch per partition at a time, deletes what was acknowledged.

    One relay of a service works at a time, by a lease. A relay that wakes up after losing it can only repeat
    old versions, because each partition's next batch is built after the acknowledgement of the one before.
    """

    def __init__(self, url: str, kafka: Kafka, service: str, owner: str) -> None:
        self._url = url
        self._kafka = kafka
        self._source = f"/{service}".encode()
        self._owner = owner
        self._wake = asyncio.Event()
        self._stopping = False
        self._acknowledged: list[int] = []
        self._sending: dict[Place, asyncio.Task[None]] = {}
        self._resting: dict[Place, float] = {}
        self._rests: dict[Place, float] = {}
        self._producer: AIOKafkaProducer | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._leased_until = 0.0
        self.holds_lease = False

    def wake(self) -> None:
        """Tell the relay that events were committed in this process."""
        self._wake.set()

    async def run(self) -> None:
        """Relay until `stop`; trouble with the database or the broker is waited out."""
        try:
            await self._work()
            async with asyncio.timeout(FINISH):
                await self._empty()
        except TimeoutError:
            log.warning("relay leaves events to the next one")
        finally:
            await self._close()

    async def _work(self) -> None:
        rest = _REST[0]
        while not self._stopping:
            try:
                await self._cycle()
                rest = _REST[0]
            except Exception as error:  # noqa: BLE001 - a relay outlives every trouble
                log.warning("relay rests", error=described(error), seconds=rest)
                if not isinstance(error, KafkaError):
                    self._drop_connection()
                await self._pause(rest * random.uniform(0.5, 1))  # noqa: S311 - jitter, no secret
                rest = min(rest * 2, _REST[1])

    def stop(self) -> None:
        """Ask `run` to send what is already committed, then to end."""
        self._stopping = True
        self._wake.set()

    async def _cycle(self) -> None:
        connection = await self._connected()
        self._wake.clear()
        if not await self._lease(connection):
            await self._pause(0.3)
            return
        if self._producer is None:
            self._producer = await self._kafka.producer()
        rows = await self._poll(connection)
        self._dispatch(rows)
        if self._sending:
            await self._progress()
            self._collect()
        elif not self._acknowledged:
            await self._pause(LONG_POLL)

    async def _progress(self) -> None:
        """Wait for the batches under way, together if they are quick; a laggard holds up no commit."""
        done, slow = await asyncio.wait(self._sending.values(), timeout=TOGETHER)
        if not done:
            woken = asyncio.create_task(self._wake.wait())
            await asyncio.wait({*slow, woken}, timeout=LAGGARD, return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()

    async def _connected(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._url, timeout=5, command_timeout=20, server_settings=_SETTINGS
            )
            await self._connection.add_listener(CHANNEL, lambda *_: self.wake())
            self._leased_until = 0.0
        return self._connection

    async def _lease(self, connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
        now = asyncio.get_running_loop().time()
        if now > self._leased_until:
            epoch = await connection.fetchval(_TAKE_LEASE, self._owner, LEASE)
            self.holds_lease = epoch is not None
            if self.holds_lease:
                self._leased_until = now + LEASE / 3
        return self.holds_lease

    async def _poll(self, connection: "asyncpg.Connection[asyncpg.Record]") -> Sequence[asyncpg.Record]:
        """Delete what was acknowledged and read the next page, leaving out partitions that are busy."""
        acknowledged, self._acknowledged = self._acknowledged, []
        now = asyncio.get_running_loop().time()
        self._resting = {place: until for place, until in self._resting.items() if until > now}
        busy = [f"{topic}/{partition}" for topic, partition in (*self._sending, *self._resting)]
        try:
            rows: Sequence[asyncpg.Record] = await connection.fetch(_POLL, acknowledged, busy, PAGE)
        except BaseException:
            self._acknowledged += acknowledged
            raise
        return rows

    def _dispatch(self, rows: Sequence[asyncpg.Record]) -> None:
        pages: dict[Place, list[asyncpg.Record]] = {}
        for row in rows:
            pages.setdefault((row["topic"], row["partition"]), []).append(row)
        for place, page in pages.items():
            self._sending[place] = asyncio.create_task(self._send(place, page))

    async def _send(self, place: Place, rows: Sequence[asyncpg.Record]) -> None:
        """Send one partition's page, batch after batch, each after the acknowledgement of the one before."""
        producer: AIOKafkaProducer = self._producer
        start = 0
        while start < len(rows):
            batch, end = producer.create_batch(), start
            while end < len(rows) and self._append(batch, rows[end]):
                end += 1
            batch.close()
            try:
                with send_spans(place[0], [row["traceparent"] for row in rows[start:end]]):
                    await (await producer.send_batch(batch, place[0], partition=place[1]))
            except Exception:
                metrics.RELAY_FAILURES.inc()
                self._abandon(producer)
                raise
            self._acknowledged += [row["id"] for row in rows[start:end]]
            metrics.RELAYED.inc(end - start)
            start = end

    def _append(self, batch: object, row: asyncpg.Record) -> bool:
        key = record_key(row["territory_id"], row["aggregate_id"])
        appended = batch.append(  # type: ignore[attr-defined]
            key=key, value=row["data"], timestamp=None, headers=encode(row, self._source)
        )
        return appended is not None

    def _collect(self) -> None:
        """Free the partitions that are done; one that failed rests alone."""
        now = asyncio.get_running_loop().time()
        for place, task in list(self._sending.items()):
            if not task.done():
                continue
            del self._sending[place]
            if error := task.exception():
                rest = self._rests.get(place, _REST[0])
                log.warning("partition rests", topic=place[0], partition=place[1], error=described(error))
                self._resting[place] = now + rest
                self._rests[place] = min(rest * 2, _REST[1])
            else:
                self._rests.pop(place, None)

    def _abandon(self, producer: AIOKafkaProducer) -> None:
        """Leave a producer that failed to its last batches; the next cycle starts a new one."""
        if self._producer is producer:
            self._producer = None
            self._closing.add(task := asyncio.create_task(_close(producer)))
            task.add_done_callback(self._closing.discard)

    def _drop_connection(self) -> None:
        self.holds_lease = False
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _empty(self) -> None:
        """Send what was committed before `stop`, delete what was acknowledged, give the lease back."""
        try:
            connection = await self._connected()
            if not await self._lease(connection):
                return
            if self._producer is None:
                self._producer = await self._kafka.producer()
            while (rows := await self._poll(connection)) or self._sending:
                self._dispatch(rows)
                await self._progress()
                self._collect()
            await connection.execute(_RETURN_LEASE, self._owner)
        except (OSError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("relay leaves events to the next one", error=described(error))

    async def _close(self) -> None:
        for task in self._sending.values():
            task.cancel()
        await asyncio.gather(*self._sending.values(), return_exceptions=True)
        if self._producer is not None:
            await _close(self._producer)
        await asyncio.gather(*self._closing)
        self._drop_connection()


async def _close(producer: AIOKafkaProducer) -> None:
    with suppress(Exception):  # it is abandoned because it is broken
        await asyncio.wait_for(producer.stop(), 15)


# The page comes first, then one look-up per row: joined as a whole, a fresh table is planned as a merge that
# walks all of event_log at every poll.
_POLL = """
WITH deleted AS (DELETE FROM outbox WHERE id = ANY ($1::bigint[])), page AS MATERIALIZED (
    SELECT o.id, o.topic, o.partition FROM outbox o
    WHERE NOT EXISTS (SELECT FROM unnest($1::bigint[]) AS gone(id) WHERE gone.id = o.id)
        AND NOT (o.topic || '/' || o.partition = ANY ($2::text[]))
    ORDER BY o.id LIMIT $3
)
SELECT p.id, p.topic, p.partition, e.territory_id, e.aggregate_id, e.version, e.event_id, e.type, e.data,
    e.correlation_id, e.causation_id, e.actor_id, e.data_class, e.site_id, e.traceparent, e.recorded_at
FROM page p CROSS JOIN LATERAL (SELECT * FROM event_log WHERE id = p.id LIMIT 1) e
ORDER BY p.id
"""

_TAKE_LEASE = """
UPDATE relay_lease
SET owner = $1, epoch = epoch + (owner <> $1)::integer,
    expires_at = clock_timestamp() + make_interval(secs => $2)
WHERE name = 'relay' AND (owner = $1 OR expires_at < clock_timestamp())
RETURNING epoch
"""

_RETURN_LEASE = "UPDATE relay_lease SET expires_at = '-infinity' WHERE name = 'relay' AND owner = $1"

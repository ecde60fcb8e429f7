"""The loop of one consumer group: fetch, take into effect, commit offsets later; never past what failed."""

import asyncio
import itertools
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog

from chassis import metrics
from chassis.batch import read_batch
from chassis.breaker import Breaker, BreakerOpenError
from chassis.db import Database
from chassis.faults import HandlerFailedError, described
from chassis.kafka import Kafka, Offsets, TopicPartition
from chassis.offsets import OffsetCommits
from chassis.step import Outcome, Step
from chassis.subscriber import Subscriber
from chassis.watchdog import Watchdog

log = structlog.get_logger(__name__)


MOST_RECORDS = 500
PATIENCE = 8  # runs that trouble of the infrastructure may spoil before the batch is run carefully
_DELAY = (0.05, 2.0)  # seconds between runs: first, most
_REVOKED_WAIT = 5.0  # seconds that a rebalance waits for the batch in progress


class Consumer:
    """Runs one subscriber: every event takes effect once, in order, whatever dies in between."""

    def __init__(
        self, database: Database, kafka: Kafka, subscriber: Subscriber, breaker: Breaker | None = None
    ) -> None:
        self.name = subscriber.name
        self.breaker = breaker or Breaker()
        self._step = Step(database, subscriber, self.breaker)
        self._source = kafka.source(subscriber.name, subscriber.topics, self)
        self._offsets = OffsetCommits(self._source)
        self._watchdog = Watchdog(self._source, kafka)
        self._working = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._goal: Offsets | None = None
        self.caught_up = False
        subscriber.progress = lambda: self.caught_up

    async def run(self) -> None:
        """Consume until `stop`; raises ConsumerStuckError when a rebuilt consumer gets stuck again."""
        while not self._stopping.is_set():
            if await self._start():
                await self._consume()
            await self._source.stop()

    def stop(self) -> None:
        """Ask `run` to end after the batch in progress."""
        self._stopping.set()

    async def check(self) -> str | None:
        """Say what keeps this consumer from its work, None when nothing does."""
        return "resting: too many aggregates fail" if self.breaker.is_open else None

    async def revoked(self) -> None:
        """Let the batch in progress end, so that its partitions leave with their offsets committed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_REVOKED_WAIT), self._working:
                pass
        await self._offsets.commit()
        self._offsets.forget()

    async def _start(self) -> bool:
        try:
            await self._source.start()
        except Exception as error:  # noqa: BLE001 - the broker is away; it is asked again
            log.warning("consumer waits for the broker", consumer=self.name, error=described(error))
            await self._source.stop()
            await self._pause(1.0)
            return False
        self._watchdog.started(asyncio.get_running_loop().time())
        return True

    async def _consume(self) -> None:
        """Take batch after batch into effect, until told to stop or to be rebuilt."""
        while not self._stopping.is_set():
            try:
                records = await self._source.fetch(MOST_RECORDS)
            except Exception as error:  # noqa: BLE001 - aiokafka reconnects by itself; the watchdog judges
                log.warning("fetch failed", consumer=self.name, error=described(error))
                await self._pause(0.5)
                records = {}
            if records:
                await self._take(records)
            elif await self._watchdog.is_stuck(asyncio.get_running_loop().time()):
                metrics.REBUILDS.labels(self.name).inc()
                log.error("consumer rebuilt", consumer=self.name)
                return
            await self._look_at_goal()
        await self._offsets.commit()

    async def _take(self, records: Mapping[TopicPartition, Sequence[Any]]) -> None:
        """Bring one fetch into effect and note its offsets; a batch that is given up is read again."""
        async with self._working:
            done = await self._absorb(records)
        if done:
            self._watchdog.moved(asyncio.get_running_loop().time())
            self._offsets.add({partition: batch[-1].offset + 1 for partition, batch in records.items()})
        else:
            self._source.rewind({partition: batch[0].offset for partition, batch in records.items()})
        if self.breaker.is_open:
            metrics.BREAKER.labels(self.name).set(1)
            rest = self.breaker.open()
            log.error("consumer rests: too many aggregates fail", consumer=self.name, seconds=rest)
            await self._pause(rest)
        else:
            metrics.BREAKER.labels(self.name).set(0)

    async def _absorb(self, records: Mapping[TopicPartition, Sequence[Any]]) -> bool:
        """Run the batch until it commits; False when the breaker opens or its partitions have left."""
        batch = read_batch(itertools.chain.from_iterable(records.values()))
        careful, troubles, delay = self.breaker.is_open, 0, _DELAY[0]
        while not self._stopping.is_set():
            try:
                outcome = await self._step.run(batch, careful=careful, patient=troubles < PATIENCE)
            except HandlerFailedError as failure:
                metrics.CAREFUL_RUNS.labels(self.name).inc()
                log.warning("batch runs again carefully", consumer=self.name, error=str(failure))
                careful = True
            except BreakerOpenError:
                self.breaker.is_open = True
                return False
            except Exception as error:  # noqa: BLE001 - trouble of the infrastructure, or of ours: nothing is lost
                metrics.RETRIES.labels(self.name).inc()
                log.warning("batch runs again", consumer=self.name, error=described(error))
                troubles += 1
                careful = careful or troubles >= PATIENCE
                await self._pause(delay * random.uniform(0.5, 1))  # noqa: S311 - jitter, no secret
                delay = min(delay * 2, _DELAY[1])
                if not self._source.assignment.issuperset(records):
                    return False
            else:
                self._record(outcome)
                return True
        return False

    def _record(self, outcome: Outcome) -> None:
        self.breaker.record(asyncio.get_running_loop().time(), outcome.handled, outcome.parked)
        metrics.record_outcome(self.name, outcome)

    async def _look_at_goal(self) -> None:
        """Notice when the consumer has read all that was there when it started."""
        if self.caught_up or not self._source.assignment:
            return
        with suppress(Exception):  # the broker may be away; the next round asks again
            async with asyncio.timeout(5):
                if self._goal is None:
                    self._goal = await self._source.ends()
                positions = await self._source.positions()
            self.caught_up = all(positions.get(place, end) >= end for place, end in self._goal.items())

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

"""Notices a consumer that no longer brings records although there are some."""

import asyncio

from chassis.errors import Fault
from chassis.kafka import Kafka, Offsets, Source

PATIENCE = 30.0  # seconds without a record before the broker is asked whether there are any
UNASSIGNED = 120.0  # seconds without a partition before the consumer joins its group anew
TWICE_WITHIN = 300.0  # seconds; a second rebuild within them does not help either


class ConsumerStuckError(Fault):
    """A consumer got stuck again soon after it was rebuilt: its process must start anew."""


class Watchdog:
    """Compares what the broker has with where the consumer stands, when nothing has come for a while."""

    def __init__(self, source: Source, kafka: Kafka) -> None:
        self._source = source
        self._kafka = kafka
        self._quiet_since = 0.0
        self._unassigned_since: float | None = None
        self._rebuilt_at: float | None = None

    def started(self, now: float) -> None:
        self._quiet_since, self._unassigned_since = now, None

    def moved(self, now: float) -> None:
        self._quiet_since, self._unassigned_since = now, None

    async def is_stuck(self, now: float) -> bool:
        """Return True when the consumer is to be rebuilt; raises ConsumerStuckError the second time."""
        if not self._source.assignment:
            self._unassigned_since = self._unassigned_since or now
            return now - self._unassigned_since > UNASSIGNED
        self._unassigned_since = None
        if now - self._quiet_since < PATIENCE:
            return False
        self._quiet_since = now
        if not await self._is_behind():
            return False
        if self._rebuilt_at is not None and now - self._rebuilt_at < TWICE_WITHIN:
            raise ConsumerStuckError("records wait, and two consumers in a row did not bring them")
        self._rebuilt_at = now
        return True

    async def _is_behind(self) -> bool:
        """Ask the consumer's own client, and where that fails a fresh one; a broker away means no."""
        try:
            async with asyncio.timeout(10):
                ends, positions = await self._source.ends(), await self._source.positions()
        except Exception:  # noqa: BLE001 - a stuck client may fail in any way
            return await self._broker_answers()
        return _any_behind(ends, positions)

    async def _broker_answers(self) -> bool:
        try:
            async with asyncio.timeout(10):
                await self._kafka.ends(list(self._source.assignment))
        except Exception:  # noqa: BLE001 - the broker is away: nothing to bring
            return False
        return True


def _any_behind(ends: Offsets, positions: Offsets) -> bool:
    return any(end > positions.get(place, end) for place, end in ends.items())

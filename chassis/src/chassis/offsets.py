"""Commits offsets about once a second, in the background: a hint for the next start, never the memory."""

import asyncio

import structlog

from chassis import metrics
from chassis.faults import described
from chassis.kafka import Offsets, Source

log = structlog.get_logger(__name__)


INTERVAL = 1.0  # seconds


class OffsetCommits:
    """The offsets of batches that took effect and are not yet known to the broker.

    A commit that fails or comes late costs repeats, which the watermark folds.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pending: Offsets = {}
        self._task: asyncio.Task[None] | None = None
        self._due = 0.0

    def add(self, offsets: Offsets) -> None:
        """Note offsets, and start a commit if the last one is a second old."""
        self._pending.update(offsets)
        now = asyncio.get_running_loop().time()
        if now >= self._due and (self._task is None or self._task.done()):
            self._due = now + INTERVAL
            self._task = asyncio.create_task(self.commit())

    async def commit(self) -> None:
        """Commit what is pending of the partitions that are still ours; failures are counted."""
        assigned = self._source.assignment
        offsets = {partition: offset for partition, offset in self._pending.items() if partition in assigned}
        if not offsets:
            return
        try:
            await self._source.commit(offsets)
        except Exception as error:  # noqa: BLE001 - the next commit says it again
            metrics.OFFSET_COMMIT_ERRORS.inc()
            log.info("offsets not committed", error=described(error))
            return
        for partition, offset in offsets.items():
            if self._pending.get(partition) == offset:
                del self._pending[partition]

    def forget(self) -> None:
        """Drop what is pending: the partitions went to another copy."""
        self._pending.clear()

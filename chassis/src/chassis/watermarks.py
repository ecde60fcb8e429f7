"""How far a consumer got with each aggregate, and what an arriving event means against it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from chassis.db import Tx
from chassis.errors import Fault
from chassis.outbox import Key

MOST_KNOWN = 100_000  # keys; beyond it the memory is begun anew


class WatermarkLostError(Fault):
    """A watermark row that was seen before is gone: the batch is begun again."""


@dataclass(slots=True)
class Watermark:
    """The version of the last event that took effect, and whether later ones wait in a lane."""

    version: int
    parked: bool


class Verdict(Enum):
    """What to do with one event."""

    REPEAT = auto()  # it took effect before
    HANDLE = auto()  # it is the next one
    QUEUE = auto()  # its aggregate is parked: it waits behind
    GAP = auto()  # an earlier event has not come yet: the aggregate is parked


def judge(watermark: Watermark, version: int, *, compacted: bool = False) -> Verdict:
    """Compare an event's version with its aggregate's watermark, read under the row's lock.

    On a compacted topic the broker drops versions that a later one replaces: there a gap is no gap.
    """
    if version <= watermark.version:
        return Verdict.REPEAT
    if watermark.parked:
        return Verdict.QUEUE
    if version > watermark.version + 1 and not compacted:
        return Verdict.GAP
    return Verdict.HANDLE


class Watermarks:
    """The watermark rows of one consumer."""

    def __init__(self, consumer: str) -> None:
        self._consumer = consumer
        self._known: set[Key] = set()

    async def lock(self, tx: Tx, keys: Sequence[Key]) -> dict[Key, Watermark]:
        """Lock the rows of these keys, in the order given (sorted); a new key starts at 0."""
        if new := [key for key in keys if key not in self._known]:
            await tx.execute(_BEGIN, self._consumer, *_columns(new))
        rows = await tx.fetch(_LOCK, self._consumer, *_columns(keys))
        if len(rows) < len(keys):
            self._known.clear()
            raise WatermarkLostError("a watermark row vanished between two batches")
        return {(row[0], row[1], row[2]): Watermark(row[3], row[4]) for row in rows}

    async def save(self, tx: Tx, watermarks: Mapping[Key, Watermark]) -> None:
        await tx.execute(
            _SAVE,
            self._consumer,
            *_columns(watermarks),
            [watermark.version for watermark in watermarks.values()],
            [watermark.parked for watermark in watermarks.values()],
        )

    def remember(self, keys: Iterable[Key]) -> None:
        """Spare the insert of these rows from now on: their transaction has committed."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known.update(keys)


def _columns(keys: Iterable[Key]) -> tuple[list[str], list[str], list[str]]:
    territories, topics, aggregates = zip(*keys, strict=True)
    return list(territories), list(topics), list(aggregates)


_BEGIN = """
INSERT INTO watermark (consumer, territory_id, topic, aggregate_id, version)
SELECT $1, k.territory_id, k.topic, k.aggregate_id, 0
FROM unnest($2::text[], $3::text[], $4::text[]) AS k(territory_id, topic, aggregate_id)
ORDER BY 2, 3, 4 ON CONFLICT DO NOTHING
"""

_LOCK = """
SELECT w.territory_id, w.topic, w.aggregate_id, w.version, w.parked
FROM unnest($2::text[], $3::text[], $4::text[]) AS k(territory_id, topic, aggregate_id)
JOIN watermark w ON w.consumer = $1 AND w.territory_id = k.territory_id AND w.topic = k.topic
    AND w.aggregate_id = k.aggregate_id
ORDER BY 1, 2, 3 FOR UPDATE OF w
"""

_SAVE = """
UPDATE watermark w SET version = k.version, parked = k.parked
FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::boolean[])
    AS k(territory_id, topic, aggregate_id, version, parked)
WHERE w.consumer = $1 AND w.territory_id = k.territory_id AND w.topic = k.topic
    AND w.aggregate_id = k.aggregate_id
"""

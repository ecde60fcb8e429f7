"""Calls to the outside world: owed with a change, then claimed, sent and marked, at least once."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from chassis import metrics
from chassis.bell import Bell
from chassis.db import Database, Tx
from chassis.errors import Fault
from chassis.faults import described
from chassis.outbox import Cause
from chassis.traces import effect_span

log = structlog.get_logger(__name__)


LADDER = (5.0, 30.0, 120.0, 600.0, 3_600.0, 21_600.0)  # seconds before each retry; then the effect is dead
CLAIM = 60.0  # seconds that one try may take before another copy may try
POLL = 0.5  # seconds between looks at what other processes owe, or what is to be tried again
MOST = 20  # effects of one claim, sent side by side


OWED = Bell()  # rung when this process has come to owe something


class EffectRefusedError(Fault):
    """The outside world refuses for good: a retry would only be refused again."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A call that is owed; `key` is the same at every try, so that a careful provider acts once."""

    territory_id: str
    kind: str
    effect_id: str
    data: Any
    attempts: int

    @property
    def key(self) -> str:
        return f"{self.territory_id}/{self.kind}/{self.effect_id}"


@dataclass(frozen=True, slots=True)
class Channel:
    """How effects of one kind are sent, outside any transaction, and what is recorded about it."""

    send: Callable[[Effect], Awaitable[object]]
    sent: Callable[[Tx, Effect, Any], Awaitable[None]]
    failed: Callable[[Tx, Effect, str], Awaitable[None]]


async def owe(tx: Tx, kind: str, effect_id: str | UUID, data: object) -> None:
    """Owe the effect with this commit; owing it again changes nothing."""
    cause = tx.cause
    tx.bells.add(OWED)
    await tx.execute(
        _OWE,
        tx.territory_id,
        kind,
        str(effect_id),
        json.dumps(data),
        cause.correlation_id,
        cause.causation_id,
        cause.actor_id,
        cause.traceparent,
    )


class Effects:
    """Sends what a service owes; several copies may run, a claim keeps them apart."""

    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._channels = channels

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until told to stop; trouble with the database is waited out."""
        while not stopping.is_set():
            claimed, rings = 0, OWED.rings
            try:
                claimed = await self.work()
            except Exception as error:  # noqa: BLE001 - the worker outlives every trouble
                log.warning("effects rest", error=described(error))
            if claimed < MOST:
                await OWED.after(rings, POLL)

    async def work(self) -> int:
        """Claim what is due and send it; return how many were claimed."""
        rows = await self._database.survey(_CLAIM_DUE, list(self._channels), CLAIM, MOST)
        results = await asyncio.gather(*(self._send(row) for row in rows), return_exceptions=True)
        for trouble in filter(None, results):
            log.warning("effect not marked", error=described(trouble))
        return len(rows)

    async def _send(self, row: asyncpg.Record) -> None:
        effect = Effect(
            row["territory_id"], row["kind"], row["effect_id"], json.loads(row["data"]), row["attempts"]
        )
        channel = self._channels[effect.kind]
        with effect_span(effect.kind, row["traceparent"]) as traceparent:
            cause = Cause(row["correlation_id"], row["causation_id"], row["actor_id"], traceparent)
            try:
                async with asyncio.timeout(CLAIM / 2):
                    answer = await channel.send(effect)
            except Exception as error:  # noqa: BLE001 - whatever the provider does, the effect stays owed
                await self._mark_failed(effect, channel, cause, error)
                return
            async with self._database.tx(effect.territory_id, cause=cause) as tx:
                if await tx.fetchval(_MARK_DONE, *_identity(effect), json.dumps(answer)):
                    await channel.sent(tx, effect, answer)
                    metrics.EFFECTS.labels(effect.kind, "done").inc()

    async def _mark_failed(self, effect: Effect, channel: Channel, cause: Cause, error: Exception) -> None:
        final = isinstance(error, EffectRefusedError) or effect.attempts > len(LADDER)
        text = str(error) if isinstance(error, EffectRefusedError) else described(error)
        pause = 0.0 if final else LADDER[effect.attempts - 1]
        state = "dead" if final else "pending"
        metrics.EFFECTS.labels(effect.kind, state).inc()
        log.warning("effect failed", kind=effect.kind, attempts=effect.attempts, error=text, final=final)
        async with self._database.tx(effect.territory_id, cause=cause) as tx:
            marked = await tx.fetchval(_MARK_FAILED, *_identity(effect), state, pause, text)
            if final and marked:
                await channel.failed(tx, effect, text)


def _identity(effect: Effect) -> tuple[str, str, str]:
    return effect.territory_id, effect.kind, effect.effect_id


_OWE = """
INSERT INTO effect (territory_id, kind, effect_id, data, correlation_id, causation_id, actor_id, traceparent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_CLAIM_DUE = """
UPDATE effect e SET attempts = e.attempts + 1, next_at = clock_timestamp() + make_interval(secs => $2)
FROM (
    SELECT territory_id, kind, effect_id FROM effect
    WHERE kind = ANY ($1::text[]) AND state = 'pending' AND next_at <= clock_timestamp()
    ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED
) due
WHERE e.territory_id = due.territory_id AND e.kind = due.kind AND e.effect_id = due.effect_id
RETURNING e.*
"""
_MARK_DONE = """
UPDATE effect SET state = 'done', answer = $4, error = NULL
WHERE territory_id = $1 AND kind = $2 AND effect_id = $3 AND state <> 'done' RETURNING true
"""
_MARK_FAILED = """
UPDATE effect SET state = $4, next_at = clock_timestamp() + make_interval(secs => $5), error = $6
WHERE territory_id = $1 AND kind = $2 AND effect_id = $3 AND state = 'pending' RETURNING true
"""

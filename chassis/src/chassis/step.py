"""Takes one batch into effect, in one transaction: watermarks, handlers, their events, lanes."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis import lanes, quarantine
from chassis.batch import Batch
from chassis.breaker import Breaker
from chassis.db import PLATFORM, Database, Tx
from chassis.faults import HandlerFailedError, described, is_infrastructure
from chassis.outbox import Cause, Key
from chassis.subscriber import Subscriber
from chassis.traces import process_span, process_spans
from chassis.watermarks import Verdict, Watermark, Watermarks, judge
from chassis.wire import Envelope
from contracts.envelope import Event


@dataclass(slots=True)
class Outcome:
    """What became of a batch, in numbers of events."""

    handled: int = 0
    ignored: int = 0
    repeats: int = 0
    queued: int = 0
    parked: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class _Pass:
    """One run over a batch, inside its transaction."""

    tx: Tx
    watermarks: Mapping[Key, Watermark]
    careful: bool
    patient: bool
    outcome: Outcome = field(default_factory=Outcome)
    opened: list[lanes.Opening] = field(default_factory=list)
    queued: list[Envelope] = field(default_factory=list)
    streak: int = 0


class Step:
    """The transaction of one consumer, batch after batch.

    The first run is optimistic: any handler's error undoes it. The second is careful: a savepoint around each
    event, the failed aggregate parked, the others untouched.
    """

    def __init__(self, database: Database, subscriber: Subscriber, breaker: Breaker) -> None:
        self._database = database
        self._subscriber = subscriber
        self._breaker = breaker
        self._watermarks = Watermarks(subscriber.name)

    async def run(self, batch: Batch, *, careful: bool, patient: bool = True) -> Outcome:
        """Commit the effects of the batch.

        Raises HandlerFailedError when a handler fails in the optimistic run, BreakerOpenError when too many
        aggregates fail in the careful one, and whatever trouble of the infrastructure interrupts it.
        """
        keys = sorted({event.key for event in batch.events})
        territories = sorted(
            {territory for territory, _, _ in keys} | ({PLATFORM} if batch.unreadable else set())
        )
        if not territories:
            return Outcome(repeats=batch.repeats)
        async with self._database.tx(*territories) as tx:
            marks = await self._watermarks.lock(tx, keys) if keys else {}
            run = _Pass(tx, marks, careful, patient, Outcome(repeats=batch.repeats))
            await self._handle_all(run, batch)
            if keys:
                await self._watermarks.save(tx, marks)
            await lanes.park(tx, self._subscriber.name, run.opened, run.queued)
            await quarantine.keep(tx, self._subscriber.name, batch.unreadable)
            run.outcome.quarantined = len(batch.unreadable)
        self._watermarks.remember(keys)
        return run.outcome

    async def _handle_all(self, run: _Pass, batch: Batch) -> None:
        if self._subscriber.whole is not None and not run.careful:
            await self._handle_together(run, batch)
        else:
            for territory, events in itertools.groupby(batch.events, key=lambda event: event.territory_id):
                await self._handle_each(run, territory, list(events))
            await run.tx.widen()

    async def _handle_together(self, run: _Pass, batch: Batch) -> None:
        events = [event for envelope in batch.events if (event := self._admit(run, envelope)) is not None]
        if events and self._subscriber.whole is not None:
            try:
                with process_spans(self._subscriber.name, events):
                    await self._subscriber.whole(run.tx, events)
            except Exception as error:
                if is_infrastructure(error, run.tx.connection, patient=run.patient):
                    raise
                raise HandlerFailedError(described(error)) from error

    async def _handle_each(self, run: _Pass, territory: str, envelopes: list[Envelope]) -> None:
        narrowed = False
        for envelope in envelopes:
            if (event := self._admit(run, envelope)) is None:
                continue
            if not narrowed:
                await run.tx.narrow(territory)
                narrowed = True
            if run.careful:
                await self._handle_carefully(run, event, envelope)
            else:
                await self._handle_trustingly(run, event)

    async def _handle_trustingly(self, run: _Pass, event: Event[Any]) -> None:
        try:
            await self._handle(run, event)
        except Exception as error:
            if is_infrastructure(error, run.tx.connection, patient=run.patient):
                raise
            raise HandlerFailedError(described(error)) from error

    def _admit(self, run: _Pass, envelope: Envelope) -> Event[Any] | None:
        """Return the event if its handler is to run now; else count it, queue it or park its aggregate."""
        watermark, outcome = run.watermarks[envelope.key], run.outcome
        compacted = envelope.topic in self._subscriber.compacted
        verdict = judge(watermark, envelope.version, compacted=compacted)
        if verdict is Verdict.REPEAT:
            outcome.repeats += 1
        elif verdict is Verdict.QUEUE:
            self._queue(run, envelope)
        elif verdict is Verdict.GAP:
            self._park(run, envelope, "waiting", f"version {watermark.version + 1} has not come")
        elif not self._subscriber.knows(envelope.type):
            watermark.version = envelope.version
            outcome.ignored += 1
        else:
            return self._read(run, envelope, watermark)
        return None

    def _read(self, run: _Pass, envelope: Envelope, watermark: Watermark) -> Event[Any] | None:
        try:
            event = self._subscriber.read(envelope)
        except ValueError as error:
            self._park(run, envelope, "retrying", described(error))
            return None
        watermark.version = envelope.version
        run.outcome.handled += 1
        return event

    async def _handle_carefully(self, run: _Pass, event: Event[Any], envelope: Envelope) -> None:
        try:
            async with run.tx.checked_attempt():
                await self._handle(run, event)
        except Exception as error:
            if is_infrastructure(error, run.tx.connection, patient=run.patient):
                raise
            run.watermarks[envelope.key].version = envelope.version - 1
            run.outcome.handled -= 1
            self._park(run, envelope, "retrying", described(error))
            run.streak += 1
            self._breaker.bear(run.streak)
        else:
            run.streak = 0

    async def _handle(self, run: _Pass, event: Event[Any]) -> None:
        with process_span(self._subscriber.name, event) as traceparent:
            run.tx.cause = Cause(event.correlation_id, event.id, event.actor_id, traceparent)
            await self._subscriber.handler(event.type)(run.tx, event)

    def _park(self, run: _Pass, envelope: Envelope, state: lanes.State, error: str) -> None:
        run.watermarks[envelope.key].parked = True
        run.opened.append(lanes.Opening(envelope.key, state, error))
        run.outcome.parked += 1
        self._queue(run, envelope)

    @staticmethod
    def _queue(run: _Pass, envelope: Envelope) -> None:
        run.queued.append(envelope)
        run.outcome.queued += 1

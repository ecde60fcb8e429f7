"""What a slice listens to: which facts, by which handlers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from chassis.db import Tx
from chassis.wire import Envelope
from contracts.envelope import Event, Fact, Topic

F = TypeVar("F", bound=Fact)

Each = Callable[[Tx, Event[F]], Awaitable[None]]
Whole = Callable[[Tx, Sequence[Event[Any]]], Awaitable[None]]


def _elsewhere() -> bool:
    """Say that nothing is missing, where no consumer in this process could know better."""
    return True


class Subscriber:
    """A consumer group, named `<service>.<slice>`, and its handlers.

    It is either per event (`on`) or set-wise as a whole (`together`): a set-wise handler receives the events
    of a whole batch, of several territories, and writes them in a fixed number of statements.
    """

    def __init__(self, name: str, topics: Sequence[Topic]) -> None:
        self.name = name
        self.topics = tuple(topics)
        self.compacted = frozenset(topic.name for topic in topics if topic.compacted)
        self.whole: Whole | None = None
        self.progress: Callable[[], bool] = _elsewhere  # answered by the consumer that runs it
        self._facts: dict[str, type[Fact]] = {}
        self._each: dict[str, Each[Any]] = {}

    def on(self, fact: type[F]) -> Callable[[Each[F]], Each[F]]:
        """Register the handler of one fact: it runs once per event, in version order per aggregate."""

        def register(handler: Each[F]) -> Each[F]:
            if self.whole is not None:
                raise TypeError(f"{self.name} is set-wise: it has one handler for all its facts")
            self._know(fact)
            self._each[fact.type] = handler
            return handler

        return register

    def together(self, *facts: type[Fact]) -> Callable[[Whole], Whole]:
        """Register the one handler of a set-wise subscriber."""

        def register(handler: Whole) -> Whole:
            if self._facts:
                raise TypeError(f"{self.name} already has a handler")
            for fact in facts:
                self._know(fact)
            self.whole = handler
            return handler

        return register

    def caught_up(self) -> bool:
        """Say whether all has been read that was there when the process started."""
        return self.progress()

    def knows(self, event_type: str) -> bool:
        return event_type in self._facts

    def handler(self, event_type: str) -> Each[Any]:
        """Return what handles one event of this type; a set-wise handler receives it alone."""
        if (whole := self.whole) is None:
            return self._each[event_type]

        async def alone(tx: Tx, event: Event[Any]) -> None:
            await whole(tx, [event])

        return alone

    def read(self, envelope: Envelope) -> Event[Any]:
        """Read the data of a known type; raises ValueError for data that breaks the contract."""
        data = self._facts[envelope.type].model_validate_json(envelope.data)
        return Event(
            id=envelope.id,
            type=envelope.type,
            topic=envelope.topic,
            territory_id=envelope.territory_id,
            aggregate_id=envelope.aggregate_id,
            version=envelope.version,
            recorded_at=envelope.recorded_at,
            correlation_id=envelope.correlation_id,
            causation_id=envelope.uuid("causationid"),
            actor_id=envelope.attribute("actorid"),
            data_class=envelope.attribute("dataclass") or data.data_class,
            site_id=envelope.attribute("siteid"),
            traceparent=envelope.attribute("traceparent"),
            data=data,
        )

    def _know(self, fact: type[Fact]) -> None:
        if fact.topic not in self.topics:
            raise TypeError(f"{self.name} does not subscribe to {fact.topic.name}, the topic of {fact.type}")
        if fact.type in self._facts:
            raise TypeError(f"{self.name} already handles {fact.type}")
        self._facts[fact.type] = fact

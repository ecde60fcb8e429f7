"""Decides where the time of a hot path goes: its steps, timed by wrapping the functions that take them."""

import asyncio
import functools
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from time import perf_counter
from typing import Any

IDLE = "idle"

RELAY = {
    "chassis.relay:Relay._pause": IDLE,
    "chassis.relay:Relay._poll": "poll and delete",
    "chassis.relay:Relay._append": "encode and append",
    "chassis.relay:Relay._send": "broker's acknowledgement",
}
CONSUMER = {
    "chassis.kafka:Source.fetch": "fetch",
    "chassis.consumer:read_batch": "read envelopes",
    "chassis.watermarks:Watermarks.lock": "lock watermarks",
    "chassis.subscriber:Subscriber.read": "parse data",
    "chassis.step:Step._handle": "handlers, spans",
    "chassis.step:Step._handle_together": "set-wise handler",
    "chassis.watermarks:Watermarks.save": "save watermarks",
    "chassis.db:flush": "write events",
    "chassis.db:Tx.commit": "commit",
    "chassis.step:Step.run": "begin, judge",
}
REQUEST = {
    "chassis.tokens:Verifier.principal": "token",
    "chassis.commands:claim": "claim key",
    "alpha.touches:record_touch": "handler's statements",
    "chassis.db:flush": "write events, answer",
    "chassis.db:Tx.commit": "commit",
    "chassis.commands:Desk._once": "begin, decide",
    "chassis.observed:Observed.handle": "framework",
}
PATHS = {"relay": RELAY, "consumer": CONSUMER, "request": REQUEST}

_Frame = tuple["asyncio.Task[Any] | None", list[float]]
_frame: ContextVar[_Frame] = ContextVar("frame", default=(None, [0.0]))


class Stopwatch:
    """The seconds spent in each step, those of the steps inside it left out."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def armed(self, paths: Iterable[str]) -> Iterator[None]:
        """Time the steps of these paths for the time of a block."""
        steps = {place: step for path in paths for place, step in PATHS[path].items() if _exists(place)}
        before = [self._wrap(place, step) for place, step in steps.items()]
        try:
            yield
        finally:
            for owner, name, function in reversed(before):
                setattr(owner, name, function)

    def _wrap(self, place: str, step: str) -> tuple[Any, str, Any]:
        module, _, path = place.partition(":")
        *within, name = path.split(".")
        owner = functools.reduce(getattr, within, import_module(module))
        function = getattr(owner, name)
        timed = self._awaited if inspect.iscoroutinefunction(function) else self._called
        setattr(owner, name, timed(function, step))
        return owner, name, function

    def _awaited(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        @functools.wraps(function)
        async def timed(*arguments: Any, **named: Any) -> Any:
            with self._step(step, asyncio.current_task()):
                return await function(*arguments, **named)

        return timed

    def _called(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            with self._step(step, asyncio.current_task()):
                return function(*arguments, **named)

        return timed

    @contextmanager
    def _step(self, step: str, task: "asyncio.Task[Any] | None") -> Iterator[None]:
        outer, inside = _frame.get(), [0.0]
        token = _frame.set((task, inside))
        started = perf_counter()
        try:
            yield
        finally:
            spent = perf_counter() - started
            _frame.reset(token)
            self.seconds[step] += spent - inside[0]
            if outer[0] is task:
                outer[1][0] += spent


def shares(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return each step's part of the whole, the largest first; idle time is left out."""
    spent = {step: took for step, took in seconds.items() if step != IDLE and took > 0}
    whole = sum(spent.values())
    return {step: took / whole for step, took in sorted(spent.items(), key=lambda pair: -pair[1])}


def _exists(place: str) -> bool:
    """Say whether the step's module is at hand: the tiny services are only in their own processes."""
    try:
        import_module(place.partition(":")[0])
    except ModuleNotFoundError:
        return False
    return True

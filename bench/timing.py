"""Decides how load is paced and how a rate is counted."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic, perf_counter
from typing import Any

Act = Callable[[int], Awaitable[None]]
PATIENCE = 60.0  # seconds until a stream that brings nothing is given up
WARM_UP = 1.0  # seconds at the start of a paced run whose samples are dropped


async def keep_pace(act: Act, rate: float, seconds: float, workers: int) -> float:
    """Call `act(0)`, `act(1)`, … at random moments, `rate` a second on average; return the rate reached.

    The moments do not wait for the work: when all workers are busy, calls come late and the lateness shows.
    """
    draw = random.Random(rate)  # noqa: S311 - repeats a run, guards no secret
    moments = itertools.accumulate(draw.expovariate(rate) for _ in range(int(rate * seconds)))
    calls = enumerate(moments)
    started, done = monotonic(), 0

    async def work() -> None:
        nonlocal done
        for number, moment in calls:
            if (ahead := started + moment - monotonic()) > 0:
                await asyncio.sleep(ahead)
            await act(number)
            done += 1

    await asyncio.gather(*(work() for _ in range(workers)))
    return done / (monotonic() - started)


async def keep_busy(act: Act, seconds: float, workers: int) -> float:
    """Let each worker call `act` again and again; return how many calls a second ended."""
    end, numbers, done = monotonic() + seconds, itertools.count(), 0
    started = monotonic()

    async def work() -> None:
        nonlocal done
        while monotonic() < end:
            await act(next(numbers))
            done += 1

    await asyncio.gather(*(work() for _ in range(workers)))
    return done / (monotonic() - started)


class Meter:
    """The rate of a stream: the first portion starts the clock and is not counted."""

    def __init__(self) -> None:
        self.total = 0
        self._first = 0
        self._started = 0.0
        self._last = 0.0

    def note(self, count: int = 1) -> None:
        self._last = perf_counter()
        if not self.total:
            self._started, self._first = self._last, count
        self.total += count

    @property
    def age(self) -> float:
        """Seconds since the first portion; 0 before it."""
        return perf_counter() - self._started if self.total else 0.0

    @property
    def rate(self) -> float:
        """Events a second; raises ValueError when nothing followed the first portion."""
        if self._last == self._started:
            raise ValueError("nothing was measured")
        return (self.total - self._first) / (self._last - self._started)

    async def follow(
        self, work: Coroutine[Any, Any, None], total: int, seconds: float, stop: Callable[[], None]
    ) -> None:
        """Run the work until that total or that age, then stop it; raises TimeoutError when nothing comes."""
        task = asyncio.create_task(work)
        try:
            async with asyncio.timeout(PATIENCE + seconds):
                while self.total < total and self.age < seconds and not task.done():
                    await asyncio.wait([task], timeout=0.02)
        finally:
            stop()
            await task

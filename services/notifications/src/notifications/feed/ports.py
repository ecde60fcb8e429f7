"""Owns the streams open in this process: how many there may be, and when all of them must end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from chassis.health import Health
from notifications.feed.model import StreamsTaken

MOST: Final = 64
MOST_OF_ONE: Final = 4


class Streams:
    """The streams open in one process, by reader; each asks the database twice a second."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._open: Counter[str] = Counter()

    def check(self, reader: str) -> None:
        """Raises StreamsTaken where no further stream may be opened."""
        if self._open[reader] >= self._most_of_one:
            raise StreamsTaken(most=self._most_of_one)
        if self._open.total() >= self._most:
            raise StreamsTaken(most=self._most)

    @contextmanager
    def opened(self, reader: str) -> Iterator[None]:
        """Count a stream while it is open."""
        self._open[reader] += 1
        try:
            yield
        finally:
            self._open[reader] -= 1
            if not self._open[reader]:
                del self._open[reader]


async def is_leaving(health: Health) -> bool:
    """Say whether this process drains: its streams end, and their readers go on at another."""
    _, found = await health.ready()
    checks = found["checks"]
    return isinstance(checks, dict) and not checks["draining"]["ok"]

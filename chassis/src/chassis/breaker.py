"""Stops a consumer whose new version fails on everything, before it parks a whole topic."""

from collections import deque

from chassis.errors import Fault

LONGEST_STREAK = 20  # aggregates parked one after the other, none handled between them
SHARE = 0.05  # of the events of the last minute
WINDOW = 60.0  # seconds
REST = (5.0, 60.0)  # seconds until the next try: first, most; below the broker's poll interval


class BreakerOpenError(Fault):
    """Too many aggregates fail: the batch is undone and the consumer rests."""


class Breaker:
    """Counts what a consumer parks, in a streak and as a share of the last minute."""

    def __init__(self, streak: int = LONGEST_STREAK, share: float = SHARE) -> None:
        self._longest = streak
        self._share = share
        self._minute: deque[tuple[float, int, int]] = deque()  # time, handled, parked
        self._streak = 0
        self._rest = REST[0]
        self.is_open = False

    def bear(self, streak: int) -> None:
        """Raise BreakerOpenError when this streak, after that of earlier batches, is too long."""
        if self._streak + streak > self._longest:
            raise BreakerOpenError(f"{self._streak + streak} aggregates failed one after the other")

    def record(self, now: float, handled: int, parked: int) -> None:
        """Take note of a committed batch; open when too large a share of the last minute was parked."""
        self._streak = 0 if handled else self._streak + parked
        self._minute.append((now, handled, parked))
        while self._minute[0][0] < now - WINDOW:
            self._minute.popleft()
        handled_lately = sum(entry[1] for entry in self._minute)
        parked_lately = sum(entry[2] for entry in self._minute)
        if parked and parked_lately > self._longest and parked_lately > self._share * handled_lately:
            self.is_open = True
        elif handled:
            self.is_open = False
            self._rest = REST[0]

    def open(self) -> float:
        """Open, and return how many seconds to rest before the next try: longer each time."""
        self.is_open = True
        rest, self._rest = self._rest, min(self._rest * 2, REST[1])
        return rest

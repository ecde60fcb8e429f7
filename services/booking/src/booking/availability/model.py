"""Decides which times near the one asked for a resource has left on a day: pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from booking.openings.model import Interval

_GRID: Final = timedelta(minutes=5)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def nearest(
    asked: Interval, turnaround: timedelta, open_: Iterable[Interval], busy: Sequence[Interval], now: datetime
) -> list[Interval]:
    """Return the times of the same length that fit, at most one in each gap, nearest to the one asked first.

    A time ends by closing and, with its turnaround, before the next use begins.
    """
    length = asked.end - asked.start
    soonest = _on_grid(now)
    found = []
    for opened in open_:
        for gap in _gaps(opened, busy, turnaround):
            first, last = max(gap.start, soonest), gap.end - length
            if first <= last:
                start = min(max(asked.start, first), last)
                found.append(Interval(start, start + length))
    return sorted(found, key=lambda each: (abs(each.start - asked.start), each.start))


def _gaps(opened: Interval, busy: Sequence[Interval], turnaround: timedelta) -> Iterable[Interval]:
    """Yield from when to when use is possible: from opening or the last use to the next one or closing."""
    start = opened.start
    for taken in sorted(busy):
        if taken.end > start:
            yield Interval(start, min(opened.end, taken.start - turnaround))
            start = max(start, taken.end)
    yield Interval(start, min(opened.end, _NEVER))


def _on_grid(now: datetime) -> datetime:
    """Round up to a time that people name."""
    return now + (_EPOCH - now) % _GRID

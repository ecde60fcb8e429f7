"""Kills its own process at one named point of the event path, the nth time that point is passed."""

import functools
import itertools
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from chassis import db
from chassis.db import Tx
from chassis.offsets import OffsetCommits
from chassis.relay import Relay
from chassis.watermarks import Watermarks

Moment = Literal["before", "after"]

# The point, then the function that stands there, and whether the process dies before or after its work.
POINTS: dict[str, tuple[Any, str, Moment]] = {
    "after-write-before-commit": (db, "flush", "after"),
    "after-commit-before-send": (Tx, "commit", "after"),
    "after-send-before-delete": (Relay, "_poll", "before"),
    "after-effect-before-commit": (Watermarks, "save", "after"),
    "after-commit-before-offsets": (OffsetCommits, "add", "before"),
}


def arm() -> None:
    """Wrap the function that TINY_CRASH_AT, written `point:nth`, names; without it, change nothing."""
    asked = os.environ.get("TINY_CRASH_AT")
    if not asked:
        return
    point, _, nth = asked.partition(":")
    place, name, moment = POINTS[point]
    wrapped = _deadly if point == "after-commit-before-offsets" else _deadly_coroutine
    setattr(place, name, wrapped(getattr(place, name), moment, _Countdown(int(nth))))


class _Countdown:
    """Counts the times a point is passed with something at stake, and kills at the last one."""

    def __init__(self, nth: int) -> None:
        self._passes = itertools.count(1)
        self._nth = nth

    def strike(self, subject: Any) -> None:
        if _at_stake(subject) and next(self._passes) == self._nth:
            os.kill(os.getpid(), signal.SIGKILL)


def _at_stake(subject: Any) -> bool:
    """Say whether a crash would leave something half done: an event recorded, a batch acknowledged."""
    if isinstance(subject, Tx):
        return bool(subject.versions)
    if isinstance(subject, Relay):
        return bool(subject._acknowledged)  # noqa: SLF001 - the point of this file is to look inside
    return True


def _deadly_coroutine(
    function: Callable[..., Awaitable[Any]], moment: Moment, countdown: _Countdown
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def deadly(subject: Any, *arguments: Any) -> Any:
        if moment == "before":
            countdown.strike(subject)
        result = await function(subject, *arguments)
        if moment == "after":
            countdown.strike(subject)
        return result

    return deadly


def _deadly(function: Callable[..., Any], _moment: Moment, countdown: _Countdown) -> Callable[..., Any]:
    @functools.wraps(function)
    def deadly(subject: Any, *arguments: Any) -> Any:
        countdown.strike(subject)
        return function(subject, *arguments)

    return deadly

"""Replaces one part while the others run: its process leaves in good order, another takes its place."""

from __future__ import annotations

import time
from collections.abc import Generator

from maillage.runtime.part import Part, last_words
from maillage.runtime.supervisor import Kept, Work
from maillage.sentences import NOT_REPLACED, StartError


def replaced(kept: Kept, new: Part, seconds: float) -> Work:
    """Put `new` in the place of the present part; the old one comes back when that is not ready in time.

    Raises StartError once the old one is ready again, or has had the same time to be.
    """
    old = kept.part
    kept.leaving = True
    try:
        reason = yield from _swapped(kept, new, seconds)
        if reason:
            yield from _swapped(kept, old, seconds)
            raise StartError(NOT_REPLACED, part=new.name, reason=reason, log=new.log)
    finally:
        kept.leaving = False


def _swapped(kept: Kept, part: Part, seconds: float) -> Generator[None, None, str]:
    """End the process, start the part instead; why that is not ready, nothing when it is."""
    yield from _ended(kept)
    kept.part = part
    try:
        kept.start()
    except StartError as failure:
        return failure.sentence.id
    deadline = time.monotonic() + seconds
    while not kept.state.ready and time.monotonic() < deadline:
        code = kept.child.exit_code() if kept.child else None
        if kept.child and code is not None:
            return last_words(kept.child.said()) or f"exit code {code}"
        yield
    return "" if kept.state.ready else f"{seconds:g} s"


def _ended(kept: Kept) -> Work:
    kept.ask_to_stop()
    deadline = time.monotonic() + kept.part.stop_seconds
    while kept.child is not None and kept.child.exit_code() is None:
        if time.monotonic() > deadline:
            kept.child.kill()
        yield
    kept.await_stop()

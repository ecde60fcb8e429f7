"""What another terminal may do to a running platform: look at it, stop it, kill one of its parts."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from maillage.runtime.part import signal_tree
from maillage.runtime.state import State, end_leftovers
from maillage.sentences import NOT_RUNNING, PART_NOT_UP, STOP_SLOW, UNKNOWN_PART, StartError
from maillage.show import part_line

STOP_SECONDS = 90.0


def state_of(data: Path) -> State:
    """The last state written, empty when there never was one."""
    return State.read(data) or State()


def down(data: Path) -> list[str]:
    """Stop the supervisor or what a killed one left; the names stopped. Raises StartError."""
    state = state_of(data)
    if not state.alive():
        left = end_leftovers(state)
        if not left:
            raise StartError(NOT_RUNNING, data=data)
        return left
    os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while state.alive():
        if time.monotonic() > deadline:
            raise StartError(STOP_SLOW, pid=state.pid, seconds=round(STOP_SECONDS))
        time.sleep(0.05)
    return sorted(state.parts)


def kill(data: Path, name: str) -> int:
    """SIGKILL one part and its children; its process id. Raises StartError when there is no such process."""
    state = state_of(data)
    if not state.alive():
        raise StartError(NOT_RUNNING, data=data)
    part = state.parts.get(name)
    if part is None:
        raise StartError(UNKNOWN_PART, name=name, known=", ".join(state.parts))
    if part.pid is None or not part.alive():
        raise StartError(PART_NOT_UP, name=name)
    signal_tree(part.pid, signal.SIGKILL)
    return part.pid


def table(state: State) -> str:
    """The state in words: one line per part."""
    if not state.alive():
        return "The platform does not run."
    head = "The platform is ready." if state.ready() else "The platform is not ready."
    return "\n".join([head, *(part_line(name, part) for name, part in state.parts.items())])

"""What runs from a data folder, so that other terminals and the next start know: a lock and a state file."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil

from maillage.runtime.part import signal_tree
from maillage.sentences import told

CLOCK_TOLERANCE = 2.0  # seconds: a process's birth is computed from the boot time, which clock steps move


@dataclass(slots=True)
class PartState:
    """What is known of one part; `birth` (epoch seconds) tells it from a later process of the same id."""

    pid: int | None = None
    birth: float | None = None
    ready: bool = False
    status: str = "waiting"
    restarts: int = 0
    address: str = ""
    stop_signal: int = signal.SIGTERM
    trouble: dict[str, str] | None = None

    def alive(self) -> bool:
        return same_process(self.pid, self.birth)


@dataclass(slots=True)
class State:
    """The supervisor and its parts, as last written to `state.json`."""

    pid: int = 0
    birth: float = 0.0
    started_at: float = 0.0
    parts: dict[str, PartState] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """The state on disk; None when there is none or it does not parse (a power cut may truncate it)."""
        try:
            raw = json.loads((data / "state.json").read_text(encoding="utf-8"))
            parts = {name: PartState(**part) for name, part in raw.pop("parts").items()}
            return cls(**raw, parts=parts)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, data: Path) -> None:
        unfinished = data / "state.json.unfinished"
        unfinished.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        unfinished.replace(data / "state.json")

    def alive(self) -> bool:
        return same_process(self.pid, self.birth)

    def ready(self) -> bool:
        return self.alive() and bool(self.parts) and all(part.ready for part in self.parts.values())

    def as_json(self, language: str) -> dict[str, Any]:
        """`{"ready": bool, "parts": {name: {"ready": bool, …}}}`; nothing is ready without a supervisor."""
        alive = self.alive()
        parts = {
            name: {
                "ready": alive and part.ready,
                "pid": part.pid,
                "status": part.status,
                "restarts": part.restarts,
                "address": part.address,
                "trouble": part.trouble and told(part.trouble, language),
            }
            for name, part in self.parts.items()
        }
        return {"ready": self.ready(), "running": alive, "pid": self.pid if alive else None, "parts": parts}


def same_process(pid: int | None, birth: float | None) -> bool:
    """Whether the process lives and is the one that was born then."""
    if not pid or birth is None:
        return False
    try:
        process = psutil.Process(pid)
        zombie = process.status() == psutil.STATUS_ZOMBIE
        return not zombie and abs(process.create_time() - birth) < CLOCK_TOLERANCE
    except psutil.NoSuchProcess:
        return False


def birth_of(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def end_leftovers(state: State, seconds: float = 20.0) -> list[str]:
    """Stop what a killed supervisor left, in good order while there is time; the names of those parts."""
    left = {name: part for name, part in state.parts.items() if part.alive()}
    for part in left.values():
        os.kill(part.pid or 0, part.stop_signal)
    deadline = time.monotonic() + seconds
    while any(part.alive() for part in left.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for part in left.values():
        if part.alive():
            signal_tree(part.pid or 0, signal.SIGKILL)
    return sorted(left)


@contextmanager
def locked_file(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a file lock; it ends with the process at the latest. Raises BlockingIOError when not waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield

"""One part of the platform as a child process: how it starts, is judged ready, is stopped or killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from maillage.runtime import account
from maillage.sentences import StartError

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def nothing() -> None:
    """The preparation of a part that needs none."""


def at_once(_pid: int) -> bool:
    """The readiness of a part that is ready as soon as it runs."""
    return True


def unexplained(_said: str) -> StartError | None:
    """The judgement on its last words when nothing particular is known of the part."""
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """What has to be known of a part to run it; `prepare` runs before every start, also after a crash."""

    name: str
    command: Callable[[], Sequence[str]]
    log: Path
    environment: Callable[[], Mapping[str, str]] = dict[str, str]
    prepare: Callable[[], None] = nothing
    ready: Callable[[int], bool] = at_once
    explain: Callable[[str], StartError | None] = unexplained
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    address: str = ""


class Child:
    """A part that has been started: its process and what may be done to it."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.asked = False
        part.log.parent.mkdir(parents=True, exist_ok=True)
        with part.log.open("ab") as log:
            self.log_from = log.tell()
            self.process = subprocess.Popen(
                part.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **part.environment()},
                start_new_session=True,
                preexec_fn=_die_with_parent(part.stop_signal),  # noqa: PLW1509 - one prepared system call
                **account.process_of(part.user),
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def exit_code(self) -> int | None:
        return self.process.poll()

    def ready(self) -> bool:
        return self.exit_code() is None and self.part.ready(self.pid)

    def said(self, limit: int = 4000) -> str:
        """The end of what this process has written since its start."""
        with self.part.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self.log_from, size - limit))
            return log.read().decode(errors="replace")

    def ask(self) -> None:
        """Ask it once to end in good order, even when suspended; a second signal would cut its drain."""
        if self.exit_code() is None and not self.asked:
            self.asked = True
            self.process.send_signal(self.part.stop_signal)
            self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Wait until it has ended as asked; kill it when it has not within its time."""
        self.ask()
        try:
            self.process.wait(self.part.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and all its children at once, as a crash would."""
        signal_tree(self.pid, signal.SIGKILL)
        self.process.wait()


def last_words(said: str) -> str:
    """The last line that speaks of an error, else the last line, cut to 400 characters."""
    lines = said.strip().splitlines()
    errors = [
        line for line in lines if any(word in line for word in ("FATAL", "ERROR", "Error", "Exception"))
    ]
    return (errors or lines or [""])[-1].strip()[:400]


def signal_tree(pid: int, sign: signal.Signals) -> None:
    """Send a signal to a process and everything it has started."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.send_signal(sign)
    if sign is signal.SIGKILL:
        psutil.wait_procs(family[1:], timeout=10)


def wait_ready(child: Child, seconds: float) -> bool:
    """Poll until the child is ready; False when it exits first or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and child.exit_code() is None:
        if child.ready():
            return True
        time.sleep(0.05)
    return False


def _die_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """On Linux the kernel stops the child in good order when the supervisor is killed."""
    if LIBC is None:
        return None
    prctl = LIBC.prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)

    return ask

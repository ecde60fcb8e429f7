"""Owns the processes of the tiny services: how each is started, killed, stopped in its tracks, ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TINY = Path(__file__).parents[1] / "tiny"
END_SECONDS = 40.0


@dataclass(slots=True)
class Part:
    """One process of one service, in some of its roles, that can be started again and again."""

    name: str
    service: str
    roles: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    stopped: bool = False
    starts: int = field(default=0)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def port(self) -> int:
        return int(self.environment["MAILLAGE_PORT"])

    def start(self, **more: str) -> None:
        """Start it; `more` is added to the environment of this start alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a program of ours
                [sys.executable, "-m", self.service, *self.roles],
                env={**_inherited(), **self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.starts += 1
        self.stopped = False

    def kill(self) -> None:
        """End it as a crash would, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self) -> None:
        """Freeze it in its tracks."""
        self._signal(signal.SIGSTOP)
        self.stopped = True

    def cont(self) -> None:
        """Let a frozen process go on, as if no time had passed for it."""
        self._signal(signal.SIGCONT)
        self.stopped = False

    def tell_to_end(self) -> None:
        self._signal(signal.SIGTERM)

    def end(self) -> int | None:
        """Ask it to end in good order; return its exit code, None when it had to be killed."""
        self.cont()
        self.tell_to_end()
        if self.process is None:
            return 0
        try:
            return self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def said(self) -> str:
        """Return the end of its log, for the message of a test that fails."""
        return self.log.read_text(errors="replace")[-3_000:] if self.log.exists() else ""

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, number)


def _inherited() -> dict[str, str]:
    """Return what a part needs of our environment: the programs, and the chassis that is under test."""
    path = os.pathsep.join(filter(None, (str(TINY), os.environ.get("PYTHONPATH"))))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": path}

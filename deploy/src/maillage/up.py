"""`maillage up`: from whatever the last run left to a platform that is ready, and on until it is stopped."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from maillage import replace
from maillage.assembly import Platform, require_ports, require_usable
from maillage.runtime import java
from maillage.runtime.state import State, end_leftovers, locked_file
from maillage.runtime.supervisor import Supervisor
from maillage.sentences import ALREADY_RUNNING, StartError
from maillage.settings import Settings
from maillage.show import Show

Ready = Callable[[State], None]


def run(settings: Settings, show: Show, ready: Ready) -> None:
    """Start everything, call `ready` once, keep it running until SIGINT or SIGTERM. Raises StartError."""
    require_usable(settings.data)
    with alone(settings.data):
        recover(settings.data, show)
        require_ports(settings)
        installed = None if settings.kafka else java.install(show.download, show.say)
        platform = Platform(settings, installed, show.say)
        if not platform.services:
            show.say("no service is installed yet: only the servers and the mail sink are started")
        supervisor = Supervisor(platform.stages(), settings.data, show.state)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.ask_to_stop())
        supervisor.works.append(replace.serve(platform, supervisor))
        supervisor.start(settings.start_seconds)
        if supervisor.state.ready():
            with show.aside():
                ready(supervisor.state)
        supervisor.run()


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the data folder's lock; raises StartError when a platform runs from it."""
    try:
        with locked_file(data / "lock", wait=False):
            yield
    except BlockingIOError as error:
        state = State.read(data)
        raise StartError(ALREADY_RUNNING, data=data, pid=state.pid if state else "?") from error


def recover(data: Path, show: Show) -> None:
    """End what a killed supervisor left running and put the last run's logs aside."""
    state = State.read(data)
    left = end_leftovers(state) if state else []
    if left:
        show.say(f"the last run ended without stopping {', '.join(left)}: stopped now")
    for log in (data / "log").glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


def detach(arguments: Sequence[str], data: Path) -> dict[str, Any]:
    """Run `maillage up` in a session of its own; what it said: its state once ready, or its error."""
    require_usable(data)
    folder = data / "log"
    folder.mkdir(parents=True, exist_ok=True)
    progress = folder / "up.txt"
    with progress.open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "maillage", "up", "--json", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    said = _follow(child, progress)
    if not said:
        return {"error": {"id": "MLG-E020", "text": f"exit code {child.wait()}", "cure": f"Read {progress}."}}
    answer: dict[str, Any] = json.loads(said)
    return answer


def _follow(child: subprocess.Popen[bytes], progress: Path) -> bytes:
    """The child's first line on stdout; until it comes, its progress is passed on."""
    if child.stdout is None:
        return b""
    with selectors.DefaultSelector() as selector, progress.open("rb") as log:
        selector.register(child.stdout, selectors.EVENT_READ)
        while not selector.select(timeout=0.2):
            os.write(sys.stderr.fileno(), log.read())
        os.write(sys.stderr.fileno(), log.read())
    return child.stdout.readline()

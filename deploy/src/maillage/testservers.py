"""`python -m maillage.testservers -- CMD`: one PostgreSQL and one Kafka, started for the time of a command.

CMD finds them by environment variables:

    MAILLAGE_TEST_POSTGRES   superuser DSN
    MAILLAGE_TEST_KAFKA      host:port
    MAILLAGE_TEST_CONTROL    Unix socket: a connection takes one line `VERB NAME`, answers `ok` or `error: …`

NAME is `postgres` or `kafka`. VERB is `kill` (as a crash, then up again), `restart` (in good order), `down`
(as a crash, stays down), `up`, `stop` (SIGSTOP or pause) and `cont`. `ok` comes once the server is ready
again. The exit code is that of CMD; 3 when the servers do not start.

Where servers come from may be named by MAILLAGE_TEST_PROVIDER as well. What a power cut would lose of them is
not wanted again, so PostgreSQL does not wait for its disk; with `--durable` it does, for measurements.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from maillage.runtime import java
from maillage.runtime.part import Child, Part, signal_tree, wait_ready
from maillage.runtime.ports import free_port
from maillage.runtime.postgres import Postgres
from maillage.sentences import PART_FAILED, StartError

START_SECONDS = 90
EXIT_NOT_STARTED = 3


class Server(Protocol):
    """One server of a provider, and what the control socket may do to it."""

    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def down(self) -> None: ...
    def up(self) -> None: ...
    def stop(self) -> None: ...
    def cont(self) -> None: ...


class EmbeddedServer:
    """A server run from the wheels and jars, as `maillage up` runs it."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.child: Child | None = None

    def begin(self) -> None:
        self.part.prepare()
        self.child = Child(self.part)

    def await_ready(self) -> None:
        if self.child is None or not wait_ready(self.child, START_SECONDS):
            said = self.child.said() if self.child else ""
            raise StartError(PART_FAILED, part=self.part.name, reason=said[-1500:], log=self.part.log)

    def up(self) -> None:
        self.begin()
        self.await_ready()

    def down(self) -> None:
        if self.child is not None:
            self.child.kill()

    def kill(self) -> None:
        self.down()
        self.up()

    def restart(self) -> None:
        self.end()
        self.up()

    def stop(self) -> None:
        if self.child is not None:
            signal_tree(self.child.pid, signal.SIGSTOP)

    def cont(self) -> None:
        if self.child is not None:
            signal_tree(self.child.pid, signal.SIGCONT)

    def end(self) -> None:
        if self.child is not None:
            self.child.stop()


class Embedded:
    """Both servers on a throw-away data folder of their own and on free ports."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.data = Path(tempfile.mkdtemp(prefix="maillage-test-"))
        if os.geteuid() == 0:
            self.data.chmod(0o755)  # PostgreSQL then runs in another account, which has to pass through
        self.servers: dict[str, EmbeddedServer] = {}

    def start(self) -> dict[str, str]:
        """Start both and return the environment that leads to them."""
        java_of_kafka = java.install(say_download, say)
        postgres = Postgres(self.data, durable=self.durable)
        kafka = java_of_kafka.kafka(self.data, free_port())
        self.servers = {"postgres": EmbeddedServer(postgres.part()), "kafka": EmbeddedServer(kafka.part())}
        for server in self.servers.values():
            server.begin()
        for server in self.servers.values():
            server.await_ready()
        return {"MAILLAGE_TEST_POSTGRES": postgres.dsn, "MAILLAGE_TEST_KAFKA": kafka.address}

    def end(self) -> None:
        for server in self.servers.values():
            server.down()
        shutil.rmtree(self.data, ignore_errors=True)


class Provider(Protocol):
    """Where test servers come from."""

    @property
    def servers(self) -> Mapping[str, Server]: ...
    def start(self) -> dict[str, str]: ...
    def end(self) -> None: ...


class Control:
    """The socket by which tests kill, stop and restart the servers."""

    def __init__(self, folder: Path, servers: Mapping[str, Server]) -> None:
        self.path = folder / "control"
        self.servers = servers
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen(64)
        self.socket.settimeout(0.1)

    def serve_once(self) -> None:
        """Carry out the next line, if one comes within a tenth of a second."""
        try:
            connection, _ = self.socket.accept()
        except TimeoutError:
            return
        with connection:
            connection.settimeout(5)
            try:
                answer = self._obey(connection.recv(200).decode())
                connection.sendall(f"{answer}\n".encode())
            except OSError as error:
                sys.stderr.write(f"control: {error}\n")

    def _obey(self, line: str) -> str:
        verb, _, name = line.strip().partition(" ")
        if verb not in {"kill", "restart", "down", "up", "stop", "cont"} or name not in self.servers:
            return f"error: not understood: {line.strip()}"
        try:
            getattr(self.servers[name], verb)()
        except StartError as failure:
            return f"error: {failure}"
        return "ok"


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def say_download(done: int, total: int) -> None:
    sys.stderr.write(f"Kafka: {done / 1e6:.1f} of {total / 1e6:.1f} MB\n")


def run(command: Sequence[str], provider: Provider, folder: Path) -> int:
    """Run the command beside the started servers; its exit code."""
    started = time.monotonic()
    environment = provider.start()
    control = Control(folder, provider.servers)
    sys.stderr.write(f"test servers ready after {time.monotonic() - started:.1f} s\n")
    child = subprocess.Popen(
        command, env={**os.environ, **environment, "MAILLAGE_TEST_CONTROL": str(control.path)}
    )
    _forward_signals(child)
    with control.socket:
        while child.poll() is None:
            control.serve_once()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _forward_signals(child: subprocess.Popen[bytes]) -> None:
    # From a terminal, Ctrl-C reaches the command by itself: the same signal twice would cut its own clean-up.
    def forward(number: int, _frame: object) -> None:
        if number != signal.SIGINT or not sys.stdin.isatty():
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)


def provider_named(name: str, *, durable: bool) -> Provider:
    if name == "embedded":
        return Embedded(durable=durable)
    from maillage.containers import Containers  # noqa: PLC0415 - testcontainers is installed for development only

    return Containers(durable=durable)


def main(arguments: Sequence[str]) -> int:
    """Parse, start, run, stop."""
    parser = argparse.ArgumentParser(prog="python -m maillage.testservers", description=__doc__)
    parser.add_argument(
        "--provider",
        choices=["embedded", "testcontainers"],
        default=os.environ.get("MAILLAGE_TEST_PROVIDER") or "embedded",
    )
    parser.add_argument("--durable", action="store_true", help="PostgreSQL waits for its disk")
    parser.add_argument("command", nargs="+", metavar="CMD", help="the command and its arguments, after `--`")
    asked = parser.parse_args(arguments)
    provider = provider_named(asked.provider, durable=asked.durable)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="maillage-control-") as folder:
        try:
            return run(asked.command, provider, Path(folder))
        except StartError as failure:
            sys.stderr.write(f"{failure}\n{failure.cure('en')}\n")
            return EXIT_NOT_STARTED
        finally:
            provider.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

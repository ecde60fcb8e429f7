"""Test servers from container images, for `python -m maillage.testservers --provider testcontainers`.

Images: MAILLAGE_TEST_POSTGRES_IMAGE (default `postgres:18`) and MAILLAGE_TEST_KAFKA_IMAGE (default
`apache/kafka:4.3.1`). An image of one's own works when it keeps the contract of those two:

- PostgreSQL listens on 5432 of every interface, makes the superuser POSTGRES_USER with POSTGRES_PASSWORD and
  hands POSTGRES_INITDB_ARGS to initdb;
- Kafka turns each `KAFKA_A_B_C` variable into the property `a.b.c` and formats its storage by itself.

Where the engine has no image of the clean-up container, set TESTCONTAINERS_RYUK_DISABLED=true.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable

import psycopg
from testcontainers.core.container import DockerContainer

from maillage.runtime.kafka import NODE, PROPERTIES, SESSION_MS
from maillage.runtime.ports import broker_answers, free_port
from maillage.runtime.postgres import LOCALE, SETTINGS, UNSAFE_AND_FAST
from maillage.sentences import PART_SLOW, StartError

START_SECONDS = 120
IMAGES = {"postgres": "postgres:18", "kafka": "apache/kafka:4.3.1"}
KAFKA_LOGS = "/tmp/kraft-combined-logs"  # noqa: S108 - in the container, where the official image keeps them
CONTROLLER_PORT = 9093


class ContainerServer:
    """One server in a container; its host port is fixed, so that it comes back where clients look for it."""

    def __init__(self, name: str, container: DockerContainer, ready: Callable[[], bool]) -> None:
        self.name = name
        self.container = container
        self.ready = ready

    def begin(self) -> None:
        self.container.start()

    def await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if time.monotonic() > deadline:
                raise StartError(PART_SLOW, part=self.name, seconds=START_SECONDS, log="`docker logs`")
            time.sleep(0.1)

    def up(self) -> None:
        self.container.get_wrapped_container().start()
        self.await_ready()

    def down(self) -> None:
        self.container.get_wrapped_container().kill()

    def kill(self) -> None:
        self.down()
        self.up()

    def restart(self) -> None:
        self.container.get_wrapped_container().restart()
        self.await_ready()

    def stop(self) -> None:
        self.container.get_wrapped_container().pause()

    def cont(self) -> None:
        self.container.get_wrapped_container().unpause()


class Containers:
    """Both servers in containers of their own."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.servers: dict[str, ContainerServer] = {}

    def start(self) -> dict[str, str]:
        """Start both and return the environment that leads to them."""
        password, postgres_port, kafka_port = secrets.token_urlsafe(16), free_port(), free_port()
        dsn = f"postgresql://postgres:{password}@127.0.0.1:{postgres_port}/postgres"
        address = f"127.0.0.1:{kafka_port}"
        database = postgres(password, postgres_port, durable=self.durable)
        self.servers = {
            "postgres": ContainerServer("postgres", database, lambda: accepts(dsn)),
            "kafka": ContainerServer("kafka", kafka(kafka_port), lambda: broker_answers(address)),
        }
        for server in self.servers.values():
            server.begin()
        for server in self.servers.values():
            server.await_ready()
        return {"MAILLAGE_TEST_POSTGRES": dsn, "MAILLAGE_TEST_KAFKA": address}

    def end(self) -> None:
        for server in self.servers.values():
            server.container.stop()


def postgres(password: str, port: int, *, durable: bool) -> DockerContainer:
    container = DockerContainer(image("postgres")).with_bind_ports(5432, port)
    container.with_env("POSTGRES_USER", "postgres").with_env("POSTGRES_PASSWORD", password)
    container.with_env("POSTGRES_INITDB_ARGS", " ".join(LOCALE))
    return container.with_command(["postgres", *postgres_options(durable=durable)])


def postgres_options(*, durable: bool) -> list[str]:
    """The settings of the embedded server, but for where it listens."""
    settings = SETTINGS if durable else SETTINGS | UNSAFE_AND_FAST
    elsewhere = {"listen_addresses", "unix_socket_permissions"}
    return [f"--{name}={value}" for name, value in settings.items() if name not in elsewhere]


def kafka(port: int) -> DockerContainer:
    container = DockerContainer(image("kafka")).with_bind_ports(port, port)
    for name, value in kafka_settings(port).items():
        container.with_env(name, value)
    return container


def image(server: str) -> str:
    return os.environ.get(f"MAILLAGE_TEST_{server.upper()}_IMAGE") or IMAGES[server]


def kafka_settings(port: int) -> dict[str, str]:
    """The properties of the embedded broker as variables; the port is the same inside and outside.

    In its container the broker listens on every interface, its controller on the loopback.
    """
    text = PROPERTIES.format(
        node=NODE, port=port, controller_port=CONTROLLER_PORT, logs=KAFKA_LOGS, session_ms=SESSION_MS
    )
    settings = dict(line.split("=", 1) for line in text.splitlines())
    settings["listeners"] = settings["listeners"].replace("PLAINTEXT://127.0.0.1", "PLAINTEXT://0.0.0.0", 1)
    settings["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"
    return {f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in settings.items()}


def accepts(dsn: str) -> bool:
    """Whether PostgreSQL lets its superuser in."""
    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True

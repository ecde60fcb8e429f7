"""Test servers from container images, for `python -m maillage.testservers --provider testcontainers`.

Images: MAILLAGE_TEST_POSTGRES_IMAGE (default `postgres:18`) and MAILLAGE_TEST_KAFKA_IMAGE (default
`apache/kafka:4.3.1`). An image of one's own works when it keeps the contract of those two:

- PostgreSQL listens on 5432 of every interface and makes the superuser POSTGRES_USER with POSTGRES_PASSWORD;
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

from maillage.runtime.ports import broker_answers, free_port
from maillage.sentences import PART_SLOW, StartError

START_SECONDS = 120
IMAGES = {"postgres": "postgres:18", "kafka": "apache/kafka:4.3.1"}


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

    def __init__(self) -> None:
        self.servers: dict[str, ContainerServer] = {}

    def start(self) -> dict[str, str]:
        """Start both and return the environment that leads to them."""
        password, postgres_port, kafka_port = secrets.token_urlsafe(16), free_port(), free_port()
        dsn = f"postgresql://postgres:{password}@127.0.0.1:{postgres_port}/postgres"
        address = f"127.0.0.1:{kafka_port}"
        self.servers = {
            "postgres": ContainerServer("postgres", postgres(password, postgres_port), lambda: accepts(dsn)),
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


def postgres(password: str, port: int) -> DockerContainer:
    container = DockerContainer(image("postgres")).with_bind_ports(5432, port)
    container.with_env("POSTGRES_USER", "postgres").with_env("POSTGRES_PASSWORD", password)
    return container.with_command("postgres -c max_connections=200 -c fsync=off")


def kafka(port: int) -> DockerContainer:
    container = DockerContainer(image("kafka")).with_bind_ports(port, port)
    for name, value in kafka_settings(port).items():
        container.with_env(name, value)
    return container


def image(server: str) -> str:
    return os.environ.get(f"MAILLAGE_TEST_{server.upper()}_IMAGE") or IMAGES[server]


def kafka_settings(port: int) -> dict[str, str]:
    """One node; the port is the same inside and outside, and stays after a restart."""
    return {
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS": "500",
        "KAFKA_BROKER_SESSION_TIMEOUT_MS": "2000",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_LISTENERS": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://localhost:9093",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_LOG_RETENTION_MS": "-1",
        "KAFKA_NODE_ID": "1",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    }


def accepts(dsn: str) -> bool:
    """Whether PostgreSQL lets its superuser in."""
    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True

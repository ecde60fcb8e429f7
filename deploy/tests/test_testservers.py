"""Test servers live for the time of a command, and its tests may kill and restart them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from maillage.containers import image, kafka_settings, postgres_options

pytestmark = [pytest.mark.timeout(400)]
PROBE = """
import os, pathlib, socket, sys
import psycopg
from maillage.runtime.ports import broker_answers
def ask(line):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["MAILLAGE_TEST_CONTROL"])
        connection.sendall(line.encode())
        return connection.recv(1000).decode().strip()
def born():
    with psycopg.connect(os.environ["MAILLAGE_TEST_POSTGRES"]) as connection:
        return connection.execute("SELECT pg_postmaster_start_time()").fetchone()
def waits_for_its_disk():
    with psycopg.connect(os.environ["MAILLAGE_TEST_POSTGRES"]) as connection:
        return connection.execute("SHOW fsync").fetchone() == ("on",)
kafka = os.environ["MAILLAGE_TEST_KAFKA"]
assert not waits_for_its_disk()
first = born()
assert ask("kill postgres") == "ok"
assert born() != first
assert ask("down kafka") == "ok"
assert not broker_answers(kafka)
assert ask("up kafka") == "ok"
assert broker_answers(kafka)
assert ask("stop kafka") == "ok"
while broker_answers(kafka):
    pass
assert ask("cont kafka") == "ok"
assert ask("kill everything") == "error: not understood: kill everything"
pathlib.Path(sys.argv[1]).write_text(os.environ["MAILLAGE_TEST_CONTROL"])
sys.exit(7)
"""

SAY_FSYNC = """
import os, psycopg
with psycopg.connect(os.environ["MAILLAGE_TEST_POSTGRES"]) as connection:
    print(*connection.execute("SHOW fsync").fetchone())
"""


def test_the_servers_are_there_can_be_killed_and_are_gone_after_the_command(tmp_path: Path) -> None:
    note = tmp_path / "note"
    command = [sys.executable, "-m", "maillage.testservers", "--", sys.executable, "-c", PROBE, str(note)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 7, done.stderr
    assert not Path(note.read_text()).exists()


def test_images_come_from_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_TEST_POSTGRES_IMAGE", "local/postgres")
    monkeypatch.delenv("MAILLAGE_TEST_KAFKA_IMAGE", raising=False)
    assert image("postgres") == "local/postgres"
    assert image("kafka").startswith("apache/kafka:4.")


def test_a_broker_in_a_container_tells_clients_the_port_of_the_host() -> None:
    settings = kafka_settings(19192)
    assert settings["KAFKA_ADVERTISED_LISTENERS"] == "PLAINTEXT://127.0.0.1:19192"
    assert "PLAINTEXT://0.0.0.0:19192" in settings["KAFKA_LISTENERS"]


def test_a_database_in_a_container_waits_for_its_disk_only_when_durability_is_asked() -> None:
    assert "--fsync=off" in postgres_options(durable=False)
    durable = postgres_options(durable=True)
    assert not [option for option in durable if "fsync" in option or "full_page" in option]
    assert "--max_connections=200" in durable


def test_the_servers_wait_for_their_disk_when_durability_is_asked() -> None:
    command = [
        sys.executable,
        "-m",
        "maillage.testservers",
        "--durable",
        "--",
        sys.executable,
        "-c",
        SAY_FSYNC,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert (done.returncode, done.stdout.strip()) == (0, "on"), done.stderr


def test_servers_that_cannot_start_end_with_3_and_say_why(tmp_path: Path) -> None:
    short = {"M2_REPO": str(tmp_path), "HTTPS_PROXY": "http://127.0.0.1:1"}
    command = [sys.executable, "-m", "maillage.testservers", "--provider", "embedded", "--", "true"]
    done = subprocess.run(command, env=os.environ | short, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 3
    assert "MLG-E030" in done.stderr
    assert "HTTPS_PROXY" in done.stderr

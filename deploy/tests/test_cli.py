"""What the command says when it cannot do what it is asked, and how fast it is at hand."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from maillage.settings import Settings

HEAVY = {"aiokafka", "asyncpg", "httpx", "jgo", "psutil", "psycopg", "pydantic", "rich.live"}


def test_help_loads_no_server_code() -> None:
    code = f"import sys, maillage.cli; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout == "[]\n"


def test_a_taken_port_stops_the_start_before_anything_runs(maillage: Any) -> None:
    port = int(maillage.environment["MAILLAGE_SMTP_PORT"])
    with socket.create_server(("127.0.0.1", port)):
        said = maillage("up", "--detach")
        french = maillage("--lang", "fr", "up", "--json")
    assert said.code == french.code == 1
    assert f"MLG-E001  Port {port}, needed by mail, is taken by " in said.err
    assert "MAILLAGE_SMTP_PORT" in said.err
    assert french.json["error"]["text"].startswith(f"Le port {port}, nécessaire à mail, est déjà pris par ")
    assert not (maillage.data / "postgres").exists()


def test_nothing_runs_in_an_empty_folder(maillage: Any) -> None:
    said = maillage("status", "--json")
    assert said.code == 3
    assert said.json == {"ready": False, "running": False, "pid": None, "parts": {}}
    assert maillage("kill", "kafka").code == 3
    assert maillage("--lang", "fr", "down").err.startswith("MLG-E003  La plateforme ne tourne pas")


def test_a_truncated_control_file_stops_the_start_with_the_way_out(maillage: Any) -> None:
    folder = maillage.data / "postgres"
    (folder / "global").mkdir(parents=True)
    (folder / "PG_VERSION").write_text("18\n")
    (folder / "global" / "pg_control").write_bytes(bytes(100))
    said = maillage("up", "--detach")
    assert said.code == 1
    assert "MLG-E010  The database's control file" in said.err
    assert "Restore the data folder from a backup" in said.err
    doctor = maillage("doctor", "--json")
    assert doctor.code == 2
    failed = [check for check in doctor.json["checks"] if check["level"] == "failure"]
    assert [check["id"] for check in failed] == ["MLG-D005"]
    assert "MLG-E010" in failed[0]["text"]


def test_secrets_that_others_may_read_are_something_to_know(maillage: Any) -> None:
    maillage.data.joinpath("secrets").mkdir(parents=True)
    secret = maillage.data / "secrets" / "booking_app"
    secret.touch(mode=0o644)
    secret.chmod(0o644)
    said = maillage("doctor")
    assert said.code == 1
    assert "! MLG-D009  secrets" in said.out
    assert "chmod -R go=" in said.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["up", "--service", "kitchen=/tmp"], "--service takes NAME=PATH"),
        (["up", "--service", "billing"], "--service takes NAME=PATH"),
        (["--lang", "de", "status"], "--lang takes en or fr"),
        (["sideways"], "No such command"),
    ],
)
def test_what_is_not_understood_ends_with_2(maillage: Any, arguments: list[str], complaint: str) -> None:
    said = maillage(*arguments)
    assert said.code == 2
    assert complaint in said.err


def test_a_checkout_without_the_service_is_told(maillage: Any, tmp_path: Path) -> None:
    said = maillage("up", "--service", f"billing={tmp_path}")
    assert said.code == 1
    assert f"MLG-E027  {tmp_path} holds no service billing." in said.err


@pytest.mark.parametrize("value", ["ninety", "-1", "0", "70000", "9 192"])
def test_a_port_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="MAILLAGE_KAFKA_PORT must be a whole number"):
        Settings.read({"MAILLAGE_KAFKA_PORT": value})


def test_settings_have_the_documented_defaults() -> None:
    settings = Settings.read({})
    assert settings.data == Path(".maillage").absolute()
    assert (settings.kafka_address, settings.smtp_port) == ("127.0.0.1:9192", 2525)
    assert settings.ports == {"membership": 8101, "booking": 8102, "billing": 8103, "notifications": 8104}

"""Starts the servers of a platform that shall not bring its own, where MAILLAGE_TEST_PROVIDER says so."""

import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping

_TELL_AND_WAIT = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
_CONTROL = "MAILLAGE_JOURNEY_CONTROL"


def servers_for_a_platform() -> dict[str, str]:
    """Start PostgreSQL and Kafka for one platform until the tests end; nothing for platforms that embed them.

    They live in a process of their own, which ends with its standard input: also when the tests are killed.
    """
    if os.environ.get("MAILLAGE_TEST_PROVIDER", "embedded") == "embedded":
        return {}
    command = [sys.executable, "-m", "maillage.testservers", "--", sys.executable, "-c", _TELL_AND_WAIT]
    servers = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    atexit.register(servers.communicate)
    line = servers.stdout.readline() if servers.stdout else ""
    assert line, "the servers of the platform did not start"
    told = json.loads(line)
    return {
        "MAILLAGE_POSTGRES": told["MAILLAGE_TEST_POSTGRES"],
        "MAILLAGE_KAFKA": told["MAILLAGE_TEST_KAFKA"],
        _CONTROL: told["MAILLAGE_TEST_CONTROL"],
    }


def is_borrowed(part: str, environment: Mapping[str, str]) -> bool:
    """Say whether this part of the platform is a server that was started here."""
    return part in {"kafka", "postgres"} and _CONTROL in environment


def kill_borrowed(server: str, environment: Mapping[str, str]) -> None:
    """Do to a server what `maillage kill` does to a part: it dies as in a crash, and comes back."""
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(120)
        control.connect(environment[_CONTROL])
        control.sendall(f"kill {server}\n".encode())
        answer = control.makefile().readline().strip()
    assert answer == "ok", f"kill {server}: {answer}"

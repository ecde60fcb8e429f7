"""A platform that runs for journeys, and the people who use it through its public API."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
from borrowed_servers import is_borrowed, kill_borrowed, servers_for_a_platform

from chassis.ids import new_id

_TOKEN_SECONDS = 480  # of the ten minutes that an access token lives
_PORTS = ("KAFKA", "SMTP", "PORTAL", "MEMBERSHIP", "BOOKING", "BILLING", "NOTIFICATIONS")

# One for all: to make it takes longer than a command. It keeps no connection, for services are killed here.
_CLIENT = httpx.Client(timeout=20, limits=httpx.Limits(max_keepalive_connections=0))

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(slots=True)
class Platform:
    """The whole platform, started by its own command in a folder of its own."""

    data: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def in_folder(cls, data: Path) -> "Platform":
        ports = {f"MAILLAGE_{name}_PORT": str(_free_port()) for name in _PORTS}
        return cls(data, {**os.environ, "MAILLAGE_DATA_DIR": str(data), **ports, **servers_for_a_platform()})

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[Platform]":
        """Start a platform in a folder of its own; stop it and clear the folder away after the block."""
        with tempfile.TemporaryDirectory(prefix="maillage-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)  # where the tests run as root, PostgreSQL's own user must come in
            platform = cls.in_folder(Path(folder) / "data")
            try:
                platform.run("up", "--detach")
                yield platform
            finally:
                platform.run("down")

    def run(self, *words: str) -> Json:
        """Run `maillage` with these words and return what it prints as JSON."""
        if words[0] == "kill" and is_borrowed(words[1], self.environment):
            kill_borrowed(words[1], self.environment)
            return {}
        command = [sys.executable, "-m", "maillage", *words, "--json"]
        done = subprocess.run(  # noqa: S603 - our own command
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, f"maillage {' '.join(words)}: {done.stdout}{done.stderr}"
        said: Json = json.loads(done.stdout.splitlines()[-1])
        return said

    def parts(self) -> Json:
        """Return each part that the platform runs by itself, with its process and its state."""
        state: Json = json.loads((self.data / "state.json").read_text("utf-8"))
        parts: Json = state["parts"]
        return parts

    def is_ready(self) -> bool:
        """Ask whether every part is ready just now."""
        command = [sys.executable, "-m", "maillage", "status", "--json"]
        status = subprocess.run(command, env=self.environment, capture_output=True, check=False)  # noqa: S603 - ours
        return status.returncode == 0

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self.environment[f'MAILLAGE_{service.upper()}_PORT']}"

    def sign_in(self, mail: str) -> "Person":
        """Sign somebody in as they would themselves: by the code of a mail."""
        tokens = self.run("token", mail)
        return Person(self, mail, UUID(tokens["person_id"]), tokens["access_token"])


@dataclass(slots=True)
class Person:
    """Somebody signed in, who acts with their own token and nothing else; signs in again before it ends."""

    platform: Platform
    mail: str
    person_id: UUID
    token: str
    good_until: float = field(init=False, default_factory=lambda: time.monotonic() + _TOKEN_SECONDS)

    def send(
        self, method: str, service: str, path: str, body: Json | None = None, key: str | None = None
    ) -> httpx.Response:
        if time.monotonic() > self.good_until:
            anew = self.platform.sign_in(self.mail)
            self.token, self.good_until = anew.token, anew.good_until
        headers = {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(new_id())
        url = self.platform.address(service) + path
        return _CLIENT.request(method, url, json=body, headers=headers)

    def post(self, service: str, path: str, body: Json | None = None) -> Json:
        """Send a command that must be accepted; return its answer."""
        response = self.send("POST", service, path, body or {})
        assert response.is_success, f"{path}: {response.status_code} {response.text}"
        answer: Json = response.json() if response.content else {}
        return answer

    def create(self, service: str, path: str, named: str, body: Json, timeout: float = 30) -> Json:
        """Create something as soon as the service has heard of what it rests on; return the answer.

        Each try draws a new id, which `body` then names: a creation that was refused is refused for good.
        """

        def created() -> Json | None:
            body[named] = str(new_id())
            response = self.send("POST", service, path, body)
            answer: Json = response.json()
            said.append(f"{response.status_code} {response.text}")
            return answer if response.is_success else None

        said: list[str] = []
        try:
            return until(created, timeout) or {}
        except AssertionError as never:
            raise AssertionError(f"{path}: {said[-1]}") from never

    def refused(self, service: str, path: str, body: Json | None = None) -> Json:
        """Send a command that must be refused; return the refusal."""
        response = self.send("POST", service, path, body or {})
        assert response.status_code >= 400, f"{path}: accepted {response.text}"
        assert response.headers["content-type"] == "application/problem+json"
        problem: Json = response.json()
        return problem

    def get(self, service: str, path: str) -> Json:
        response = self.send("GET", service, path)
        assert response.is_success, f"{path}: {response.status_code} {response.text}"
        answer: Json = response.json()
        return answer


def until(condition: Callable[[], T], timeout: float = 30) -> T:
    """Return what the condition gives once that is true; an AssertionError says it never was."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"after {timeout} s still {found!r}"
        time.sleep(0.1)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""Data folders for whole servers, settings on free ports, and the command as a person types it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from maillage.runtime.ports import free_port

FAKE_SERVICE = '''
"""A service of no substance: it keeps the conventions of processes, ports and signals."""
import http.server, os, pathlib, signal, sys
folder = pathlib.Path(os.environ["MAILLAGE_DATA_DIR"])
if sys.argv[1:] == ["migrate"]:
    if not os.environ["MAILLAGE_MIGRATOR_URL"].startswith("postgresql://billing_migrator:"):
        sys.exit("no migrator")
    if (folder / "refuse").exists():
        sys.exit("billing/0002_expand_nothing: the column is there twice")
    (folder / "migrated").touch()
    sys.exit(0)
if "MAILLAGE_MIGRATOR_URL" in os.environ:
    sys.exit("the migrator's address has no place here")
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
def drain(*_):
    (folder / "drained").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, drain)
http.server.HTTPServer(("127.0.0.1", int(os.environ["MAILLAGE_PORT"])), Health).serve_forever()
'''


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "root: needs the rights of root, for mounting")


@pytest.fixture
def data() -> Iterator[Path]:
    yield from a_data_folder()


@pytest.fixture(scope="module")
def module_data() -> Iterator[Path]:
    yield from a_data_folder()


def a_data_folder() -> Iterator[Path]:
    """Beside pytest's own folders, which are closed to the account in which PostgreSQL runs under root."""
    folder = Path(tempfile.mkdtemp(prefix="mlg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def waited(condition: Callable[[], object], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="session")
def eventually() -> Callable[..., bool]:
    """`eventually(condition, seconds=60)`: whether the condition comes true."""
    return waited


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Command:
    """`maillage …` with an environment of its own."""

    environment: dict[str, str]

    def __call__(self, *arguments: str) -> Said:
        done = subprocess.run(  # noqa: S603 - the command under test
            [sys.executable, "-m", "maillage", *arguments],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    @property
    def data(self) -> Path:
        return Path(self.environment["MAILLAGE_DATA_DIR"])


def a_command(data: Path) -> Command:
    return Command(
        {
            "LC_ALL": "C.UTF-8",
            "MAILLAGE_BILLING_PORT": str(free_port()),
            "MAILLAGE_DATA_DIR": str(data / "platform"),
            "MAILLAGE_KAFKA_PORT": str(free_port()),
            "MAILLAGE_SERVICES": "billing",
            "MAILLAGE_SMTP_PORT": str(free_port()),
            "MAILLAGE_START_SECONDS": "100",
        }
    )


@pytest.fixture
def maillage(data: Path) -> Iterator[Command]:
    command = a_command(data)
    yield command
    command("down")


@pytest.fixture(scope="module")
def platform(module_data: Path) -> Iterator[Command]:
    """A platform that can be started with `--service billing=CHECKOUT`; CHECKOUT is in the environment."""
    checkout = module_data / "checkout"
    package = checkout / "services" / "billing" / "src" / "billing"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(FAKE_SERVICE, encoding="utf-8")
    command = a_command(module_data)
    command.environment["CHECKOUT"] = str(checkout)
    yield command
    command("down")

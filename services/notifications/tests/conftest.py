"""Owns what every test of notifications stands on: its database, its secrets, its door."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from notifications_builders import Api, MailRelay, Voice, a_mail_relay, an_api

from chassis.db import Database


@pytest.fixture(scope="session")
def service() -> tuple[str, tuple[str, ...]]:
    """The service under test, and its migrations."""
    return "notifications", ("notifications",)


@pytest.fixture
def secrets_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The secrets folder of the process, empty at first."""
    monkeypatch.setenv("MAILLAGE_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("MAILLAGE_PUBLIC_URL", "https://hub.example")
    return tmp_path


@pytest.fixture
def voice(worker_database: Database, secrets_dir: Path) -> Voice:
    """What tells events to the service."""
    return Voice(worker_database, secrets_dir)


@pytest.fixture
async def api(database: Database, secrets_dir: Path) -> AsyncIterator[Api]:
    """The door of the service, and who knocks at it."""
    async with an_api(database, secrets_dir) as api:
        yield api


@pytest.fixture
async def relay() -> AsyncIterator[MailRelay]:
    """A mail relay that keeps what it takes."""
    async with a_mail_relay() as relay:
        yield relay

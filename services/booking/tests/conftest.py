"""Owns which service these tests run as, and the hub most of them happen at."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from booking_builders import Api, Hub, a_hub, an_api

from chassis.db import Database
from chassis.testing import ServiceDatabase


@pytest.fixture(scope="session")
def service() -> tuple[str, tuple[str, ...]]:
    """The booking service, with its migrations."""
    return "booking", ("booking",)


@pytest.fixture
async def hub(database: Database, territory: str) -> Hub:
    """A site open from 8:00 to 20:00 on weekdays, on Monday 5 March 2035 at 08:00 UTC."""
    return await a_hub(database, territory)


@pytest.fixture
async def other_hub(database: Database, other_territory: str) -> Hub:
    """The same in another territory."""
    return await a_hub(database, other_territory)


@pytest.fixture
async def api(hub: Hub, tmp_path: Path) -> AsyncIterator[Api]:
    """The HTTP door of the service, as it is composed."""
    async with an_api(hub.database, hub.territory, tmp_path) as api:
        yield api


@pytest.fixture
async def crowd(own_database: ServiceDatabase) -> AsyncIterator[Database]:
    """The database with room for sixteen requests at once."""
    database = await Database.connect(own_database.worker_url, role="booking_app", size=16)
    yield database
    await database.close()


@pytest.fixture
def secrets_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The secrets folder that the process under test is told of."""
    monkeypatch.setitem(os.environ, "MAILLAGE_SECRETS_DIR", str(tmp_path))
    return tmp_path

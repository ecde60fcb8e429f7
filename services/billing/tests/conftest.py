"""Owns what every test of billing stands on: its database, its door, a town and who sells there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from billing_builders import Town, a_town

from chassis.db import Database


@pytest.fixture(scope="session")
def service() -> tuple[str, tuple[str, ...]]:
    """The service under test, and its migrations."""
    return "billing", ("billing",)


@pytest.fixture
async def town(
    database: Database, worker_database: Database, territory: str, tmp_path: Path
) -> AsyncIterator[Town]:
    """A sandbox territory on the morning of 1 March 2026, with one site; nobody sells anything yet."""
    async with a_town(database, worker_database, territory, tmp_path) as town:
        yield town

"""Owns what every test of membership stands on: its database, the public registers in it, its door."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from membership_builders import Api, an_api

from chassis.db import Database
from chassis.testing import DatabaseFactory, ServiceDatabase
from membership.reference.handlers import load_reference


@pytest.fixture(scope="session")
def service() -> tuple[str, tuple[str, ...]]:
    """The service under test, and its migrations."""
    return "membership", ("membership",)


@pytest.fixture(scope="session")
def public_registers(service: tuple[str, tuple[str, ...]], service_database: DatabaseFactory) -> None:
    """The groupings, towns and third places, loaded once for all tests of a worker."""
    asyncio.run(load_reference(service_database(*service).migrator_url))


@pytest.fixture
def own_database(own_database: ServiceDatabase, public_registers: None) -> ServiceDatabase:
    """The database of membership, the public registers in it."""
    return own_database


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The door of membership, and those who knock at it."""
    async with an_api(database, tmp_path) as api:
        yield api

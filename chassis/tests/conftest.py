"""Owns which service the chassis' own tests run as: one without tables of its own."""

import os

import psycopg
import pytest
from probe import PROTECT, TABLES


@pytest.fixture(scope="session")
def service() -> tuple[str, tuple[str, ...]]:
    """A service named probe, with the chassis' migrations alone."""
    return "probe", ()


@pytest.fixture(scope="session", autouse=True)
def probe_tables(request: pytest.FixtureRequest) -> None:
    """The tables of the probe, where a server is there to hold them."""
    if "MAILLAGE_TEST_POSTGRES" not in os.environ:
        return
    database = request.getfixturevalue("service_database")("probe", ())
    with psycopg.connect(database.migrator_url, autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute(PROTECT)

"""Owns which service the chassis' own tests run as: one without tables of its own."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from probe import PROTECT, TABLES

from chassis import traces


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


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Spans as they end, in a provider of this test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces, "_TRACER", provider.get_tracer("probe"))
    yield exporter
    provider.shutdown()

"""Owns the fixtures that every member's tests share: migrated databases, the broker, territories."""

import asyncio
import hashlib
import inspect
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar, overload
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import psycopg
import pytest
from psycopg import sql

from chassis.database_roles import ROLES, prepare_roles
from chassis.db import Database
from chassis.migrate import migrate
from chassis.migrations import migration_files
from chassis.row_security import row_security_faults as row_security_faults  # noqa: PLC0414 - a door of this module
from contracts.values import is_siren

T = TypeVar("T")

hypothesis.settings.register_profile("untimed", deadline=None)  # a rule holds on a slow machine too
hypothesis.settings.load_profile("untimed")

_COMMAND = "run `make test`, or `python -m maillage.testservers -- pytest …`"
_PREPARING = 4_839_202  # our number among the advisory locks of the server's own database


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """A database of one service, migrated and empty, and how each of its roles reaches it."""

    service: str
    name: str
    admin_url: str
    migrator_url: str
    app_url: str
    worker_url: str


DatabaseFactory = Callable[[str, tuple[str, ...]], ServiceDatabase]


@pytest.fixture(scope="session")
def postgres() -> str:
    """Address of a PostgreSQL server for tests, as its superuser."""
    return server_address("MAILLAGE_TEST_POSTGRES", "PostgreSQL")


@pytest.fixture(scope="session")
def kafka() -> str:
    """Address of a Kafka broker, host:port."""
    return server_address("MAILLAGE_TEST_KAFKA", "Kafka")


@pytest.fixture(scope="session")
def service() -> tuple[str, tuple[str, ...]]:
    """Name of the service under test and its packages of migrations; every conftest answers with its own."""
    pytest.fail("conftest.py must define the session fixture `service`: name and packages", pytrace=False)


@pytest.fixture(scope="session")
def service_database(postgres: str) -> Iterator[DatabaseFactory]:
    """Make databases, one per service and test worker: clones of a template migrated once a server."""
    made: dict[tuple[str, tuple[str, ...]], ServiceDatabase] = {}

    def database_of(service: str, packages: tuple[str, ...]) -> ServiceDatabase:
        if (service, packages) not in made:
            made[service, packages] = clone_database(postgres, service, packages)
        return made[service, packages]

    yield database_of
    with psycopg.connect(postgres, autocommit=True) as server:
        for database in made.values():
            _run(server, "DROP DATABASE {} WITH (FORCE)", database.name)


@pytest.fixture
def own_database(service: tuple[str, tuple[str, ...]], service_database: DatabaseFactory) -> ServiceDatabase:
    """The database of the service under test."""
    return service_database(*service)


@pytest.fixture
async def database(own_database: ServiceDatabase) -> AsyncIterator[Database]:
    """The database as requests see it: only the territories of their transaction."""
    database = await Database.connect(own_database.worker_url, role=f"{own_database.service}_app", size=4)
    yield database
    await database.close()


@pytest.fixture
async def worker_database(own_database: ServiceDatabase) -> AsyncIterator[Database]:
    """The database as relay and consumers see it: the chassis' tables whole."""
    database = await Database.connect(own_database.worker_url, size=4)
    yield database
    await database.close()


@pytest.fixture
async def admin(own_database: ServiceDatabase) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A superuser's connection to the same database: for looking at what was written, past row security."""
    connection = await asyncpg.connect(own_database.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
def territory() -> str:
    """SIREN of a territory that no other test uses."""
    return new_territory()


@pytest.fixture
def other_territory() -> str:
    """SIREN of a second territory that no other test uses."""
    return new_territory()


def new_territory() -> str:
    """Draw a SIREN that passes its check and is not the platform's."""
    stem = f"{secrets.randbelow(99_999_999) + 1:08d}"
    return next(siren for digit in range(10) if is_siren(siren := f"{stem}{digit}"))


@overload
async def eventually(condition: Callable[[], Awaitable[T]], timeout: float = 10) -> T: ...  # noqa: ASYNC109 - the same
@overload
async def eventually(condition: Callable[[], T], timeout: float = 10) -> T: ...  # noqa: ASYNC109 - the same
async def eventually(condition: Callable[[], Any], timeout: float = 10) -> Any:  # noqa: ASYNC109 - tests' own word
    """Return what the condition gives once that is true; an AssertionError says it never was."""
    deadline = monotonic() + timeout
    while True:
        answer = condition()
        found = await answer if inspect.isawaitable(answer) else answer
        if found:
            return found
        if monotonic() > deadline:
            raise AssertionError(f"after {timeout} s still {found!r}: {_source(condition)}")
        await asyncio.sleep(0.02)


def server_address(variable: str, what: str) -> str:
    """Return what the environment says of a server for tests; else the test fails with the cure."""
    address = os.environ.get(variable)
    if not address:
        pytest.fail(f"this test needs {what} ({variable} is not set): {_COMMAND}", pytrace=False)
    return address


def clone_database(postgres: str, service: str, packages: tuple[str, ...]) -> ServiceDatabase:
    """Make a database of the service on this server, migrated and empty; the caller drops it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"test_{service}_{worker}_{secrets.token_hex(4)}"
    with _one_at_a_time(postgres) as server:
        template = _template(server, postgres, service, packages)
        _run(server, "CREATE DATABASE {} TEMPLATE {} OWNER {}", name, template, f"{service}_migrator")
    urls = {f"{kind}_url": _url(postgres, name, f"{service}_{kind}") for kind in ROLES}
    return ServiceDatabase(service, name, admin_url=_url(postgres, name), **urls)


def _template(server: psycopg.Connection, postgres: str, service: str, packages: tuple[str, ...]) -> str:
    """Return the name of the migrated template, made first where this server has none of these migrations.

    It is made under another name and renamed when complete: a run that is killed leaves no half template.
    """
    digest = hashlib.sha256(repr(list(migration_files(*packages))).encode()).hexdigest()[:12]
    template, unfinished = f"template_{service}_{digest}", f"unfinished_{service}_{digest}"
    if server.execute("SELECT FROM pg_database WHERE datname = %s", (template,)).rowcount:
        return template
    migrator = f"{service}_migrator"
    # Roles that exist keep their passwords: should the server be a real one, tests fail and nothing breaks.
    if not server.execute("SELECT FROM pg_roles WHERE rolname = %s", (migrator,)).rowcount:
        with server.transaction():
            prepare_roles(server, service, {kind: _password(postgres, f"{service}_{kind}") for kind in ROLES})
    _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
    _run(server, "CREATE DATABASE {} OWNER {}", unfinished, migrator)
    with psycopg.connect(_url(postgres, unfinished), autocommit=True) as database:
        database.execute("CREATE EXTENSION btree_gist")
    migrate(_url(postgres, unfinished, migrator), *packages)
    _run(server, "ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", unfinished)
    _run(server, "ALTER DATABASE {} RENAME TO {}", unfinished, template)
    return template


@contextmanager
def _one_at_a_time(postgres: str) -> Iterator[psycopg.Connection]:
    """Keep other test workers of the same server out until the end of the block."""
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", (_PREPARING,))
        yield server


def _run(server: psycopg.Connection, statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _url(postgres: str, database: str, role: str | None = None) -> str:
    parts = urlsplit(postgres)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{role}:{_password(postgres, role)}@{place}" if role else parts.netloc
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))


def _password(postgres: str, role: str) -> str:
    """Return a password that all test workers of one server agree on."""
    return hashlib.sha256(f"{urlsplit(postgres).password}/{role}".encode()).hexdigest()


def _source(condition: Any) -> str:
    try:
        return inspect.getsource(condition).strip()
    except (OSError, TypeError):
        return repr(condition)

"""Owns how a service's schema comes to be, file by file."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import Migration, MigrationList

from chassis.migrations import BOOK, MigrationError, migration_files

_MIGRATING = 4_839_201  # our number among the advisory locks of a database


def migrate(url: str, *packages: str) -> list[str]:
    """Apply what is missing of the chassis' files, then of each package's, and return the ids applied.

    `url` connects as <service>_migrator. Every file is one transaction, its mark included; a file that fails
    leaves those before it applied. A second process waits until the first is done. Raises MigrationError.
    """
    migrations = _migrations(packages)
    try:
        with _Backend(parse_uri(url), BOOK) as backend:
            service = _service_of(backend.connection)
            with backend.lock():
                missing = backend.to_apply(migrations)
                _let_read_the_book(backend.connection, service)
                for migration in missing:
                    _apply(backend, migration)
            return [migration.id for migration in missing]
    except psycopg.OperationalError as error:
        raise MigrationError(f"the database cannot be reached or used: {error}") from error


class _Migration(Migration):  # type: ignore[misc]  # yoyo ships no types
    """One file, to be executed whole: yoyo would split it at semicolons, those of plpgsql bodies included."""

    def __init__(self, migration_id: str, source: str) -> None:
        super().__init__(migration_id, path=migration_id, source_dir="")
        self.source = source
        self.steps: list[object] = []
        self._depends: set[Migration] = set()


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]  # the same
    """Yoyo's book of what is applied, under a lock that ends with its connection, even when killed."""

    @contextmanager
    def lock(self, timeout: float = 0) -> Iterator[None]:  # noqa: ARG002 - yoyo's signature
        self.connection.execute("SELECT pg_advisory_lock(%s)", (_MIGRATING,))
        yield


def _apply(backend: _Backend, migration: _Migration) -> None:
    """Run and mark in one transaction: yoyo uses two, and a kill between them would run the file twice."""
    try:
        with backend.transaction():
            # A change that waits for a table's lock makes every request behind it wait as well.
            backend.connection.execute("SET LOCAL lock_timeout = '10s'")
            backend.connection.execute(migration.source)
            backend.mark_one(migration, log=False)
    except psycopg.Error as error:
        raise MigrationError(f"{migration.id}: {error}") from error


def _migrations(packages: tuple[str, ...]) -> MigrationList:
    return MigrationList([_Migration(*file) for file in migration_files(*packages)])


def _service_of(connection: psycopg.Connection) -> str:
    user = connection.info.user
    if not user.endswith("_migrator"):
        raise MigrationError(f"migrations run as <service>_migrator, who then owns the tables, not as {user}")
    return user.removesuffix("_migrator")


def _let_read_the_book(connection: psycopg.Connection, service: str) -> None:
    connection.execute(
        sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(BOOK), sql.Identifier(f"{service}_app"))
    )

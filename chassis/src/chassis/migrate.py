"""Owns how a service's database comes to be: its three roles, then its schema, file by file."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg
from psycopg import sql
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import Migration, MigrationList

from chassis.errors import Fault

ROLES = ("migrator", "app", "worker")

_BOOK = "_yoyo_migration"
_FILE_NAME = re.compile(r"(?P<number>\d{4})_(expand|contract)(_[a-z0-9]+)+\.sql")
_SERVICE_NAME = re.compile(r"[a-z]{1,40}")
_MIGRATING = 4_839_201  # our number among the advisory locks of a database


class MigrationError(Fault):
    """The schema cannot be brought up to date."""


def migrate(url: str, *packages: str) -> list[str]:
    """Apply what is missing of the chassis' files, then of each package's, and return the ids applied.

    `url` connects as <service>_migrator. Every file is one transaction, its mark included; a file that fails
    leaves those before it applied. A second process waits until the first is done. Raises MigrationError.
    """
    migrations = _migrations(packages)
    try:
        with _Backend(parse_uri(url), _BOOK) as backend:
            service = _service_of(backend.connection)
            with backend.lock():
                missing = backend.to_apply(migrations)
                _let_read_the_book(backend.connection, service)
                for migration in missing:
                    _apply(backend, migration)
            return [migration.id for migration in missing]
    except psycopg.OperationalError as error:
        raise MigrationError(f"the database cannot be reached or used: {error}") from error


def pending(url: str, *packages: str) -> list[str]:
    """Return the ids that `migrate` would apply, in order; any role of the service may ask."""
    with psycopg.connect(url, autocommit=True) as connection:
        has_book = connection.execute("SELECT FROM pg_tables WHERE tablename = %s", (_BOOK,)).rowcount
        rows = connection.execute(f"SELECT migration_id FROM {_BOOK}").fetchall() if has_book else []
    applied = {row[0] for row in rows}
    return [migration.id for migration in _migrations(packages) if migration.id not in applied]


def migration_files(*packages: str) -> Iterator[tuple[str, str]]:
    """Yield (id, SQL) of the chassis' files, then of each package's: `booking/0001_expand_resources`.

    Raises MigrationError for a package without migrations, a name that is not
    NNNN_{expand|contract}_words.sql, and a number used twice.
    """
    for package in dict.fromkeys(("chassis", *packages)):
        numbers: set[str] = set()
        for file in sorted(_folder(package).iterdir(), key=lambda file: file.name):
            named = _FILE_NAME.fullmatch(file.name)
            if named is None:
                raise MigrationError(
                    f"{package}/migrations/{file.name}: a migration is named NNNN_expand_words.sql "
                    "or NNNN_contract_words.sql"
                )
            if named["number"] in numbers:
                raise MigrationError(f"{package}/migrations/{file.name}: its number is taken by another file")
            numbers.add(named["number"])
            yield f"{package}/{file.name.removesuffix('.sql')}", file.read_text(encoding="utf-8")


def prepare_roles(connection: psycopg.Connection, service: str, passwords: Mapping[str, str]) -> None:
    """Create the service's roles where they are missing and set their passwords; needs a superuser.

    `passwords` is by kind of role: migrator (owner, passes row security), app (requests), worker (app plus
    the chassis' own rows).
    """
    if _SERVICE_NAME.fullmatch(service) is None:
        raise MigrationError(f"a service is named in small letters, not {service!r}")
    for kind in ROLES:
        role = f"{service}_{kind}"
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        bypass = sql.SQL("BYPASSRLS" if kind == "migrator" else "NOBYPASSRLS")
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
                sql.Identifier(role), bypass, sql.Literal(passwords[kind])
            )
        )
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(
            sql.Identifier(f"{service}_app"), sql.Identifier(f"{service}_worker")
        )
    )


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


def _folder(package: str) -> Traversable:
    try:
        folder = resources.files(package) / "migrations"
    except ModuleNotFoundError as error:
        raise MigrationError(f"the package {package} is not installed") from error
    if not folder.is_dir():
        raise MigrationError(f"the package {package} has no folder migrations")
    return folder


def _service_of(connection: psycopg.Connection) -> str:
    user = connection.info.user
    if not user.endswith("_migrator"):
        raise MigrationError(f"migrations run as <service>_migrator, who then owns the tables, not as {user}")
    return user.removesuffix("_migrator")


def _let_read_the_book(connection: psycopg.Connection, service: str) -> None:
    connection.execute(
        sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(_BOOK), sql.Identifier(f"{service}_app"))
    )

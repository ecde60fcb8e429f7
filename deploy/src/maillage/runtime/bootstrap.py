"""What a service finds in the database server: its database, its three roles, their passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from chassis.database_roles import ROLES, prepare_roles
from chassis.migrations import BOOK
from chassis.secret_files import secret_in
from maillage.runtime import account
from maillage.sentences import DATABASE_UNREACHABLE, StartError


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """How a service reaches its own database: at work, and for its migrations; and the mark found there."""

    database_url: str
    migrator_url: str
    mark: str | None


def ensure_service(superuser: str, service: str, secrets: Path) -> ServiceAccess:
    """Create what is missing of a service's database and roles; safe to run again at any time."""
    with answering():
        return _ensured(superuser, service, secrets)


def _ensured(superuser: str, service: str, secrets: Path) -> ServiceAccess:
    passwords = {kind: account.secret(secrets / f"{service}_{kind}") for kind in ROLES}
    with psycopg.connect(superuser, autocommit=True) as connection:
        prepare_roles(connection, service, passwords)
        _ensure_database(connection, service)
    with psycopg.connect(_address(superuser, service), autocommit=True) as connection:
        # Only a superuser may create it; the claim ledger's exclusion constraint needs it.
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        found = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", (BOOK,)).fetchone()
    return ServiceAccess(
        database_url=worker_url(superuser, service, secrets),
        migrator_url=_address(superuser, service, "migrator", passwords["migrator"]),
        mark=found[0] if found else None,
    )


def worker_url(superuser: str, service: str, secrets: Path) -> str:
    """Return how the service at work reaches its database."""
    return _address(superuser, service, "worker", account.secret(secrets / f"{service}_worker"))


def set_mark(migrator_url: str, mark: str | None) -> None:
    """Write into the service's database with which sources it was migrated, or take that away.

    The mark is a comment on the book of migrations: it goes wherever the tables go, so that a database which
    was restored or replaced is migrated again.
    """
    with answering(), psycopg.connect(migrator_url, autocommit=True) as connection:
        if _has_book(connection):
            comment = sql.SQL("COMMENT ON TABLE {} IS {}")
            connection.execute(comment.format(sql.Identifier(BOOK), sql.Literal(mark)))


def applied(migrator_url: str) -> set[str]:
    """The ids of the migrations that the service's database has had."""
    with answering(), psycopg.connect(migrator_url, autocommit=True) as connection:
        if not _has_book(connection):
            return set()
        book = sql.SQL("SELECT migration_id FROM {}").format(sql.Identifier(BOOK))
        return {row[0] for row in connection.execute(book)}


def _has_book(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT to_regclass(%s)", (BOOK,)).fetchone() != (None,)


@contextmanager
def answering() -> Iterator[None]:
    """Raises StartError where the database server does not answer."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise StartError(DATABASE_UNREACHABLE, reason=str(error).strip()) from error


def share_kek(secrets: Path, service: str) -> None:
    """Put the platform's key-encryption key, drawn once, into the service's own folder of secrets."""
    own = secrets / "services" / service / "kek"
    if not own.exists():
        from chassis.privacy import load_or_create_kek  # noqa: PLC0415 - only the first start loads it

        kek = load_or_create_kek(secrets)
        secret_in(own, lambda: kek)


def _ensure_database(connection: psycopg.Connection, service: str) -> None:
    database, owner = sql.Identifier(service), sql.Identifier(f"{service}_migrator")
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (service,)).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
    connection.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    for kind in ("app", "worker"):
        role = sql.Identifier(f"{service}_{kind}")
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))


def _address(superuser: str, database: str, kind: str | None = None, password: str = "") -> str:
    """The superuser's address with another database, and with a service's role when one is named."""
    parts = urlsplit(superuser)
    account_part, _, place = parts.netloc.rpartition("@")
    if kind is not None:
        account_part = f"{database}_{kind}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{account_part}@{place}", path=f"/{database}"))

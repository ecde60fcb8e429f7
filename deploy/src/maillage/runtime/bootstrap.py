"""What a service finds in the database server: its database, its three roles, their passwords."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from chassis.migrate import ROLES, prepare_roles
from chassis.privacy import load_or_create_kek
from chassis.secret_files import secret_in
from maillage.runtime import account


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """How a service reaches its own database: at work, and for its migrations."""

    database_url: str
    migrator_url: str


def ensure_service(superuser: str, service: str, secrets: Path) -> ServiceAccess:
    """Create what is missing of a service's database and roles; safe to run again at any time."""
    passwords = {kind: account.secret(secrets / f"{service}_{kind}") for kind in ROLES}
    with psycopg.connect(superuser, autocommit=True) as connection:
        prepare_roles(connection, service, passwords)
        _ensure_database(connection, service)
    with psycopg.connect(_address(superuser, service), autocommit=True) as connection:
        # Only a superuser may create it; the claim ledger's exclusion constraint needs it.
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    return ServiceAccess(
        database_url=_address(superuser, service, "worker", passwords["worker"]),
        migrator_url=_address(superuser, service, "migrator", passwords["migrator"]),
    )


def share_kek(secrets: Path, service: str) -> None:
    """Put the platform's key-encryption key, drawn once, into the service's own folder of secrets."""
    kek = load_or_create_kek(secrets)
    secret_in(secrets / "services" / service / "kek", lambda: kek)


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

"""Owns the three roles that a service has in its database: migrator, app and worker."""

import re
from collections.abc import Mapping

import psycopg
from psycopg import sql

from chassis.migrations import MigrationError

ROLES = ("migrator", "app", "worker")

_SERVICE_NAME = re.compile(r"[a-z]{1,40}")


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

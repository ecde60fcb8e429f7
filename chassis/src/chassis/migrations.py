"""Knows a service's migrations: the files of its schema, and which of them its database lacks."""

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

import asyncpg

from chassis.errors import Fault

BOOK = "_yoyo_migration"
"""The table in which yoyo writes what is applied."""

_FILE_NAME = re.compile(r"(?P<number>\d{4})_(expand|contract)(_[a-z0-9]+)+\.sql")


class MigrationError(Fault):
    """The schema cannot be brought up to date."""


async def pending(url: str, *packages: str) -> list[str]:
    """Return the ids that `migrate` would apply, in order; any role of the service may ask."""
    connection = await asyncpg.connect(url)
    try:
        has_book = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", BOOK)
        rows = await connection.fetch(f"SELECT migration_id FROM {BOOK}") if has_book else []
    finally:
        await connection.close()
    applied = {row[0] for row in rows}
    return [name for name, _ in migration_files(*packages) if name not in applied]


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


def _folder(package: str) -> Traversable:
    try:
        folder = resources.files(package) / "migrations"
    except ModuleNotFoundError as error:
        raise MigrationError(f"the package {package} is not installed") from error
    if not folder.is_dir():
        raise MigrationError(f"the package {package} has no folder migrations")
    return folder

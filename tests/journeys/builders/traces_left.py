"""Looks for a text wherever the platform may hold one: every table, topic, log, trace and mail."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import psycopg
from journey import Platform
from psycopg import sql
from territory_rows import connected, tables
from territory_topics import every_record

from contracts.registry import SERVICES


def places_of(platform: Platform, *texts: str) -> set[str]:
    """Name the places in which one of the texts can be read: `table:…`, `topic:…` or `file:…`."""
    return (
        set(_in_tables(platform, texts)) | set(_in_topics(platform, texts)) | set(_in_files(platform, texts))
    )


def wrapped_keys(platform: Platform, person_id: str) -> set[str]:
    """Name the services whose database still holds the key of a person."""
    held = "SELECT wrapped_key FROM subject_key WHERE person_id = %s AND wrapped_key IS NOT NULL"
    found = set()
    for service in SERVICES:
        with connected(platform, service, "migrator") as connection:
            if connection.execute(held, [person_id]).fetchone():
                found.add(service)
    return found


def column(platform: Platform, service: str, query: str, *values: str | list[str]) -> list[str]:
    """Return the first column of a query past row security."""
    with connected(platform, service, "migrator") as connection:
        return [row[0] for row in connection.execute(query.encode(), list(values)).fetchall()]


def _in_tables(platform: Platform, texts: tuple[str, ...]) -> Iterator[str]:
    for service in SERVICES:
        with connected(platform, service, "migrator") as connection:
            for table in tables(connection, service):
                if _is_in(connection, table.name, texts):
                    yield f"table:{table}"


def _is_in(connection: psycopg.Connection, table: str, texts: tuple[str, ...]) -> bool:
    query = sql.SQL("SELECT true FROM {} t WHERE strpos(t::text, %s) > 0 OR strpos(t::text, %s) > 0 LIMIT 1")
    named = query.format(sql.Identifier(table))
    return any(connection.execute(named, [text, text.encode().hex()]).fetchone() for text in texts)


def _in_topics(platform: Platform, texts: tuple[str, ...]) -> Iterator[str]:
    for heard in every_record(platform):
        if any(text in heard.text for text in texts):
            yield f"topic:{heard.envelope.topic}"


def _in_files(platform: Platform, texts: tuple[str, ...]) -> Iterator[str]:
    for folder in ("log", "services", "requests", "mail"):
        for file in (platform.data / folder).rglob("*"):
            if file.is_file() and any(text.encode() in _content(file) for text in texts):
                yield f"file:{folder}"


def _content(file: Path) -> bytes:
    content = file.read_bytes()
    return gzip.decompress(content) if file.suffix == ".gz" else content

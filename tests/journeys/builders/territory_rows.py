"""Reads every table of every service past row security and within it; plants rows where a story left none."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, LiteralString

import psycopg
from journey import Platform
from psycopg import sql

from chassis.ids import new_id
from contracts.registry import SERVICES
from maillage.runtime.postgres import Postgres

Role = Literal["app", "worker", "migrator"]
Connection = psycopg.Connection[Any]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table, as the catalogue names it."""

    service: str
    name: str
    columns: tuple[tuple[str, str], ...]  # name and type of those that an insert may fill
    needed: frozenset[str] = frozenset()  # those that are never null

    def __str__(self) -> str:
        return f"{self.service}.{self.name}"

    @property
    def has_territory(self) -> bool:
        return any(name == "territory_id" for name, _ in self.columns)


@contextmanager
def connected(platform: Platform, service: str, role: Role) -> Iterator[Connection]:
    """Reach a service's database as one of its roles; whatever is done is undone at the end."""
    account = f"{service}_{role}"
    password = (platform.data / "secrets" / account).read_text().strip()
    with psycopg.connect(_superuser(platform), dbname=service, user=account, password=password) as connection:
        yield connection
        connection.rollback()


@contextmanager
def lifted(platform: Platform, table: Table, territory: str) -> Iterator[Connection]:
    """Look at a table as requests of a territory would if its row security were lifted; then undo that."""
    with psycopg.connect(_superuser(platform), dbname=table.service) as connection:
        connection.execute(_sql("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", table))
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(f"{table.service}_app")))
        connection.execute("SELECT set_config('app.territories', %s, true)", [territory])
        yield connection
        connection.rollback()


def tables(connection: Connection, service: str) -> list[Table]:
    """Return every relation that holds or shows rows, except those of PostgreSQL and of its extensions."""
    rows = connection.execute(_TABLES).fetchall()
    return [Table(service, row[0], tuple(map(tuple, row[1])), frozenset(row[2])) for row in rows]


def see_as(connection: Connection, *territories: str) -> None:
    """Set the territories of the transaction, as a request's or a consumer's does; none leaves them unset."""
    connection.rollback()
    if territories:
        connection.execute("SELECT set_config('app.territories', %s, true)", [",".join(territories)])


def rows_by_territory(connection: Connection, table: Table) -> dict[str, int]:
    """Count the rows that this connection sees, by territory."""
    counted = _sql("SELECT territory_id, count(*) FROM {} GROUP BY 1", table)
    return dict(connection.execute(counted).fetchall())


def texts(connection: Connection, table: Table, column: str, territory: str) -> set[str]:
    """Return what stands in a column of the rows of a territory that this connection sees."""
    query = sql.SQL("SELECT {}::text FROM {} WHERE territory_id = %s")
    found = query.format(sql.Identifier(column), sql.Identifier(table.name))
    return {row[0] for row in connection.execute(found, [territory]).fetchall()}


def may(connection: Connection, table: Table, right: str) -> bool:
    row = connection.execute("SELECT has_table_privilege(%s, %s)", [table.name, right]).fetchone()
    return bool(row and row[0])


def a_row(connection: Connection, table: Table, territory: str) -> Row | None:
    """Return any row of the territory, as JSON."""
    query = _sql("SELECT to_jsonb(t) FROM {} t WHERE territory_id = %s LIMIT 1", table)
    found = connection.execute(query, [territory]).fetchone()
    return found[0] if found else None


def insert(connection: Connection, table: Table, row: Row) -> Row:
    """Write a row as it is given and return it as it stands; raises what the database has against it."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in table.columns)
    statement = sql.SQL(
        "INSERT INTO {0} AS t ({1}) OVERRIDING SYSTEM VALUE "
        "SELECT {1} FROM jsonb_populate_record(NULL::{0}, %s::jsonb) RETURNING to_jsonb(t)"
    )
    filled = statement.format(sql.Identifier(table.name), names)
    written = connection.execute(filled, [json.dumps(row)]).fetchone()
    assert written
    return dict(written[0])


def refusal_of(connection: Connection, table: Table, row: Row) -> str:
    """Try to write a row; return the database's own code for why it may not, '' where it may."""
    try:
        with connection.transaction(force_rollback=True):
            insert(connection, table, row)
    except psycopg.Error as error:
        return error.sqlstate or "none"
    return ""


def digests(platform: Platform, territory: str) -> dict[str, str]:
    """Return a digest of all that a territory has in each table, to compare with a later one.

    Of a timer, that it stands: by the passing of time alone it is tried, and set anew.
    """
    found = {}
    for service in SERVICES:
        with connected(platform, service, "migrator") as connection:
            for table in tables(connection, service):
                if table.has_territory:
                    digest = _TIMERS if table.name == "timer" else _DIGEST
                    row = connection.execute(_sql(digest, table), [territory]).fetchone()
                    found[str(table)] = row[0] if row else ""
    return found


def touched(connection: Connection, table: Table, verb: LiteralString, territory: str) -> int:
    """Try to change or delete the rows of a territory; return how many would have been."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(_sql(verb, table), [territory]).rowcount
    except psycopg.errors.InsufficientPrivilege:
        return 0


def plant(connection: Connection, every: Sequence[Table], territory: str) -> dict[str, Row]:
    """Give each table that has none a row of the territory, referred rows first; return what was planted."""
    planted: dict[str, Row] = {}
    missing = [table for table in every if a_row(connection, table, territory) is None]
    while missing:
        table = next(table for table in missing if not _awaits(connection, table, missing))
        missing.remove(table)
        planted[table.name] = insert(connection, table, _invented(connection, table, territory))
    connection.commit()
    return planted


def uproot(connection: Connection, every: Sequence[Table], planted: dict[str, Row]) -> None:
    """Take the planted rows away, the last one first."""
    by_name = {table.name: table for table in every}
    for name, row in reversed(planted.items()):
        statement = _sql("DELETE FROM {} t WHERE to_jsonb(t) = %s::jsonb", by_name[name])
        connection.execute(_sql("ALTER TABLE {} DISABLE TRIGGER USER", by_name[name]))
        gone = connection.execute(statement, [json.dumps(row)]).rowcount
        connection.execute(_sql("ALTER TABLE {} ENABLE TRIGGER USER", by_name[name]))
        assert gone == 1, f"the planted row of {name} is not found again"
    connection.commit()


def _superuser(platform: Platform) -> str:
    return platform.environment.get("MAILLAGE_POSTGRES") or Postgres(platform.data).dsn


def _invented(connection: Connection, table: Table, territory: str) -> Row:
    """A row that its constraints let in: what it refers to exists, and a value of a list stands in it."""
    row = {name: _value(kind, territory) for name, kind in table.columns if name in table.needed}
    for (definition,) in connection.execute(_CHECKS, [table.name]).fetchall():
        row |= dict(re.findall(r"(\w+) = ANY \(ARRAY\['(\w+)'", definition))
        row |= _as_checked(definition, dict(table.columns), territory)
    row["territory_id"] = territory
    for names, other, there in connection.execute(_REFERENCES, [table.name]).fetchall():
        target = a_row(connection, Table(table.service, other, ()), territory) or {}
        row |= {name: target[column] for name, column in zip(names, there, strict=True)}
    return row | _FITTING.get(str(table), {})


def _as_checked(definition: str, kinds: dict[str, str], territory: str) -> Row:
    """What a check wants of two columns: a later end, or exactly one that is not null."""
    found: Row = {}
    for sooner, later in re.findall(r"\((\w+) < (\w+)\)", definition):
        if kinds.get(sooner, "").startswith("timestamp"):
            found[later] = _LATER
    for one, _other in re.findall(r"\((\w+) IS NULL\) <> \((\w+) IS NULL\)", definition):
        found[one] = _value(kinds[one], territory)
    return found


def _awaits(connection: Connection, table: Table, missing: Sequence[Table]) -> bool:
    others = {row[1] for row in connection.execute(_REFERENCES, [table.name]).fetchall()} - {table.name}
    return any(other.name in others for other in missing)


def _value(kind: str, territory: str) -> Any:
    """A value of a type, another one in each territory: a few keys hold none."""
    if kind.endswith("[]"):
        return []
    if kind.startswith("uuid"):
        return str(new_id())
    if kind in ("text", "bigint"):
        return f"planted {territory}" if kind == "text" else 9_000_000_000_000_000 + int(territory)
    for beginning, value in _VALUES.items():
        if kind.startswith(beginning):
            return value
    raise AssertionError(f"no value is known for the type {kind}")


def _sql(text: LiteralString, table: Table) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table.name))


# Far in the future, so that nothing that watches these rows acts upon them.
_VALUES: dict[str, Any] = {
    "bool": False,
    "bytea": "\\x00",
    "daterange": "[2999-01-01,2999-01-02)",
    "date": "2999-01-01",
    "integer": 999_000_000,
    "interval": "0",
    "json": {},
    "smallint": 0,
    "timestamp": "2999-01-01T00:00:00Z",
}
_LATER = "2999-01-02T00:00:00Z"
_FITTING: dict[str, Row] = {
    "booking.attendances": {"signed": "none"},
    "membership.networks": {"kind": "territories"},
    "membership.recognitions": {"home_id": "another"},
    **{f"{service}.subject_key": {"wrapped_key": "\\x00"} for service in SERVICES},
}
"""Values without which the constraints of a table refuse an invented row."""

_TABLES = """
SELECT c.relname, coalesce(json_agg(json_build_array(a.attname, format_type(a.atttypid, NULL)))
    FILTER (WHERE a.attgenerated = ''), '[]'),
    coalesce(json_agg(a.attname) FILTER (WHERE a.attnotnull AND a.attgenerated = ''), '[]')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
GROUP BY c.relname ORDER BY c.relname
"""
_DIGEST = """
SELECT count(*) || ' ' || coalesce(md5(string_agg(line, E'\\n' ORDER BY line)), '')
FROM (SELECT t::text AS line FROM {} t WHERE territory_id = %s) AS lines
"""
_TIMERS = """
SELECT string_agg(kind || ' ' || timer_id, E'\\n' ORDER BY kind, timer_id) FROM {} WHERE territory_id = %s
"""
_CHECKS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass
"""
_REFERENCES = """
SELECT (SELECT array_agg(attname::text ORDER BY o) FROM unnest(k.conkey) WITH ORDINALITY AS c(n, o)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.n),
    k.confrelid::regclass::text,
    (SELECT array_agg(attname::text ORDER BY o) FROM unnest(k.confkey) WITH ORDINALITY AS c(n, o)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.n)
FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = %s::regclass
"""

"""Owns the SQL of imports and their lines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import orjson

from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.imports.model import Import, Line, LineState, State, Use

NEWEST: Final = Order("announced_at timestamptz", "import_id uuid", descending=True)
LINES: Final = Order("line integer")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look at a line gave."""

    line: int
    state: LineState
    findings: bytes | None = None
    says: Sequence[bytes] = ()
    party_id: UUID | None = None
    reference: bytes | None = None
    made: dict[str, Any] | None = None


async def insert(tx: Tx, new: Import, announced_by: UUID) -> None:
    """Keep an import that is announced; raises IdReused."""
    values = (new.kind, new.state, new.announced_at, announced_by)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, new.import_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.import_id)) from None


async def keep_file(tx: Tx, found: Import, lines: Sequence[tuple[int, bytes]]) -> None:
    """Keep how a file was read, and its lines, sealed."""
    how = (found.wrapped_key, found.encoding, found.separator)
    columns = orjson.dumps(found.titles).decode(), orjson.dumps(found.places).decode()
    await tx.execute(_KEEP_FILE, tx.territory_id, found.import_id, found.state, *how, *columns)
    numbers, contents = zip(*lines, strict=True)
    await tx.execute(_INSERT_LINES, tx.territory_id, found.import_id, numbers, contents)


async def set_state(tx: Tx, import_id: UUID, state: State) -> None:
    """Keep what is being done with an import."""
    await tx.execute(_SET_STATE, tx.territory_id, import_id, state)


async def found(tx: Tx, import_id: UUID, *, lock: bool = False) -> Import | None:
    """Return an import of the territory, locked if it is to change."""
    sql = f"{_SELECT} AND import_id = $2{' FOR UPDATE' if lock else ''}"
    row = await tx.fetchrow(sql, tx.territory_id, import_id)
    return _import(row) if row else None


async def imports(tx: Tx, asked: Asked) -> Page[Import]:
    """Return the imports of the territory, the last one first."""
    rows = await tx.fetch(_SELECT + NEWEST.tail(asked, 2), tx.territory_id, *asked.arguments)
    return NEWEST.page(asked, rows, _import)


async def counts(tx: Tx, import_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Return how many lines of each import are in which state."""
    rows = await tx.fetch(_COUNTS, tx.territory_id, list(import_ids))
    counted: dict[UUID, dict[str, int]] = {import_id: {} for import_id in import_ids}
    for row in rows:
        counted[row["import_id"]][row["state"]] = row["lines"]
    return counted


async def next_lines(tx: Tx, import_id: UUID, state: LineState, most: int) -> list[Line]:
    """Return the next lines in a state, in order; what is taken back goes from the last line to the first."""
    direction = "DESC" if state == "brought" else "ASC"
    sql = f"{_LINES} AND state = $3 ORDER BY line {direction} LIMIT $4"
    return [_line(row) for row in await tx.fetch(sql, tx.territory_id, import_id, state, most)]


async def said_before(tx: Tx, import_id: UUID, says: Collection[bytes]) -> dict[bytes, int]:
    """Return which of these hashes a sound line has, and the first such line."""
    rows = await tx.fetch(_SAID, tx.territory_id, import_id, list(says))
    return {row["said"]: row["line"] for row in rows}


async def settle(tx: Tx, import_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """Keep what became of lines; what a line said is dropped once it is brought in."""
    rows = [
        (
            tx.territory_id,
            import_id,
            each.line,
            each.state,
            each.findings,
            list(each.says),
            each.party_id,
            each.reference,
            orjson.dumps(each.made).decode() if each.made else None,
        )
        for each in outcomes
    ]
    await tx.executemany(_SETTLE, rows)


async def close(tx: Tx, import_id: UUID, line: int, state: Literal["undone", "kept"]) -> None:
    """Keep that what a line brought is taken back, or had to be left."""
    await tx.execute(_CLOSE, tx.territory_id, import_id, line, state)


async def damaged(tx: Tx, asked: Asked, import_id: UUID) -> Page[tuple[int, bytes]]:
    """Return the damaged lines, sealed."""
    sql = f"{_DAMAGED}{LINES.tail(asked, 3)}"
    rows = await tx.fetch(sql, tx.territory_id, import_id, *asked.arguments)
    return LINES.page(asked, rows, lambda row: (row["line"], row["findings"]))


async def all_damaged(tx: Tx, import_id: UUID) -> list[tuple[int, bytes, bytes]]:
    """Return every damaged line, with what it said, sealed."""
    rows = await tx.fetch(f"{_DAMAGED} ORDER BY line", tx.territory_id, import_id)
    return [(row["line"], row["content"], row["findings"]) for row in rows]


async def uses(tx: Tx, import_id: UUID, lines: Collection[int] | None = None) -> list[Use]:
    """Return what was built in this territory upon what lines brought in, line by line."""
    rows = await tx.fetch(_USES, tx.territory_id, import_id, None if lines is None else list(lines))
    return [Use(row["line"], row["party_id"], tuple(row["what"])) for row in rows]


async def registered(tx: Tx, import_id: UUID, lines: Collection[int] | None = None) -> dict[UUID, int]:
    """Return the persons whom lines registered, and which line did."""
    rows = await tx.fetch(_REGISTERED, tx.territory_id, import_id, None if lines is None else list(lines))
    return {row["party_id"]: row["line"] for row in rows}


async def note_booked(tx: Tx, party_ids: Collection[UUID], at: datetime) -> None:
    """Note that parties whom imports brought something have booked since."""
    await tx.execute(_BOOKED, tx.territory_id, list(party_ids), at)


async def note_invoiced(tx: Tx, party_ids: Collection[UUID], at: datetime) -> None:
    """Note that parties whom imports brought something have been invoiced since."""
    await tx.execute(_INVOICED, tx.territory_id, list(party_ids), at)


async def forget(tx: Tx, import_id: UUID) -> None:
    """Forget what the lines of an import said; what they made stays."""
    await tx.execute(_FORGET_KEY, tx.territory_id, import_id)
    await tx.execute(_FORGET_LINES, tx.territory_id, import_id)


def _import(row: asyncpg.Record) -> Import:
    return Import(
        import_id=row["import_id"],
        kind=row["kind"],
        state=row["state"],
        announced_at=row["announced_at"],
        wrapped_key=row["wrapped_key"],
        encoding=row["encoding"],
        separator=row["separator"],
        titles=tuple(orjson.loads(row["titles"] or "[]")),
        places=orjson.loads(row["places"]) if row["places"] else None,
    )


def _line(row: asyncpg.Record) -> Line:
    return Line(row["line"], row["content"], orjson.loads(row["made"]) if row["made"] else None)


_INSERT = """
INSERT INTO imports (territory_id, import_id, kind, state, announced_at, announced_by)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_KEEP_FILE = """
UPDATE imports SET state = $3, wrapped_key = $4, encoding = $5, separator = $6, titles = $7, places = $8
WHERE territory_id = $1 AND import_id = $2
"""
_INSERT_LINES = """
INSERT INTO import_lines (territory_id, import_id, line, content)
SELECT $1, $2, * FROM unnest($3::integer[], $4::bytea[])
"""
_SET_STATE = "UPDATE imports SET state = $3 WHERE territory_id = $1 AND import_id = $2"
_SELECT = """
SELECT import_id, kind, state, announced_at, wrapped_key, encoding, separator, titles, places FROM imports
WHERE territory_id = $1
"""
_COUNTS = """
SELECT import_id, state, count(*) AS lines FROM import_lines
WHERE territory_id = $1 AND import_id = ANY ($2) GROUP BY import_id, state
"""
_LINES = "SELECT line, content, made FROM import_lines WHERE territory_id = $1 AND import_id = $2"
_SAID = """
SELECT said, min(line) AS line FROM import_lines, unnest(says) AS said
WHERE territory_id = $1 AND import_id = $2 AND state = 'sound' AND said = ANY ($3) GROUP BY said
"""
_SETTLE = """
UPDATE import_lines SET state = $4, findings = $5, says = $6, party_id = $7, reference = $8, made = $9,
    content = CASE WHEN $4 IN ('sound', 'damaged') THEN content END
WHERE territory_id = $1 AND import_id = $2 AND line = $3
"""
_CLOSE = """
UPDATE import_lines SET state = $4, made = CASE $4 WHEN 'kept' THEN made END,
    party_id = CASE $4 WHEN 'kept' THEN party_id END, reference = CASE $4 WHEN 'kept' THEN reference END
WHERE territory_id = $1 AND import_id = $2 AND line = $3
"""
_DAMAGED = """
SELECT line, content, findings FROM import_lines
WHERE territory_id = $1 AND import_id = $2 AND state = 'damaged'
"""
# Beside what a line made itself, whatever concerns a party that the line registered was built upon it.
_USES = """
SELECT l.line, l.party_id, array_agg(DISTINCT u.what ORDER BY u.what) AS what
FROM import_lines l CROSS JOIN LATERAL (
    SELECT 'booked' AS what WHERE l.booked_at IS NOT NULL
    UNION ALL SELECT 'invoiced' WHERE l.invoiced_at IS NOT NULL
    UNION ALL SELECT 'imported' FROM import_lines o WHERE o.territory_id = l.territory_id
        AND o.party_id = l.party_id AND o.state = 'brought' AND o.import_id <> l.import_id
    UNION ALL SELECT 'membership' FROM memberships m WHERE m.territory_id = l.territory_id
        AND l.party_id IN (m.person_id, m.organisation_id, m.payer_person_id, m.payer_organisation_id)
        AND m.membership_id::text IS DISTINCT FROM l.made ->> 'membership_id'
    UNION ALL SELECT 'affiliation' FROM affiliations a WHERE a.territory_id = l.territory_id
        AND l.party_id IN (a.person_id, a.organisation_id)
        AND a.affiliation_id::text IS DISTINCT FROM l.made ->> 'affiliation_id'
    UNION ALL SELECT 'document' FROM documents d
        WHERE d.territory_id = l.territory_id AND d.person_id = l.party_id
    UNION ALL SELECT 'seat' FROM seats s WHERE s.territory_id = l.territory_id
        AND (s.person_id = l.party_id OR s.membership_id::text = l.made ->> 'membership_id')
    UNION ALL SELECT 'change' FROM membership_changes c WHERE c.territory_id = l.territory_id
        AND c.membership_id::text = l.made ->> 'membership_id'
    UNION ALL SELECT 'operator' FROM operators p
        WHERE p.territory_id = l.territory_id AND p.organisation_id = l.party_id
) AS u
WHERE l.territory_id = $1 AND l.import_id = $2 AND l.state = 'brought'
    AND ($3::integer[] IS NULL OR l.line = ANY ($3))
    AND (u.what IN ('booked', 'invoiced', 'change', 'seat')
        OR l.party_id::text IN (l.made ->> 'person_id', l.made ->> 'organisation_id'))
GROUP BY l.line, l.party_id ORDER BY l.line
"""
_REGISTERED = """
SELECT line, party_id FROM import_lines
WHERE territory_id = $1 AND import_id = $2 AND state = 'brought' AND made ? 'person_id'
    AND ($3::integer[] IS NULL OR line = ANY ($3))
"""
_BOOKED = """
UPDATE import_lines SET booked_at = coalesce(booked_at, $3)
WHERE territory_id = $1 AND party_id = ANY ($2) AND state = 'brought' AND booked_at IS NULL
"""
_INVOICED = """
UPDATE import_lines SET invoiced_at = coalesce(invoiced_at, $3)
WHERE territory_id = $1 AND party_id = ANY ($2) AND state = 'brought' AND invoiced_at IS NULL
"""
_FORGET_KEY = "UPDATE imports SET wrapped_key = NULL WHERE territory_id = $1 AND import_id = $2"
_FORGET_LINES = """
UPDATE import_lines SET content = NULL, findings = NULL, says = '{}'
WHERE territory_id = $1 AND import_id = $2
"""

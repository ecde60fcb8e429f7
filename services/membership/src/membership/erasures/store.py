"""Owns the SQL of erasures, which are the platform's rows, and of what membership holds and takes away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from chassis.db import PLATFORM, Tx
from chassis.erasure import Traces, by_number
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.erasure import ErasureAnswer, ErasureCheck
from membership.erasures.model import Erasure, ErasureUnderWay, State

NEWEST: Final = Order("asked_at timestamptz", "erasure_id uuid", descending=True)


async def insert(tx: Tx, new: Erasure) -> None:
    """Keep an erasure; raises IdReused, ErasureUnderWay."""
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT,
                PLATFORM,
                new.erasure_id,
                new.person_id,
                new.siren,
                new.asked_by,
                new.state,
                list(new.territories),
                new.asked_at,
            )
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "erasures_id_taken":
            raise IdReused(id=str(new.erasure_id)) from None
        row = await tx.fetchrow(_UNDER_WAY, PLATFORM, new.person_id)
        assert row is not None  # noqa: S101 - the index has just met it
        raise ErasureUnderWay(erasure_id=str(row["erasure_id"]), state=row["state"]) from None


async def insert_many(tx: Tx, new: Sequence[Erasure]) -> set[UUID]:
    """Keep erasures that one rule asks for; return those of persons of whom none is under way."""
    first = new[0]
    rows = await tx.fetch(
        _INSERT_MANY,
        PLATFORM,
        [each.erasure_id for each in new],
        [each.person_id for each in new],
        first.siren,
        first.asked_by,
        first.state,
        list(first.territories),
        first.asked_at,
        first.inactive_since,
    )
    return {row["erasure_id"] for row in rows}


async def erasure(tx: Tx, erasure_id: UUID, *, lock: bool = False) -> Erasure | None:
    """Return an erasure; locked, answers wait for one another."""
    row = await tx.fetchrow(
        f"{_SELECT} AND erasure_id = $2{' FOR UPDATE' if lock else ''}", PLATFORM, erasure_id
    )
    return _erasure(row) if row else None


async def erasures(tx: Tx, asked: Asked, siren: str | None, person_id: UUID | None) -> Page[Erasure]:
    """Return the erasures asked for in a territory, or those of a person, the last one first."""
    sql = f"{_SELECT} AND ($2::text IS NULL OR siren = $2) AND ($3::uuid IS NULL OR person_id = $3)"
    rows = await tx.fetch(f"{sql}{NEWEST.tail(asked, 4)}", PLATFORM, siren, person_id, *asked.arguments)
    return NEWEST.page(asked, rows, _erasure)


async def move(tx: Tx, erasure_id: UUID, state: State, now: datetime) -> None:
    """Keep how far an erasure is."""
    await tx.execute(_MOVE, PLATFORM, erasure_id, state, now)


async def confirm(tx: Tx, erasure_id: UUID, confirmer_id: UUID) -> None:
    """Keep who confirmed an erasure."""
    await tx.execute(_CONFIRM, PLATFORM, erasure_id, confirmer_id)


async def keep_answer(tx: Tx, service: str, kind: str, answer: ErasureAnswer) -> None:
    """Keep what a service answered; a second answer replaces the first."""
    values = (answer.erasure_id, service, kind, answer.model_dump_json(), answer.answered_at)
    await tx.execute(_ANSWER, PLATFORM, *values)


async def keep_checks(tx: Tx, service: str, checks: Sequence[ErasureCheck]) -> None:
    """Keep what a service found of many erasures."""
    columns = zip(*((c.erasure_id, c.model_dump_json(), c.answered_at) for c in checks), strict=True)
    await tx.execute(_CHECKS, PLATFORM, service, *map(list, columns))


async def answers(tx: Tx, erasure_id: UUID, kind: str) -> dict[str, Mapping[str, Any]]:
    """Return what was answered, by service."""
    rows = await tx.fetch(_ANSWERS, PLATFORM, erasure_id, kind)
    return {row["service"]: orjson.loads(row["answer"]) for row in rows}


def _erasure(row: asyncpg.Record) -> Erasure:
    return Erasure(**{**dict(row), "territories": tuple(row["territories"])})


_COLUMNS = """
erasure_id, person_id, siren, asked_by, confirmed_by, state, territories, asked_at, erased_at, completed_at,
inactive_since
"""
_SELECT = f"SELECT {_COLUMNS} FROM erasures WHERE territory_id = $1"
_INSERT = """
INSERT INTO erasures (territory_id, erasure_id, person_id, siren, asked_by, state, territories, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_INSERT_MANY = """
INSERT INTO erasures (territory_id, erasure_id, person_id, siren, asked_by, state, territories, asked_at,
    inactive_since)
SELECT $1, new.erasure_id, new.person_id, $4, $5, $6, $7, $8, $9
FROM unnest($2::uuid[], $3::uuid[]) AS new (erasure_id, person_id)
ON CONFLICT DO NOTHING RETURNING erasure_id
"""
_UNDER_WAY = """
SELECT erasure_id, state FROM erasures WHERE territory_id = $1 AND person_id = $2 AND state <> 'held'
"""
_MOVE = """
UPDATE erasures SET state = $3, erased_at = CASE WHEN $3 = 'erasing' THEN $4::timestamptz ELSE erased_at END,
    completed_at = CASE WHEN $3 = 'done' THEN $4::timestamptz ELSE completed_at END
WHERE territory_id = $1 AND erasure_id = $2
"""
_CONFIRM = "UPDATE erasures SET confirmed_by = $3 WHERE territory_id = $1 AND erasure_id = $2"
_ANSWER = """
INSERT INTO erasure_answers (territory_id, erasure_id, service, kind, answer, answered_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (territory_id, erasure_id, service, kind) DO UPDATE
SET answer = excluded.answer, answered_at = excluded.answered_at
"""
_CHECKS = """
INSERT INTO erasure_answers (territory_id, erasure_id, service, kind, answer, answered_at)
SELECT $1, c.erasure_id, $2, 'check', c.answer::jsonb, c.answered_at
FROM unnest($3::uuid[], $4::text[], $5::timestamptz[]) AS c (erasure_id, answer, answered_at)
"""
_ANSWERS = """
SELECT service, answer FROM erasure_answers
WHERE territory_id = $1 AND erasure_id = $2 AND kind = $3 ORDER BY service
"""
RUNNING: Final = {
    "membership-running": """
        SELECT count(*)::int FROM memberships
        WHERE territory_id = $1 AND (person_id = $2 OR payer_person_id = $2) AND ended_at IS NULL
            AND (valid_until IS NULL OR valid_until > $3::timestamptz::date)
    """,
    "role-held": """
        SELECT count(*)::int FROM role_grants
        WHERE territory_id = $1 AND person_id = $2 AND withdrawn_at IS NULL
    """,
}
"""What has to end before a person can be erased."""

_ON_PLATFORM: Final = {
    "sign_in_links": """
        DELETE FROM sign_in_links WHERE territory_id = $1
        AND mail_hash = (SELECT mail_hash FROM persons WHERE territory_id = $1 AND person_id = $2)
    """,
    "sign_in_counts": """
        DELETE FROM sign_in_counts WHERE territory_id = $1
        AND subject = (SELECT mail_hash FROM persons WHERE territory_id = $1 AND person_id = $2)
    """,
    "sign_in_sessions": "DELETE FROM sign_in_sessions WHERE territory_id = $1 AND person_id = $2",
    # the wrapped key as it was told: on the topic, compaction takes it away
    "event_log": """
        UPDATE event_log
        SET data = convert_to((convert_from(data, 'UTF8')::jsonb || '{"wrapped_key": ""}')::text, 'UTF8')
        WHERE territory_id = $1 AND topic = 'membership.subject-keys.v1' AND aggregate_id = $2::uuid::text
            AND type LIKE '%.SubjectKeyIssued.%'
    """,
    "person_roles": "DELETE FROM person_roles WHERE territory_id = $1 AND person_id = $2",
    "presences": "DELETE FROM presences WHERE territory_id = $1 AND person_id = $2",
    # the row stays, empty, so that nobody is ever registered under that id again
    "persons": """
        UPDATE persons SET given_name = '', family_name = '', mail = NULL, phone = NULL, address = NULL,
            mail_hash = NULL, search_tokens = '{}'
        WHERE territory_id = $1 AND person_id = $2
    """,
}
"""What the platform's own rows lose with a person, in this order."""

_IN_TERRITORY: Final = {
    "documents": """
        UPDATE documents SET file_name = '', content = CASE WHEN content IS NULL THEN NULL ELSE ''::bytea END,
            reason = CASE WHEN reason IS NULL THEN NULL ELSE '' END
        WHERE territory_id = $1 AND person_id = $2
    """,
    "document_views": """
        UPDATE document_views v SET why = '' FROM documents d
        WHERE v.territory_id = $1 AND d.territory_id = $1 AND d.document_id = v.document_id
            AND d.person_id = $2
    """,
    "affiliations": "DELETE FROM affiliations WHERE territory_id = $1 AND person_id = $2",
    "qualifications": """
        UPDATE qualifications SET reason = CASE WHEN reason IS NULL THEN NULL ELSE '' END,
            evidence = CASE WHEN evidence ->> 'test' IS NULL THEN evidence ELSE evidence || '{"test": ""}' END
        WHERE territory_id = $1 AND person_id = $2
    """,
    # what another system said of them, and what it called them
    "import_lines": """
        UPDATE import_lines SET content = NULL, findings = NULL, says = '{}', reference = NULL
        WHERE territory_id = $1 AND party_id = $2
    """,
    "staff_pins": "DELETE FROM staff_pins WHERE territory_id = $1 AND person_id = $2",
    "desk_sessions": "DELETE FROM desk_sessions WHERE territory_id = $1 AND person_id = $2",
}
"""What the rows of each territory lose with a person."""

_KEPT: Final = by_number(
    desk_devices="enrolled_by",
    document_views="viewer_id",
    documents="person_id decided_by",
    import_lines="party_id",
    imports="announced_by",
    membership_scopes="holder_id",
    membership_trials="holder_id",
    memberships="person_id payer_person_id",
    purges="purged_by",
    qualifications="person_id awarded_by",
    role_grants="person_id",
    seats="person_id",
    trainers="person_id",
)
"""What stays under a number that leads to nobody any more."""

_PROOF: Final = """
SELECT count(*)::int AS rows FROM erasures
WHERE territory_id = $1 AND $2 IN (person_id, asked_by, confirmed_by)
"""

TRACES: Final = Traces(_ON_PLATFORM, _IN_TERRITORY, _KEPT, {"erasures": ("erasure-proof", _PROOF)})

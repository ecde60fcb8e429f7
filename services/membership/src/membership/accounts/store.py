"""Owns the SQL of signing in: links, sessions, counts of tries; all of them rows of the platform."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import PLATFORM, Tx
from chassis.effects import Effect
from membership.accounts.model import Limit, Session


async def count(tx: Tx, limit: Limit, subject: bytes, now: datetime) -> bool:
    """Count one more; say whether that is still within the limit."""
    times: int = await tx.fetchval(_COUNT, PLATFORM, limit.kind, subject, limit.starts_at(now))
    return times <= limit.times


async def is_exhausted(tx: Tx, limit: Limit, subject: bytes, now: datetime) -> bool:
    """Say whether the limit has been reached."""
    times: int | None = await tx.fetchval(_TIMES, PLATFORM, limit.kind, subject, limit.starts_at(now))
    return (times or 0) >= limit.times


async def insert_link(tx: Tx, link_id: UUID, mail_hash: bytes, expires_at: datetime) -> None:
    """Keep a link."""
    await tx.execute(_INSERT_LINK, PLATFORM, link_id, mail_hash, expires_at)


async def spend_link(tx: Tx, link_id: UUID, now: datetime) -> bytes | None:
    """Spend a link that is live; return the hash of its mail address, None where it is not live."""
    found: bytes | None = await tx.fetchval(_SPEND, PLATFORM, link_id, now)
    return found


async def lock_codes(tx: Tx, mail_hash: bytes, now: datetime, wrong_codes: int) -> list[UUID]:
    """Return the live links of a mail address whose code may still be tried, each locked."""
    rows = await tx.fetch(_LOCK_CODES, PLATFORM, mail_hash, now, wrong_codes)
    return [row["link_id"] for row in rows]


async def note_wrong_code(tx: Tx, link_ids: Sequence[UUID]) -> None:
    """Count a wrong code against every link it might have been meant for."""
    await tx.execute(_NOTE_WRONG_CODE, PLATFORM, list(link_ids))


async def insert_session(tx: Tx, session: Session) -> None:
    """Keep a session that begins."""
    s = session
    values = (s.person_id, s.mail_hash, s.started_at, s.expires_at)
    await tx.execute(_INSERT_SESSION, PLATFORM, s.session_id, *values)


async def lock_session(tx: Tx, session_id: UUID) -> Session | None:
    """Return a session, locked for a change."""
    row = await tx.fetchrow(_LOCK_SESSION, PLATFORM, session_id)
    return Session(**row) if row else None


async def rotate(tx: Tx, session: Session) -> None:
    """Keep that a session was refreshed, and for whom."""
    s = session
    await tx.execute(_ROTATE, PLATFORM, s.session_id, s.rotation, s.person_id, s.expires_at)


async def end_session(tx: Tx, session_id: UUID, now: datetime, reason: str) -> None:
    """Keep that a session is over; one that is over stays as it ended."""
    await tx.execute(_END_SESSION, PLATFORM, session_id, now, reason)


async def forget_mail(tx: Tx, effect: Effect) -> None:
    """Take the sealed address out of an effect that is done with."""
    await tx.execute(_FORGET_MAIL, PLATFORM, effect.kind, effect.effect_id, json.dumps({}))


async def purge(tx: Tx, before: datetime) -> None:
    """Forget some of the links, counts and sessions that ended before."""
    for statement in _PURGE:
        await tx.execute(statement, PLATFORM, before)


_COUNT = """
INSERT INTO sign_in_counts AS c (territory_id, kind, subject, starts_at, times) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (territory_id, kind, subject, starts_at) DO UPDATE SET times = c.times + 1 RETURNING times
"""
_TIMES = """
SELECT times FROM sign_in_counts
WHERE territory_id = $1 AND kind = $2 AND subject = $3 AND starts_at = $4
"""
_INSERT_LINK = """
INSERT INTO sign_in_links (territory_id, link_id, mail_hash, expires_at) VALUES ($1, $2, $3, $4)
"""
_SPEND = """
UPDATE sign_in_links SET spent_at = $3
WHERE territory_id = $1 AND link_id = $2 AND spent_at IS NULL AND expires_at > $3 RETURNING mail_hash
"""
_LOCK_CODES = """
SELECT link_id FROM sign_in_links
WHERE territory_id = $1 AND mail_hash = $2 AND expires_at > $3 AND spent_at IS NULL AND wrong_codes < $4
ORDER BY link_id FOR UPDATE
"""
_NOTE_WRONG_CODE = """
UPDATE sign_in_links SET wrong_codes = wrong_codes + 1 WHERE territory_id = $1 AND link_id = ANY ($2)
"""
_INSERT_SESSION = """
INSERT INTO sign_in_sessions (territory_id, session_id, person_id, mail_hash, started_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_LOCK_SESSION = """
SELECT session_id, person_id, mail_hash, rotation, started_at, expires_at, ended_at FROM sign_in_sessions
WHERE territory_id = $1 AND session_id = $2 FOR UPDATE
"""
_ROTATE = """
UPDATE sign_in_sessions SET rotation = $3, person_id = $4, expires_at = $5
WHERE territory_id = $1 AND session_id = $2
"""
_END_SESSION = """
UPDATE sign_in_sessions SET ended_at = $3, end_reason = $4
WHERE territory_id = $1 AND session_id = $2 AND ended_at IS NULL
"""
_FORGET_MAIL = "UPDATE effect SET data = $4 WHERE territory_id = $1 AND kind = $2 AND effect_id = $3"
_PURGE = (
    """
DELETE FROM sign_in_links WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM sign_in_links WHERE territory_id = $1 AND expires_at < $2 LIMIT 100))
""",
    """
DELETE FROM sign_in_counts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM sign_in_counts WHERE territory_id = $1 AND starts_at < $2 LIMIT 100))
""",
    """
DELETE FROM sign_in_sessions WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM sign_in_sessions WHERE territory_id = $1 AND expires_at < $2 LIMIT 100))
""",
)

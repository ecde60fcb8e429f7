"""Owns the SQL of documents and of who looked at them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.documents.model import Document, State

OLDEST: Final = Order("announced_at timestamptz", "document_id uuid")
VIEWS: Final = Order("seen_at timestamptz", "view_id uuid", descending=True)


async def insert(tx: Tx, new: Document, now: datetime) -> None:
    """Keep a document whose content is to come; raises IdReused."""
    columns = (new.document_id, new.person_id, new.audience, new.kind, new.file_name, now)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *columns)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.document_id)) from None


async def document(tx: Tx, document_id: UUID) -> Document | None:
    row = await tx.fetchrow(f"{_SELECT} AND document_id = $2", tx.territory_id, document_id)
    return _document(row) if row else None


async def locked(tx: Tx, document_id: UUID) -> Document:
    """Return a document, locked for a change; raises NotFound."""
    row = await tx.fetchrow(f"{_SELECT} AND document_id = $2 FOR UPDATE", tx.territory_id, document_id)
    if row is None:
        raise NotFound(what="document", id=str(document_id))
    return _document(row)


async def keep_content(tx: Tx, kept: Document, sealed: bytes, now: datetime) -> None:
    columns = (kept.document_id, kept.media_type, kept.size, sealed, now)
    await tx.execute(_CONTENT, tx.territory_id, *columns)


async def content(tx: Tx, document_id: UUID) -> bytes | None:
    """Return the sealed content."""
    found: bytes | None = await tx.fetchval(_READ, tx.territory_id, document_id)
    return found


async def decide(tx: Tx, decided: Document, reviewer_id: UUID, now: datetime) -> None:
    columns = (decided.document_id, decided.state, decided.valid_until, decided.reason, reviewer_id, now)
    await tx.execute(_DECIDE, tx.territory_id, *columns)


async def accepted_until(tx: Tx, person_id: UUID, audience: str, kinds: Sequence[str]) -> date | None:
    """Return until when a person's accepted documents prove an audience, by the one that lasts longest."""
    found: date | None = await tx.fetchval(_UNTIL, tx.territory_id, person_id, audience, list(kinds))
    return found


async def documents(tx: Tx, asked: Asked, state: State | None, person_id: UUID | None) -> Page[Document]:
    """Return the documents of a state and of a person, or all; the one announced first comes first."""
    sql = f"{_SELECT} AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR person_id = $3)"
    sql += OLDEST.tail(asked, 4)
    rows = await tx.fetch(sql, tx.territory_id, state, person_id, *asked.arguments)
    return OLDEST.page(asked, rows, _document)


async def note_view(tx: Tx, view_id: UUID, document_id: UUID, viewer_id: UUID, why: str) -> None:
    await tx.execute(_VIEW, tx.territory_id, view_id, document_id, viewer_id, why, await tx.now())


async def views(tx: Tx, asked: Asked, document_id: UUID) -> Page[asyncpg.Record]:
    sql = _VIEWS + VIEWS.tail(asked, 3)
    rows = await tx.fetch(sql, tx.territory_id, document_id, *asked.arguments)
    return VIEWS.page(asked, rows, lambda row: row)


def _document(row: asyncpg.Record) -> Document:
    names = (each for each in Document.__dataclass_fields__)
    return Document(**{name: row[name] for name in names})


_INSERT = """
INSERT INTO documents (territory_id, document_id, person_id, audience, kind, file_name, announced_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'announced')
"""
_SELECT = """
SELECT document_id, person_id, audience, kind, file_name, state, media_type, size, valid_until, reason,
    announced_at
FROM documents WHERE territory_id = $1
"""
_CONTENT = """
UPDATE documents SET state = 'submitted', media_type = $3, size = $4, content = $5, submitted_at = $6
WHERE territory_id = $1 AND document_id = $2
"""
_READ = "SELECT content FROM documents WHERE territory_id = $1 AND document_id = $2"
_DECIDE = """
UPDATE documents SET state = $3, valid_until = $4, reason = $5, decided_by = $6, decided_at = $7
WHERE territory_id = $1 AND document_id = $2
"""
_UNTIL = """
SELECT max(valid_until) FROM documents
WHERE territory_id = $1 AND person_id = $2 AND audience = $3 AND kind = ANY ($4) AND state = 'accepted'
"""
_VIEW = """
INSERT INTO document_views (territory_id, view_id, document_id, viewer_id, why, seen_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_VIEWS = """
SELECT view_id, viewer_id, why, seen_at FROM document_views WHERE territory_id = $1 AND document_id = $2
"""

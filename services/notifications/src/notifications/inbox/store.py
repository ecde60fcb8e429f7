"""SQL of a person's inbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.decisions import Target
from chassis.pages import Asked, Order, Page

_ORDER = Order("m.queued_at timestamptz", "m.message_id uuid", descending=True)


async def messages(tx: Tx, asked: Asked, person_id: UUID, *, unread: bool) -> Page[Mapping[str, Any]]:
    """Return the messages of one inbox, the latest first, each with the data that its words are made of."""
    sql = _MESSAGES + _ORDER.tail(asked, 4)
    rows = await tx.fetch(sql, tx.territory_id, person_id, unread, *asked.arguments)
    return _ORDER.page(asked, rows, dict)


async def mark_read(tx: Tx, message_id: UUID, now: datetime) -> datetime:
    """Note that a message was read, and return when it first was."""
    read_at: datetime = await tx.fetchval(_MARK_READ, tx.territory_id, message_id, now)
    return read_at


async def target(tx: Tx, message_id: UUID) -> Target | None:
    """Say whose inbox a message is in."""
    person_id = await tx.fetchval(_OWNER, tx.territory_id, message_id)
    return Target(tx.territory_id, owner_id=person_id) if person_id else None


_MESSAGES = """
SELECT m.message_id, m.language, m.queued_at, m.read_at, n.template, n.content, n.event_id, n.event_type,
    n.aggregate_id, n.site_id
FROM messages m JOIN notices n ON n.territory_id = m.territory_id AND n.notice_id = m.notice_id
WHERE m.territory_id = $1 AND m.person_id = $2 AND m.channel = 'inbox' AND m.state = 'sent'
    AND (NOT $3 OR m.read_at IS NULL)
"""
_MARK_READ = """
UPDATE messages SET read_at = coalesce(read_at, $3) WHERE territory_id = $1 AND message_id = $2
RETURNING read_at
"""
_OWNER = """
SELECT person_id FROM messages WHERE territory_id = $1 AND message_id = $2 AND channel = 'inbox'
"""

"""SQL of notices and messages."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.pages import Asked, Order, Page
from contracts.values import Party
from notifications.messages.model import Message, MessageShown, Notice, NoticeShown

_ORDER = Order("m.queued_at timestamptz", "m.message_id uuid", descending=True)
_NOTICE_ORDER = Order("noticed_at timestamptz", "notice_id uuid", descending=True)


async def insert_notice(tx: Tx, notice: Notice, now: datetime) -> bool:
    """Keep a notice; return False where this event has had it already."""
    row = await tx.fetchrow(
        _INSERT_NOTICE,
        tx.territory_id,
        notice.notice_id,
        notice.event_id,
        notice.event_type,
        notice.aggregate_id,
        notice.site_id,
        notice.template,
        notice.party.person_id if notice.party else None,
        notice.party.organisation_id if notice.party else None,
        json.dumps(notice.content),
        notice.recorded_at,
        now,
    )
    return row is not None


async def waiting_notice(tx: Tx, notice_id: UUID) -> Notice | None:
    """Return and lock a notice that waits for its addressees."""
    row = await tx.fetchrow(_WAITING_NOTICE, tx.territory_id, notice_id)
    return _notice(row) if row else None


async def settle_notice(tx: Tx, notice_id: UUID, state: str) -> None:
    await tx.execute(_SETTLE_NOTICE, tx.territory_id, notice_id, state)


async def insert(tx: Tx, message: Message) -> None:
    await tx.execute(
        _INSERT,
        tx.territory_id,
        message.message_id,
        message.notice_id,
        message.person_id,
        message.channel,
        message.language,
        message.state,
        message.reason,
        int(message.state == "sent"),
        message.queued_at,
        message.settled_at,
    )


async def message(tx: Tx, message_id: UUID) -> tuple[Message, Notice] | None:
    """Return a message with the notice it carries."""
    row = await tx.fetchrow(_MESSAGE, tx.territory_id, message_id)
    return (_message(row), _notice(row)) if row else None


async def settle(tx: Tx, message: Message, attempts: int) -> bool:
    """Note what became of a queued message; return False where that was noted before."""
    row = await tx.fetchrow(
        _SETTLE,
        tx.territory_id,
        message.message_id,
        message.state,
        message.reason,
        attempts,
        message.settled_at,
    )
    return row is not None


async def messages(
    tx: Tx, asked: Asked, *, state: str | None, person_id: UUID | None, site_id: UUID | None
) -> Page[MessageShown]:
    """Return messages, the latest first, without names."""
    site = str(site_id) if site_id else None
    sql = _MESSAGES + _ORDER.tail(asked, 5)
    rows = await tx.fetch(sql, tx.territory_id, state, person_id, site, *asked.arguments)
    return _ORDER.page(asked, rows, lambda row: MessageShown(**row))


async def unaddressed(tx: Tx, asked: Asked) -> Page[NoticeShown]:
    """Return notices that reached nobody, the latest first."""
    sql = _UNADDRESSED + _NOTICE_ORDER.tail(asked, 2)
    rows = await tx.fetch(sql, tx.territory_id, *asked.arguments)
    return _NOTICE_ORDER.page(asked, rows, lambda row: NoticeShown(**row))


def _notice(row: asyncpg.Record) -> Notice:
    content: dict[str, Any] = json.loads(row["content"])
    return Notice(
        notice_id=row["notice_id"],
        event_id=row["event_id"],
        event_type=row["event_type"],
        aggregate_id=row["aggregate_id"],
        site_id=row["site_id"],
        template=row["template"],
        party=_party(row["to_person_id"], row["organisation_id"]),
        content=content,
        recorded_at=row["recorded_at"],
    )


def _party(person_id: UUID | None, organisation_id: UUID | None) -> Party | None:
    if person_id is None and organisation_id is None:
        return None
    return Party(person_id=person_id, organisation_id=organisation_id)


def _message(row: asyncpg.Record) -> Message:
    return Message(
        message_id=row["message_id"],
        notice_id=row["notice_id"],
        person_id=row["person_id"],
        channel=row["channel"],
        language=row["language"],
        state=row["state"],
        queued_at=row["queued_at"],
        reason=row["reason"],
        settled_at=row["settled_at"],
    )


_INSERT_NOTICE = """
INSERT INTO notices (territory_id, notice_id, event_id, event_type, aggregate_id, site_id, template,
    person_id, organisation_id, content, recorded_at, noticed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT ON CONSTRAINT notices_same_event_twice DO NOTHING RETURNING notice_id
"""
_NOTICE_COLUMNS = """
n.notice_id, n.event_id, n.event_type, n.aggregate_id, n.site_id, n.template, n.person_id AS to_person_id,
n.organisation_id, n.content, n.recorded_at
"""
_WAITING_NOTICE = f"""
SELECT {_NOTICE_COLUMNS} FROM notices n
WHERE n.territory_id = $1 AND n.notice_id = $2 AND n.state = 'waiting' FOR UPDATE
"""
_SETTLE_NOTICE = "UPDATE notices SET state = $3 WHERE territory_id = $1 AND notice_id = $2"
_INSERT = """
INSERT INTO messages (territory_id, message_id, notice_id, person_id, channel, language, state, reason,
    attempts, queued_at, settled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_JOINED = """
FROM messages m JOIN notices n ON n.territory_id = m.territory_id AND n.notice_id = m.notice_id
WHERE m.territory_id = $1
"""
_MESSAGE = f"""
SELECT {_NOTICE_COLUMNS}, m.message_id, m.person_id, m.channel, m.language, m.state, m.queued_at, m.reason,
    m.settled_at {_JOINED} AND m.message_id = $2
"""
_SETTLE = """
UPDATE messages SET state = $3, reason = $4, attempts = $5, settled_at = $6
WHERE territory_id = $1 AND message_id = $2 AND state = 'queued' RETURNING message_id
"""
_MESSAGES = f"""
SELECT m.message_id, m.person_id, n.template, m.channel, m.language, m.state, m.reason, m.attempts,
    m.queued_at, m.settled_at, n.event_id AS cause_event_id, n.event_type AS cause_type,
    n.aggregate_id AS cause_aggregate_id, n.site_id {_JOINED}
    AND ($2::text IS NULL OR m.state = $2) AND ($3::uuid IS NULL OR m.person_id = $3)
    AND ($4::text IS NULL OR n.site_id = $4)
"""
_UNADDRESSED = """
SELECT notice_id, organisation_id, template, event_id AS cause_event_id, event_type AS cause_type,
    aggregate_id AS cause_aggregate_id, noticed_at
FROM notices WHERE territory_id = $1 AND state = 'unaddressed'
"""

"""Shows a person the messages of their inbox, and notes which they have read."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from chassis.pages import Asked, Page
from notifications.inbox import store
from notifications.people import handlers as people
from notifications.preferences.model import Kind
from notifications.templates.handlers import write
from notifications.templates.model import BY_NAME


class InboxMessage(BaseModel):
    """A message as its reader sees it; the text is written anew at each reading."""

    model_config = ConfigDict(frozen=True)

    message_id: UUID
    template: str
    kind: Kind
    subject: str
    text: str
    received_at: datetime
    read_at: datetime | None
    cause_event_id: UUID
    cause_type: str
    cause_aggregate_id: str
    site_id: str | None


class MessageRead(BaseModel):
    """When a message was first read."""

    model_config = ConfigDict(frozen=True)

    message_id: UUID
    read_at: datetime


async def own_messages(tx: Tx, asked: Asked, person_id: UUID, unread: bool) -> Page[InboxMessage]:  # noqa: FBT001 - as the door passes it
    """Return one's messages, the latest first."""
    page = await store.messages(tx, asked, person_id, unread=unread)
    address = (await people.addresses(tx, [person_id])).get(person_id)
    given_name = address.given_name if address else None
    return Page([await _shown(tx, row, given_name) for row in page.items], page.last)


async def mark_read(tx: Tx, message_id: UUID) -> MessageRead:
    """Note that a message was read; the first time stays."""
    return MessageRead(message_id=message_id, read_at=await store.mark_read(tx, message_id, await tx.now()))


async def _shown(tx: Tx, row: Mapping[str, Any], given_name: str | None) -> InboxMessage:
    content = await people.readable(tx, row["event_type"], json.loads(row["content"]))
    written = write(row["template"], row["language"], content, given_name)
    return InboxMessage(
        message_id=row["message_id"],
        template=row["template"],
        kind=BY_NAME[row["template"]].kind,
        subject=written.subject,
        text=written.body,
        received_at=row["queued_at"],
        read_at=row["read_at"],
        cause_event_id=row["event_id"],
        cause_type=row["event_type"],
        cause_aggregate_id=row["aggregate_id"],
        site_id=row["site_id"],
    )

"""Decides what a notice and a message are, how long an addressee is waited for, and when mail is too late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.values import Party
from notifications.preferences.model import Channel

State = Literal["queued", "sent", "failed"]
Reason = Literal["no_contact", "address_refused", "attempts_used_up", "person_erased"]

WAITS: Final = (1.0, 5.0, 30.0, 300.0, 3_600.0)
"""Seconds before each further look for an addressee of whom this service has not heard yet."""

WAITS_FOR_ONE_OF_MANY: Final = WAITS[:2]
"""The same where many are told at once: the others must not wait long for one of them."""

MAIL_IN_TIME: Final = timedelta(days=7)
"""An event heard of later than this goes to the inbox alone: nobody wants last month's mails at once."""

_HOST: Final = "mail.maillage"  # short, so that the header stays one line of 78 characters


@dataclass(frozen=True, slots=True)
class Notice:
    """What an event gives cause to say to a party, or to the many whom its content names."""

    notice_id: UUID
    event_id: UUID
    event_type: str
    aggregate_id: str
    site_id: str | None
    template: str
    party: Party | None
    content: Mapping[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A notice to one person by one channel, without its text."""

    message_id: UUID
    notice_id: UUID
    person_id: UUID
    channel: Channel
    language: str
    state: State
    queued_at: datetime
    reason: Reason | None = None
    settled_at: datetime | None = None


class MessageShown(BaseModel):
    """A message as staff see it: to whom, by what, for which event, and what became of it."""

    model_config = ConfigDict(frozen=True)

    message_id: UUID
    person_id: UUID
    person_name: str | None = None
    template: str
    channel: str
    language: str
    state: str
    reason: str | None
    attempts: int
    queued_at: datetime
    settled_at: datetime | None
    cause_event_id: UUID
    cause_type: str
    cause_aggregate_id: str
    site_id: str | None


class NoticeShown(BaseModel):
    """A notice that reached nobody, since nobody stands for the organisation it is for."""

    model_config = ConfigDict(frozen=True)

    notice_id: UUID
    organisation_id: UUID
    template: str
    cause_event_id: UUID
    cause_type: str
    cause_aggregate_id: str
    noticed_at: datetime


def party_of(value: UUID | Party | Sequence[UUID]) -> Party | None:
    """Return whom an event's field names, be it a person alone or a party; None where it names many."""
    if isinstance(value, Sequence):
        return None
    return value if isinstance(value, Party) else Party(person_id=value)


def is_in_time(recorded_at: datetime, now: datetime) -> bool:
    """Say whether a mail about the event still makes sense; both by real clocks."""
    return now - recorded_at <= MAIL_IN_TIME


def mail_message_id(territory_id: str, message_id: UUID) -> str:
    """Return the Message-ID (RFC 5322 §3.6.4): the same at every attempt, wherever the service runs."""
    return f"<{territory_id}.{message_id}@{_HOST}>"

"""Tells people what concerns them: finds whom, by which channels, writes the messages and sends them off."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from chassis.clock import utc_now
from chassis.db import Tx
from chassis.effects import owe
from chassis.ids import new_id
from chassis.pages import Asked, Page
from chassis.privacy import know
from chassis.timers import Timer, set_timer
from contracts.envelope import Event
from contracts.notifications import MessageFailed, MessageQueued, MessageSent
from notifications.messages import model, store
from notifications.messages.model import WAITS, Message, MessageShown, Notice, NoticeShown
from notifications.people import handlers as people
from notifications.people import store as persons
from notifications.people.model import Address, Contact
from notifications.preferences import handlers as preferences
from notifications.preferences.model import Channel
from notifications.templates.model import BY_FACT, BY_NAME, is_told, language_of
from notifications.territories import store as territories

TIMER: Final = "notice"
EFFECT: Final = "mail"


async def tell(tx: Tx, event: Event[Any]) -> None:
    """Write the messages that an event gives cause for, once for each event and template."""
    if not is_told(event.data):
        return
    template = BY_FACT[event.type]
    notice = Notice(
        notice_id=new_id(),
        event_id=event.id,
        event_type=event.type,
        aggregate_id=event.aggregate_id,
        site_id=event.site_id or _text(getattr(event.data, "site_id", None)),
        template=template.name,
        party=model.party_of(getattr(event.data, template.recipient)),
        content=event.data.model_dump(mode="json"),
        recorded_at=event.recorded_at,
    )
    if notice.party is None or notice.party.person_id:
        await know(tx, *_persons(notice))
    if await store.insert_notice(tx, notice, await tx.now()):
        await _address(tx, notice, looks=0)


async def look_again(tx: Tx, timer: Timer) -> None:
    """Look again for the addressees of a notice that waits for them."""
    notice = await store.waiting_notice(tx, UUID(timer.timer_id))
    if notice is not None:
        await _address(tx, notice, looks=timer.data["looks"])


async def list_messages(
    tx: Tx, asked: Asked, state: str | None, person_id: UUID | None, site_id: UUID | None
) -> Page[MessageShown]:
    """Return messages with the names of those they are for."""
    page = await store.messages(tx, asked, state=state, person_id=person_id, site_id=site_id)
    names = await people.addresses(tx, {message.person_id for message in page.items})
    return Page([_named(message, names.get(message.person_id)) for message in page.items], page.last)


async def list_unaddressed(tx: Tx, asked: Asked) -> Page[NoticeShown]:
    """Return notices to organisations that nobody stands for."""
    return await store.unaddressed(tx, asked)


async def settled_sent(tx: Tx, message: Message, notice: Notice, attempts: int) -> None:
    """Note that a mail was accepted, and tell it; a second call changes nothing."""
    now = await tx.now()
    if await store.settle(tx, _settled(message, "sent", None, now), attempts):
        mail_id = model.mail_message_id(tx.territory_id, message.message_id)
        state = _state(message, notice)
        sent = MessageSent(mail_message_id=mail_id, attempts=max(attempts, 1), sent_at=now, **state)
        tx.emit(sent, site_id=notice.site_id)


async def settled_failed(
    tx: Tx, message: Message, notice: Notice, reason: model.Reason, attempts: int
) -> None:
    """Note that a mail was given up, and why, and tell it; a second call changes nothing."""
    now = await tx.now()
    if await store.settle(tx, _settled(message, "failed", reason, now), attempts):
        failed = MessageFailed(reason=reason, attempts=attempts, failed_at=now, **_state(message, notice))
        tx.emit(failed, site_id=notice.site_id)


async def _address(tx: Tx, notice: Notice, looks: int) -> None:
    """Write to everybody concerned, or wait while somebody has not been heard of."""
    contacts = await persons.contacts(tx, await _addressees(tx, notice))
    missing = not contacts or any(contact.standing == "unheard" for contact in contacts)
    waits = WAITS if notice.party else model.WAITS_FOR_ONE_OF_MANY
    if missing and looks < len(waits):
        due = utc_now() + timedelta(seconds=waits[looks])
        await set_timer(tx, TIMER, notice.notice_id, due, {"looks": looks + 1}, business=False)
        return
    await store.settle_notice(tx, notice.notice_id, "told" if contacts else "unaddressed")
    for contact, channel in await _ways(tx, notice, contacts):
        await _write(tx, notice, contact, channel)


async def _addressees(tx: Tx, notice: Notice) -> Iterable[UUID]:
    """Return the persons concerned, or who stands for the organisation on this day."""
    if notice.party is None or notice.party.organisation_id is None:
        return _persons(notice)
    today = (await tx.now()).astimezone(await territories.zone(tx)).date()
    return await persons.representatives(tx, notice.party.organisation_id, today)


def _persons(notice: Notice) -> list[UUID]:
    """Return the persons a notice names: one, or many by the field of its template."""
    if notice.party is None:
        named = notice.content[BY_NAME[notice.template].recipient]
        return [UUID(each) for each in named]
    return [notice.party.person_id] if notice.party.person_id else []


async def _ways(tx: Tx, notice: Notice, contacts: Sequence[Contact]) -> list[tuple[Contact, Channel]]:
    """Return who is written to by which channel."""
    template = BY_NAME[notice.template]
    taken = await preferences.wanted(tx, [contact.person_id for contact in contacts], template.kind)
    in_time = model.is_in_time(notice.recorded_at, utc_now())
    return [
        (contact, channel)
        for contact in contacts
        for channel in template.channels
        if (contact.person_id, channel) in taken and (channel != "mail" or in_time)
    ]


async def _write(tx: Tx, notice: Notice, contact: Contact, channel: Channel) -> None:
    """Keep one message and tell of it: queued as a mail, in the inbox at once, or given up."""
    now = await tx.now()
    reason = _hindrance(contact, channel)
    state: model.State = "failed" if reason else "queued" if channel == "mail" else "sent"
    message = Message(
        message_id=new_id(),
        notice_id=notice.notice_id,
        person_id=contact.person_id,
        channel=channel,
        language=language_of(contact.language),
        state=state,
        queued_at=now,
        reason=reason,
        settled_at=None if state == "queued" else now,
    )
    await store.insert(tx, message)
    shared = _state(message, notice)
    told: MessageQueued | MessageSent | MessageFailed
    if reason:
        told = MessageFailed(reason=reason, attempts=0, failed_at=now, **shared)
    elif channel == "mail":
        told = MessageQueued(queued_at=now, **shared)
        await owe(tx, EFFECT, message.message_id, None)
    else:
        told = MessageSent(attempts=1, sent_at=now, **shared)
    tx.emit(told, site_id=notice.site_id)


def _hindrance(contact: Contact, channel: Channel) -> model.Reason | None:
    if contact.standing == "erased":
        return "person_erased"
    return "no_contact" if channel == "mail" and not contact.has_mail else None


def _state(message: Message, notice: Notice) -> dict[str, Any]:
    """Return what every event about the message says of it."""
    return {
        "message_id": message.message_id,
        "person_id": message.person_id,
        "channel": message.channel,
        "template": notice.template,
        "language": message.language,
        "cause_event_id": notice.event_id,
        "cause_type": notice.event_type,
        "cause_aggregate_id": notice.aggregate_id,
    }


def _settled(
    message: Message, state: model.State, reason: model.Reason | None, settled_at: datetime
) -> Message:
    return replace(message, state=state, reason=reason, settled_at=settled_at)


def _named(message: MessageShown, address: Address | None) -> MessageShown:
    if address is None:
        return message
    return message.model_copy(update={"person_name": f"{address.given_name} {address.family_name}".strip()})


def _text(value: object) -> str | None:
    return None if value is None else str(value)

"""Sends a queued message as a mail and notes what became of it."""

import asyncio
from email.errors import HeaderParseError
from email.message import EmailMessage
from typing import Any, Final, cast, get_args
from urllib.parse import urlsplit
from uuid import UUID

from chassis.clock import utc_now
from chassis.db import Database, Tx
from chassis.effects import Channel, Effect, EffectRefusedError
from chassis.errors import Fault
from chassis.settings import Settings
from notifications.mail import model
from notifications.mail.ports import AddressRefusedError, Relay
from notifications.messages import handlers as messages
from notifications.messages import store
from notifications.messages.model import Message, Notice, Reason, mail_message_id
from notifications.people import handlers as people
from notifications.people import store as persons
from notifications.templates.handlers import letter, write
from notifications.territories import store as territories

_PLATFORM_NAME: Final = "Maillage"
_AT_ONCE: Final = (
    4  # connections to the database; a letter is read in milliseconds, then the relay is waited for
)


class LetterUnreadyError(Fault):
    """The letter cannot be written yet: the recipient's name or key has not arrived, or no key opens it."""


class Post:
    """What sends mails: reads a message in a transaction of its own, then talks to the relay outside any."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._relay = Relay(settings.smtp_url)
        self._reading = asyncio.Semaphore(_AT_ONCE)

    async def send(self, effect: Effect) -> None:
        """Send one mail; raises EffectRefusedError with the reason where trying again is of no use."""
        mail = await self._letter(effect)
        if mail is None:
            return
        try:
            await self._relay.hand_over(mail)
        except AddressRefusedError:
            raise EffectRefusedError("address_refused") from None

    async def _letter(self, effect: Effect) -> EmailMessage | None:
        """Read on a connection that is opened and closed for it: a process tells no channel that it ends."""
        async with self._reading:
            database = await Database.connect(self._settings.database_url, size=1)
            try:
                async with database.tx(effect.territory_id) as tx:
                    return await written(tx, UUID(effect.effect_id), self._settings.public_url)
            finally:
                await database.close()


async def written(tx: Tx, message_id: UUID, public_url: str) -> EmailMessage | None:
    """Write the letter of a queued message, name and address opened for it alone; None if it is settled.

    Raises EffectRefusedError with `person_erased`, `no_contact` or `address_refused`, LetterUnreadyError.
    """
    message, notice = await _message(tx, message_id)
    if message.state != "queued":
        return None
    [contact] = await persons.contacts(tx, [message.person_id])
    if contact.standing == "erased":
        raise EffectRefusedError("person_erased")
    address = (await people.addresses(tx, [message.person_id])).get(message.person_id)
    if address is None:
        raise LetterUnreadyError("the name does not open yet")
    if address.mail is None:
        raise EffectRefusedError("no_contact")
    territory = await territories.name(tx) or _PLATFORM_NAME
    content = await people.readable(tx, notice.event_type, notice.content)
    text = write(notice.template, message.language, content, address.given_name)
    form = letter(text, message.language, territory)
    envelope = model.Envelope(
        sender_name=territory,
        sender=f"no-reply@{urlsplit(public_url).hostname or 'localhost'}",
        recipient_name=" ".join(f"{address.given_name} {address.family_name}".split()),
        recipient=address.mail,
        message_id=mail_message_id(tx.territory_id, message_id),
    )
    try:
        return model.mail(envelope, form.subject, (form.text, form.html), message.language, utc_now())
    except (ValueError, HeaderParseError):
        raise EffectRefusedError("address_refused") from None


async def note_sent(tx: Tx, effect: Effect, _answer: Any) -> None:
    """Note that the relay took the mail."""
    message, notice = await _message(tx, UUID(effect.effect_id))
    await messages.settled_sent(tx, message, notice, effect.attempts)


async def note_failed(tx: Tx, effect: Effect, text: str) -> None:
    """Note that the mail was given up, and why."""
    reason = cast("Reason", text) if text in get_args(Reason) else "attempts_used_up"
    message, notice = await _message(tx, UUID(effect.effect_id))
    await messages.settled_failed(tx, message, notice, reason, effect.attempts)


def channels(settings: Settings) -> dict[str, Channel]:
    """Return the channel of mails, as the service's process asks for it."""
    return {messages.EFFECT: Channel(Post(settings).send, note_sent, note_failed)}


async def _message(tx: Tx, message_id: UUID) -> tuple[Message, Notice]:
    found = await store.message(tx, message_id)
    if found is None:
        raise LookupError(f"there is no message {message_id}")
    return found

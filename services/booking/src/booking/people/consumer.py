"""Keeps the sealed copy of persons and the keys that open it; a destroyed key erases."""

import base64

from booking.people import store
from chassis.db import Tx
from chassis.privacy import destroy_key, keep_key
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    PERSONS,
    SUBJECT_KEYS,
    PersonChanged,
    PersonRegistered,
    SubjectKeyDestroyed,
    SubjectKeyIssued,
)

people = Subscriber("booking.people", topics=[PERSONS, SUBJECT_KEYS])


@people.on(PersonRegistered)
async def keep_registered(tx: Tx, event: Event[PersonRegistered]) -> None:
    """Keep a person's sealed name."""
    await store.keep(tx, event.data)


@people.on(PersonChanged)
async def keep_changed(tx: Tx, event: Event[PersonChanged]) -> None:
    """Keep the name a person bears now."""
    await store.keep(tx, event.data)


@people.on(SubjectKeyIssued)
async def keep_wrapped_key(tx: Tx, event: Event[SubjectKeyIssued]) -> None:
    """Keep the key that opens a person's name, wrapped."""
    await keep_key(tx, event.data.person_id, base64.b64decode(event.data.wrapped_key))


@people.on(SubjectKeyDestroyed)
async def erase(tx: Tx, event: Event[SubjectKeyDestroyed]) -> None:
    """Forget the key: the name opens no more."""
    await destroy_key(tx, event.data.person_id)

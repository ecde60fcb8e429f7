"""Keeps the sealed copy of persons and the keys that open it; a destroyed key erases."""

from booking.people import store
from chassis.db import Tx
from chassis.privacy import follow_keys
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    PERSONS,
    SUBJECT_KEYS,
    PersonChanged,
    PersonRegistered,
)

people = Subscriber("booking.people", topics=[PERSONS, SUBJECT_KEYS])
follow_keys(people)


@people.on(PersonRegistered)
async def keep_registered(tx: Tx, event: Event[PersonRegistered]) -> None:
    """Keep a person's sealed name."""
    await store.keep(tx, event.data)


@people.on(PersonChanged)
async def keep_changed(tx: Tx, event: Event[PersonChanged]) -> None:
    """Keep the name a person bears now."""
    await store.keep(tx, event.data)

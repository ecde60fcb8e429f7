"""Keeps the sealed copy of persons, the keys that open it, and who belongs to which organisation."""

import base64

from chassis.db import Tx
from chassis.privacy import destroy_key, keep_key, know
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    AFFILIATIONS,
    PERSONS,
    SUBJECT_KEYS,
    AffiliationEnded,
    PersonAffiliated,
    PersonChanged,
    PersonRegistered,
    SubjectKeyDestroyed,
    SubjectKeyIssued,
)
from notifications.people import store

people = Subscriber("notifications.people", topics=[PERSONS, SUBJECT_KEYS, AFFILIATIONS])


@people.on(PersonRegistered)
async def keep_registered(tx: Tx, event: Event[PersonRegistered]) -> None:
    """Keep a person's sealed name and address."""
    await store.keep(tx, event.data)


@people.on(PersonChanged)
async def keep_changed(tx: Tx, event: Event[PersonChanged]) -> None:
    """Keep the name and address a person has now."""
    await store.keep(tx, event.data)


@people.on(SubjectKeyIssued)
async def keep_wrapped_key(tx: Tx, event: Event[SubjectKeyIssued]) -> None:
    """Keep the key that opens a person's name and address, wrapped."""
    await keep_key(tx, event.data.person_id, base64.b64decode(event.data.wrapped_key))


@people.on(SubjectKeyDestroyed)
async def erase(tx: Tx, event: Event[SubjectKeyDestroyed]) -> None:
    """Forget the key: name and address open no more."""
    await destroy_key(tx, event.data.person_id)


@people.on(PersonAffiliated)
async def keep_affiliation(tx: Tx, event: Event[PersonAffiliated]) -> None:
    """Keep who belongs to an organisation; the territory knows that person from now on."""
    await know(tx, event.data.person_id)
    await store.keep_affiliation(tx, event.data)


@people.on(AffiliationEnded)
async def end_affiliation(tx: Tx, event: Event[AffiliationEnded]) -> None:
    """Note from when a person no longer belongs to an organisation."""
    await store.end_affiliation(tx, event.data.affiliation_id, event.data.ended_on)

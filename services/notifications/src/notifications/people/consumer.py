"""Keeps the sealed copy of persons, the keys that open it, and who belongs to which organisation."""

from chassis.db import Tx
from chassis.privacy import follow_keys, know
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
)
from notifications.people import store

people = Subscriber("notifications.people", topics=[PERSONS, SUBJECT_KEYS, AFFILIATIONS])
follow_keys(people)


@people.on(PersonRegistered)
async def keep_registered(tx: Tx, event: Event[PersonRegistered]) -> None:
    """Keep a person's sealed name and address."""
    await store.keep(tx, event.data)


@people.on(PersonChanged)
async def keep_changed(tx: Tx, event: Event[PersonChanged]) -> None:
    """Keep the name and address a person has now."""
    await store.keep(tx, event.data)


@people.on(PersonAffiliated)
async def keep_affiliation(tx: Tx, event: Event[PersonAffiliated]) -> None:
    """Keep who belongs to an organisation; the territory knows that person from now on."""
    await know(tx, event.data.person_id)
    await store.keep_affiliation(tx, event.data)


@people.on(AffiliationEnded)
async def end_affiliation(tx: Tx, event: Event[AffiliationEnded]) -> None:
    """Note from when a person no longer belongs to an organisation."""
    await store.end_affiliation(tx, event.data.affiliation_id, event.data.ended_on)

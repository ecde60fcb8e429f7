"""Keeps the copies of persons, sealed, of the keys that open them, of organisations and of affiliations."""

from billing.parties import store
from chassis.db import Tx
from chassis.privacy import follow_keys
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    AFFILIATIONS,
    ORGANISATIONS,
    PERSONS,
    SUBJECT_KEYS,
    AffiliationEnded,
    OrganisationChanged,
    OrganisationRegistered,
    PersonAffiliated,
    PersonChanged,
    PersonRegistered,
)

parties = Subscriber("billing.parties", topics=[PERSONS, SUBJECT_KEYS, ORGANISATIONS, AFFILIATIONS])
follow_keys(parties)


@parties.on(PersonRegistered)
async def keep_registered(tx: Tx, event: Event[PersonRegistered]) -> None:
    """Keep a person's sealed name and address."""
    await store.keep_person(tx, event.data)


@parties.on(PersonChanged)
async def keep_changed(tx: Tx, event: Event[PersonChanged]) -> None:
    """Keep what a person is called now; sealed invoices stay as they are."""
    await store.keep_person(tx, event.data)


@parties.on(OrganisationRegistered)
async def keep_organisation(tx: Tx, event: Event[OrganisationRegistered]) -> None:
    """Keep an organisation, from any country."""
    await store.keep_organisation(tx, event.data)


@parties.on(OrganisationChanged)
async def keep_changed_organisation(tx: Tx, event: Event[OrganisationChanged]) -> None:
    """Keep what an organisation is called now; sealed invoices stay as they are."""
    await store.keep_organisation(tx, event.data)


@parties.on(PersonAffiliated)
async def keep_affiliation(tx: Tx, event: Event[PersonAffiliated]) -> None:
    """Keep who belongs to an organisation, in what role."""
    await store.keep_affiliation(tx, event.data)


@parties.on(AffiliationEnded)
async def end_affiliation(tx: Tx, event: Event[AffiliationEnded]) -> None:
    """End what a person could do for an organisation."""
    await store.end_affiliation(tx, event.data.affiliation_id, event.data.ended_on)

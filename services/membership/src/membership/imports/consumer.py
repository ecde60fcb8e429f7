"""Hears that people have booked or were invoiced: what an import brought them can no longer be taken back."""

from uuid import UUID

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.billing import CHARGES, ChargeInvoiced
from contracts.booking import BOOKINGS, CREDITS, BookingConfirmed, CreditsSpent
from contracts.envelope import Event
from contracts.values import Party
from membership.imports import store

uses = Subscriber("membership.imports", topics=[BOOKINGS, CREDITS, CHARGES])


@uses.on(BookingConfirmed)
async def note_booked(tx: Tx, event: Event[BookingConfirmed]) -> None:
    """Note that a person has booked, and who pays."""
    parties = {event.data.person_id, *_ids(event.data.payer)}
    await store.note_booked(tx, parties, event.recorded_at)


@uses.on(CreditsSpent)
async def note_spent(tx: Tx, event: Event[CreditsSpent]) -> None:
    """Note that a booking took units of whoever holds them."""
    await store.note_booked(tx, _ids(event.data.holder), event.recorded_at)


@uses.on(ChargeInvoiced)
async def note_invoiced(tx: Tx, event: Event[ChargeInvoiced]) -> None:
    """Note who was invoiced."""
    await store.note_invoiced(tx, _ids(event.data.payer), event.recorded_at)


def _ids(party: Party) -> set[UUID]:
    return {each for each in (party.person_id, party.organisation_id) if each}

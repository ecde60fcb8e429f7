"""Keeps the copy of rights: memberships, and who belongs to which organisation."""

from booking.rights import handlers, store
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    AFFILIATIONS,
    MEMBERSHIPS,
    AffiliationEnded,
    MembershipConfirmed,
    MembershipEnded,
    MembershipResumed,
    MembershipSuspended,
    PersonAffiliated,
)

rights = Subscriber("booking.rights", topics=[MEMBERSHIPS, AFFILIATIONS])


@rights.on(MembershipConfirmed)
async def keep_confirmed(tx: Tx, event: Event[MembershipConfirmed]) -> None:
    """Keep a membership that holds from its first day on."""
    await handlers.keep_membership(tx, event.data)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(MembershipSuspended)
async def keep_suspended(tx: Tx, event: Event[MembershipSuspended]) -> None:
    """Let the rights rest from a day on."""
    await handlers.keep_membership(tx, event.data)
    await store.suspend(tx, event.data.membership_id, event.data.suspended_from)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(MembershipResumed)
async def keep_resumed(tx: Tx, event: Event[MembershipResumed]) -> None:
    """Let the rights hold again from a day on."""
    await handlers.keep_membership(tx, event.data)
    await store.resume(tx, event.data.membership_id, event.data.resumed_from)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(MembershipEnded)
async def keep_ended(tx: Tx, event: Event[MembershipEnded]) -> None:
    """Let the rights end on their last day."""
    await handlers.keep_membership(tx, event.data)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(PersonAffiliated)
async def keep_affiliated(tx: Tx, event: Event[PersonAffiliated]) -> None:
    """Keep that a person may use what an organisation holds."""
    await handlers.keep_affiliation(tx, event.data)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(AffiliationEnded)
async def end_affiliation(tx: Tx, event: Event[AffiliationEnded]) -> None:
    """Keep from which day on a person may no longer."""
    await store.end_affiliation(tx, event.data)
    await handlers.review(tx, person_id=event.data.person_id)
    await store.note_horizon(tx, event.recorded_at)

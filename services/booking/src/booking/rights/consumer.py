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
    MembershipPlanChanged,
    MembershipRenewed,
    MembershipResumed,
    MembershipSuspended,
    PersonAffiliated,
    SeatGiven,
    SeatTaken,
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


@rights.on(MembershipPlanChanged)
async def keep_changed(tx: Tx, event: Event[MembershipPlanChanged]) -> None:
    """Keep the rights that hold from a day on; those of the days before stay."""
    await handlers.keep_change(tx, event.data)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(MembershipRenewed)
async def keep_renewed(tx: Tx, event: Event[MembershipRenewed]) -> None:
    """Let the rights go on; they rest on the days for which the membership had ended."""
    await handlers.keep_membership(tx, event.data)
    if without := event.data.without:
        await store.suspend(tx, event.data.membership_id, without.start)
        await store.resume(tx, event.data.membership_id, without.end)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(SeatGiven)
async def keep_seat(tx: Tx, event: Event[SeatGiven]) -> None:
    """Keep that a person may use a company's membership with seats."""
    await store.keep_seat(tx, event.data)
    await handlers.review(tx, person_id=event.data.person_id)
    await store.note_horizon(tx, event.recorded_at)


@rights.on(SeatTaken)
async def end_seat(tx: Tx, event: Event[SeatTaken]) -> None:
    """Keep from which day on a person may no longer."""
    await store.end_seat(tx, event.data)
    await handlers.review(tx, person_id=event.data.person_id)
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

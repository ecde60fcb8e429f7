"""Hears of memberships and has their fees follow."""

from billing.subscriptions import handlers, model
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    MEMBERSHIPS,
    MembershipConfirmed,
    MembershipEnded,
    MembershipPlanChanged,
    MembershipRenewed,
    MembershipResumed,
    MembershipSuspended,
)

subscriptions = Subscriber("billing.subscriptions", topics=[MEMBERSHIPS])


@subscriptions.on(MembershipConfirmed)
async def begin(tx: Tx, event: Event[MembershipConfirmed]) -> None:
    """Charge a membership from its first day on."""
    await handlers.begin(tx, event.id, event.data)


@subscriptions.on(MembershipSuspended)
async def rest(tx: Tx, event: Event[MembershipSuspended]) -> None:
    """Charge no day on which the rights rest."""
    rests = await handlers.rests(tx, event.data.membership_id)
    await handlers.follow(tx, event.id, event.data, model.suspended(rests, event.data.suspended_from))


@subscriptions.on(MembershipResumed)
async def go_on(tx: Tx, event: Event[MembershipResumed]) -> None:
    """Charge again from the day the rights hold again; the days between are never charged."""
    rests = await handlers.rests(tx, event.data.membership_id)
    await handlers.follow(tx, event.id, event.data, model.resumed(rests, event.data.resumed_from))


@subscriptions.on(MembershipEnded)
async def end(tx: Tx, event: Event[MembershipEnded]) -> None:
    """Charge nothing from the first day after the membership on."""
    await handlers.follow(tx, event.id, event.data)


@subscriptions.on(MembershipPlanChanged)
async def change(tx: Tx, event: Event[MembershipPlanChanged]) -> None:
    """Charge the days before the change under the old terms, those from it on under the new ones."""
    await handlers.change(tx, event.id, event.data)


@subscriptions.on(MembershipRenewed)
async def renew(tx: Tx, event: Event[MembershipRenewed]) -> None:
    """Charge on; the days for which it had ended are never charged."""
    rests, without = await handlers.rests(tx, event.data.membership_id), event.data.without
    if without:
        rests = (*rests, (without.start, without.end))
    await handlers.follow(tx, event.id, event.data, rests)

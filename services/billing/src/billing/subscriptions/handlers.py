"""Charges memberships: the cycles that have begun, and each next one on its first day."""

from datetime import date
from typing import Final
from uuid import UUID

from billing.charges import handlers as charges
from billing.places import store as places
from billing.places.model import day_of, midnight
from billing.subscriptions import model, store
from billing.subscriptions.model import Rest, Subscription
from chassis.db import Tx
from chassis.timers import Timer, set_timer, unset_timer
from contracts.membership import MembershipState

CYCLE: Final = "membership-cycle"
_MOST: Final = 100  # cycles of one transaction; what is left is done by the timer, set anew


async def follow(
    tx: Tx, event_id: UUID, told: MembershipState, rests: tuple[Rest, ...] | None = None
) -> None:
    """Keep what a membership is now, and have the charges of its cycles follow."""
    before = await store.subscription(tx, told.membership_id)
    kept = rests if rests is not None else before.suspensions if before else ()
    state = MembershipState.model_validate(told.model_dump())
    subscription = Subscription(state, kept, event_id)
    await store.save(tx, subscription)
    await _charge(tx, subscription, None, "ended" if told.valid_until else "corrected")


async def rests(tx: Tx, membership_id: UUID) -> tuple[Rest, ...]:
    """Return the times the rights of a membership rest."""
    found = await store.subscription(tx, membership_id)
    return found.suspensions if found else ()


async def begin_cycle(tx: Tx, timer: Timer) -> None:
    """Charge the cycle that begins, and those before it that were not looked at yet."""
    found = await store.subscription(tx, UUID(timer.timer_id))
    if found:
        await _charge(tx, found, date.fromisoformat(timer.data), "corrected")


async def _charge(tx: Tx, subscription: Subscription, since: date | None, reason: charges.Reason) -> None:
    told = subscription.told
    zone = await places.zone(tx, told.site_ids[0] if told.site_ids else None)
    today = day_of(await tx.now(), zone)
    upcoming = model.next_cycle(subscription, today)
    for count, cycle in enumerate(model.cycles(subscription, today, since)):
        if count == _MOST:
            upcoming = cycle.start
            break
        usage = model.fee(subscription, cycle)
        if usage.due_percent or await charges.used(tx, usage):
            await charges.revise(tx, usage, reason)
    if upcoming:
        due_at = midnight(upcoming, zone)
        await set_timer(tx, CYCLE, told.membership_id, due_at, upcoming.isoformat())
    else:
        await unset_timer(tx, CYCLE, told.membership_id)

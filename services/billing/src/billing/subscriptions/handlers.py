"""Charges memberships: the cycles that have begun, and each next one on its first day."""

from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from billing.charges import handlers as charges
from billing.places import store as places
from billing.places.model import day_of, midnight
from billing.subscriptions import model, store
from billing.subscriptions.model import Change, Rest, Subscription
from chassis.db import Tx
from chassis.timers import Timer, set_timer, unset_timer
from contracts.membership import MembershipConfirmed, MembershipPlanChanged, MembershipState
from contracts.values import Party

CYCLE: Final = "membership-cycle"
_MOST: Final = 100  # fees of one transaction; what is left is done by the timer, set anew


async def begin(tx: Tx, event_id: UUID, told: MembershipConfirmed) -> None:
    """Charge a membership from its first day on."""
    state = MembershipState.model_validate(told.model_dump())
    await _follow(tx, Subscription(state, (), event_id))


async def follow(
    tx: Tx, event_id: UUID, told: MembershipState, rests: tuple[Rest, ...] | None = None
) -> None:
    """Keep until when a membership lasts now and when it rests, and have the charges of its cycles follow."""
    before = await store.subscription(tx, told.membership_id)
    if before is None:
        state = MembershipState.model_validate(told.model_dump())
        await _follow(tx, Subscription(state, rests or (), event_id))
        return
    bounds = {"valid_until": told.valid_until, "free_until": told.free_until}
    state = before.told.model_copy(update=bounds)
    kept = before.suspensions if rests is None else rests
    await _follow(tx, replace(before, told=state, suspensions=kept, event_id=event_id))


async def change(tx: Tx, event_id: UUID, told: MembershipPlanChanged) -> None:
    """Charge other terms from a day on; the days before keep theirs."""
    before = await store.subscription(tx, told.membership_id)
    state = MembershipState.model_validate(told.model_dump())
    if before is None:
        before = Subscription(state, (), event_id)
    changes = model.changed(before.changes, Change(told.changed_from, state))
    await _follow(tx, replace(before, changes=changes, event_id=event_id))


async def rests(tx: Tx, membership_id: UUID) -> tuple[Rest, ...]:
    """Return the times the rights of a membership rest."""
    found = await store.subscription(tx, membership_id)
    return found.suspensions if found else ()


async def audience_of(tx: Tx, holder: Party, day: date) -> str | None:
    """Return the audience by which somebody pays on a day: that of the oldest membership that holds then."""
    held = await store.held_by(tx, holder)
    return next((found for each in held if (found := model.audience_on(each, day))), None)


async def begin_cycle(tx: Tx, timer: Timer) -> None:
    """Charge the cycle that begins, and those before it that were not looked at yet."""
    found = await store.subscription(tx, UUID(timer.timer_id))
    if found:
        await _charge(tx, found, date.fromisoformat(timer.data), "corrected")


async def _follow(tx: Tx, subscription: Subscription) -> None:
    await store.save(tx, subscription)
    await _charge(tx, subscription, None, "ended" if subscription.told.valid_until else "corrected")


async def _charge(tx: Tx, subscription: Subscription, since: date | None, reason: charges.Reason) -> None:
    told = subscription.told
    zone = await places.zone(tx, told.site_ids[0] if told.site_ids else None)
    today = day_of(await tx.now(), zone)
    upcoming = model.next_cycle(subscription, today)
    if since is None:
        await _undo(tx, subscription, today, reason)
    due = sorted(model.fees(subscription, today, since), key=lambda usage: usage.period)
    for usage in due[:_MOST]:
        await charges.revise(tx, usage, reason)
    if len(due) > _MOST:
        upcoming = date.fromisoformat(due[_MOST].period)
    if upcoming:
        due_at = midnight(upcoming, zone)
        await set_timer(tx, CYCLE, told.membership_id, due_at, upcoming.isoformat())
    else:
        await unset_timer(tx, CYCLE, told.membership_id)


async def _undo(tx: Tx, subscription: Subscription, today: date, reason: charges.Reason) -> None:
    """Let nothing be due any more for what was charged and no longer is."""
    due = {(usage.item, usage.period) for usage in model.fees(subscription, today)}
    for usage in await charges.uses_of(tx, "membership", subscription.told.membership_id):
        if (usage.item, usage.period) not in due:
            nothing = usage.model_copy(update={"due_percent": 0, "event_id": subscription.event_id})
            await charges.revise(tx, nothing, reason)

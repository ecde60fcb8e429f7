"""Ends uses of machines by timer: at the soonest of their bounds, or when their machine fell silent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from booking.bookable.store import bookable
from booking.machines.handlers import known_machine
from booking.releases.handlers import USE_ENDS
from booking.usage import store
from booking.usage.handlers import StopUsage, end, limits, said
from booking.usage.model import Usage
from chassis.db import Tx
from chassis.timers import Timer, set_timer, unset_timer
from contracts.booking import UsageAborted

_MOMENT: Final = timedelta(minutes=1)


async def end_in_time(tx: Tx, timer: Timer) -> None:
    """End a use at the soonest of its bounds, which a booking may have brought nearer; else look again then.

    A machine that gives signs and gave none of late is left to its silence: nobody knows until when it ran.
    """
    usage, now = await store.open_at(tx, UUID(timer.timer_id)), await tx.now()
    if usage is None:
        return
    place = await bookable(tx, [usage.resource_id], usage.started_at, usage.started_at + _MOMENT)
    if place is None:
        return
    machine = await known_machine(tx, place.resource)
    bound = (await limits(tx, place, machine, usage.started_at, usage.booking_id)).end(usage.started_at)
    bounded = replace(usage, ends_by=min(bound.at, usage.ends_by))
    if now < bounded.ends_by:
        await store.save(tx, bounded)
        await set_timer(tx, USE_ENDS, usage.resource_id, bounded.ends_by)
    elif not (machine.silence and usage.heard_at and usage.heard_at + machine.silence / 3 < bounded.ends_by):
        await end(tx, bounded, bound.reason, StopUsage())


async def give_up(tx: Tx, timer: Timer) -> None:
    """Give up a use whose machine fell silent; what it took is for somebody to say."""
    usage = await store.locked(tx, UUID(timer.timer_id))
    if usage is not None and usage.state == "open":
        await abort(tx, usage)


async def abort(tx: Tx, usage: Usage) -> None:
    """Give up an open use: it is known until its last sign, and charged to nobody until it is settled."""
    aborted = usage.silent()
    await store.save(tx, aborted)
    await unset_timer(tx, USE_ENDS, usage.resource_id)
    values: dict[str, Any] = {
        "last_heard_at": aborted.ended_at,
        "minutes": aborted.minutes,
        "reason": aborted.reason,
    }
    told = UsageAborted(**said(aborted), **values)
    tx.emit(told, site_id=str(aborted.site_id))

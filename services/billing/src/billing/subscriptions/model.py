"""Decides for which days of which cycles a membership is charged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from billing.charges.model import Usage
from billing.quotes.model import Stretch, cycle_of
from billing.wording import model as wording
from contracts.membership import MembershipState
from contracts.values import CivilPeriod

FEE: Final = "fee"
_DAY: Final = timedelta(days=1)

Rest = tuple[date, date | None]  # first day without rights, first day with rights again if known


@dataclass(frozen=True, slots=True)
class Subscription:
    """A membership as it was last told, the times its rights rest, and the event that told it last."""

    told: MembershipState
    suspensions: tuple[Rest, ...]
    event_id: UUID


def cycles(subscription: Subscription, until: date, since: date | None = None) -> Iterator[CivilPeriod]:
    """Yield the billing periods that begin on `until` at the latest, from the one that holds `since` on.

    The first one is that of the membership's first day, even where the membership ended before: what was
    charged for it is then no longer due.
    """
    told = subscription.told
    day = max(since or told.valid_from, told.valid_from)
    while day <= until:
        period = cycle_of(told.cadence, day, told.valid_from)
        yield period
        day = period.end


def next_cycle(subscription: Subscription, today: date) -> date | None:
    """Return the first day of the next billing period, None where the membership ends before."""
    told = subscription.told
    if today < told.valid_from:
        return told.valid_from
    begins = cycle_of(told.cadence, today, told.valid_from).end
    return begins if told.valid_until is None or begins < told.valid_until else None


def fee(subscription: Subscription, cycle: CivilPeriod) -> Usage:
    """Return what a cycle is charged for: its days inside the membership and outside its suspensions.

    A cycle without any such day is due at 0 percent. A day's or a month's fee is invoiceable once its last
    day is past, a year's once its first day is.
    """
    told = subscription.told
    charged = charged_days(subscription, cycle)
    measure = Stretch(period=cycle, pieces=tuple(charged) or (cycle,))
    last = measure.days.end - _DAY
    return Usage(
        kind="membership",
        source_id=told.membership_id,
        item=FEE,
        period=cycle.start.isoformat(),
        event_id=subscription.event_id,
        payer=told.payer,
        site_id=told.site_ids[0] if len(told.site_ids) == 1 else None,
        audience=told.audience,
        price_code=told.price_code,
        detail=wording.joined(told.plan_name, wording.stretch(measure.days.start, last)),
        measure=measure,
        due_percent=100 if charged else 0,
        priced_on=(measure.days.start,),
        billable_from=measure.days.start + _DAY if told.cadence == "year" else measure.days.end,
    )


def charged_days(subscription: Subscription, cycle: CivilPeriod) -> list[CivilPeriod]:
    """Return the stretches of a cycle that are charged, in order, none of them touching another."""
    told = subscription.told
    start = max(cycle.start, told.valid_from)
    end = min(cycle.end, told.valid_until or cycle.end)
    found: list[CivilPeriod] = []
    for first, again in sorted(subscription.suspensions, key=lambda rest: rest[0]):
        if start < min(first, end):
            found.append(CivilPeriod(start=start, end=min(first, end)))
        start = max(start, again or end)
    if start < end:
        found.append(CivilPeriod(start=start, end=end))
    return found


def suspended(rests: Sequence[Rest], first: date) -> tuple[Rest, ...]:
    """Let the rights rest from a day on."""
    return (*rests, (first, None))


def resumed(rests: Sequence[Rest], day: date) -> tuple[Rest, ...]:
    """End what rests on that day; a rest that would have begun later never begins."""
    ended = ((first, day if again is None or again > day else again) for first, again in rests)
    return tuple((first, again) for first, again in ended if first < again)

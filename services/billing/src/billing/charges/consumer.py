"""Hears of bookings and of new prices, and has what is due follow."""

from datetime import date
from uuid import UUID

from billing.charges import handlers
from billing.charges.model import Usage
from billing.places.model import day_of
from billing.quotes.model import Span
from billing.wording import model as wording
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.billing import PRICE_BOOKS, PriceBookPublished
from contracts.booking import (
    BOOKINGS,
    BookingCancelled,
    BookingConfirmed,
    BookingMarkedNoShow,
    BookingRescheduled,
    BookingState,
    FeeWaived,
)
from contracts.envelope import Event
from contracts.values import Wording

USE = "use"

charges = Subscriber("billing.charges", topics=[BOOKINGS])
repricing = Subscriber("billing.repricing", topics=[PRICE_BOOKS])


@charges.on(BookingConfirmed)
async def charge_booking(tx: Tx, event: Event[BookingConfirmed]) -> None:
    """Charge a firm booking at the price in force on the day it was confirmed, else on the day of use."""
    confirmed_on = day_of(event.data.confirmed_at, event.data.period.zone)
    for usage in _usages(event.id, event.data, confirmed_on):
        await handlers.record(tx, usage)


@charges.on(BookingRescheduled)
async def charge_anew(tx: Tx, event: Event[BookingRescheduled]) -> None:
    """Charge what is booked now; the price of each thing stays that of the day it was first booked.

    What no longer goes with the booking is due no more.
    """
    moved_on = day_of(event.data.rescheduled_at, event.data.period.zone)
    now = _usages(event.id, event.data, moved_on)
    before = {each.item: each for each in await handlers.uses_of(tx, "booking", event.data.booking_id)}
    for usage in now:
        known = before.pop(usage.item, None)
        days = (known.priced_on[0], *usage.priced_on) if known else usage.priced_on
        await handlers.revise(tx, usage.model_copy(update={"priced_on": days}), "rescheduled")
    for gone in before.values():
        dropped = gone.model_copy(update={"event_id": event.id, "due_percent": 0})
        await handlers.revise(tx, dropped, "rescheduled")


@charges.on(BookingCancelled)
async def reduce_cancelled(tx: Tx, event: Event[BookingCancelled]) -> None:
    """Keep due the percentage that the booking rules leave due."""
    await _reduce(tx, event.id, event.data, event.data.due_percent, "cancelled")


@charges.on(BookingMarkedNoShow)
async def reduce_no_show(tx: Tx, event: Event[BookingMarkedNoShow]) -> None:
    """Keep due what the booking rules leave due when nobody comes."""
    await _reduce(tx, event.id, event.data, event.data.due_percent, "no_show")


@charges.on(FeeWaived)
async def let_off(tx: Tx, event: Event[FeeWaived]) -> None:
    """Let the payer off what stayed due of a booking that was given up or missed."""
    told = event.data
    await handlers.let_off(tx, "booking", told.booking_id, event.id, told.reason)


@repricing.on(PriceBookPublished)
async def price_what_waits(tx: Tx, event: Event[PriceBookPublished]) -> None:
    """Price what was used before its price was published."""
    await handlers.plan_repricing(tx, event.data)


async def _reduce(
    tx: Tx, event_id: UUID, told: BookingState, due_percent: int, reason: handlers.Reason
) -> None:
    """Reduce what is charged, what is beside included; a hold given up was never charged."""
    for before in await handlers.uses_of(tx, "booking", told.booking_id):
        if before.due_percent:
            changed = before.model_copy(update={"event_id": event_id, "due_percent": due_percent})
            await handlers.revise(tx, changed, reason)


def _usages(event_id: UUID, told: BookingState, confirmed_on: date) -> list[Usage]:
    """Return what a booking uses: the resource, then each that is booked beside it."""
    period = told.period
    span = Span(start=period.start, end=period.end, zone=period.zone)
    moment = wording.moment(period.start, period.end, period.zone)

    def named(name: str) -> Wording:
        return wording.joined(Wording(fr=name, en=name), moment)

    first = Usage(
        kind="booking",
        source_id=told.booking_id,
        item=USE,
        event_id=event_id,
        payer=told.payer,
        site_id=told.site_id,
        audience=told.audience,
        price_code=told.price_code,
        detail=named(told.resource_name),
        measure=span,
        paid_by=told.paid_by,  # type: ignore[arg-type]  # an unknown way to pay parks the booking's lane
        priced_on=(confirmed_on, span.first),
        billable_from=span.days.end,
    )
    beside = [
        first.model_copy(
            update={
                "item": f"with/{each.resource_id}",
                "price_code": each.price_code,
                "detail": named(each.name),
                "paid_by": each.paid_by,
            }
        )
        for each in told.with_resources
    ]
    return [first, *beside]

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
    await handlers.record(tx, _usage(event.id, event.data, confirmed_on))


@charges.on(BookingRescheduled)
async def charge_anew(tx: Tx, event: Event[BookingRescheduled]) -> None:
    """Charge what is booked now; the price stays that of the day it was first confirmed."""
    moved_on = day_of(event.data.rescheduled_at, event.data.period.zone)
    usage = _usage(event.id, event.data, moved_on)
    before = await handlers.used(tx, usage)
    if before:
        usage = usage.model_copy(update={"priced_on": (before.priced_on[0], *usage.priced_on)})
    await handlers.revise(tx, usage, "rescheduled")


@charges.on(BookingCancelled)
async def reduce_cancelled(tx: Tx, event: Event[BookingCancelled]) -> None:
    """Keep due the percentage that the booking rules leave due."""
    await _reduce(tx, event.id, event.data, event.data.due_percent, "cancelled")


@charges.on(BookingMarkedNoShow)
async def reduce_no_show(tx: Tx, event: Event[BookingMarkedNoShow]) -> None:
    """Keep due what the booking rules leave due when nobody comes."""
    await _reduce(tx, event.id, event.data, event.data.due_percent, "no_show")


@repricing.on(PriceBookPublished)
async def price_what_waits(tx: Tx, event: Event[PriceBookPublished]) -> None:
    """Price what was used before its price was published."""
    await handlers.plan_repricing(tx, event.data)


async def _reduce(
    tx: Tx, event_id: UUID, told: BookingState, due_percent: int, reason: handlers.Reason
) -> None:
    """Reduce what is charged; a hold given up was never charged."""
    before = await handlers.used(tx, _usage(event_id, told, told.period.start.date()))
    if before:
        changed = before.model_copy(update={"event_id": event_id, "due_percent": due_percent})
        await handlers.revise(tx, changed, reason)


def _usage(event_id: UUID, told: BookingState, confirmed_on: date) -> Usage:
    period = told.period
    span = Span(start=period.start, end=period.end, zone=period.zone)
    where = Wording(fr=told.resource_name, en=told.resource_name)
    return Usage(
        kind="booking",
        source_id=told.booking_id,
        item=USE,
        event_id=event_id,
        payer=told.payer,
        site_id=told.site_id,
        audience=told.audience,
        price_code=told.price_code,
        detail=wording.joined(where, wording.moment(period.start, period.end, period.zone)),
        measure=span,
        paid_by=told.paid_by,  # type: ignore[arg-type]  # an unknown way to pay parks the booking's lane
        priced_on=(confirmed_on, span.first),
        billable_from=span.days.end,
    )

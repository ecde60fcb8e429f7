"""Leaves a date of a series out, books it after all, and tells when it has become free."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.availability import store as availability
from booking.bookings.handlers import BookingView, decided, take, tell_taken
from booking.changes.handlers import CancelBooking, cancel_booking
from booking.occurrences import store
from booking.occurrences.model import Occurrence
from booking.openings.model import Interval
from booking.recurrence.handlers import known_place
from booking.recurrence.model import Series
from booking.series.handlers import known_series, series_said
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import NotFound
from chassis.timers import Timer
from contracts.booking import OccurrenceFreed, OccurrenceReinstated, OccurrenceSkipped, RecurrenceId
from contracts.values import Period

GIVEN_UP = "given-up"


class SkipOccurrence(BaseModel):
    """Leave one date of a series out; what is due for its booking follows the rules of cancelling."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recurrence_id: RecurrenceId
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class RetryOccurrence(BaseModel):
    """Book a date that was left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recurrence_id: RecurrenceId
    booking_id: UUID


async def skip_occurrence(tx: Tx, series_id: UUID, command: SkipOccurrence, principal: Principal) -> None:
    """Give up the booking of one date; its series goes on."""
    series, date_ = await _known(tx, series_id, command.recurrence_id)
    now = await tx.now()
    date_.check_to_come(now)
    if date_.booking_id is not None and date_.is_booked:
        await cancel_booking(tx, date_.booking_id, CancelBooking(reason=command.reason), principal)
    await store.give_up(tx, series_id, date_.recurrence_id, GIVEN_UP)
    place = await known_place(tx, series.resource_id)
    told = OccurrenceSkipped(
        **series_said(series, place), recurrence_id=date_.recurrence_id, reason=GIVEN_UP, skipped_at=now
    )
    tx.emit(told, site_id=str(series.site_id))


async def retry_occurrence(
    tx: Tx, series_id: UUID, command: RetryOccurrence, principal: Principal
) -> BookingView:
    """Try the claim of a date again; raises SlotTaken, with what is free instead, while it is taken."""
    series, date_ = await _known(tx, series_id, command.recurrence_id)
    now = await tx.now()
    date_.check_to_come(now)
    date_.check_missing()
    place, draft = await decided(tx, series.wanted(date_.recurrence_id, command.booking_id), principal)
    booking = replace(draft.firm(now), series_id=series_id, recurrence_id=date_.recurrence_id)
    await take(tx, place, booking)
    await store.reinstate(tx, series_id, date_.recurrence_id, booking.booking_id)
    told = OccurrenceReinstated(
        **series_said(series, place),
        recurrence_id=date_.recurrence_id,
        booking_id=booking.booking_id,
        reinstated_at=now,
    )
    tx.emit(told, site_id=str(series.site_id))
    return await tell_taken(tx, booking, place.site)


async def tell_freed(tx: Tx, timer: Timer) -> None:
    """Tell whoever was turned away from what has been given up, once the whole of their date is free."""
    leaves = [UUID(each) for each in timer.data["leaf_ids"]]
    since = datetime.fromisoformat(timer.data["start"])
    until = datetime.fromisoformat(timer.data["end"]) if timer.data["end"] else None
    now = await tx.now()
    for series_id, resource_id, date_ in await store.waiting(tx, leaves, since, until, now):
        place = await known_place(tx, resource_id)
        blocked = place.blocked(Interval(date_.starts_at, date_.ends_at))
        if await availability.busy(tx, place.resource.leaf_ids, blocked):
            continue
        series = await known_series(tx, series_id)
        await store.note_freed(tx, series_id, date_.recurrence_id)
        period = Period(start=date_.starts_at, end=date_.ends_at, zone=series.zone)
        told = OccurrenceFreed(
            **series_said(series, place), recurrence_id=date_.recurrence_id, period=period, freed_at=now
        )
        tx.emit(told, site_id=str(series.site_id))


async def _known(tx: Tx, series_id: UUID, recurrence_id: str) -> tuple[Series, Occurrence]:
    """Return a series and one of its dates, locked; raises NotFound."""
    series = await known_series(tx, series_id)
    found = await store.locked(tx, series_id, recurrence_id)
    if found is None or (series.ended_from is not None and recurrence_id >= series.ended_from):
        raise NotFound(what="occurrence", id=recurrence_id)
    return series, found

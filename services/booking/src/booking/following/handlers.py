"""Changes a series from a date on, gives it up, and keeps its wall times when its zone's rules change."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.bookable.model import Bookable
from booking.bookings.handlers import decided, known_booking
from booking.changes.handlers import give_up, move_booking
from booking.following import model, store
from booking.following.model import NothingToCome
from booking.occurrences.handlers import GIVEN_UP
from booking.occurrences.model import Occurrence
from booking.recurrence import store as recurrence
from booking.recurrence.handlers import Mode, Outcome, Skipped, book_dates, known_place, refuse_partial
from booking.recurrence.model import Series
from booking.series import store as series_store
from booking.series.handlers import (
    EXTEND,
    Minutes,
    Rule,
    SeriesView,
    extend_series,
    known_series,
    look_ahead,
    series_said,
    tell_started,
    view,
)
from booking.sites.handlers import may
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import Forbidden, Refused
from chassis.timers import Timer, unset_timer
from contracts.booking import (
    OccurrencesReprojected,
    RecurrenceId,
    SeriesEnded,
    SeriesSplit,
    SkippedOccurrence,
)


class ChangeSeries(BaseModel):
    """Change a series from a date on, or from the next one to come: only what is sent changes.

    What follows is a series of its own, whose id the caller draws; the past keeps its ids.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    following_series_id: UUID
    since: RecurrenceId | None = None
    rule: Rule = ""
    first: RecurrenceId = ""
    minutes: Minutes = 1
    resource_id: UUID | None = None
    mode: Mode = "skip"


class EndSeries(BaseModel):
    """Give a series up from a date on, or from the next one to come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: RecurrenceId | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class GivenUp(BaseModel):
    """A date given up, and the share of its price that stays due, in percent."""

    recurrence_id: str
    booking_id: UUID
    due_percent: int


class SeriesEndedView(BaseModel):
    """What was given up of a series."""

    series_id: UUID
    ended_from: str
    given_up: list[GivenUp]


async def change_series(tx: Tx, series_id: UUID, command: ChangeSeries, principal: Principal) -> SeriesView:
    """Move each booking to come to its new date; what has no place there stays where it was, by name."""
    series, olds, since = await _to_come(tx, series_id, command.since)
    sent = command.model_dump(exclude_unset=True, exclude={"following_series_id", "since", "mode"})
    said = {name: value for name, value in sent.items() if value is not None}
    new = model.changed(series, since, command.following_series_id, said).begun()
    place = await known_place(tx, new.resource_id)
    if not await may(tx, place.site, principal, "booking:change", series.person_id):
        raise Forbidden(action="booking:change")
    new = replace(new, site_id=place.site.site_id, zone=place.site.zone)
    now = await tx.now()
    dates = [each for each in new.between(now.date(), new.booked_until) if new.period(each).start > now]
    await _hand_over(tx, series, new, olds)
    outcome = await _follow(tx, place, new, model.pairs(olds, dates, later=new.first > since), principal)
    refuse_partial(outcome, command.mode)
    split = SeriesSplit(
        **series_said(series, await known_place(tx, series.resource_id)),
        following_series_id=new.series_id,
        from_recurrence_id=since,
        split_at=now,
    )
    tx.emit(split, site_id=str(series.site_id))
    await tell_started(tx, place, new, outcome)
    await look_ahead(tx, new)
    return view(new, place.resource.name, place.site.name, outcome)


async def end_series(tx: Tx, series_id: UUID, command: EndSeries, principal: Principal) -> SeriesEndedView:
    """Give up every booking to come, each with what stays due; what is past stays."""
    series, olds, since = await _to_come(tx, series_id, command.since)
    given_up = [
        await _give_up(tx, each.recurrence_id, each.booking_id, _by(series, principal), command.reason)
        for each in olds
        if each.booking_id is not None and each.is_booked
    ]
    await series_store.note_end(tx, series_id, since)
    await unset_timer(tx, EXTEND, series_id)
    told = SeriesEnded(
        **series_said(series, await known_place(tx, series.resource_id)),
        from_recurrence_id=since,
        cancelled=len(given_up),
        ended_at=await tx.now(),
    )
    tx.emit(told, site_id=str(series.site_id))
    return SeriesEndedView(series_id=series_id, ended_from=since, given_up=given_up)


async def look_again(tx: Tx, timer: Timer) -> None:
    """Go on with a series: put its wall times right first, then book what has come into reach."""
    await reproject(tx, UUID(timer.timer_id))
    await extend_series(tx, timer)


async def reproject(tx: Tx, series_id: UUID) -> None:
    """Move the bookings to come to the instants that their wall times have by the zone's rules of today.

    What was moved by hand stays, and what finds its new time taken: staff see both as moved.
    """
    series = await known_series(tx, series_id)
    place = await known_place(tx, series.resource_id)
    moved, kept = 0, []
    for each in await store.to_come(tx, series_id, "", await tx.now()):
        period = series.period(each.recurrence_id)
        if period == (each.starts_at, each.ends_at):
            continue
        await store.put(tx, series_id, each.recurrence_id, *period)
        if each.booking_id is None or not each.is_booked:
            continue
        before = await known_booking(tx, each.booking_id)
        if before.interval != (each.starts_at, each.ends_at):
            continue
        try:
            await move_booking(tx, before, place, replace(before, start=period.start, end=period.end))
            moved += 1
        except Refused as refusal:
            kept.append(SkippedOccurrence(recurrence_id=each.recurrence_id, reason=refusal.code))
    if moved or kept:
        told = OccurrencesReprojected(
            **series_said(series, place), moved=moved, kept=tuple(kept), reprojected_at=await tx.now()
        )
        tx.emit(told, site_id=str(series.site_id))


async def _to_come(tx: Tx, series_id: UUID, since: str | None) -> tuple[Series, list[Occurrence], str]:
    """Return the series, its dates from one on that are to come, and the first of them."""
    series = await known_series(tx, series_id)
    found = await store.to_come(tx, series_id, since or "", await tx.now())
    if not found or series.ended_from is not None:
        raise NothingToCome(since=since or series.first)
    return series, found, found[0].recurrence_id


async def _hand_over(tx: Tx, series: Series, new: Series, olds: Sequence[Occurrence]) -> None:
    """End the series before the first of these dates, and keep the one that follows."""
    await series_store.note_end(tx, series.series_id, olds[0].recurrence_id)
    await unset_timer(tx, EXTEND, series.series_id)
    await store.drop(tx, series.series_id, [each.recurrence_id for each in olds])
    await series_store.insert(tx, new)


async def _follow(
    tx: Tx,
    place: Bookable,
    new: Series,
    paired: Iterable[tuple[Occurrence | None, str | None]],
    principal: Principal,
) -> Outcome:
    """Move, book or give up: each date there was against each that shall be."""
    moved, kept, fresh = [], [], []
    for old, date_ in paired:
        live = old.booking_id if old is not None and old.is_booked else None
        if old is not None and date_ is None and live is not None:
            await _give_up(tx, old.recurrence_id, live, _by(new, principal), None)
        elif date_ is not None and live is not None:
            refusal = await _move(tx, new, date_, live, principal)
            await recurrence.add_dates(tx, new.series_id, [(date_, new.period(date_), live, None)])
            if refusal is None:
                moved.append(await known_booking(tx, live))
            else:
                kept.append(_kept(date_, refusal))
        elif date_ is not None and old is not None and old.booking_id is not None:
            await recurrence.add_dates(tx, new.series_id, [(date_, new.period(date_), None, GIVEN_UP)])
        elif date_ is not None:
            fresh.append(date_)
    booked = await book_dates(tx, place, new, sorted(fresh))
    return Outcome([*moved, *booked.booked], [*kept, *booked.skipped])


async def _move(tx: Tx, new: Series, date_: str, booking_id: UUID, principal: Principal) -> Refused | None:
    """Move a booking to its new date; return what stands against that, the booking staying where it was."""
    before = await known_booking(tx, booking_id)
    await store.adopt(tx, booking_id, new.series_id, date_)
    try:
        place, draft = await decided(tx, new.wanted(date_, booking_id), principal, before.grant)
        moved = before.rescheduled(draft, await tx.now())
        moved = replace(moved, series_id=new.series_id, recurrence_id=date_)
        if moved.interval != before.interval or moved.resource_id != before.resource_id:
            await move_booking(tx, before, place, moved, told_by_series=True)
    except Refused as refusal:
        return refusal
    return None


async def _give_up(tx: Tx, recurrence_id: str, booking_id: UUID, by: str, reason: str | None) -> GivenUp:
    booking = await known_booking(tx, booking_id)
    _, due_percent = await give_up(tx, booking, by, reason, told_by_series=True)
    return GivenUp(recurrence_id=recurrence_id, booking_id=booking_id, due_percent=due_percent)


def _by(series: Series, principal: Principal) -> str:
    return "member" if principal.person_id == series.person_id else "staff"


def _kept(date_: str, refusal: Refused) -> Skipped:
    detail = {"fr": refusal.said("fr"), "en": refusal.said("en")}
    offers = refusal.values.get("alternatives")
    return Skipped(
        recurrence_id=date_,
        reason=refusal.code,
        detail=detail,
        alternatives=offers if isinstance(offers, list) else [],
    )

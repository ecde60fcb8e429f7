"""Books the dates of a series in one pass: each judged at its own date, all written together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from booking.admission.handlers import admit
from booking.availability import store as availability
from booking.availability.handlers import alternatives
from booking.bookable.model import Bookable
from booking.bookable.store import bookable
from booking.bookings import model as bookings_model
from booking.bookings import store as bookings
from booking.bookings.handlers import end_lapsed, keep, paid, tell_taken
from booking.bookings.model import Booking, SlotTaken
from booking.openings import store as hours
from booking.openings.model import Interval
from booking.recurrence import model, store
from booking.recurrence.model import Series, SeriesNotWhole
from booking.rights.handlers import horizon_of, rights
from chassis.db import Tx
from chassis.errors import NotFound, Refused
from chassis.ids import new_id
from chassis.privacy import know
from contracts.booking import SkippedOccurrence

_OFFERED: Final = 5  # dates in the way for which alternatives are looked for

Mode = Literal["skip", "all_or_nothing"]


class Skipped(BaseModel):
    """A date that could not be booked: why, in both languages, and what is free instead."""

    recurrence_id: str
    reason: str
    detail: dict[str, str]
    alternatives: list[JsonValue] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of dates that were to be booked."""

    booked: list[Booking]
    skipped: list[Skipped]

    @property
    def told(self) -> tuple[SkippedOccurrence, ...]:
        return tuple(
            SkippedOccurrence(recurrence_id=each.recurrence_id, reason=each.reason) for each in self.skipped
        )


async def book_dates(tx: Tx, place: Bookable, series: Series, dates: Sequence[str]) -> Outcome:
    """Book dates in one pass: decide each at its own date, read once what is taken, write all together.

    The leaves are locked before what is taken is read, as by whoever claims them: what is free stays free.
    """
    if not dates:
        return Outcome([], [])
    periods = {date_: series.period(date_) for date_ in dates}
    refused: dict[str, Refused] = {}
    asked = await _open(tx, place, series, periods, refused)
    free = await _free(tx, place, asked, refused)
    new = await _taken(tx, place, series, {date_: asked[date_] for date_ in free}, refused)
    skipped = await _skipped(tx, place, series, asked, refused)
    booked = {each.recurrence_id: each.booking_id for each in new}
    rows = [
        (date_, period, booked.get(date_), refused[date_].code if date_ in refused else None)
        for date_, period in periods.items()
    ]
    await store.add_dates(tx, series.series_id, rows)
    for each in new:
        await tell_taken(tx, each, place.site, told_by_series=True)
    return Outcome(new, skipped)


async def _open(
    tx: Tx, place: Bookable, series: Series, periods: dict[str, Interval], refused: dict[str, Refused]
) -> dict[str, Interval]:
    """Return the dates that nothing but a claim or a right could forbid."""
    now = await tx.now()
    whole = _whole(periods.values())
    outages = await store.outages(tx, series.resource_id, whole)
    closures = await store.closures(tx, series.resource_id, whole)
    site = place.site
    days = site.days_of(*whole)
    then = replace(place, hours=await hours.hours_of(tx, place.resource.lineage, days))
    found = {}
    for date_, period in periods.items():
        outage = next((why for out, why in outages if _meet(out, period)), None)
        closure = next((each for each in closures if _meet(each.interval, period)), None)
        try:
            checked = replace(then, outage=outage, closure=closure)
            found[date_] = checked.check(series.wanted(date_, series.series_id), now, at_desk=series.by_desk)
        except Refused as refusal:
            refused[date_] = refusal
    return found


async def _free(
    tx: Tx, place: Bookable, asked: dict[str, Interval], refused: dict[str, Refused]
) -> list[str]:
    """Return the dates on which the resource is free, and keep it so until this transaction ends."""
    if not asked:
        return []
    blocked = [place.blocked(each) for each in asked.values()]
    whole = _whole(blocked)
    await end_lapsed(tx, await bookings.lock_leaves(tx, place.resource.leaf_ids, whole))
    busy = await availability.busy(tx, place.resource.leaf_ids, whole)
    taken = model.in_the_way(blocked, busy)
    free = []
    for number, (date_, period) in enumerate(asked.items()):
        if number in taken:
            refused[date_] = _in_the_way(place, period)
        else:
            free.append(date_)
    return free


async def _taken(
    tx: Tx, place: Bookable, series: Series, free: dict[str, Interval], refused: dict[str, Refused]
) -> list[Booking]:
    """Take the dates that are free, each by the right and the policy that hold at its own date.

    Each is written before the next is judged, so that it counts in what a plan or a quota still leaves.
    """
    await know(tx, series.person_id)
    made = []
    for date_, period in free.items():
        try:
            booking = await _judged(tx, place, series, date_, period)
        except Refused as refusal:
            refused[date_] = refusal
            continue
        if await keep(tx, booking, place.claims(period)):
            made.append(booking)
        else:
            refused[date_] = _in_the_way(place, period)
    return made


async def _judged(tx: Tx, place: Bookable, series: Series, date_: str, period: Interval) -> Booking:
    wanted = series.wanted(date_, new_id())
    if series.audience is None:
        use = place.use(wanted, period)
        grant, as_of = await rights(tx, use, wanted.booking_id, series.membership_id)
    else:
        grant, as_of = wanted.walk_in(place.site, at_desk=series.by_desk), await horizon_of(tx)
    grant = await paid(tx, place, wanted, period, grant)
    draft = bookings_model.book(place, wanted, period, grant, as_of)
    ruling = await admit(tx, draft.case(place.resource, at_desk=series.by_desk), place.site)
    dated = replace(draft, ruling=ruling, series_id=series.series_id, recurrence_id=date_)
    return dated.firm(await tx.now())


def _in_the_way(place: Bookable, period: Interval) -> SlotTaken:
    wall = place.site.wall
    return SlotTaken(resource=place.resource.name, start=wall(period.start), end=wall(period.end))


async def _skipped(
    tx: Tx, place: Bookable, series: Series, asked: dict[str, Interval], refused: dict[str, Refused]
) -> list[Skipped]:
    """Say of each date left out why, and of the first of those that were taken what is free instead."""
    taken = [date_ for date_ in sorted(refused) if isinstance(refused[date_], SlotTaken)][:_OFFERED]
    offers = {
        date_: await alternatives(tx, place.resource, place.site, asked[date_], series.attendees)
        for date_ in taken
    }
    return [
        Skipped(
            recurrence_id=date_,
            reason=refusal.code,
            detail={"fr": refusal.said("fr"), "en": refusal.said("en")},
            alternatives=offers.get(date_, []),
        )
        for date_, refusal in sorted(refused.items())
    ]


async def known_place(tx: Tx, resource_id: UUID) -> Bookable:
    """Return the resource with its site, its tree kept as it is for now; raises NotFound."""
    now = await tx.now()
    place = await bookable(tx, [resource_id], now, now)
    if place is None:
        raise NotFound(what="resource", id=str(resource_id))
    return place


def refuse_partial(outcome: Outcome, mode: Mode) -> None:
    """Raise SeriesNotWhole where all was asked for and some is missing, or where nothing could be booked."""
    if outcome.skipped and (mode == "all_or_nothing" or not outcome.booked):
        raise SeriesNotWhole(
            missing=len(outcome.skipped),
            dates=len(outcome.skipped) + len(outcome.booked),
            skipped=[each.model_dump(mode="json") for each in outcome.skipped],
        )


def _whole(periods: Iterable[Interval]) -> Interval:
    every = list(periods)
    return Interval(min(each.start for each in every), max(each.end for each in every))


def _meet(one: Interval, other: Interval) -> bool:
    return one.start < other.end and other.start < one.end

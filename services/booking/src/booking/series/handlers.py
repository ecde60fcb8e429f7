"""Starts series, books their dates as far ahead as bookings go, and goes on with them as time does."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from booking.bookable.model import LATE_START, Bookable, PeriodPast
from booking.bookings.handlers import Audience
from booking.recurrence import model
from booking.recurrence.handlers import Mode, Outcome, Skipped, book_dates, known_place, refuse_partial
from booking.recurrence.model import NoDate, Series
from booking.series import store
from booking.sites.handlers import may, target
from booking.sites.store import site as site_of
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.timers import Timer, set_timer
from contracts.booking import (
    RecurrenceId,
    SeriesExtended,
    SeriesStarted,
    SeriesState,
)
from contracts.values import Day, Period

EXTEND: Final = "series-extend"  # timer: dates have come into reach
EVERY: Final = timedelta(days=28)

Rule = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=200)]
Minutes = Annotated[int, Field(ge=1, le=31 * 24 * 60)]
Dates = Annotated[tuple[RecurrenceId, ...], Field(max_length=100)]


class StartSeries(BaseModel):
    """Book a resource again and again: at wall times that a rule gives, each time for as long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    series_id: UUID
    resource_id: UUID
    person_id: UUID
    rule: Rule
    first: RecurrenceId
    minutes: Minutes
    excluded: Dates = ()
    added: Dates = ()
    mode: Mode = "skip"
    attendees: Annotated[int, Field(ge=1, le=100_000)] | None = None
    membership_id: UUID | None = None
    audience: Audience | None = None


class SeriesView(BaseModel):
    """A series as it is answered; its dates are a list of their own."""

    series_id: UUID
    person_id: UUID
    site_id: UUID
    site_name: str
    resource_id: UUID
    resource_name: str
    rule: str
    first: str
    minutes: int
    zone: str
    split_from: UUID | None
    booked_until: Day
    ended_from: str | None
    booked: int | None = None
    skipped: list[Skipped] = Field(default_factory=list)


class OccurrenceView(BaseModel):
    """A date of a series: confirmed, moved, cancelled or skipped; `freed` says it can be asked for again."""

    recurrence_id: str
    state: Literal["confirmed", "moved", "cancelled", "skipped"]
    period: Period
    booking_id: UUID | None
    booking_state: str | None
    reason: str | None
    freed: bool


async def start_series(tx: Tx, command: StartSeries, principal: Principal) -> SeriesView:
    """Book every date in reach; those in the way are left out by name, or all is refused."""
    place = await known_place(tx, command.resource_id)
    now, zone = await tx.now(), place.site.zone
    new = Series(
        **command.model_dump(exclude={"mode"}),
        site_id=place.site.site_id,
        zone=zone,
        booked_until=model.reach(now, zone),
        by_desk=await may(tx, place.site, principal, "booking:desk"),
    ).begun()
    first = model.instant(model.wall_of(new.first), zone)
    if first < now - LATE_START:
        raise PeriodPast(start=place.site.wall(first), now=place.site.wall(now))
    return await begin(tx, place, new, command.mode)


async def begin(tx: Tx, place: Bookable, new: Series, mode: Mode) -> SeriesView:
    """Keep a new series and book its dates; raises NoDate, SeriesNotWhole."""
    dates = new.between(date.min, new.booked_until)
    if not dates:
        raise NoDate(until=new.booked_until.isoformat())
    await store.insert(tx, new)
    outcome = await book_dates(tx, place, new, dates)
    refuse_partial(outcome, mode)
    await tell_started(tx, place, new, outcome)
    await look_ahead(tx, new)
    return view(new, place.resource.name, place.site.name, outcome)


async def tell_started(tx: Tx, place: Bookable, new: Series, outcome: Outcome) -> None:
    """Tell of a series once, and not of each of its dates."""
    booked = sorted(outcome.booked, key=lambda each: each.start)
    periods = [Period(start=each.start, end=each.end, zone=each.zone) for each in booked]
    told = SeriesStarted(
        **series_said(new, place),
        booked=len(booked),
        skipped=outcome.told,
        first_period=periods[0] if periods else None,
        last_period=periods[-1] if periods else None,
        started_at=await tx.now(),
    )
    tx.emit(told, site_id=str(new.site_id))


async def extend_series(tx: Tx, timer: Timer) -> None:
    """Book the dates that have come into reach."""
    found = await store.locked(tx, UUID(timer.timer_id))
    if found is None or found.ended_from is not None:
        return
    now = await tx.now()
    until = model.reach(now, found.zone)
    place = await known_place(tx, found.resource_id)
    outcome = await book_dates(tx, place, found, found.between(found.booked_until, until))
    extended = replace(found, booked_until=until)
    await store.note_booked(tx, found.series_id, until)
    if outcome.booked or outcome.skipped:
        told = SeriesExtended(
            **series_said(found, place),
            until=until,
            booked=len(outcome.booked),
            skipped=outcome.told,
            extended_at=now,
        )
        tx.emit(told, site_id=str(found.site_id))
    await look_ahead(tx, extended)


async def look_ahead(tx: Tx, series: Series) -> None:
    """Look at it again in some weeks, as long as dates are to come then."""
    due = await tx.now() + EVERY
    if series.goes_on or any(series.period(each).start > due for each in series.dates(series.booked_until)):
        await set_timer(tx, EXTEND, series.series_id, due)


async def known_series(tx: Tx, series_id: UUID) -> Series:
    """Return the series, locked, to be changed; raises NotFound."""
    found = await store.locked(tx, series_id)
    if found is None:
        raise NotFound(what="series", id=str(series_id))
    return found


async def series_view(tx: Tx, series_id: UUID) -> SeriesView | None:
    found = await store.series(tx, series_id)
    return view(found, *await store.names(tx, found)) if found else None


async def own_series(tx: Tx, asked: Asked, person_id: UUID) -> Page[SeriesView]:
    """List a person's series, the latest first."""
    page = await store.of_person(tx, asked, person_id)
    return Page([view(*each) for each in page.items], page.last)


async def occurrence_page(tx: Tx, asked: Asked, series_id: UUID) -> Page[OccurrenceView]:
    """List the dates of a series with what became of each."""
    found = await store.series(tx, series_id)
    page = await store.page(tx, asked, series_id)
    zone = found.zone if found else "UTC"
    return Page([_occurrence(row, zone) for row in page.items], page.last)


def at_series(principal: Principal) -> Lookup:
    """Find out where a series is and whose, for the decision whether the caller may act on it."""

    async def look(tx: Tx, series_id: UUID) -> Target | None:
        found = await store.series(tx, series_id)
        site = await site_of(tx, found.site_id) if found else None
        return await target(tx, site, principal, owner_id=found.person_id) if found and site else None

    return look


def series_said(series: Series, place: Bookable) -> dict[str, Any]:
    """Return the fields that every event about a series carries."""
    values = {name: getattr(series, name, None) for name in SeriesState.model_fields}
    return values | {"site_name": place.site.name, "resource_name": place.resource.name}


def view(series: Series, resource_name: str, site_name: str, outcome: Outcome | None = None) -> SeriesView:
    names = {"resource_name": resource_name, "site_name": site_name}
    values = {name: getattr(series, name) for name in SeriesView.model_fields if hasattr(series, name)}
    made = {"booked": len(outcome.booked), "skipped": outcome.skipped} if outcome else {}
    return SeriesView(**values | names | made)


def _occurrence(row: Any, zone: str) -> OccurrenceView:
    state: Literal["confirmed", "moved", "cancelled", "skipped"] = "confirmed"
    if row["booking_id"] is None:
        state = "skipped"
    elif row["state"] in ("cancelled", "expired"):
        state = "cancelled"
    elif (row["booked_from"], row["booked_to"]) != (row["starts_at"], row["ends_at"]):
        state = "moved"
    start, end = row["booked_from"] or row["starts_at"], row["booked_to"] or row["ends_at"]
    return OccurrenceView(
        recurrence_id=row["recurrence_id"],
        state=state,
        period=Period(start=start, end=end, zone=zone),
        booking_id=row["booking_id"],
        booking_state=row["state"],
        reason=row["reason"],
        freed=row["freed"],
    )

"""Defines opening hours and the days that are exceptions to them, of a resource or of a whole site."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from booking.openings import model, store
from booking.openings.model import Hours, Interval, Opening
from booking.releases.handlers import freed
from booking.resources import store as resources
from booking.resources.handlers import known_resource
from booking.sites import store as sites
from booking.sites.handlers import known_site
from booking.sites.model import Site
from chassis.db import Tx
from chassis.errors import Refused
from contracts.booking import (
    AvailabilityExceptionAdded,
    AvailabilityExceptionWithdrawn,
    DayHours,
    OpeningHoursDefined,
    WeeklyHours,
)
from contracts.values import Day

SHOWN: Final = timedelta(days=400)  # how far ahead exceptions are listed


class ValidityEmpty(Refused):
    """Hours that hold from {valid_from} cannot stop holding on {valid_until}."""

    status = 422
    fr = "Des horaires valables dès le {valid_from} ne peuvent cesser de l'être le {valid_until}."
    cure = ("Give a later day, or none.", "Donnez un jour ultérieur, ou aucun.")


class OpenedHours(WeeklyHours):
    """One opening, as it is asked for: no field besides."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DefineOpeningHours(BaseModel):
    """Set the weekly hours from a day on; until then, and after `valid_until`, others hold as before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: Day
    valid_until: Day | None = None
    weekly: Annotated[tuple[OpenedHours, ...], Field(max_length=100)]


class ExceptionUnknown(Refused):
    """No exception made by hand stands on {day}."""

    fr = "Aucune exception posée à la main ne porte sur le {day}."
    cure = (
        "A day of a subscribed set is overridden by an exception, not withdrawn.",
        "Un jour d'un ensemble suivi se remplace par une exception, il ne se retire pas.",
    )


class ExceptionPast(Refused):
    """The day {day} is past: it is {today}."""

    status = 422
    fr = "Le {day} est passé : nous sommes le {today}."
    cure = ("Choose a day to come.", "Choisissez un jour à venir.")


class OpenedThatDay(DayHours):
    """One opening of one day, as it is asked for: no field besides."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AddException(BaseModel):
    """Open otherwise on one day than every week, or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Day
    openings: Annotated[tuple[OpenedThatDay, ...], Field(max_length=20)] = ()
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class WithdrawException(BaseModel):
    """Let a day follow the week again, or the set that it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Day


class ExceptionView(BaseModel):
    """A day unlike the others; without a subscription it was made by hand."""

    day: Day
    openings: list[DayHours]
    reason: str
    subscription_id: UUID | None = None


class OpeningHoursView(BaseModel):
    """The hours of a resource or site over time, its own ones."""

    owner_id: UUID
    site_id: UUID
    zone: str
    defined: list[DefineOpeningHours]
    exceptions: list[ExceptionView] = []


async def define_site_hours(tx: Tx, site_id: UUID, command: DefineOpeningHours) -> OpeningHoursView:
    """Set the hours of all at the site that has none of its own."""
    return await _define(tx, await known_site(tx, site_id), site_id, command)


async def define_resource_hours(tx: Tx, resource_id: UUID, command: DefineOpeningHours) -> OpeningHoursView:
    """Set the hours of a resource and of all inside it that has none of its own."""
    resource = await known_resource(tx, resource_id)
    return await _define(tx, await known_site(tx, resource.site_id), resource_id, command)


async def hours_view(tx: Tx, owner_id: UUID) -> OpeningHoursView:
    """Show the hours of a resource, or of a site by its id; none where it inherits them."""
    site = await site_of(tx, owner_id)
    shown = _view(owner_id, site, await store.weekly(tx, owner_id))
    today = site.day_of(await tx.now())
    found = await store.exceptions(tx, owner_id, (today, today + SHOWN))
    return shown.model_copy(update={"exceptions": [_exception(*each) for each in found]})


async def add_exception(tx: Tx, owner_id: UUID, command: AddException) -> ExceptionView:
    """Have one day follow other hours; what a subscription says of that day gives way."""
    site = await site_of(tx, owner_id)
    day, today = command.day, site.day_of(await tx.now())
    if day < today:
        raise ExceptionPast(day=day.isoformat(), today=today.isoformat())
    hours = exceptional(day, command.openings, command.reason)
    model.check_weekly(hours.weekly)
    await sites.lock(tx, site.site_id)
    await store.except_day(tx, owner_id, site.site_id, hours)
    told = AvailabilityExceptionAdded(
        resource_id=owner_id, site_id=site.site_id, zone=site.zone, **command.model_dump()
    )
    tx.emit(told, site_id=str(site.site_id))
    await reopened(tx, site.site_id, _whole(site, day))
    return _exception(hours)


async def withdraw_exception(tx: Tx, owner_id: UUID, day: Day) -> None:
    """Forget an exception made by hand."""
    site = await site_of(tx, owner_id)
    await sites.lock(tx, site.site_id)
    if not await store.withdraw(tx, owner_id, day):
        raise ExceptionUnknown(day=day.isoformat())
    told = AvailabilityExceptionWithdrawn(resource_id=owner_id, site_id=site.site_id, day=day)
    tx.emit(told, site_id=str(site.site_id))
    await reopened(tx, site.site_id, _whole(site, day))


async def reopened(tx: Tx, site_id: UUID, interval: tuple[datetime, datetime | None]) -> None:
    """Have all at a site offered to who waits: some of it may be open then that was not."""
    leaves = (await resources.leaves_of(tx, site_id)).values()
    await freed(tx, (leaf_id for each in leaves for leaf_id in each), interval)


async def site_of(tx: Tx, owner_id: UUID) -> Site:
    """Return the site of what has hours: the site itself, or that of a resource; raises NotFound."""
    site = await sites.site(tx, owner_id)
    return site or await known_site(tx, (await known_resource(tx, owner_id)).site_id)


def exceptional(day: Day, openings: Iterable[DayHours], reason: str) -> Hours:
    """Return the hours of a day unlike the others."""
    weekly = tuple(Opening(day.isoweekday(), each.opens, each.closes) for each in openings)
    return Hours(day, day + timedelta(days=1), weekly, reason)


def _whole(site: Site, day: Day) -> Interval:
    return Interval(model.instant(day, "00:00", site.zone), model.instant(day, "24:00", site.zone))


async def _define(tx: Tx, site: Site, owner_id: UUID, command: DefineOpeningHours) -> OpeningHoursView:
    if command.valid_until is not None and command.valid_until <= command.valid_from:
        raise ValidityEmpty(
            valid_from=command.valid_from.isoformat(), valid_until=command.valid_until.isoformat()
        )
    weekly = tuple(Opening(**each.model_dump()) for each in command.weekly)
    model.check_weekly(weekly)
    await sites.lock(tx, site.site_id)
    before = await store.weekly(tx, owner_id)
    hours = model.redefine(before, Hours(command.valid_from, command.valid_until, weekly))
    await store.replace(tx, owner_id, site.site_id, hours)
    told = OpeningHoursDefined(
        resource_id=owner_id, site_id=site.site_id, zone=site.zone, **command.model_dump()
    )
    tx.emit(told, site_id=str(site.site_id))
    await reopened(tx, site.site_id, (await tx.now(), None))
    return _view(owner_id, site, hours)


def _view(owner_id: UUID, site: Site, hours: list[Hours]) -> OpeningHoursView:
    defined = [DefineOpeningHours.model_validate(each, from_attributes=True) for each in hours]
    return OpeningHoursView(owner_id=owner_id, site_id=site.site_id, zone=site.zone, defined=defined)


def _exception(hours: Hours, subscription_id: UUID | None = None) -> ExceptionView:
    return ExceptionView(
        day=hours.valid_from,
        openings=[DayHours(opens=each.opens, closes=each.closes) for each in hours.weekly],
        reason=hours.exception or "",
        subscription_id=subscription_id,
    )

"""Defines opening hours, of a resource or of a whole site."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from booking.openings import model, store
from booking.openings.model import Hours, Opening
from booking.resources.handlers import known_resource
from booking.sites import store as sites
from booking.sites.handlers import known_site
from booking.sites.model import Site
from chassis.db import Tx
from chassis.errors import Refused
from contracts.booking import OpeningHoursDefined, WeeklyHours
from contracts.values import Day


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


class OpeningHoursView(BaseModel):
    """The hours of a resource or site over time, its own ones."""

    owner_id: UUID
    site_id: UUID
    zone: str
    defined: list[DefineOpeningHours]


async def define_site_hours(tx: Tx, site_id: UUID, command: DefineOpeningHours) -> OpeningHoursView:
    """Set the hours of all at the site that has none of its own."""
    return await _define(tx, await known_site(tx, site_id), site_id, command)


async def define_resource_hours(tx: Tx, resource_id: UUID, command: DefineOpeningHours) -> OpeningHoursView:
    """Set the hours of a resource and of all inside it that has none of its own."""
    resource = await known_resource(tx, resource_id)
    return await _define(tx, await known_site(tx, resource.site_id), resource_id, command)


async def hours_view(tx: Tx, owner_id: UUID) -> OpeningHoursView:
    """Show the hours of a resource, or of a site by its id; none where it inherits them."""
    site = await sites.site(tx, owner_id)
    if site is None:
        site = await known_site(tx, (await known_resource(tx, owner_id)).site_id)
    return _view(owner_id, site, (await store.hours_of(tx, [owner_id])).get(owner_id, []))


async def _define(tx: Tx, site: Site, owner_id: UUID, command: DefineOpeningHours) -> OpeningHoursView:
    if command.valid_until is not None and command.valid_until <= command.valid_from:
        raise ValidityEmpty(
            valid_from=command.valid_from.isoformat(), valid_until=command.valid_until.isoformat()
        )
    weekly = tuple(Opening(**each.model_dump()) for each in command.weekly)
    model.check_weekly(weekly)
    await sites.lock(tx, site.site_id)
    before = (await store.hours_of(tx, [owner_id])).get(owner_id, [])
    hours = model.redefine(before, Hours(command.valid_from, command.valid_until, weekly))
    await store.replace(tx, owner_id, site.site_id, hours)
    told = OpeningHoursDefined(
        resource_id=owner_id, site_id=site.site_id, zone=site.zone, **command.model_dump()
    )
    tx.emit(told, site_id=str(site.site_id))
    return _view(owner_id, site, hours)


def _view(owner_id: UUID, site: Site, hours: list[Hours]) -> OpeningHoursView:
    defined = [DefineOpeningHours.model_validate(each, from_attributes=True) for each in hours]
    return OpeningHoursView(owner_id=owner_id, site_id=site.site_id, zone=site.zone, defined=defined)

"""Makes, lists and revokes the links of calendars, and answers whoever reads one."""

from dataclasses import replace
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.calendars import model, store
from booking.calendars.model import Calendar, CalendarGone, Entry, ReadTooOften
from booking.people.handlers import names
from booking.resources.handlers import known_resource
from booking.sites.handlers import known_site, may, target
from chassis.clock import utc_now
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import Forbidden, NotFound
from chassis.pages import Asked, Page
from contracts.values import Instant, Zone


class MakeCalendar(BaseModel):
    """Make a link to one's own bookings, or to when a resource or a site is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar_id: UUID
    kind: Literal["person", "resource", "site"]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    site_id: UUID | None = None
    resource_id: UUID | None = None
    details: bool = Field(False, description="Whether it shows who comes; staff of the site only.")

    @model_validator(mode="after")
    def _names_what_it_shows(self) -> Self:
        named = (self.site_id is not None, self.resource_id is not None)
        if named != (self.kind == "site", self.kind == "resource"):
            raise ValueError("a calendar of a site names the site, one of a resource the resource, no other")
        return self


class RevokeCalendar(BaseModel):
    """End a link at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CalendarView(BaseModel):
    """A calendar's link; its token stands in the answer that makes it, and nowhere else."""

    calendar_id: UUID
    kind: str
    name: str
    owner_id: UUID
    site_id: UUID | None
    resource_id: UUID | None
    details: bool
    created_at: Instant
    revoked_at: Instant | None
    token: str | None = None


class File(BaseModel):
    """A text to be sent as it is."""

    content: str


class Slot(BaseModel):
    """What takes a resource: from when to when, and who, where the link may say so."""

    start: Instant
    end: Instant
    person_name: str | None


class DoorView(BaseModel):
    """What a screen at a door shows."""

    name: str
    resource_name: str
    site_name: str
    zone: Zone
    now: Instant
    current: Slot | None
    following: Slot | None


async def make_calendar(tx: Tx, command: MakeCalendar, principal: Principal, token: str) -> CalendarView:
    """Keep the link by its digest; details are for who may list the bookings of that site."""
    site_id = command.site_id
    if command.resource_id is not None:
        site_id = (await known_resource(tx, command.resource_id)).site_id
    if site_id is not None and command.details:
        site = await known_site(tx, site_id)
        if not await may(tx, site, principal, "booking:list"):
            raise Forbidden(action="booking:list")
    new = Calendar(
        command.calendar_id,
        command.kind,
        principal.person_id,
        site_id,
        command.resource_id,
        command.details and command.kind != "person",
        command.name,
        await tx.now(),
    )
    await store.insert(tx, new, model.digest(token))
    return _view(new)


async def revoke_calendar(tx: Tx, calendar_id: UUID, _command: RevokeCalendar) -> CalendarView:
    """Let nobody read by it any more; a second time changes nothing."""
    await store.revoke(tx, calendar_id, await tx.now())
    found = await store.calendar(tx, calendar_id)
    if found is None:
        raise NotFound(what="calendar", id=str(calendar_id))
    return _view(found)


async def calendar_page(
    tx: Tx, asked: Asked, owner_id: UUID | None = None, site_id: UUID | None = None
) -> Page[CalendarView]:
    """List the links of an owner, or of a site."""
    page = await store.listed(tx, asked, owner_id, site_id)
    return Page([_view(each) for each in page.items], page.last)


async def calendar_file(tx: Tx, token: str) -> File:
    """Write the calendar of a link."""
    calendar = await _read(tx, token)
    entries = await _entries(tx, calendar)
    return File(content=model.written(calendar, entries).decode())


async def door_view(tx: Tx, token: str) -> DoorView:
    """Say what takes a resource now, and what does next that day."""
    calendar = await _read(tx, token)
    if calendar.resource_id is None or calendar.site_id is None:
        raise CalendarGone
    resource, site = await known_resource(tx, calendar.resource_id), await known_site(tx, calendar.site_id)
    now = await tx.now()
    shown = model.door(await _entries(tx, calendar), now, site.day_of(now))
    return DoorView(
        name=calendar.name,
        resource_name=resource.name,
        site_name=site.name,
        zone=site.zone,
        now=now,
        current=_slot(shown.current),
        following=_slot(shown.following),
    )


def at_wanted(principal: Principal, wanted: MakeCalendar) -> Lookup:
    """Find out where what a calendar is to show is, for the decision whether the caller may make it."""

    async def look(tx: Tx, _calendar_id: UUID) -> Target:
        site_id = wanted.site_id
        if wanted.resource_id is not None:
            site_id = (await known_resource(tx, wanted.resource_id)).site_id
        if site_id is None:
            return Target(tx.territory_id, owner_id=principal.person_id)
        return await target(tx, await known_site(tx, site_id), principal, owner_id=principal.person_id)

    return look


def at_calendar(principal: Principal) -> Lookup:
    """Find out whose a link is and where, for the decision whether the caller may act on it."""

    async def look(tx: Tx, calendar_id: UUID) -> Target | None:
        found = await store.calendar(tx, calendar_id)
        if found is None:
            return None
        if found.site_id is None:
            return Target(tx.territory_id, owner_id=found.owner_id)
        site = await known_site(tx, found.site_id)
        return await target(tx, site, principal, owner_id=found.owner_id)

    return look


async def _read(tx: Tx, token: str) -> Calendar:
    """Return the calendar of a link, this reading counted; raises CalendarGone, ReadTooOften."""
    minute = utc_now().replace(second=0, microsecond=0)
    found = await store.read(tx, model.digest(token), minute)
    if found is None:
        raise CalendarGone
    calendar, reads = found
    if reads > model.MOST_READS:
        raise ReadTooOften(most=model.MOST_READS)
    return calendar


async def _entries(tx: Tx, calendar: Calendar) -> list[Entry]:
    entries = await store.entries(tx, calendar, await tx.now())
    if not calendar.details:
        return entries
    known = await names(tx, (each.person_id for each in entries))
    return [replace(each, person_name=known.get(each.person_id)) for each in entries]


def _view(calendar: Calendar) -> CalendarView:
    return CalendarView.model_validate(calendar, from_attributes=True)


def _slot(entry: Entry | None) -> Slot | None:
    return Slot(start=entry.start, end=entry.end, person_name=entry.person_name) if entry else None

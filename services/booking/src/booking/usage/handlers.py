"""Begins and stops uses of machines, and hears their signs."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.admission.handlers import rules_of
from booking.arrivals.handlers import DESK, tell_arrival
from booking.bookable.model import Bookable, Wanted
from booking.bookable.store import bookable
from booking.bookings.handlers import known_booking
from booking.machines.handlers import known_machine
from booking.machines.model import Machine
from booking.maintenance.handlers import check_maintained
from booking.openings.model import Interval, openings
from booking.qualifications.handlers import check_qualified
from booking.releases.handlers import USE_ENDS
from booking.resources.handlers import known_resource
from booking.rights.handlers import rights
from booking.rights.model import Grant
from booking.sites.handlers import known_site, may, target
from booking.usage import model, store
from booking.usage.model import Clocks, Limits, Usage
from booking.usage.store import State
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import Forbidden, NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from chassis.timers import set_timer, unset_timer
from contracts.booking import (
    MaterialUsed,
    UsageStarted,
    UsageState,
    UsageStopped,
)
from contracts.values import Instant, Party

SILENCE: Final = "use-silent"  # timer: a machine gave no sign for too long
_MOMENT: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


class StartUsage(BaseModel):
    """Begin to use a machine: by a booking, by a membership, or at the desk for an audience without one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usage_id: UUID
    resource_id: UUID
    person_id: UUID
    booking_id: UUID | None = None
    membership_id: UUID | None = None
    audience: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    payer: Party | None = None


class Heartbeat(BaseModel):
    """A sign that the machine is in use, at the instant it tells, or now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Instant | None = None


class StopUsage(BaseModel):
    """End a use, at the instant the machine tells, or now, with what it used up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stopped_at: Instant | None = None
    materials: Annotated[tuple[MaterialUsed, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _names_each_material_once_and_takes_some(self) -> Self:
        if any(each.quantity <= 0 for each in self.materials):
            raise ValueError("a material that was used has a quantity above 0")
        if len({each.price_code for each in self.materials}) < len(self.materials):
            raise ValueError("name each material once")
        return self


class UsageView(UsageState):
    """A use as it is answered."""

    state: State
    let_in_by: str
    ends_by: Instant
    heard_at: Instant | None
    ended_at: Instant | None
    minutes: int | None
    materials: tuple[MaterialUsed, ...]
    reason: str | None


async def start_usage(tx: Tx, command: StartUsage, principal: Principal) -> UsageView:
    """Let a qualified person begin, if nobody else uses or has booked the machine now."""
    now = await tx.now()
    place = await bookable(tx, [command.resource_id], now, now + _MOMENT)
    if place is None:
        raise NotFound(what="resource", id=str(command.resource_id))
    machine, site = await known_machine(tx, place.resource), place.site
    at_desk = await may(tx, site, principal, DESK)
    place.check_usable(Interval(now, now + _MOMENT), None, at_desk=at_desk)
    await check_maintained(tx, command.resource_id, site)
    days = site.days_of(now, now + _MOMENT)
    await check_qualified(tx, [place.resource], command.person_id, days)
    if command.booking_id:
        grant = await _by_booking(tx, command.booking_id, command.person_id, place, at_desk=at_desk)
    bounds = await limits(tx, place, machine, now, command.booking_id)
    if bounds.claimed is not None and bounds.claimed <= now:
        raise model.MachineBooked(resource=place.resource.name, now=site.wall(now))
    until = bounds.end(now).at
    if not command.booking_id:
        grant = await _granted(tx, place, command, Interval(now, until), at_desk=at_desk)
    let_in_by = "staff" if at_desk and principal.person_id != command.person_id else "member"
    who = (command.usage_id, command.person_id, command.booking_id, let_in_by)
    return await begin(tx, model.begun(place, machine, who, grant, (await clocks(tx), now, until)))


async def begin(tx: Tx, new: Usage) -> UsageView:
    """Keep a use that begins, watch when it has to end, and tell it. Raises MachineInUse."""
    if not await store.insert(tx, new):
        running = await store.open_at(tx, new.resource_id)
        site = await known_site(tx, new.site_id)
        since = site.wall(running.started_at) if running else "—"
        raise model.MachineInUse(resource=new.resource_name, since=since)
    await set_timer(tx, USE_ENDS, new.resource_id, new.ends_by)
    await tell_started(tx, new)
    return view(new)


async def tell_started(tx: Tx, new: Usage) -> None:
    """Tell that a use began."""
    await know(tx, new.person_id)
    started = UsageStarted(**said(new), let_in_by=new.let_in_by, ends_by=new.ends_by)
    tx.emit(started, site_id=str(new.site_id))


async def heartbeat(tx: Tx, usage_id: UUID, command: Heartbeat) -> UsageView:
    """Note a sign of use; from the first one on, too long a silence is the end of it."""
    heard = (await known_usage(tx, usage_id)).heard(command.at, await clocks(tx))
    await store.save(tx, heard)
    await watch(tx, heard)
    return view(heard)


async def watch(tx: Tx, usage: Usage) -> None:
    """Expect the next signs of a machine that gives any."""
    machine = await known_machine(tx, await known_resource(tx, usage.resource_id))
    if usage.heard_at and machine.silence:
        await set_timer(tx, SILENCE, usage.usage_id, usage.heard_at + machine.silence)


async def stop_usage(tx: Tx, usage_id: UUID, command: StopUsage, principal: Principal) -> UsageView:
    """End a use, or settle one that was given up: what it took is charged.

    Only staff say when it stopped, and settle: who pays does not.
    """
    usage = await known_usage(tx, usage_id)
    if command.stopped_at is not None or usage.state == "aborted":
        site = await known_site(tx, usage.site_id)
        if not await may(tx, site, principal, DESK):
            raise Forbidden(action=DESK)
    reason = "stopped" if usage.state == "open" else "settled"
    return await end(tx, usage, reason, command)


async def end(tx: Tx, usage: Usage, reason: str, command: StopUsage) -> UsageView:
    """End a use for a reason, and tell what it took."""
    machine = await known_machine(tx, await known_resource(tx, usage.resource_id))
    model.check_materials(machine, usage.resource_name, command.materials)
    stopped = usage.stopped(command.stopped_at, await clocks(tx), command.materials, reason)
    await store.save(tx, stopped)
    if usage.state == "open":
        await unset_timer(tx, USE_ENDS, usage.resource_id)
    await unset_timer(tx, SILENCE, usage.usage_id)
    tell_stopped(tx, stopped, machine)
    return view(stopped)


def tell_stopped(tx: Tx, stopped: Usage, machine: Machine) -> None:
    """Tell what a use took that ended."""
    values: dict[str, Any] = {
        "stopped_at": stopped.ended_at,
        "minutes": stopped.minutes,
        "materials": stopped.materials,
        "reason": stopped.reason,
    }
    told = UsageStopped(**said(stopped), **values, minute_price_code=machine.minute_price_code)
    tx.emit(told, site_id=str(stopped.site_id))


async def known_usage(tx: Tx, usage_id: UUID) -> Usage:
    """Return the use, locked, to be changed; raises NotFound."""
    found = await store.locked(tx, usage_id)
    if found is None:
        raise NotFound(what="usage", id=str(usage_id))
    return found


async def usage_page(
    tx: Tx, asked: Asked, site_id: UUID | None, person_id: UUID | None, state: State | None
) -> Page[UsageView]:
    page = await store.page(tx, asked, site_id, person_id, state)
    return Page([view(each) for each in page.items], page.last)


async def usage_view(tx: Tx, usage_id: UUID) -> UsageView | None:
    found = await store.usage(tx, usage_id)
    return view(found) if found else None


async def limits(
    tx: Tx, place: Bookable, machine: Machine, start: datetime, booking_id: UUID | None
) -> Limits:
    """Return what bounds a use that begins then."""
    site, resource = place.site, place.resource
    days = site.days_of(start, start + _DAY)
    opened = openings(place.hours, resource.lineage, days, site.zone)
    claimed = await store.claimed_from(tx, resource.leaf_ids, start, booking_id)
    return Limits(model.closing(opened, start), claimed, machine.longest)


async def clocks(tx: Tx) -> Clocks:
    return Clocks(await tx.now(), await store.real_now(tx))


def at_usage(principal: Principal) -> Lookup:
    """Find out where a use is and whose, for the decision whether the caller may act on it."""

    async def look(tx: Tx, usage_id: UUID) -> Target | None:
        found = await store.usage(tx, usage_id)
        if found is None:
            return None
        return await target(tx, await known_site(tx, found.site_id), principal, owner_id=found.person_id)

    return look


def said(usage: Usage) -> dict[str, Any]:
    """Return the fields that every event about a use carries."""
    return {name: getattr(usage, name) for name in UsageState.model_fields}


def view(usage: Usage) -> UsageView:
    return UsageView.model_validate({name: getattr(usage, name) for name in UsageView.model_fields})


async def _by_booking(tx: Tx, booking_id: UUID, person_id: UUID, place: Bookable, *, at_desk: bool) -> Grant:
    """Return the right that a booking was made by; who was expected by it is there now."""
    booking, now = await known_booking(tx, booking_id), await tx.now()
    of_it = booking.person_id == person_id and place.resource.resource_id in booking.resource_ids
    if not of_it or booking.state not in ("confirmed", "checked_in") or now >= booking.end:
        raise model.OtherBooking(booking_id=str(booking_id), resource=place.resource.name)
    if booking.state == "confirmed":
        rules = await rules_of(tx, place.site, booking.ruling)
        await tell_arrival(tx, booking.checked_in(now, rules, at_desk=at_desk))
    return booking.grant


async def _granted(tx: Tx, place: Bookable, command: StartUsage, asked: Interval, *, at_desk: bool) -> Grant:
    """Return the right to a use without a booking: by a membership, or given at the desk."""
    wanted = Wanted(
        command.usage_id,
        command.resource_id,
        command.person_id,
        *asked,
        membership_id=command.membership_id,
        audience=command.audience,
        payer=command.payer,
    )
    if command.audience is not None:
        return wanted.walk_in(place.site, at_desk=at_desk)
    grant, _ = await rights(tx, place.use(wanted, asked), command.usage_id, command.membership_id)
    return grant

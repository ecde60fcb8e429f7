"""Gives a controller signed permissions for the next day, and takes in what was done by them, even late."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from booking.admission.handlers import rules_of
from booking.arrivals.handlers import tell_arrival
from booking.bookable.model import Bookable, Wanted
from booking.bookable.store import bookable
from booking.bookings.handlers import known_booking
from booking.controllers import store as controllers
from booking.controllers.handlers import controlled_site
from booking.controllers.model import Badge
from booking.machines.handlers import known_machine
from booking.machines.model import Machine
from booking.maintenance.handlers import blocked_from
from booking.openings.model import Interval, openings
from booking.permissions import model, ports, store
from booking.permissions.model import AHEAD, Permission
from booking.qualifications.handlers import qualified
from booking.rights.handlers import rights
from booking.supervision.handlers import abort
from booking.usage import handlers as usages
from booking.usage import model as using
from booking.usage import store as used
from booking.usage.handlers import Heartbeat, StopUsage, UsageView
from booking.usage.model import Usage
from chassis.db import Tx
from chassis.errors import CatchingUp, NotFound, Refused
from chassis.ids import new_id
from contracts.booking import MaterialUsed
from contracts.values import Instant

_MOMENT: Final = timedelta(minutes=1)


class FetchPermissions(BaseModel):
    """Ask for the permissions of the next day at the machines of one's site."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Permissions(BaseModel):
    """What a controller goes by until it asks again, and what the time is."""

    now: Instant
    permissions: list[str]
    revoked: list[UUID]


class StartByPermission(BaseModel):
    """Tell that a permission let somebody begin; with `stopped_at`, that the use is over already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usage_id: UUID
    permission_id: UUID
    started_at: Instant
    stopped_at: Instant | None = None
    materials: Annotated[tuple[MaterialUsed, ...], Field(max_length=20)] = ()


async def fetch_permissions(tx: Tx, _command: FetchPermissions, token: str) -> Permissions:
    """Give each qualified holder of a badge a permission, and revoke those that rest on nothing any more."""
    site_id, now = await controlled_site(tx, token), await tx.now()
    badges, given, tokens = await controllers.held(tx), list[UUID](), list[str]()
    for resource_id in await store.machines(tx, site_id):
        place = await bookable(tx, [resource_id], now, now + AHEAD)
        if place is None:
            continue
        machine, span = await known_machine(tx, place.resource), Interval(now, now + AHEAD)
        taken = await store.taken(tx, place.resource.leaf_ids, span)
        closed = _closed(place, span, await blocked_from(tx, resource_id, place.site))
        for badge in badges:
            times = model.windows(_opened(place, span), closed, taken, badge.person_id)
            allowed = await _allowed(tx, place, machine, badge, times)
            if allowed:
                kept, times = allowed
                given.append(kept.permission_id)
                tokens.append(ports.sign(kept.claims(badge.digest, machine.machine_class_id, times)))
    await store.revoke_others(tx, site_id, given, now)
    return Permissions(now=now, permissions=tokens, revoked=await store.revoked(tx, site_id, now))


async def start_by_permission(tx: Tx, command: StartByPermission, token: str) -> UsageView:
    """Take in a use that a permission let begin, once, at the instants the machine tells, however late.

    What the machine tells goes before what was noted: another use that stands open there is given up. Raises
    PermissionNotThen.
    """
    site_id = await controlled_site(tx, token)
    known = await used.usage(tx, command.usage_id)
    if known and known.site_id == site_id:
        return usages.view(known)
    permission, now = await store.permission(tx, command.permission_id), await tx.now()
    started = min(command.started_at, now)
    if known or permission is None or permission.site_id != site_id or not permission.held_at(started):
        raise model.PermissionNotThen(
            permission_id=str(command.permission_id), started_at=started.isoformat()
        )
    place = await bookable(tx, [permission.resource_id], started, started + _MOMENT)
    if place is None:
        raise NotFound(what="resource", id=str(permission.resource_id))
    machine = await known_machine(tx, place.resource)
    booking_id = await _arrive(tx, place, permission.person_id, started)
    longest = started + timedelta(minutes=permission.longest_minutes)
    bound = (await usages.limits(tx, place, machine, started, booking_id)).end(started).at
    until = longest if command.stopped_at or bound <= started else min(bound, longest)
    who = (command.usage_id, permission.person_id, booking_id, "permission")
    times = (await usages.clocks(tx), started, until)
    new = replace(
        using.begun(place, machine, who, permission.paid, times),
        permission_id=permission.permission_id,
        heard_at=started,
    )
    if command.stopped_at is not None:
        return await _over(tx, new, machine, command)
    if running := await used.open_at(tx, permission.resource_id):
        await abort(tx, running)
    begun = await usages.begin(tx, new)
    await usages.watch(tx, new)
    return begun


async def heartbeat(tx: Tx, usage_id: UUID, command: Heartbeat, token: str) -> UsageView:
    """Note a sign of the machine."""
    await _controlled(tx, usage_id, token)
    return await usages.heartbeat(tx, usage_id, command)


async def stop(tx: Tx, usage_id: UUID, command: StopUsage, token: str) -> UsageView:
    """End a use as the machine tells it; one that ended by itself meanwhile stays as it is."""
    usage = await _controlled(tx, usage_id, token)
    if usage.state == "stopped":
        return usages.view(usage)
    return await usages.end(tx, usage, "stopped", command)


async def _over(tx: Tx, new: Usage, machine: Machine, command: StartByPermission) -> UsageView:
    """Keep a use that was over when it was told."""
    using.check_materials(machine, new.resource_name, command.materials)
    over = new.stopped(command.stopped_at, await usages.clocks(tx), command.materials, "stopped")
    await used.insert(tx, over)
    await usages.tell_started(tx, over)
    usages.tell_stopped(tx, over, machine)
    return usages.view(over)


async def _controlled(tx: Tx, usage_id: UUID, token: str) -> Usage:
    site_id, found = await controlled_site(tx, token), await usages.known_usage(tx, usage_id)
    if found.site_id != site_id:
        raise NotFound(what="usage", id=str(usage_id))
    return found


async def _arrive(tx: Tx, place: Bookable, person_id: UUID, started: datetime) -> UUID | None:
    """Return the person's booking of then; who is expected by it has come."""
    booking_id = await used.own_booking(tx, place.resource.leaf_ids, person_id, started)
    if booking_id is not None:
        booking = await known_booking(tx, booking_id)
        rules = await rules_of(tx, place.site, booking.ruling)
        with suppress(Refused):  # told too late for that: the use counts all the same
            await tell_arrival(tx, booking.checked_in(started, rules, at_desk=True))
    return booking_id


async def _allowed(
    tx: Tx, place: Bookable, machine: Machine, badge: Badge, times: list[Interval]
) -> tuple[Permission, list[Interval]] | None:
    """Return the permission of a badge's holder and its times; None for whom nothing opens the machine."""
    person_id, name, site = badge.person_id, place.resource.name, place.site
    fit = list[Interval]()
    grant = None
    for each in times:
        try:
            await qualified(tx, machine, name, person_id, site.days_of(*each))
            wanted = Wanted(new_id(), machine.resource_id, person_id, *each)
            grant = grant or (await rights(tx, place.use(wanted, each), wanted.booking_id))[0]
        except CatchingUp:
            raise
        except Refused:
            continue
        fit.append(each)
    if grant is None:
        return None
    kept = await store.keep(
        tx,
        Permission(
            permission_id=new_id(),
            site_id=site.site_id,
            resource_id=machine.resource_id,
            person_id=person_id,
            badge_id=badge.badge_id,
            paid=grant,
            longest_minutes=machine.longest_minutes,
            begins_at=fit[0].start,
            ends_at=fit[-1].end,
        ),
    )
    return kept, fit


def _opened(place: Bookable, span: Interval) -> list[Interval]:
    days = place.site.days_of(*span)
    return model.clipped(openings(place.hours, place.resource.lineage, days, place.site.zone), span)


def _closed(place: Bookable, span: Interval, maintained: datetime | None) -> list[Interval]:
    """Return when the machine cannot be used in that time, as far as it is known.

    Maintenance that is due, or falls due in that time, closes it from then on: until when, nobody knows.
    """
    closed = [Interval(span.start, place.outage.until or span.end)] if place.outage else []
    if maintained is not None and maintained < span.end:
        closed.append(Interval(maintained, span.end))
    return [*closed, place.closure.interval] if place.closure else closed

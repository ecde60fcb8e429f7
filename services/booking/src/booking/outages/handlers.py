"""Takes resources out of service and returns them, telling which bookings fall in that time."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.outages import model, store
from booking.releases.handlers import freed
from booking.resources import store as resources
from booking.resources.handlers import known_resource
from booking.sites.handlers import known_site
from chassis.db import Tx
from contracts.booking import ResourceReturnedToService, ResourceTakenOutOfService
from contracts.values import Instant


class TakeOutOfService(BaseModel):
    """Keep a resource and all it is made of from being booked: from `start`, until `end` if that is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Instant
    end: Instant | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ReturnToService(BaseModel):
    """End the outage that is on, or call off the next one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OutageView(BaseModel):
    """A resource out of service, and the bookings that somebody has to see to."""

    resource_id: UUID
    start: Instant
    end: Instant | None
    reason: str
    affected_booking_ids: list[UUID]


async def take_out_of_service(tx: Tx, resource_id: UUID, command: TakeOutOfService) -> OutageView:
    """Refuse new bookings in that time and list those there are; none is cancelled."""
    resource = await known_resource(tx, resource_id)
    site = await known_site(tx, resource.site_id)
    if command.end is not None and command.end <= command.start:
        raise model.OutageEmpty(start=site.wall(command.start), end=site.wall(command.end))
    await resources.nodes(tx, resource.site_id)  # bookings in progress end first, and are seen below
    if not await store.insert(tx, resource, (command.start, command.end), command.reason):
        raise model.AlreadyOutOfService(resource=resource.name)
    affected = await store.affected(tx, resource.leaf_ids, command.start, command.end)
    told = ResourceTakenOutOfService(
        resource_id=resource_id,
        site_id=resource.site_id,
        **command.model_dump(),
        affected_booking_ids=tuple(affected),
    )
    tx.emit(told, site_id=str(resource.site_id))
    return OutageView(resource_id=resource_id, **command.model_dump(), affected_booking_ids=affected)


async def return_to_service(tx: Tx, resource_id: UUID, _command: ReturnToService) -> None:
    """Let the resource be booked again from now on."""
    resource = await known_resource(tx, resource_id)
    now = await tx.now()
    if not await store.end(tx, resource_id, now):
        raise model.NotOutOfService(resource=resource.name)
    await freed(tx, resource.leaf_ids, (now, None))
    told = ResourceReturnedToService(resource_id=resource_id, site_id=resource.site_id, returned_at=now)
    tx.emit(told, site_id=str(resource.site_id))

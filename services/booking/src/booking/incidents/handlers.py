"""Notes what goes wrong at machines; a broken one is in use no longer, and out of service."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.incidents import store
from booking.machines.handlers import known_machine
from booking.outages.handlers import TakeOutOfService, take_out_of_service
from booking.resources.handlers import known_resource
from booking.usage import store as usages
from booking.usage.handlers import StopUsage, end
from chassis.db import Tx
from chassis.decisions import Principal
from contracts.booking import MachineIncidentReported
from contracts.values import Instant


class ReportIncident(BaseModel):
    """Note that something went wrong at a machine; a broken one is taken out of service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    incident_id: UUID
    resource_id: UUID
    severity: Literal["note", "broken"] = "note"
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class IncidentView(BaseModel):
    """An incident as it is answered."""

    incident_id: UUID
    resource_id: UUID
    usage_id: UUID | None
    severity: str
    happened_at: Instant


async def report_incident(tx: Tx, command: ReportIncident, principal: Principal) -> IncidentView:
    """Note an incident; a broken machine ends its use and is out of service from now on."""
    resource = await known_resource(tx, command.resource_id)
    await known_machine(tx, resource)
    now, running = await tx.now(), await usages.open_at(tx, command.resource_id)
    usage_id = running.usage_id if running else None
    values = (usage_id, command.severity, command.words, principal.person_id, now)
    await store.insert(tx, command.incident_id, command.resource_id, *values)
    told = IncidentView(
        **command.model_dump(include={"incident_id", "resource_id", "severity"}),
        usage_id=usage_id,
        happened_at=now,
    )
    site_id = str(resource.site_id)
    tx.emit(MachineIncidentReported(**told.model_dump(), site_id=resource.site_id), site_id=site_id)
    if command.severity == "broken":
        if running:
            await end(tx, running, "incident", StopUsage())
        await take_out_of_service(tx, command.resource_id, TakeOutOfService(start=now, reason=command.words))
    return told

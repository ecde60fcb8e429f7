"""HTTP door of incidents."""

from typing import Final

from booking.incidents import handlers
from booking.incidents.handlers import IncidentView, ReportIncident
from booking.resources.handlers import for_person
from chassis.http import Act, Body, Door, Response, creation


@creation("/v1/territories/{siren:str}/incidents")
async def report_incident(door: Door, data: Body[ReportIncident]) -> Response[IncidentView]:
    """Report that something went wrong at a machine; only staff take it out of service by that."""
    person_id = door.principal.person_id
    action = "resource:manage" if data.severity == "broken" else "usage:start"
    at = for_person(door.principal, data.resource_id, person_id)
    act = Act(action, "incident", data.incident_id, at)
    return await door.create(act, handlers.report_incident, data, door.principal)


ROUTES: Final = [report_incident]

"""HTTP door of visits."""

from datetime import date
from typing import Final
from uuid import UUID

from booking.sites import store as sites
from booking.sites.handlers import at_site, target
from booking.visits import handlers
from booking.visits.handlers import InviteVisitor, NoteVisit, VisitRef, VisitShown, at_visit
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Response,
    command,
    creation,
    query,
)


@creation("/v1/territories/{siren:str}/sites/{site_id:uuid}/visits")
async def invite_visitor(
    door: Door, site_id: FromPath[UUID], data: Body[InviteVisitor]
) -> Response[VisitRef]:
    """Expect a visitor: one's own, or, for staff, anybody's."""
    act = Act("visit:invite", "visit", data.visit_id, _by_host(door.principal, site_id, data.host_id))
    return await door.create(act, handlers.invite_visitor, site_id, data)


@command("/v1/territories/{siren:str}/visits/{visit_id:uuid}/arrive")
async def note_arrived(door: Door, visit_id: FromPath[UUID], data: Body[NoteVisit]) -> Response[VisitRef]:
    """Note that the visitor is here; the host is told."""
    act = Act("booking:desk", "visit", visit_id, at_visit(door.principal))
    return await door.command(act, handlers.note_arrived, visit_id, data)


@command("/v1/territories/{siren:str}/visits/{visit_id:uuid}/leave")
async def note_left(door: Door, visit_id: FromPath[UUID], data: Body[NoteVisit]) -> Response[VisitRef]:
    """Note that the visitor has left."""
    act = Act("booking:desk", "visit", visit_id, at_visit(door.principal))
    return await door.command(act, handlers.note_left, visit_id, data)


@command("/v1/territories/{siren:str}/visits/{visit_id:uuid}/call-off")
async def call_off(door: Door, visit_id: FromPath[UUID], data: Body[NoteVisit]) -> Response[VisitRef]:
    """Expect the visitor no more."""
    act = Act("visit:invite", "visit", visit_id, at_visit(door.principal))
    return await door.command(act, handlers.call_off, visit_id, data)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/visits")
async def list_visits(
    door: Door, site_id: FromPath[UUID], day: FromQuery[date], asked: Asked
) -> Response[Listed[VisitShown]]:
    """List the visits of a day with names, and whoever is inside."""
    act = Act("booking:desk", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.visits_of_site, asked, site_id, day)


@query("/v1/territories/{siren:str}/visits/own")
async def list_own_visits(door: Door, asked: Asked) -> Response[Listed[VisitShown]]:
    """List the visitors that one expects."""
    host_id = door.principal.person_id
    act = Act("visit:invite", "person", host_id, Target(door.territory_id, owner_id=host_id))
    return await door.page(act, handlers.visits_of_host, asked, host_id)


def _by_host(principal: Principal, site_id: UUID, host_id: UUID) -> Lookup:
    async def look(tx: Tx, _visit_id: UUID) -> Target | None:
        site = await sites.site(tx, site_id)
        return await target(tx, site, principal, owner_id=host_id) if site else None

    return look


ROUTES: Final = [invite_visitor, note_arrived, note_left, call_off, list_visits, list_own_visits]

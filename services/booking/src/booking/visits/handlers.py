"""Notes visitors: invited, arrived, left, called off; names open for staff and the host."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.openings.model import instant
from booking.people.handlers import names, opened, sealed
from booking.sites.handlers import known_site, target
from booking.sites.model import Site
from booking.visits import store
from booking.visits.model import Visit, VisitPast
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.booking import VisitCalledOff, VisitorArrived, VisitorInvited, VisitorLeft
from contracts.values import Instant

_LATE = timedelta(hours=1)  # what the desk notes of somebody who stands there already
_FIELD = "visitor_name"


class InviteVisitor(BaseModel):
    """Expect a visitor, to be received by a host."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    visit_id: UUID
    host_id: UUID
    visitor_name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\P{C}+$")
    ]
    expected_at: Instant


class NoteVisit(BaseModel):
    """Note what became of a visit: the visitor arrived, left, or is not expected any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class VisitShown(BaseModel):
    """A visit with names, where they still open."""

    visit_id: UUID
    site_id: UUID
    host_id: UUID
    host_name: str | None
    visitor_name: str | None
    expected_at: Instant
    state: str
    arrived_at: Instant | None
    left_at: Instant | None


class VisitRef(BaseModel):
    """Which visit was meant, and what became of it; an answer that is kept holds no name."""

    visit_id: UUID
    state: str


async def invite_visitor(tx: Tx, site_id: UUID, wanted: InviteVisitor) -> VisitRef:
    """Expect a visitor. Raises VisitPast, PersonUnheard, IdReused."""
    site, now = await known_site(tx, site_id), await tx.now()
    if wanted.expected_at < now - _LATE:
        raise VisitPast(expected_at=site.wall(wanted.expected_at), now=site.wall(now))
    name = await sealed(tx, wanted.host_id, _FIELD, wanted.visitor_name)
    visit = Visit(wanted.visit_id, site_id, wanted.host_id, name, wanted.expected_at)
    await store.insert(tx, visit)
    tx.emit(VisitorInvited(**said(visit, site), invited_at=now), site_id=str(site_id))
    return VisitRef(visit_id=visit.visit_id, state=visit.state)


async def note_arrived(tx: Tx, visit_id: UUID, _command: NoteVisit) -> VisitRef:
    """Note that the visitor is here; the host is told."""
    now = await tx.now()
    visit, site = await _saved(tx, (await _known(tx, visit_id)).arrived(now))
    tx.emit(VisitorArrived(**said(visit, site), arrived_at=now), site_id=str(site.site_id))
    return VisitRef(visit_id=visit_id, state=visit.state)


async def note_left(tx: Tx, visit_id: UUID, _command: NoteVisit) -> VisitRef:
    """Note that the visitor has left."""
    now = await tx.now()
    visit, site = await _saved(tx, (await _known(tx, visit_id)).left(now))
    tx.emit(VisitorLeft(**said(visit, site), left_at=now), site_id=str(site.site_id))
    return VisitRef(visit_id=visit_id, state=visit.state)


async def call_off(tx: Tx, visit_id: UUID, _command: NoteVisit) -> VisitRef:
    """Expect the visitor no more."""
    visit, site = await _saved(tx, (await _known(tx, visit_id)).called_off())
    tx.emit(VisitCalledOff(**said(visit, site), called_off_at=await tx.now()), site_id=str(site.site_id))
    return VisitRef(visit_id=visit_id, state=visit.state)


async def visits_of_site(tx: Tx, asked: Asked, site_id: UUID, day: date) -> Page[VisitShown]:
    """List the visits of a day, and whoever is inside."""
    zone = (await known_site(tx, site_id)).zone
    since, until = instant(day, "00:00", zone), instant(day + timedelta(days=1), "00:00", zone)
    page = await store.of_site(tx, asked, site_id, since, until)
    return Page(await shown(tx, page.items), page.last)


async def visits_of_host(tx: Tx, asked: Asked, host_id: UUID) -> Page[VisitShown]:
    """List the visits to a person, from a day ago on."""
    page = await store.of_host(tx, asked, host_id, await tx.now() - timedelta(days=1))
    return Page(await shown(tx, page.items), page.last)


async def shown(tx: Tx, visits: Sequence[Visit]) -> list[VisitShown]:
    """Open the names of visits."""
    visitors = await opened(tx, [(each.host_id, _FIELD, each.visitor_name) for each in visits])
    hosts = await names(tx, (each.host_id for each in visits))
    return [
        VisitShown(
            visit_id=each.visit_id,
            site_id=each.site_id,
            host_id=each.host_id,
            host_name=hosts.get(each.host_id),
            visitor_name=name,
            expected_at=each.expected_at,
            state=each.state,
            arrived_at=each.arrived_at,
            left_at=each.left_at,
        )
        for each, name in zip(visits, visitors, strict=True)
    ]


def at_visit(principal: Principal) -> Lookup:
    """Find out where a visit is and to whom, for the decision whether the caller may act on it."""

    async def look(tx: Tx, visit_id: UUID) -> Target | None:
        found = await store.place(tx, visit_id)
        return await target(tx, found[0], principal, owner_id=found[1]) if found else None

    return look


def said(visit: Visit, site: Site) -> dict[str, Any]:
    """Return the fields that every event about a visit carries."""
    return {
        "visit_id": visit.visit_id,
        "site_id": visit.site_id,
        "site_name": site.name,
        "host_id": visit.host_id,
        "visitor_name": visit.visitor_name,
        "expected_at": visit.expected_at,
    }


async def _known(tx: Tx, visit_id: UUID) -> Visit:
    found = await store.locked(tx, visit_id)
    if found is None:
        raise NotFound(what="visit", id=str(visit_id))
    return found


async def _saved(tx: Tx, visit: Visit) -> tuple[Visit, Site]:
    await store.save(tx, visit)
    return visit, await known_site(tx, visit.site_id)

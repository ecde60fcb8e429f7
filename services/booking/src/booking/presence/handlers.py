"""Says who is at a site now: whoever was checked in and has not left, and visitors inside."""

from uuid import UUID

from pydantic import BaseModel

from booking.people.handlers import names
from booking.presence import store
from booking.sites.handlers import known_site
from booking.visits import store as visits
from booking.visits.handlers import shown
from chassis.db import Tx
from contracts.values import Instant


class Present(BaseModel):
    """Somebody who is here: by a booking (walk-ins too), or as a visitor of somebody."""

    kind: str
    id: UUID
    person_name: str | None
    people: int
    where: str
    since: Instant | None
    until: Instant | None


class Presence(BaseModel):
    """Everybody at a site at an instant, as an evacuation counts them."""

    site_id: UUID
    site_name: str
    at: Instant
    people: int
    present: list[Present]


async def presence(tx: Tx, site_id: UUID) -> Presence:
    """Count and name who is here; a booking counts as many as it announced."""
    site, now = await known_site(tx, site_id), await tx.now()
    running = await store.here(tx, site_id)
    known = await names(tx, (each.person_id for each in running))
    present = [
        Present(
            kind="booking" if each.grant.membership_id else "walk_in",
            id=each.booking_id,
            person_name=known.get(each.person_id),
            people=each.attendees or 1,
            where=each.resource_name,
            since=each.arrived_at,
            until=each.end,
        )
        for each in running
    ]
    present += [
        Present(
            kind="visitor",
            id=each.visit_id,
            person_name=each.visitor_name,
            people=1,
            where=each.host_name or "",
            since=each.arrived_at,
            until=None,
        )
        for each in await shown(tx, await visits.inside(tx, site_id))
    ]
    people = sum(each.people for each in present)
    return Presence(site_id=site_id, site_name=site.name, at=now, people=people, present=present)

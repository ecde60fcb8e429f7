"""HTTP door of waitlists: who waits for what."""

from datetime import date
from typing import Final
from uuid import UUID

from booking.sites.handlers import at_site
from booking.waitlists import handlers
from booking.waitlists.handlers import EntryView, NamedEntry, at_entry
from chassis.decisions import Target
from chassis.http import Act, Asked, Door, FromPath, FromQuery, Listed, Response, query


@query("/v1/territories/{siren:str}/waitlist/own")
async def list_own_entries(door: Door, asked: Asked) -> Response[Listed[EntryView]]:
    """List what one waits for and waited for, the latest first."""
    person_id = door.principal.person_id
    act = Act("booking:read", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.own_entries, asked, person_id)


@query("/v1/territories/{siren:str}/waitlist/{entry_id:uuid}")
async def show_entry(door: Door, entry_id: FromPath[UUID]) -> Response[EntryView]:
    """Show an entry: its place, and what is offered."""
    act = Act("booking:read", "waitlist entry", entry_id, at_entry(door.principal))
    return await door.read(act, handlers.entry_view, entry_id)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/waitlist")
async def list_site_entries(
    door: Door, asked: Asked, site_id: FromPath[UUID], day: FromQuery[date]
) -> Response[Listed[NamedEntry]]:
    """List who waits for a day of a site, in the order of the offers."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.site_entries, asked, site_id, day)


ROUTES: Final = [list_own_entries, show_entry, list_site_entries]

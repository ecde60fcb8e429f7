"""The HTTP door to persons: registering, changing, finding them, and joining a territory oneself."""

from uuid import UUID

from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Open,
    Response,
    command,
    creation,
    query,
)
from membership.persons import handlers, store
from membership.persons.handlers import ChangePerson, PersonRef, RegisterPerson
from membership.persons.model import PersonShown
from membership.sites import store as sites
from membership.vault import vault


@creation("/v1/territories/{siren:str}/persons")
async def register_person(door: Door, data: Body[RegisterPerson]) -> Response[PersonRef]:
    """Register a person; without any contact, if they give none."""
    site_id = data.site_id
    place = (lambda tx, _: sites.target(tx, site_id)) if site_id else None
    act = Act("person:register", "person", data.person_id, place)
    return await door.create(act, handlers.register_person, data, door.principal, vault())


@command("/v1/territories/{siren:str}/persons/{person_id:uuid}/change")
async def change_person(
    door: Door, person_id: FromPath[UUID], data: Body[ChangePerson]
) -> Response[PersonRef]:
    """Change what is known of a person: a field left out stays, a contact sent as null is taken away."""
    act = Act("person:change", "person", person_id, store.target)
    return await door.command(act, handlers.change_person, person_id, data, vault())


@command("/v1/territories/{siren:str}/join")
async def join_territory(door: Door) -> Response[PersonRef]:
    """Become known to a territory, as the person who is signed in."""
    return await door.command(Open.SIGNED_IN, handlers.join_territory, door.principal.person_id)


@query("/v1/territories/{siren:str}/persons/{person_id:uuid}")
async def show_person(door: Door, person_id: FromPath[UUID]) -> Response[PersonShown]:
    """Show a person."""
    act = Act("person:see", "person", person_id, store.target)
    return await door.read(act, handlers.show_person, person_id, vault())


@query("/v1/territories/{siren:str}/persons")
async def list_persons(
    door: Door, asked: Asked, search: FromQuery[str] = ""
) -> Response[Listed[PersonShown]]:
    """List the persons whom the territory knows; `search` takes beginnings of names, a mail or a phone."""
    act = Act("person:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_persons, asked, search, vault())


ROUTES = [register_person, change_person, join_territory, show_person, list_persons]

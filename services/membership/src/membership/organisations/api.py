"""The HTTP door to organisations: registering, changing, finding and tying them."""

from uuid import UUID

from chassis.door import VERSION_HEADER
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
from membership.organisations import handlers
from membership.organisations.handlers import (
    ChangeOrganisation,
    EndLink,
    LinkOrganisation,
    Links,
    OrganisationRef,
    RegisterOrganisation,
)
from membership.organisations.model import OrganisationShown
from membership.vault import vault


@creation("/v1/territories/{siren:str}/organisations")
async def register_organisation(door: Door, data: Body[RegisterOrganisation]) -> Response[OrganisationRef]:
    """Register an organisation: a French one by its SIREN, any other by register or VAT number."""
    act = Act("organisation:register", "registration", data.registration_id)
    return _unnumbered(await door.create(act, handlers.register_organisation, data, vault()))


@command("/v1/territories/{siren:str}/organisations/{organisation_id:uuid}/change")
async def change_organisation(
    door: Door, organisation_id: FromPath[UUID], data: Body[ChangeOrganisation]
) -> Response[OrganisationRef]:
    """Change what is known of an organisation."""
    act = Act("organisation:change", "organisation", organisation_id)
    return _unnumbered(await door.command(act, handlers.change_organisation, organisation_id, data))


@creation("/v1/territories/{siren:str}/organisations/{organisation_id:uuid}/links")
async def link_organisation(
    door: Door, organisation_id: FromPath[UUID], data: Body[LinkOrganisation]
) -> Response[OrganisationRef]:
    """Tie an organisation to another, for a time."""
    act = Act("organisation:link", "link", data.link_id)
    return _unnumbered(await door.create(act, handlers.link_organisation, organisation_id, data))


@command("/v1/territories/{siren:str}/organisations/{organisation_id:uuid}/links/{link_id:uuid}/end")
async def end_link(
    door: Door, organisation_id: FromPath[UUID], link_id: FromPath[UUID], data: Body[EndLink]
) -> Response[OrganisationRef]:
    """End a tie."""
    act = Act("organisation:link", "link", link_id)
    return _unnumbered(await door.command(act, handlers.end_link, organisation_id, link_id, data))


@query("/v1/territories/{siren:str}/organisations/{organisation_id:uuid}")
async def show_organisation(door: Door, organisation_id: FromPath[UUID]) -> Response[OrganisationShown]:
    """Show an organisation."""
    act = Act("organisation:see", "organisation", organisation_id)
    return await door.read(act, handlers.show_organisation, organisation_id)


@query("/v1/territories/{siren:str}/organisations/{organisation_id:uuid}/links")
async def show_links(door: Door, organisation_id: FromPath[UUID]) -> Response[Links]:
    """Show the ties of an organisation."""
    act = Act("organisation:see", "organisation", organisation_id)
    return await door.read(act, handlers.show_links, organisation_id)


@query("/v1/territories/{siren:str}/organisations")
async def list_organisations(
    door: Door, asked: Asked, search: FromQuery[str] = ""
) -> Response[Listed[OrganisationShown]]:
    """List the organisations of the territory; `search` takes a part of a name or a whole identifier."""
    act = Act("organisation:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_organisations, asked, search)


def _unnumbered(answer: Response[OrganisationRef]) -> Response[OrganisationRef]:
    """Leave out the version of the platform's event: a count tells whether others had dealings before."""
    answer.headers.pop(VERSION_HEADER, None)
    return answer


ROUTES = [
    register_organisation,
    change_organisation,
    link_organisation,
    end_link,
    show_organisation,
    show_links,
    list_organisations,
]

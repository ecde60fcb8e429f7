"""The HTTP door to affiliations."""

from uuid import UUID

from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query
from membership.affiliations import handlers
from membership.affiliations.handlers import (
    AffiliatePerson,
    AffiliationRef,
    AffiliationShown,
    EndAffiliation,
)
from membership.vault import vault


@creation("/v1/territories/{siren:str}/affiliations")
async def affiliate_person(door: Door, data: Body[AffiliatePerson]) -> Response[AffiliationRef]:
    """Affiliate a person to an organisation; its first person is an administrator."""
    act = Act("affiliation:create", "affiliation", data.affiliation_id)
    return await door.create(act, handlers.affiliate_person, data)


@command("/v1/territories/{siren:str}/affiliations/{affiliation_id:uuid}/end")
async def end_affiliation(
    door: Door, affiliation_id: FromPath[UUID], data: Body[EndAffiliation]
) -> Response[AffiliationRef]:
    """End an affiliation."""
    act = Act("affiliation:end", "affiliation", affiliation_id)
    return await door.command(act, handlers.end_affiliation, affiliation_id, data)


@query("/v1/territories/{siren:str}/organisations/{organisation_id:uuid}/affiliations")
async def list_affiliations(
    door: Door, asked: Asked, organisation_id: FromPath[UUID]
) -> Response[Listed[AffiliationShown]]:
    """List who belongs to an organisation, and who did."""
    act = Act("affiliation:list", "organisation", organisation_id)
    return await door.page(act, handlers.list_affiliations, asked, organisation_id, vault())


ROUTES = [affiliate_person, end_affiliation, list_affiliations]

"""The HTTP door to sites and their imports."""

from uuid import UUID

from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query
from membership.sites import handlers, store
from membership.sites.model import ChangeSite, ImportSites, OpenSite, Site, SiteImport
from membership.territories.api import insider


@creation("/v1/territories/{siren:str}/sites")
async def open_site(door: Door, data: Body[OpenSite]) -> Response[Site]:
    """Open a site by hand."""
    return await door.create(Act("site:open", "site", data.site_id), handlers.open_site, data)


@command("/v1/territories/{siren:str}/sites/{site_id:uuid}/change")
async def change_site(door: Door, site_id: FromPath[UUID], data: Body[ChangeSite]) -> Response[Site]:
    """Replace what is said of a site."""
    act = Act("site:change", "site", site_id, store.target)
    return await door.command(act, handlers.change_site, site_id, data)


@query("/v1/territories/{siren:str}/sites")
async def list_sites(door: Door, asked: Asked) -> Response[Listed[Site]]:
    """List the sites of the territory by name."""
    return await door.page(insider(door), store.sites, asked)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}")
async def show_site(door: Door, site_id: FromPath[UUID]) -> Response[Site]:
    """Show a site and the rule by which its town was found."""
    return await door.read(insider(door), handlers.shown, site_id)


@creation("/v1/territories/{siren:str}/site-imports")
async def import_sites(door: Door, data: Body[ImportSites]) -> Response[SiteImport]:
    """Open the third places of a file that lie in the territory, or say which would be."""
    return await door.create(Act("site:import", "import", data.import_id), handlers.import_sites, data)


@query("/v1/territories/{siren:str}/site-imports/{import_id:uuid}")
async def show_import(door: Door, import_id: FromPath[UUID]) -> Response[SiteImport]:
    """Show what an import did."""
    return await door.read(Act("site:import", "import", import_id), store.site_import, import_id)


ROUTES = [open_site, change_site, list_sites, show_site, import_sites, show_import]

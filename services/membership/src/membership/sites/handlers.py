"""Opens sites, by hand or from the third-place file, and changes them."""

from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.ids import new_id
from contracts.membership import SiteChanged, SiteOpened
from membership.reference import store as reference
from membership.sites import model, store
from membership.sites.model import ChangeSite, ImportSites, OpenSite, Site, SiteFields, SiteImport
from membership.territories import handlers as territories
from membership.territories.model import known_zone


async def open_site(tx: Tx, wanted: OpenSite) -> Site:
    """Open a site of the territory; raises TerritoryNotOpen, ZoneUnknown and what `by_hand` raises."""
    site = await _described(tx, wanted, wanted.site_id)
    await store.insert(tx, [site])
    _tell_opened(tx, site)
    return site


async def change_site(tx: Tx, site_id: UUID, wanted: ChangeSite) -> Site:
    """Replace what is said of a site; the same again says nothing. Raises as `open_site`, and NotFound."""
    site = await store.locked(tx, site_id)
    if site is None:
        raise NotFound(what="site", id=str(site_id))
    after = model.changed(site, await _described(tx, wanted, site_id))
    if after != site:
        await store.update(tx, after)
        tx.emit(SiteChanged(**_told(after)), site_id=str(site_id))
    return after


async def shown(tx: Tx, site_id: UUID) -> Site:
    """Return a site; raises NotFound."""
    site = await store.site(tx, site_id)
    if site is None:
        raise NotFound(what="site", id=str(site_id))
    return site


async def import_sites(tx: Tx, wanted: ImportSites) -> SiteImport:
    """Open the third places of a file that lie in the territory, each once; raises TerritoryNotOpen.

    A place that is a site already stays as it is, whatever people changed of it since.
    """
    territory = await territories.required(tx)
    places = await reference.third_places(tx, wanted.source, territory.territory_id)
    if wanted.dry_run:
        there = await store.imported_rows(tx, wanted.source, [place.source_row for place in places])
        opened = len(places) - len(there)
    else:
        described = [model.imported(place, wanted.source, new_id(), territory.zone) for place in places]
        new = await store.insert(tx, described)
        for site in described:
            if site.site_id in new:
                _tell_opened(tx, site)
        opened = len(new)
    rows = await reference.rows_read(tx, wanted.source)
    lost = await reference.lost_places(tx, wanted.source)
    report = model.report(wanted, await tx.now(), rows, places, lost, opened)
    await store.note_import(tx, report)
    return report


async def _described(tx: Tx, fields: SiteFields, site_id: UUID) -> Site:
    territory = await territories.required(tx)
    town = await reference.town(tx, fields.town_code)
    zone = known_zone(fields.zone or territory.zone)
    return model.by_hand(fields, site_id, town, tx.territory_id, zone)


def _tell_opened(tx: Tx, site: Site) -> None:
    tx.emit(SiteOpened(**_told(site), opened_on=site.opened_on), site_id=str(site.site_id))


def _told(site: Site) -> dict[str, Any]:
    source_row = f"{site.source}/{site.source_row}" if site.source else None
    return site.model_dump(exclude={"source", "source_row", "opened_on"}) | {"source_row": source_row}

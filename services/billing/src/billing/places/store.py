"""SQL of sites and of the territory's zone."""

from uuid import UUID

from billing.places.model import MAINLAND, Site
from chassis.db import Tx
from contracts.membership import SiteState


async def keep_site(tx: Tx, told: SiteState) -> None:
    values = (told.name, told.address, told.postcode, told.town_name, told.zone)
    await tx.execute(_KEEP_SITE, tx.territory_id, told.site_id, *values)


async def site(tx: Tx, site_id: UUID) -> Site | None:
    row = await tx.fetchrow(_SITE, tx.territory_id, site_id)
    return Site(*row) if row else None


async def keep_zone(tx: Tx, zone: str) -> None:
    await tx.execute(_KEEP_ZONE, tx.territory_id, zone)


async def zone(tx: Tx, site_id: UUID | None = None) -> str:
    """Return the zone of the site, else of the territory."""
    found: str | None = await tx.fetchval(_ZONE, tx.territory_id, site_id)
    return found or MAINLAND


_KEEP_SITE = """
INSERT INTO sites (territory_id, site_id, name, address, postcode, town_name, zone)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (territory_id, site_id) DO UPDATE
SET name = excluded.name, address = excluded.address, postcode = excluded.postcode,
    town_name = excluded.town_name, zone = excluded.zone
"""
_SITE = """
SELECT site_id, name, address, postcode, town_name, zone FROM sites WHERE territory_id = $1 AND site_id = $2
"""
_KEEP_ZONE = """
INSERT INTO territory_zone (territory_id, zone) VALUES ($1, $2)
ON CONFLICT (territory_id) DO UPDATE SET zone = excluded.zone
"""
_ZONE = """
SELECT coalesce((SELECT zone FROM sites WHERE territory_id = $1 AND site_id = $2),
    (SELECT zone FROM territory_zone WHERE territory_id = $1))
"""

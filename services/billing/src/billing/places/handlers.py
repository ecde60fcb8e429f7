"""Answers what other slices ask of places: a known site, the civil day."""

from datetime import date
from uuid import UUID

from billing.places import store
from billing.places.model import Site, day_of
from chassis.db import Tx
from chassis.errors import NotFound


async def known_site(tx: Tx, site_id: UUID) -> Site:
    """Return the site; raises NotFound for one that the territory does not have."""
    site = await store.site(tx, site_id)
    if site is None:
        raise NotFound(what="site", id=str(site_id))
    return site


async def today(tx: Tx, site_id: UUID | None = None) -> date:
    """Return the civil day that it is at the site, else in the territory."""
    return day_of(await tx.now(), await store.zone(tx, site_id))

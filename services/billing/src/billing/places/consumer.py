"""Keeps the copy of membership's places: sites, and the zone of the territory."""

from billing.places import store
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import SITES, TERRITORIES, SiteChanged, SiteOpened, TerritoryOpened

places = Subscriber("billing.places", topics=[TERRITORIES, SITES])


@places.on(TerritoryOpened)
async def keep_territory(tx: Tx, event: Event[TerritoryOpened]) -> None:
    """Keep the zone in which days without a site are counted."""
    await store.keep_zone(tx, event.data.zone)


@places.on(SiteOpened)
async def keep_opened(tx: Tx, event: Event[SiteOpened]) -> None:
    """Keep a new site."""
    await store.keep_site(tx, event.data)


@places.on(SiteChanged)
async def keep_changed(tx: Tx, event: Event[SiteChanged]) -> None:
    """Keep what a site is called now, and where it stands."""
    await store.keep_site(tx, event.data)

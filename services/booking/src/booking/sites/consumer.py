"""Keeps the copy of membership's places: sites, and what is delegated to whom there."""

from booking.sites import store
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    DELEGATIONS,
    SITES,
    DelegationEnded,
    DelegationGranted,
    SiteChanged,
    SiteOpened,
)

sites = Subscriber("booking.sites", topics=[SITES, DELEGATIONS])


@sites.on(SiteOpened)
async def keep_opened(tx: Tx, event: Event[SiteOpened]) -> None:
    """Keep a new site."""
    await store.keep_site(tx, event.data)


@sites.on(SiteChanged)
async def keep_changed(tx: Tx, event: Event[SiteChanged]) -> None:
    """Keep what a site is called now."""
    await store.keep_site(tx, event.data)


@sites.on(DelegationGranted)
async def keep_delegation(tx: Tx, event: Event[DelegationGranted]) -> None:
    """Keep which acts an operator is entrusted with, where and when."""
    await store.keep_delegation(tx, event.data)


@sites.on(DelegationEnded)
async def end_delegation(tx: Tx, event: Event[DelegationEnded]) -> None:
    """End what was entrusted."""
    await store.end_delegation(tx, event.data.delegation_id, event.data.ended_on)

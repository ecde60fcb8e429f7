"""Decides who may act at a site, and lets its staff set the rules it books by."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from booking.policy import POLICY
from booking.sites import store
from booking.sites.model import Rules, Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target, decide
from chassis.errors import NotFound

_NOBODY: Final = UUID(int=0)  # whoever acts for an operator that nothing is delegated to acts for nobody

Minutes = Annotated[int, Field(ge=1, le=1440)]
Percent = Annotated[int, Field(ge=0, le=100)]


class SetBookingRules(BaseModel):
    """Set how a site books: how long a hold lasts, when check-in opens, what late cancelling costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hold_minutes: Minutes
    check_in_opens_minutes: Minutes
    grace_minutes: Minutes
    free_cancel_hours: Annotated[int, Field(ge=0, le=720)]
    late_due_percent: Percent
    no_show_due_percent: Percent
    offer_minutes: Minutes = 60  # how long what came free is kept for who waits
    offer_margin_minutes: Minutes = 15  # how long before the start an offer ends at the latest


async def set_booking_rules(tx: Tx, site_id: UUID, command: SetBookingRules) -> SetBookingRules:
    """Keep the rules; bookings made before follow them too from now on."""
    await known_site(tx, site_id)
    await store.keep_rules(tx, site_id, Rules(**command.model_dump()))
    return command


async def known_site(tx: Tx, site_id: UUID) -> Site:
    """Return the site; raises NotFound for one that the territory does not have."""
    site = await store.site(tx, site_id)
    if site is None:
        raise NotFound(what="site", id=str(site_id))
    return site


async def target(
    tx: Tx, site: Site, principal: Principal, act: str = "bookings", owner_id: UUID | None = None
) -> Target:
    """Say where something is and whose, and for which of the caller's operators the act counts there."""
    territory_id = tx.territory_id
    operators = [
        grant.operator_id
        for grant in principal.grants
        if grant.operator_id is not None and grant.territory_id == territory_id
    ]
    if not operators:
        return Target(territory_id, site.site_id, owner_id=owner_id)
    found = await store.delegate(tx, operators, site, act, site.day_of(await tx.now()))
    return Target(territory_id, site.site_id, found or _NOBODY, owner_id)


async def may(tx: Tx, site: Site, principal: Principal, action: str, owner_id: UUID | None = None) -> bool:
    """Say whether the caller may act on something at the site, theirs or somebody else's."""
    return decide(POLICY, principal, action, await target(tx, site, principal, owner_id=owner_id)).allowed


def at_site(principal: Principal, act: str = "bookings") -> Lookup:
    """Find out where a site is, for the decision whether the caller may act there."""

    async def look(tx: Tx, site_id: UUID) -> Target | None:
        site = await store.site(tx, site_id)
        return await target(tx, site, principal, act) if site else None

    return look

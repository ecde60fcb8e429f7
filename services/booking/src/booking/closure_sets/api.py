"""HTTP door of closure sets."""

from typing import Final
from uuid import UUID

from booking.closure_sets import handlers
from booking.closure_sets.handlers import (
    ImportClosureSet,
    ImportedSetView,
    SubscribeClosureSet,
    SubscriptionView,
    UnsubscribeClosureSet,
    at_subscription,
)
from booking.openings.handlers import WithdrawException
from booking.sites.handlers import at_site
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query


@creation("/v1/territories/{siren:str}/closure-sets")
async def import_closure_set(door: Door, data: Body[ImportClosureSet]) -> Response[ImportedSetView]:
    """Bring in the days of an iCalendar text, for the sites of the territory to follow."""
    act = Act("resource:manage", "closure set", data.set_id, Target(door.territory_id))
    return await door.create(act, handlers.import_closure_set, data)


@creation("/v1/territories/{siren:str}/closure-subscriptions")
async def subscribe(door: Door, data: Body[SubscribeClosureSet]) -> Response[SubscriptionView]:
    """Have a site follow a set of days: closed on them, or open at other hours."""
    site = at_site(door.principal, "resources")

    async def look(tx: Tx, _subscription_id: UUID) -> Target | None:
        return await site(tx, data.site_id)

    act = Act("resource:manage", "site for subscription", data.subscription_id, look)
    return await door.create(act, handlers.subscribe, data)


@command("/v1/territories/{siren:str}/closure-subscriptions/{subscription_id:uuid}/end")
async def unsubscribe(
    door: Door, subscription_id: FromPath[UUID], data: Body[UnsubscribeClosureSet]
) -> Response[None]:
    """Have a site follow a set no more."""
    act = Act("resource:manage", "subscription", subscription_id, at_subscription(door.principal))
    return await door.command(act, handlers.unsubscribe, subscription_id, data)


@command("/v1/territories/{siren:str}/sites/{site_id:uuid}/exceptions/withdraw")
async def withdraw_site_exception(
    door: Door, site_id: FromPath[UUID], data: Body[WithdrawException]
) -> Response[None]:
    """Let a day of a site follow the week again, or the set that it belongs to."""
    act = Act("resource:manage", "site", site_id, at_site(door.principal, "resources"))
    return await door.command(act, handlers.withdraw_site_exception, site_id, data.day)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/closure-subscriptions")
async def list_subscriptions(
    door: Door, asked: Asked, site_id: FromPath[UUID]
) -> Response[Listed[SubscriptionView]]:
    """List the sets that a site follows."""
    act = Act("resource:read", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.subscription_page, asked, site_id)


@query("/v1/territories/{siren:str}/closure-sets")
async def list_imports(door: Door, asked: Asked) -> Response[Listed[ImportedSetView]]:
    """List the calendars that staff brought in."""
    act = Act("resource:read", "territory", door.territory_id)
    return await door.page(act, handlers.import_page, asked)


ROUTES: Final = [
    import_closure_set,
    subscribe,
    unsubscribe,
    withdraw_site_exception,
    list_subscriptions,
    list_imports,
]

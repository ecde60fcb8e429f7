"""HTTP door of the rules a site books by."""

from typing import Final
from uuid import UUID

from booking.sites import handlers
from booking.sites.handlers import SetBookingRules, at_site
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/sites/{site_id:uuid}/booking-rules")
async def set_booking_rules(
    door: Door, site_id: FromPath[UUID], data: Body[SetBookingRules]
) -> Response[SetBookingRules]:
    """Set how the site books; the whole of its rules."""
    act = Act("resource:manage", "site", site_id, at_site(door.principal, "resources"))
    return await door.command(act, handlers.set_booking_rules, site_id, data)


ROUTES: Final = [set_booking_rules]

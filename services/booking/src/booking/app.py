"""Composition root and table of contents of the service: every route, subscription and timer."""

from typing import Final

from booking.arrivals import api as arrivals
from booking.arrivals.handlers import mark_no_show, review_rights
from booking.availability import api as availability
from booking.bookings import api as bookings
from booking.bookings.handlers import HOLD, NO_SHOW, expire_hold
from booking.openings import api as openings
from booking.outages import api as outages
from booking.people.consumer import people
from booking.planning import api as planning
from booking.policy import POLICY
from booking.resources import api as resources
from booking.rights.consumer import rights
from booking.rights.handlers import REVIEW
from booking.rights.ports import horizon
from booking.sites import api as sites_api
from booking.sites.consumer import sites
from chassis.service import Service
from chassis.territory_clock import follower

service: Final = Service(
    "booking",
    routes=[
        *sites_api.ROUTES,
        *resources.ROUTES,
        *openings.ROUTES,
        *outages.ROUTES,
        *availability.ROUTES,
        *bookings.ROUTES,
        *arrivals.ROUTES,
        *planning.ROUTES,
    ],
    policy=POLICY,
    subscribers=[follower("booking"), sites, people, rights],
    timers={HOLD: expire_hold, NO_SHOW: mark_no_show, REVIEW: review_rights},
)

horizon.reached = rights.caught_up

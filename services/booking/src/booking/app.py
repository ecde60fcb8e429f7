"""Composition root and table of contents of the service: every route, subscription and timer."""

from typing import Final

from booking.announcements import api as announcements
from booking.approvals import api as approvals
from booking.arrivals import api as arrivals
from booking.arrivals.handlers import mark_no_show
from booking.attendance import api as attendance
from booking.availability import api as availability
from booking.bookings import api as bookings
from booking.bookings.handlers import HOLD, NO_SHOW, expire_hold
from booking.calendars import api as calendars
from booking.changes import api as changes
from booking.closing import api as closing
from booking.closure_sets import api as closure_sets
from booking.closure_sets.handlers import AHEAD, reach_ahead
from booking.controllers import api as controllers
from booking.credits import api as credit_lots
from booking.credits.consumer import credits_heard
from booking.credits.handlers import EXPIRING, EXPIRY, expire_lot, warn
from booking.deliveries import api as deliveries
from booking.erasures.consumer import erasures
from booking.exports import api as exports
from booking.fees import api as fees
from booking.following import api as following
from booking.following.handlers import look_again
from booking.incidents import api as incidents
from booking.leaders import api as leaders
from booking.machines import api as machines
from booking.maintenance import api as maintenance
from booking.occurrences import api as occurrences
from booking.occurrences.handlers import tell_freed
from booking.offers import api as offers
from booking.offers.handlers import end_wait, offer_freed, review, settle_offers
from booking.openings import api as openings
from booking.outages import api as outages
from booking.people.consumer import people
from booking.permissions import api as permissions
from booking.planning import api as planning
from booking.policies import api as policies
from booking.policy import POLICY
from booking.presence import api as presence
from booking.qualifications import api as qualified
from booking.qualifications.consumer import qualifications
from booking.registrations import api as registrations
from booking.registrations.handlers import OFFER as SEAT_OFFER
from booking.registrations.handlers import expire_offer, release_seats
from booking.releases.handlers import FREED, FREED_DATES, OFFER, USE_ENDS
from booking.resources import api as resources
from booking.retention import api as retention
from booking.rights.consumer import rights
from booking.rights.handlers import REVIEW
from booking.rights.ports import horizon
from booking.series import api as series
from booking.series.handlers import EXTEND
from booking.session_changes import api as session_changes
from booking.session_changes.handlers import decide
from booking.sessions import api as sessions
from booking.sessions.handlers import DECIDE, RELEASE
from booking.shared_sessions import api as shared
from booking.shared_sessions.consumer import shared_sessions
from booking.sharing import api as sharing_api
from booking.sharing.consumer import sharing
from booking.sites import api as sites_api
from booking.sites.consumer import sites
from booking.strikes import api as strikes
from booking.supervision.handlers import end_in_time, give_up
from booking.usage import api as usage
from booking.usage.handlers import SILENCE
from booking.visits import api as visits
from booking.waiting import api as waiting
from booking.waiting.handlers import OVER
from booking.waitlists import api as waitlists
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
        *changes.ROUTES,
        *closing.ROUTES,
        *closure_sets.ROUTES,
        *arrivals.ROUTES,
        *series.ROUTES,
        *occurrences.ROUTES,
        *following.ROUTES,
        *calendars.ROUTES,
        *exports.ROUTES,
        *planning.ROUTES,
        *policies.ROUTES,
        *approvals.ROUTES,
        *fees.ROUTES,
        *strikes.ROUTES,
        *waitlists.ROUTES,
        *waiting.ROUTES,
        *offers.ROUTES,
        *visits.ROUTES,
        *deliveries.ROUTES,
        *presence.ROUTES,
        *announcements.ROUTES,
        *machines.ROUTES,
        *maintenance.ROUTES,
        *qualified.ROUTES,
        *usage.ROUTES,
        *incidents.ROUTES,
        *leaders.ROUTES,
        *sessions.ROUTES,
        *registrations.ROUTES,
        *attendance.ROUTES,
        *session_changes.ROUTES,
        *sharing_api.ROUTES,
        *shared.ROUTES,
        *credit_lots.ROUTES,
        *controllers.ROUTES,
        *permissions.ROUTES,
        *retention.ROUTES,
    ],
    policy=POLICY,
    subscribers=[
        follower("booking"),
        sites,
        people,
        rights,
        qualifications,
        credits_heard,
        sharing,
        shared_sessions,
        erasures,
    ],
    timers={
        HOLD: expire_hold,
        NO_SHOW: mark_no_show,
        REVIEW: review,
        FREED: offer_freed,
        FREED_DATES: tell_freed,
        OFFER: settle_offers,
        OVER: end_wait,
        AHEAD: reach_ahead,
        EXTEND: look_again,
        USE_ENDS: end_in_time,
        SILENCE: give_up,
        EXPIRY: expire_lot,
        EXPIRING: warn,
        SEAT_OFFER: expire_offer,
        RELEASE: release_seats,
        DECIDE: decide,
    },
)

horizon.reached = lambda: rights.caught_up() and qualifications.caught_up()

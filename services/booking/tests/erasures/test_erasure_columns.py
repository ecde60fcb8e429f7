"""Every column in which a person can stand is answered for: taken away, kept on a ground, or about nobody."""

from typing import Final

from booking.erasures.store import TRACES
from chassis.outbox import Connection
from chassis.testing_erasure import unanswered

THINGS: Final = frozenset(
    [
        "acts",
        "added",
        "affiliation_id",
        "agreement_id",
        "announcement_id",
        "attendance_id",
        "audiences",
        "badge_id",
        "booking_id",
        "calendar_id",
        "closure_id",
        "closure_set",
        "controller_id",
        "days",
        "delegation_id",
        "delivery_id",
        "ended_from",
        "entitlements",
        "entry_id",
        "excluded",
        "first",
        "flag",
        "home_territory_id",
        "host_territory_id",
        "incident_id",
        "leaf_id",
        "leaf_ids",
        "let_in_by",
        "levels",
        "lineage",
        "lot_id",
        "machine_class_id",
        "maintenance_id",
        "materials",
        "membership_id",
        "minute_price_code",
        "open_to",
        "openings",
        "operator_id",
        "organisation_id",
        "paid",
        "paid_by",
        "parent_id",
        "part_ids",
        "passed_over",
        "payer_organisation_id",
        "permission_id",
        "plan_id",
        "policy_id",
        "price_codes",
        "purge_id",
        "purpose",
        "qualification_id",
        "recurrence_id",
        "registration_id",
        "resource_id",
        "resource_kinds",
        "rule",
        "rule_id",
        "scope_id",
        "seat_id",
        "series_id",
        "session_id",
        "set_id",
        "site_ids",
        "split_from",
        "shared_seat_id",
        "subscription_id",
        "terms",
        "usage_id",
        "visit_id",
        "ways",
        "weekly",
        "with_resources",
    ]
)
"""Ids of things, and codes of this service alone."""

ABOUT_NOBODY: Final = {
    "bookings.resource_name": "what was booked",
    "bookings.site_name": "where",
    "closures.reason": "why a place is shut",
    "controllers.digest": "the secret of a controller",
    "controllers.name": "what a controller is called",
    "credit_lots.name": "what a pass is called",
    "imported_sets.name": "of school holidays",
    "machine_classes.name": "what a class is called",
    "maintenance_rules.name": "what is to be done at a machine",
    "memberships.plan_name": "what a plan is called",
    "occurrences.reason": "a code: why a date has no booking",
    "opening_exceptions.owner_id": "a site or a resource",
    "opening_exceptions.reason": "why hours differ",
    "opening_hours.owner_id": "a site or a resource",
    "outages.reason": "what is broken",
    "session_quotas.name": "what a share of seats is called",
    "sessions.description": "of a session, shown to all",
    "sessions.reason": "why it does not take place, told to all",
    "sessions.title": "of a session, shown to all",
    "shared_sessions.periods": "when",
    "shared_sessions.place": "in which room",
    "shared_sessions.site_name": "where",
    "shared_sessions.title": "of a session, shown to all",
    "shared_sessions.words": "why it does not take place, told to all",
    "sites.name": "what a site is called",
    "usages.resource_name": "which machine",
}
"""Columns that say nothing of a person, and why."""


async def test_every_column_that_can_hold_a_person_is_answered_for(admin: Connection) -> None:
    assert await unanswered(admin, TRACES, ABOUT_NOBODY, THINGS) == (set(), set())


async def test_a_column_that_nobody_named_is_found(admin: Connection) -> None:
    async with admin.transaction():
        await admin.execute("CREATE TABLE mentors (territory_id text, mentor_id uuid, praise text)")
        found, _ = await unanswered(admin, TRACES, ABOUT_NOBODY, THINGS)
        await admin.execute("DROP TABLE mentors")
    assert found == {"mentors.mentor_id", "mentors.praise"}

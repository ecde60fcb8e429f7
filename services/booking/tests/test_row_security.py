"""No row of one territory is reached from another, in any table of the service."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from booking_builders import NOW, Hub, at, tell
from credit_builders import sell
from series_builders import start
from waitlist_builders import wait

from booking.approvals.handlers import DelegateApproval, delegate_approval
from booking.calendars.handlers import MakeCalendar, make_calendar
from booking.credits.handlers import SetPaymentOrder, set_payment_order
from booking.openings.handlers import DefineOpeningHours, define_resource_hours
from booking.outages.handlers import TakeOutOfService, take_out_of_service
from booking.policies.handlers import PublishPolicy, publish_policy
from booking.policies.model import Strikes, Terms
from booking.sites.handlers import SetBookingRules, set_booking_rules
from booking.strikes.handlers import strike
from booking.strikes.model import Strike
from chassis.ids import new_id
from chassis.testing import row_security_faults
from contracts.membership import DelegationGranted, PersonAffiliated

TABLES = (
    "sites",
    "delegations",
    "booking_rules",
    "resources",
    "opening_hours",
    "outages",
    "memberships",
    "affiliations",
    "rights_horizon",
    "bookings",
    "claims",
    "policies",
    "policy_versions",
    "approval_delegations",
    "strikes",
    "waitlist_entries",
    "series",
    "occurrences",
    "calendars",
    "visits",
    "deliveries",
    "announcements",
    "wrong_codes",
    "credit_lots",
    "credit_entries",
    "payment_orders",
    "known_party",
    "timer",
    "event_log",
    "territory_clock",
)
RULES = SetBookingRules(
    hold_minutes=10,
    check_in_opens_minutes=30,
    grace_minutes=30,
    free_cancel_hours=24,
    late_due_percent=50,
    no_show_due_percent=100,
)
DESK_ROWS = (
    "INSERT INTO visits VALUES ($1, $2, $3, $2, 'sealed', $4, 'expected')",
    "INSERT INTO deliveries VALUES ($1, $2, $3, 'parcel', $2, NULL, $2, NULL, $4, 'waiting')",
    "INSERT INTO announcements VALUES ($1, $2, $3, $4, $4, 1, $4)",
    "INSERT INTO wrong_codes SELECT $1, $2, $4, 1 WHERE $3::uuid IS NOT NULL",
)


async def plant(hub: Hub) -> UUID:
    """Write a row into every table; return the booking."""
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    await wait(hub, room, person)
    await start(hub, room, person)
    await sell(hub, person)
    await tell(
        hub.database,
        hub.territory,
        PersonAffiliated(
            affiliation_id=new_id(),
            person_id=person,
            organisation_id=new_id(),
            role="employee",
            valid_from=NOW.date(),
        ),
        DelegationGranted(
            delegation_id=new_id(),
            operator_id=new_id(),
            operator_name="L'Opérateur",
            site_ids=(hub.site_id,),
            acts=("bookings",),
            valid_from=NOW.date(),
        ),
    )
    async with hub.database.tx(hub.territory) as tx:
        wanted = MakeCalendar(calendar_id=new_id(), kind="person", name="Mes réservations")
        await make_calendar(tx, wanted, hub.principal(person), "a token")
        await set_booking_rules(tx, hub.site_id, RULES)
        await take_out_of_service(
            tx, room.resource_id, TakeOutOfService(start=at(0) + timedelta(days=30), reason="Peinture")
        )
        await define_resource_hours(
            tx, room.resource_id, DefineOpeningHours(valid_from=NOW.date(), weekly=())
        )
        delegation = DelegateApproval(
            delegation_id=new_id(), person_id=person, scope_id=hub.site_id, valid_from=NOW.date()
        )
        await delegate_approval(tx, delegation)
        rule = Strikes(no_shows=3, within_days=30, suspended_days=14)
        terms = Terms(name="Salles", strikes=rule)
        new = PublishPolicy(policy_id=new_id(), scope_id=hub.site_id, in_force_from=NOW.date(), terms=terms)
        policy = await publish_policy(tx, new)
        struck = Strike(booked.booking_id, person, hub.site_id, NOW.date())
        await strike(tx, struck, (policy.policy_id, policy.version))
        await set_payment_order(tx, SetPaymentOrder(ways=("credits", "plan", "money")))
        for sql in DESK_ROWS:
            await tx.execute(sql, hub.territory, new_id(), hub.site_id, NOW)
    return booked.booking_id


async def test_the_catalogue_shows_no_way_past_row_security(
    admin: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    assert await row_security_faults(admin) == []


async def test_rows_of_two_territories_never_meet(hub: Hub, other_hub: Hub) -> None:
    await plant(hub)
    await plant(other_hub)
    for table in TABLES:
        for here in (hub, other_hub):
            async with here.database.tx(here.territory) as tx:
                rows = await tx.fetch(f"SELECT territory_id FROM {table}")
            assert {row[0] for row in rows} == {here.territory}, table


async def test_an_update_from_another_territory_finds_nothing(hub: Hub, other_hub: Hub) -> None:
    booking_id = await plant(hub)
    async with other_hub.database.tx(other_hub.territory) as tx:
        for table in ("waitlist_entries", "bookings", "claims"):
            assert await tx.execute(f"DELETE FROM {table} WHERE booking_id = $1", booking_id) == "DELETE 0"
    assert await hub.count("SELECT count(*) FROM claims WHERE booking_id = $1", booking_id) == 1


async def test_the_same_ids_in_two_territories_are_two_things(hub: Hub, other_hub: Hub) -> None:
    booking_id = new_id()
    for here in (hub, other_hub):
        room = await here.room(resource_id=UUID(int=7))
        await here.book(room, await here.member(), 9, 10, booking_id=booking_id)
    for here in (hub, other_hub):
        assert await here.count("SELECT count(*) FROM bookings WHERE booking_id = $1", booking_id) == 1


async def test_a_row_of_another_territory_cannot_be_written(hub: Hub, other_territory: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with hub.database.tx(hub.territory) as tx:
            insert = "INSERT INTO rights_horizon (territory_id, known_at) VALUES ($1, $2)"
            await tx.execute(insert, other_territory, NOW)

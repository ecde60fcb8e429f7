"""Check-in and no-show, by the territory's clock."""

from datetime import timedelta

import pytest
from booking_builders import NOW, Hub, a_membership, at, fire_timers, state_of, tell

from booking.arrivals.handlers import CheckIn, check_in
from booking.bookings.handlers import BookingView, booking_view
from booking.bookings.model import CheckInClosed, NotPossibleNow, RightWithdrawn
from booking.sites.handlers import SetBookingRules, set_booking_rules
from chassis.db import Database
from chassis.decisions import Principal
from contracts.booking import BookingCheckedIn, BookingMarkedNoShow
from contracts.membership import MembershipEnded


async def arrive(hub: Hub, booking: BookingView, principal: Principal | None = None) -> BookingView:
    async with hub.database.tx(hub.territory) as tx:
        who = principal or hub.principal(booking.person_id)
        return await check_in(tx, booking.booking_id, CheckIn(), who)


async def state(hub: Hub, booking: BookingView) -> str:
    async with hub.database.tx(hub.territory) as tx:
        found = await booking_view(tx, booking.booking_id)
    assert found is not None
    return found.state


async def test_check_in_is_open_around_the_start_and_its_times_are_named(hub: Hub) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 11)
    await hub.set_clock(at(8.5) - timedelta(minutes=1))
    with pytest.raises(CheckInClosed) as refused:
        await arrive(hub, booked)
    assert refused.value.values["opens"] == "2035-03-06T08:30:00+00:00"
    await hub.set_clock(at(8.5))
    assert (await arrive(hub, booked)).state == "checked_in"
    (told,) = await hub.facts(BookingCheckedIn)
    assert told["booking_id"] == str(booked.booking_id)
    with pytest.raises(NotPossibleNow):
        await arrive(hub, booked)


async def test_who_came_is_no_no_show_and_has_completed_at_the_end(
    hub: Hub, worker_database: Database
) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 10)
    await hub.set_clock(at(9))
    await arrive(hub, booked)
    await hub.set_clock(at(9.75))
    await fire_timers(worker_database, hub)
    assert await state(hub, booked) == "checked_in"
    await hub.set_clock(at(10))
    assert await state(hub, booked) == "completed"
    assert await hub.facts(BookingMarkedNoShow) == []


async def test_a_room_nobody_came_for_is_free_for_the_rest_of_its_time(
    hub: Hub, worker_database: Database
) -> None:
    person, room = await hub.member(), await hub.room()
    missed = await hub.book(room, person, 9, 12)
    await hub.set_clock(at(9.5))
    await fire_timers(worker_database, hub)
    assert await state(hub, missed) == "no_show"
    (told,) = await hub.facts(BookingMarkedNoShow)
    assert told["due_percent"] == 100
    await hub.book(room, person, 9.5, 12)
    with pytest.raises(NotPossibleNow):
        await arrive(hub, missed)


async def test_a_short_booking_is_missed_at_its_end_at_the_latest(
    hub: Hub, worker_database: Database
) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 9.25)
    await hub.set_clock(at(9.25))
    await fire_timers(worker_database, hub)
    assert await state(hub, booked) == "no_show"


async def test_rules_that_became_milder_give_more_time(hub: Hub, worker_database: Database) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 12)
    rules = SetBookingRules(
        hold_minutes=10,
        check_in_opens_minutes=30,
        grace_minutes=60,
        free_cancel_hours=0,
        late_due_percent=0,
        no_show_due_percent=80,
    )
    async with hub.database.tx(hub.territory) as tx:
        await set_booking_rules(tx, hub.site_id, rules)
    await hub.set_clock(at(9.75))
    await fire_timers(worker_database, hub)
    assert await state(hub, booked) == "confirmed"
    await hub.set_clock(at(10))
    await fire_timers(worker_database, hub)
    assert [each["due_percent"] for each in await hub.facts(BookingMarkedNoShow)] == [80]


async def test_who_lost_the_right_is_let_in_by_staff_alone(hub: Hub, worker_database: Database) -> None:
    told = a_membership()
    person = told.holder.person_id
    assert person is not None
    await tell(hub.database, hub.territory, told)
    booked = await hub.book(await hub.room(), person, 9, 10)
    ended = MembershipEnded(**{**state_of(told), "valid_until": at(0).date()}, ended_at=NOW)
    await tell(hub.database, hub.territory, ended)
    await fire_timers(worker_database, hub)
    await hub.set_clock(at(9))
    with pytest.raises(RightWithdrawn):
        await arrive(hub, booked)
    assert (await arrive(hub, booked, hub.principal(role="hub-manager"))).state == "checked_in"

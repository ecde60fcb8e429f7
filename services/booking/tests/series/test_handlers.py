"""Starting and extending series, on the real database."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from booking_builders import NOW, Hub, at, fire_timers
from series_builders import TUESDAY, TUESDAYS, dates, start, states

from booking.outages.handlers import TakeOutOfService, take_out_of_service
from booking.recurrence.model import SeriesNotWhole
from chassis.db import Database
from chassis.ids import new_id
from contracts.booking import BookingConfirmed, SeriesExtended, SeriesStarted
from contracts.membership import Entitlement

WEEK = 7 * 24
FOUR = {"03-06": "confirmed", "03-13": "confirmed", "03-20": "confirmed", "03-27": "confirmed"}


async def test_every_date_is_booked_charged_and_named_by_its_series(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    assert (series.booked, series.skipped) == (4, [])
    assert await states(hub, series.series_id) == FOUR
    told = await hub.facts(BookingConfirmed)
    assert [each["recurrence_id"] for each in told] == [f"2035-03-{day:02}T10:00" for day in (6, 13, 20, 27)]
    assert {(each["series_id"], each["told_by_series"]) for each in told} == {(str(series.series_id), True)}
    starts = [each["period"]["start"][11:16] for each in told]
    assert starts == ["09:00", "09:00", "09:00", "08:00"], "summer time begins on Sunday 25 March 2035"
    (begun,) = await hub.facts(SeriesStarted)
    assert (begun["booked"], begun["last_period"]["start"]) == (4, "2035-03-27T08:00:00Z")


async def test_a_date_in_the_way_is_left_out_by_name_with_what_is_free_instead(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room("A")
    other = await hub.room("B")
    await hub.book(room, await hub.member(), 9 + WEEK, 10 + WEEK)
    series = await start(hub, room, person)
    assert series.booked == 3
    (skipped,) = series.skipped
    assert (skipped.recurrence_id, skipped.reason) == ("2035-03-13T10:00", "slot-taken")
    assert str(other.resource_id) in str(skipped.alternatives)
    assert await states(hub, series.series_id) == FOUR | {"03-13": "skipped"}


async def test_all_or_nothing_leaves_nothing_when_one_date_is_in_the_way(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    await hub.book(room, await hub.member(), 9 + WEEK, 10 + WEEK)
    with pytest.raises(SeriesNotWhole) as refused:
        await start(hub, room, person, mode="all_or_nothing")
    assert (refused.value.values["missing"], refused.value.values["dates"]) == (1, 4)
    assert await hub.count("SELECT count(*) FROM bookings") == 1
    assert await hub.count("SELECT count(*) FROM series") == 0


async def test_a_series_of_which_nothing_can_be_booked_is_refused(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    await start(hub, room, await hub.member())
    with pytest.raises(SeriesNotWhole):
        await start(hub, room, person)


async def test_rights_are_those_of_each_date(hub: Hub) -> None:
    room = await hub.room()
    person = await hub.member(valid_until=date(2035, 3, 20))
    series = await start(hub, room, person)
    assert await states(hub, series.series_id) == FOUR | {"03-20": "skipped", "03-27": "skipped"}
    assert {each.reason for each in series.skipped} == {"membership-not-then"}


async def test_what_a_plan_includes_is_counted_over_the_dates_before(hub: Hub) -> None:
    room = await hub.room()
    included = Entitlement(
        resource_kinds=("room",), paid_by="plan", unit="hour", quantity=Decimal(4), per="month"
    )
    paid = Entitlement(resource_kinds=("room",), paid_by="money")
    person = await hub.member(entitlements=(included, paid))
    await start(hub, room, person, rule=f"{TUESDAYS};COUNT=6")
    told = await hub.facts(BookingConfirmed)
    assert [each["paid_by"] for each in told] == ["plan", "plan", "money", "money", "plan", "plan"]


async def test_hours_and_outages_are_those_of_each_date(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    async with hub.database.tx(hub.territory) as tx:
        out = TakeOutOfService(start=at(WEEK), end=at(WEEK + 24), reason="Peinture")
        await take_out_of_service(tx, room.resource_id, out)
    series = await start(hub, room, person, rule="FREQ=DAILY;COUNT=8")
    reasons = {each.recurrence_id[5:10]: each.reason for each in series.skipped}
    assert reasons == {"03-10": "closed-that-day", "03-11": "closed-that-day", "03-13": "out-of-service"}


async def test_dates_that_meet_each_other_are_booked_once(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room(turnaround_minutes=30)
    series = await start(hub, room, person, added=(f"{TUESDAY}T11:30", f"{TUESDAY}T12:00"))
    assert [each.recurrence_id for each in series.skipped] == [f"{TUESDAY}T11:30"]
    assert series.booked == 5


async def test_a_hold_that_lapsed_is_no_obstacle(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    await hub.hold(room, await hub.member(), 9 + WEEK, 10 + WEEK)
    await hub.set_clock(NOW + timedelta(minutes=11))
    assert (await start(hub, room, person)).skipped == []


async def test_dates_come_into_reach_with_time_and_are_booked_then(
    hub: Hub, worker_database: Database
) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person, rule=TUESDAYS)
    assert series.booked_until == date(2036, 4, 5)
    assert series.booked == 57
    await hub.set_clock(NOW + timedelta(days=29))
    await fire_timers(worker_database, hub)
    (told,) = await hub.facts(SeriesExtended)
    assert (told["until"], told["booked"]) == ("2036-05-03", 4)
    found = await dates(hub, series.series_id)
    assert len({each.recurrence_id for each in found}) == len(found) == 61
    assert found[-1].recurrence_id == "2036-04-29T10:00"


async def test_a_series_that_its_count_ends_is_not_looked_at_again(hub: Hub) -> None:
    await start(hub, await hub.room(), await hub.member())
    assert await hub.count("SELECT count(*) FROM timer WHERE kind = 'series-extend'") == 0


async def test_a_year_of_every_day_is_one_command(hub: Hub) -> None:
    room, person = await hub.room(), await hub.member()
    series = await start(hub, room, person, rule="FREQ=DAILY")
    weekdays, weekend_days = 56 * 5 + 4, 56 * 2
    assert (series.booked, len(series.skipped)) == (weekdays, weekend_days)
    assert len(await hub.facts(BookingConfirmed)) == weekdays


async def test_staff_book_a_series_for_who_has_no_membership(hub: Hub) -> None:
    visitor = new_id()
    staff = hub.principal(role="hub-manager")
    await start(hub, await hub.room(), visitor, audience="nomad", principal=staff)
    assert {each["paid_by"] for each in await hub.facts(BookingConfirmed)} == {"money"}


async def test_dates_left_out_from_the_start_are_neither_booked_nor_skipped(hub: Hub) -> None:
    series = await start(hub, await hub.room(), await hub.member(), excluded=(f"{TUESDAY}T10:00",))
    assert await states(hub, series.series_id) == {each: FOUR[each] for each in FOUR if each != "03-06"}


async def test_rival_series_of_one_room_share_its_dates_and_none_is_taken_twice(hub: Hub) -> None:
    room = await hub.room()
    people = [await hub.member() for _ in range(4)]
    shifts = ("10:00", "10:30", "11:00", "11:30")  # each meets its neighbours

    async def rival(person: UUID, wall: str) -> int:
        try:
            series = await start(hub, room, person, first=f"{TUESDAY}T{wall}", rule=f"{TUESDAYS};COUNT=20")
        except SeriesNotWhole:
            return 0
        return series.booked or 0

    booked = await asyncio.gather(*(rival(*each) for each in zip(people, shifts, strict=True)))
    assert sum(booked) == await hub.count("SELECT count(*) FROM claims")
    assert 20 <= sum(booked) <= 40, "of four in a row, one or two fit on each Tuesday"
    assert await hub.count("SELECT count(DISTINCT starts_on) FROM bookings") == 20

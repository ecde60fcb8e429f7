"""Quotas in the transaction that books: who shares them, what counts, what gives back."""

import asyncio
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from booking_builders import NOW, Hub, a_hub, a_membership, at, fire_timers, tell
from policy_builders import approval, give_up, publish, reject

from booking.bookings.handlers import BookResource, book_resource
from booking.changes.handlers import RescheduleBooking, reschedule_booking
from booking.openings.handlers import DefineOpeningHours, OpenedHours, define_resource_hours
from booking.quotas.model import QuotaTooSmall, QuotaUsedUp
from booking.resources.handlers import ResourceView
from chassis.db import Database
from chassis.ids import new_id
from contracts.membership import PersonAffiliated
from contracts.values import Party


def quota(**said: Any) -> list[dict[str, Any]]:
    return [{"per": "person", "counted": "bookings", "limit": 2, "window": "week", **said}]


async def test_the_third_booking_of_a_week_is_refused_with_what_is_used_and_when_it_frees(hub: Hub) -> None:
    await publish(hub, quotas=quota())
    person, room = await hub.member(), await hub.room()
    for start in (9, 33):
        await hub.book(room, person, start, start + 1)
    with pytest.raises(QuotaUsedUp) as refused:
        await hub.book(room, person, 57, 58)
    values = refused.value.values
    assert (values["policy"], values["used"], values["limit"]) == ("Salles", "2", 2)
    assert values["frees"] == "2035-03-12"
    await hub.book(room, person, 6 * 24 + 9, 6 * 24 + 10)
    await hub.book(room, await hub.member(), 57, 58)


async def test_what_is_given_up_rejected_or_lapsed_gives_back_and_a_hold_counts(
    hub: Hub, worker_database: Database
) -> None:
    await publish(hub, quotas=quota(limit=1), approval=approval(needed="above", above_attendees=10))
    person, room = await hub.member(), await hub.room()
    await give_up(hub, await hub.book(room, person, 9, 10))
    await reject(hub, await hub.book(room, person, 9, 10, attendees=11))
    await hub.hold(room, person, 9, 10)
    with pytest.raises(QuotaUsedUp):
        await hub.book(room, person, 11, 12)
    await hub.set_clock(NOW + timedelta(minutes=11))
    await hub.book(room, person, 11, 12)
    await fire_timers(worker_database, hub)
    with pytest.raises(QuotaUsedUp):
        await hub.book(room, person, 13, 14)


async def test_a_booking_that_moves_does_not_count_twice(hub: Hub) -> None:
    await publish(hub, quotas=quota(limit=2, counted="hours", window="day"))
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 11)
    to = RescheduleBooking(start=at(10), end=at(12))
    async with hub.database.tx(hub.territory) as tx:
        await reschedule_booking(tx, booked.booking_id, to, hub.principal(person))
    too_long = RescheduleBooking(start=at(10), end=at(12.5))
    with pytest.raises(QuotaTooSmall):
        async with hub.database.tx(hub.territory) as tx:
            await reschedule_booking(tx, booked.booking_id, too_long, hub.principal(person))


async def test_colleagues_share_the_quota_of_the_organisation_that_pays(hub: Hub) -> None:
    await publish(hub, quotas=quota(per="organisation", limit=1))
    company, one, other = new_id(), new_id(), new_id()
    await hub_company(hub, company, one, other)
    room, alone = await hub.room(), await hub.member()
    await hub.book(room, one, 9, 10)
    with pytest.raises(QuotaUsedUp):
        await hub.book(room, other, 11, 12)
    for start in (13, 14):
        await hub.book(room, alone, start, start + 1)


async def test_holders_of_a_plan_and_everybody_share_theirs(hub: Hub) -> None:
    await publish(hub, quotas=[*quota(per="plan", limit=1), *quota(per="everybody", limit=3)])
    plan, room = new_id(), await hub.room()
    one, other = [await hub.member(plan_id=plan) for _ in range(2)]
    await hub.book(room, one, 9, 10)
    with pytest.raises(QuotaUsedUp) as refused:
        await hub.book(room, other, 11, 12)
    assert refused.value.values["per"] == "plan"
    for start in (11, 12):
        await hub.book(room, await hub.member(), start, start + 1)
    with pytest.raises(QuotaUsedUp) as refused:
        await hub.book(room, await hub.member(), 13, 14)
    assert refused.value.values["per"] == "everybody"


async def test_only_its_kinds_and_its_scope_count_unless_it_spans_the_territory(hub: Hub) -> None:
    room, other = await hub.room(), await hub.room("Salle d'Orbiel")
    desk = await hub.room("Poste 1", kind="desk")
    await publish(hub, room.resource_id, quotas=quota(limit=1, kinds=["room"]))
    person = await hub.member()
    await hub.book(other, person, 9, 10)
    await hub.book(desk, person, 9, 10)
    await hub.book(room, person, 9, 10)
    with pytest.raises(QuotaUsedUp):
        await hub.book(room, person, 11, 12)
    await publish(hub, other.resource_id, quotas=quota(limit=2, kinds=["room"], across="territory"))
    with pytest.raises(QuotaUsedUp):
        await hub.book(other, person, 11, 12)


async def test_a_night_with_a_clock_change_has_its_true_hours(hub: Hub) -> None:
    await publish(hub, quotas=quota(counted="hours", limit=24, window="day"))
    person, room = await hub.member(), await open_all_day(hub)
    await book_day(hub, room, person, date(2035, 3, 25))  # 23 hours long
    with pytest.raises(QuotaTooSmall) as refused:
        await book_day(hub, room, person, date(2035, 10, 28))
    assert refused.value.values["wanted"] == "25"


async def test_of_sixteen_rivals_for_the_last_unit_one_gets_it(crowd: Database, territory: str) -> None:
    hub = await a_hub(crowd, territory)
    await publish(hub, quotas=quota(limit=3, window="rolling", days=7))
    person = await hub.member()
    rooms = [await hub.room(f"Salle {number}") for number in range(16)]

    async def attempt(number: int) -> str:
        try:
            await hub.book(rooms[number], person, 9 + 24 * (number % 3), 10 + 24 * (number % 3))
        except QuotaUsedUp as refused:
            return refused.code
        return "booked"

    outcomes = Counter(await asyncio.gather(*(attempt(number) for number in range(16))))
    assert outcomes == {"booked": 3, "quota-used-up": 13}
    assert await hub.count("SELECT count(*) FROM claims") == 3


async def hub_company(hub: Hub, company: UUID, *people: UUID) -> None:
    """Let people belong to a company that holds a membership."""
    party = Party(organisation_id=company)
    belong = [
        PersonAffiliated(
            affiliation_id=new_id(),
            person_id=person,
            organisation_id=company,
            role="employee",
            valid_from=date(2035, 1, 1),
        )
        for person in people
    ]
    await tell(hub.database, hub.territory, a_membership(holder=party, payer=party), *belong)


async def open_all_day(hub: Hub) -> ResourceView:
    room = await hub.room("Nuit")
    weekly = tuple(OpenedHours(weekday=day, opens="00:00", closes="24:00") for day in range(1, 8))
    async with hub.database.tx(hub.territory) as tx:
        hours = DefineOpeningHours(valid_from=date(2035, 1, 1), weekly=weekly)
        await define_resource_hours(tx, room.resource_id, hours)
    return room


async def book_day(hub: Hub, room: ResourceView, person: UUID, day: date) -> None:
    """Book a whole civil day, whatever its length."""
    paris = ZoneInfo("Europe/Paris")
    start, end = (datetime.combine(each, time(), paris) for each in (day, day + timedelta(days=1)))
    command = BookResource(
        booking_id=new_id(), resource_id=room.resource_id, person_id=person, start=start, end=end
    )
    async with hub.database.tx(hub.territory) as tx:
        await book_resource(tx, command, hub.principal(person))

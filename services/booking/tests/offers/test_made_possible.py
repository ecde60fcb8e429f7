"""What was closed or not there, and is now, is offered too."""

from datetime import date, timedelta

from booking_builders import NOW, Hub, at, fire_timers
from waitlist_builders import now_of, state, wait

from booking.openings.handlers import DefineOpeningHours, OpenedHours, define_site_hours
from booking.resources.handlers import ChangeResource, change_resource
from chassis.db import Database

ANY_DAY = tuple(OpenedHours(weekday=day, opens="07:00", closes="22:00") for day in range(1, 8))


async def test_a_new_room_is_offered_to_who_waits_for_any(hub: Hub, worker_database: Database) -> None:
    await hub.book(await hub.room("A"), await hub.member(), 9, 10)
    entry = await wait(hub, None, await hub.member(), site_id=hub.site_id, kind="room")
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "waiting"
    await hub.room("B")
    await fire_timers(worker_database, hub)
    offer = (await now_of(hub, entry)).offer
    assert offer is not None
    assert offer.resource_name == "B"


async def test_a_room_that_becomes_larger_is_offered_to_who_needs_it(
    hub: Hub, worker_database: Database
) -> None:
    small, large = await hub.room("Petite", capacity=4), await hub.room("Grande", capacity=20)
    await hub.book(large, await hub.member(), 9, 10)
    entry = await wait(hub, None, await hub.member(), site_id=hub.site_id, kind="room", attendees=6)
    async with hub.database.tx(hub.territory) as tx:
        await change_resource(tx, small.resource_id, ChangeResource(capacity=6))
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "offered"


async def test_longer_hours_are_offered_to_who_waits_for_some_time_of_them(
    hub: Hub, worker_database: Database
) -> None:
    room = await hub.room()
    await hub.book(room, await hub.member(), 17, 19)
    window = {
        "first_day": at(0).date(),
        "last_day": at(0).date(),
        "opens": "18:00",
        "closes": "22:00",
        "minutes": 60,
    }
    entry = await wait(hub, room, await hub.member(), window=window)
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "waiting"
    hours = DefineOpeningHours(valid_from=date(2035, 3, 6), weekly=ANY_DAY)
    async with hub.database.tx(hub.territory) as tx:
        await define_site_hours(tx, hub.site_id, hours)
    await fire_timers(worker_database, hub)
    offer = (await now_of(hub, entry)).offer
    assert offer is not None
    assert (offer.period.start, offer.expires_at - NOW < timedelta(hours=2)) == (at(19), True)

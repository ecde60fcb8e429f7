"""Machines in use, on a real database: who begins, what ends it, what is told to be charged."""

import asyncio
from datetime import timedelta

import pytest
from booking_builders import Hub, at, fire_timers
from machine_builders import a_machine, a_maker, beat, start, stop, used_at

from booking.machines.model import NoMachine
from booking.rights.model import NoMembership
from booking.usage.handlers import StopUsage, stop_usage
from booking.usage.model import MachineBooked, MachineInUse, MaterialUnknown, OtherBooking
from chassis.db import Database
from chassis.errors import Forbidden, Refused
from contracts.booking import BookingCheckedIn, UsageAborted, UsageStarted, UsageStopped

PLA = {"price_code": "filament", "quantity": "42"}


@pytest.fixture(autouse=True)
async def morning(hub: Hub) -> None:
    """It is Tuesday 6 March, 09:00 UTC: the site is open until 19:00 UTC."""
    await hub.set_clock(at(9))


async def test_a_use_is_begun_and_stopped_with_its_minutes_and_material(hub: Hub) -> None:
    machine, person = await a_machine(hub), await a_maker(hub)
    used = await start(hub, machine, person)
    assert (used.state, used.let_in_by) == ("open", "member")
    await hub.set_clock(at(10))
    stopped = await stop(hub, used, stopped_at=used.started_at + timedelta(minutes=45), materials=(PLA,))
    assert (stopped.state, stopped.minutes) == ("stopped", 45)
    (began,) = await hub.facts(UsageStarted)
    (told,) = await hub.facts(UsageStopped)
    assert began["ends_by"].startswith("2035-03-06T13:00")
    assert (told["minutes"], told["reason"], told["minute_price_code"]) == (45, "stopped", "printer-minute")
    assert told["materials"] == [PLA]
    assert told["person_id"] == str(person)
    assert told["payer"]["person_id"] == str(person)


async def test_a_machine_is_used_by_one_person_at_a_time_whoever_is_first(hub: Hub, crowd: Database) -> None:
    machine, people = await a_machine(hub), [await a_maker(hub) for _ in range(6)]
    crowded = Hub(crowd, hub.territory, hub.site_id)
    tried = await asyncio.gather(
        *(start(crowded, machine, person) for person in people), return_exceptions=True
    )
    assert len([each for each in tried if not isinstance(each, BaseException)]) == 1
    assert {type(each) for each in tried if isinstance(each, BaseException)} == {MachineInUse}
    assert len(await hub.facts(UsageStarted)) == 1


async def test_what_is_no_machine_or_opened_by_no_right_is_not_begun(hub: Hub) -> None:
    equipment = await hub.room("Écran", kind="equipment")
    with pytest.raises(NoMachine):
        await start(hub, equipment, await a_maker(hub))
    with pytest.raises(NoMembership):
        await start(hub, await a_machine(hub), hub.principal().person_id)


async def test_a_machine_that_somebody_else_booked_now_is_not_begun_and_yet_by_the_booking_it_is(
    hub: Hub,
) -> None:
    machine, person = await a_machine(hub), await a_maker(hub)
    booked = await hub.book(machine, person, 9, 11)
    with pytest.raises(MachineBooked):
        await start(hub, machine, await a_maker(hub))
    other = await hub.book(await a_machine(hub, "Découpe"), person, 9, 11)
    with pytest.raises(OtherBooking):
        await start(hub, machine, person, booking_id=other.booking_id)
    used = await start(hub, machine, person, booking_id=booked.booking_id)
    assert used.booking_id == booked.booking_id
    (arrived,) = await hub.facts(BookingCheckedIn)
    assert arrived["booking_id"] == str(booked.booking_id)


async def test_a_use_ends_when_the_next_booking_begins_even_one_made_meanwhile(
    hub: Hub, worker_database: Database
) -> None:
    machine, person = await a_machine(hub), await a_maker(hub)
    used = await start(hub, machine, person)
    await hub.book(machine, await a_maker(hub), 10, 11)
    await fire_timers(worker_database, hub)
    assert (await used_at(hub, used)).state == "open"
    await hub.set_clock(at(10))
    await fire_timers(worker_database, hub)
    ended = await used_at(hub, used)
    assert (ended.state, ended.reason, ended.ends_by) == ("stopped", "next_booking", at(10))


async def test_a_use_ends_at_its_limit_and_a_moved_clock_charges_no_hours(
    hub: Hub, worker_database: Database
) -> None:
    used = await start(hub, await a_machine(hub), await a_maker(hub))
    await hub.set_clock(at(13.5))
    await fire_timers(worker_database, hub)
    ended = await used_at(hub, used)
    assert (ended.state, ended.reason) == ("stopped", "longest")
    assert ended.minutes == 0, "the clock was moved: in truth seconds have passed"


async def test_a_use_ends_when_the_site_closes(hub: Hub) -> None:
    await hub.set_clock(at(17))
    used = await start(hub, await a_machine(hub), await a_maker(hub))
    assert used.ends_by == at(19), "20:00 in Paris"


async def test_a_machine_that_fell_silent_is_given_up_disputed_and_charged_only_once_settled(
    hub: Hub, worker_database: Database
) -> None:
    machine = await a_machine(hub, heartbeat_seconds=60)
    used = await start(hub, machine, await a_maker(hub))
    await hub.set_clock(at(9.5))
    await beat(hub, used, used.started_at + timedelta(minutes=20))
    await fire_timers(worker_database, hub)
    given_up = await used_at(hub, used)
    assert (given_up.state, given_up.minutes) == ("aborted", 20)
    (told,) = await hub.facts(UsageAborted)
    assert (told["reason"], told["disputed"], told["minutes"]) == ("offline", True, 20)
    assert await hub.facts(UsageStopped) == []
    await start(hub, machine, await a_maker(hub))
    settled = await stop(hub, used, stopped_at=used.started_at + timedelta(minutes=24))
    assert (settled.minutes, settled.reason) == (24, "settled")
    assert len(await hub.facts(UsageStopped)) == 1


async def test_a_machine_that_goes_on_giving_signs_is_not_given_up(
    hub: Hub, worker_database: Database
) -> None:
    used = await start(hub, await a_machine(hub, heartbeat_seconds=60), await a_maker(hub))
    await hub.set_clock(at(9.5))
    await beat(hub, used)
    await fire_timers(worker_database, hub)
    assert (await used_at(hub, used)).state == "open"


async def test_who_pays_does_not_say_when_it_stopped_and_yet_stops_it_now(hub: Hub) -> None:
    used = await start(hub, await a_machine(hub), await a_maker(hub))
    user = hub.principal(used.person_id)
    async with hub.database.tx(hub.territory) as tx:
        with pytest.raises(Forbidden):
            await stop_usage(tx, used.usage_id, StopUsage(stopped_at=used.started_at), user)
        assert (await stop_usage(tx, used.usage_id, StopUsage(), user)).state == "stopped"


async def test_who_pays_does_not_settle_what_was_given_up(hub: Hub, worker_database: Database) -> None:
    used = await start(hub, await a_machine(hub, heartbeat_seconds=60), await a_maker(hub))
    await beat(hub, used)
    await hub.set_clock(at(9.5))
    await fire_timers(worker_database, hub)
    async with hub.database.tx(hub.territory) as tx:
        with pytest.raises(Forbidden):
            await stop_usage(tx, used.usage_id, StopUsage(), hub.principal(used.person_id))


async def test_a_material_that_the_machine_does_not_use_up_is_refused_by_name(hub: Hub) -> None:
    used = await start(hub, await a_machine(hub), await a_maker(hub))
    with pytest.raises(MaterialUnknown) as refused:
        await stop(hub, used, materials=({"price_code": "wood", "quantity": "1"},))
    assert refused.value.values["known"] == "filament"


async def test_a_closed_machine_is_not_begun(hub: Hub) -> None:
    await hub.set_clock(at(19.5))
    with pytest.raises(Refused, match="open"):
        await start(hub, await a_machine(hub), await a_maker(hub))

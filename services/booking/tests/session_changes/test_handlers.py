"""Sessions move as one or stay, and are given up with everything: by staff, or for want of people."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from booking_builders import NOW, Hub, at, fire_timers
from session_builders import a_session, registered, seats

from booking.bookings.model import SlotTaken
from booking.session_changes.handlers import (
    CancelSession,
    RescheduleSession,
    cancel_session,
    reschedule_session,
)
from booking.sessions.handlers import SessionView
from booking.sessions.model import SessionIsCancelled
from chassis.db import Database
from chassis.ids import new_id
from contracts.booking import (
    BookingCancelled,
    BookingRescheduled,
    RegistrationCancelled,
    SessionCancelled,
    SessionRescheduled,
)

CLAIMED = "SELECT count(DISTINCT (starts_at, leaf_id)) FROM claims WHERE starts_at = $1"


async def move(hub: Hub, session: SessionView, *hours: tuple[int, float, float]) -> SessionView:
    dates: list[Any] = [
        {"position": number, "start": at(start), "end": at(end)} for number, start, end in hours
    ]
    command = RescheduleSession(dates=tuple(dates))
    async with hub.database.tx(hub.territory) as tx:
        principal = hub.principal(role="hub-manager")
        return await reschedule_session(tx, session.session_id, command, principal)


async def give_up(hub: Hub, session_id: UUID) -> SessionView:
    async with hub.database.tx(hub.territory) as tx:
        return await cancel_session(tx, session_id, CancelSession(reason="La formatrice est souffrante"))


async def test_a_half_day_moves_with_all_that_it_needs_and_everybody_is_named(hub: Hub) -> None:
    laser = await hub.room("Découpe laser", kind="equipment")
    with_ids = [str(laser.resource_id)]
    session = await a_session(hub, await hub.room(capacity=8), with_resource_ids=with_ids)
    person = await registered(hub, session, new_id())
    moved = await move(hub, session, (0, 13, 16))
    assert moved.dates[0].period.start == at(13)
    assert await hub.count(CLAIMED, at(13)) == 2
    assert await hub.count(CLAIMED, at(8)) == 0
    [told] = await hub.facts(SessionRescheduled)
    assert told["person_ids"] == [str(person.person_id)]
    assert told["previous_dates"][0]["period"]["start"] == "2035-03-06T08:00:00Z"
    [booking] = await hub.facts(BookingRescheduled)
    assert booking["session_id"] == str(session.session_id)


async def test_where_the_machine_is_taken_the_session_stays_where_it_was(hub: Hub) -> None:
    laser = await hub.room("Découpe laser", kind="equipment")
    member = await hub.member(entitlements=[{"resource_kinds": ["equipment"], "paid_by": "plan"}])
    await hub.book(laser, member, 14, 15)
    session = await a_session(
        hub, await hub.room(capacity=8), (8, 11), with_resource_ids=[str(laser.resource_id)]
    )
    with pytest.raises(SlotTaken):
        await move(hub, session, (0, 13, 16))
    assert await hub.count(CLAIMED, at(8)) == 2
    assert await hub.facts(SessionRescheduled) == []


async def test_two_half_days_change_places(hub: Hub) -> None:
    session = await a_session(hub, await hub.room(capacity=8), (8, 11), (13, 16))
    moved = await move(hub, session, (0, 13, 16), (1, 8, 11))
    assert [each.period.start for each in moved.dates] == [at(13), at(8)]
    assert await hub.count("SELECT count(*) FROM claims") == 2


async def test_a_session_given_up_frees_everything_and_costs_nobody(hub: Hub) -> None:
    session = await a_session(hub, await hub.room(capacity=8), (8, 11), (13, 16))
    for wait in (False, True):
        await registered(hub, session, new_id(), wait=wait)
    await hub.set_clock(at(0))
    assert (await give_up(hub, session.session_id)).state == "cancelled"
    assert await hub.count("SELECT count(*) FROM claims") == 0
    assert await hub.count("SELECT sum(taken)::int FROM session_quotas") == 0
    told = await hub.facts(RegistrationCancelled)
    assert {(each["cause"], each["due_percent"]) for each in told} == {("called_off", 0)}
    assert len(await hub.facts(BookingCancelled)) == 2
    with pytest.raises(SessionIsCancelled):
        await registered(hub, session, new_id())
    with pytest.raises(SessionIsCancelled):
        await give_up(hub, session.session_id)


async def test_with_too_few_people_it_is_not_held_and_an_offer_is_no_registration(
    hub: Hub, worker_database: Database
) -> None:
    decide_at = NOW + timedelta(hours=3)
    room = await hub.room(capacity=8)
    session = await a_session(hub, room, quotas=[seats(2)], minimum=2, decide_at=decide_at.isoformat())
    held = await a_session(hub, room, (13, 16), minimum=1, decide_at=decide_at.isoformat())
    for each in (session, held):
        await registered(hub, each, new_id())
    await hub.set_clock(decide_at + timedelta(seconds=5))
    await fire_timers(worker_database, hub)
    [told] = await hub.facts(SessionCancelled)
    assert (told["session_id"], told["reason"]) == (str(session.session_id), "below_minimum")
    [person] = await hub.facts(RegistrationCancelled)
    assert (person["cause"], person["cancelled_by"]) == ("below_minimum", "platform")

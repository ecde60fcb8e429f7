"""Joining and leaving, on the real database: only for what is taken, once, by who may have it."""

from datetime import timedelta
from typing import Any

import pytest
from booking_builders import MONDAY, NOW, Hub, at, fire_timers
from waitlist_builders import accept, give_up, leave, now_of, state, told, wait

from booking.bookable.model import DeskOnly, PeriodPast
from booking.bookings.model import SlotTaken
from booking.openings.model import ClosedThatDay, OutsideOpeningHours
from booking.rights.model import NoMembership
from booking.waitlists.model import (
    AlreadyWaiting,
    FreeNow,
    NothingToWaitFor,
    NotWaiting,
    TooLateToWait,
    WindowTooNarrow,
)
from chassis.db import Database
from chassis.ids import new_id
from contracts.booking import WaitlistJoined, WaitlistLeft
from contracts.values import Party

TUESDAY = MONDAY + timedelta(days=1)
MORNINGS = {
    "first_day": TUESDAY,
    "last_day": TUESDAY + timedelta(days=1),
    "opens": "09:00",
    "closes": "11:00",
    "minutes": 60,
}


def anywhere(hub: Hub) -> dict[str, Any]:
    """Any room of the hub."""
    return {"site_id": hub.site_id, "kind": "room"}


async def test_what_is_free_is_named_and_not_waited_for(hub: Hub) -> None:
    room, person = await hub.room(), await hub.member()
    with pytest.raises(FreeNow) as refused:
        await wait(hub, room, person)
    assert refused.value.values == {
        "resource": "Salle d'Aude",
        "resource_id": str(room.resource_id),
        "start": "2035-03-06 10:00",
        "end": "2035-03-06 11:00",
    }
    assert refused.value.cure_said("fr") == "Réservez Salle d'Aude à cette heure."
    await hub.book(room, person, 9, 10)
    with pytest.raises(SlotTaken) as taken:
        await hub.book(room, person, 9, 10)
    assert "waitlist" in str(taken.value.cure_said())


async def test_who_waits_longest_comes_first_and_reads_by_which_rule(hub: Hub) -> None:
    room = await hub.room()
    await hub.book(room, await hub.member(), 9, 10)
    first, second = [await wait(hub, room, await hub.member()) for _ in range(2)]
    assert (first.ahead, second.ahead) == (0, 1)
    assert second.rule == "first-come: joined_at, then entry_id; one offer each"
    (one, _) = await hub.facts(WaitlistJoined)
    assert (one["resource_name"], one["minutes"], one["person_id"]) == (
        "Salle d'Aude",
        60,
        str(first.person_id),
    )
    assert one["windows"] == [
        {"start": "2035-03-06T09:00:00Z", "end": "2035-03-06T10:00:00Z", "zone": "Europe/Paris"}
    ]


async def test_one_person_waits_once_for_one_thing_at_one_time_and_yet_for_another(hub: Hub) -> None:
    room, person = await hub.room(), await hub.member()
    await hub.book(room, await hub.member(), 9, 12)
    entry = await wait(hub, room, person, 9, 10)
    with pytest.raises(AlreadyWaiting) as refused:
        await wait(hub, room, person, 9.5, 10.5)
    assert refused.value.values["entry_id"] == str(entry.entry_id)
    await wait(hub, room, person, 10, 11)
    await leave(hub, entry)
    await wait(hub, room, person, 9, 9.5)


async def test_a_wish_for_any_room_names_one_that_is_free_and_waits_when_none_is(hub: Hub) -> None:
    small, large = await hub.room("Petite", capacity=4), await hub.room("Grande", capacity=20)
    person, any_room = await hub.member(), anywhere(hub)
    await hub.book(large, person, 9, 10)
    with pytest.raises(FreeNow) as refused:
        await wait(hub, None, person, **any_room)
    assert refused.value.values["resource"] == "Petite"
    assert (await wait(hub, None, person, attendees=12, **any_room)).state == "waiting"
    await hub.book(small, person, 9, 10)
    assert (await wait(hub, None, await hub.member(), **any_room)).ahead == 1


async def test_a_window_takes_the_first_time_that_any_of_its_days_has(
    hub: Hub, worker_database: Database
) -> None:
    room, person = await hub.room(), await hub.member()
    days = [await hub.book(room, person, hour, hour + 2) for hour in (8, 32)]
    entry = await wait(hub, room, person, window=MORNINGS)
    assert [(each.start, each.end) for each in entry.windows] == [(at(8), at(10)), (at(32), at(34))]
    assert entry.minutes == 60
    await give_up(hub, days[1])
    await fire_timers(worker_database, hub)
    offer = (await now_of(hub, entry)).offer
    assert offer is not None
    assert (offer.period.start, offer.period.end) == (at(32), at(33))


async def test_what_can_never_be_is_refused_by_what_stands_against_it(hub: Hub) -> None:
    room, person = await hub.room(capacity=4), await hub.member()
    await hub.book(room, person, 9, 10)
    with pytest.raises(OutsideOpeningHours):
        await wait(hub, room, person, 5, 6)
    with pytest.raises(ClosedThatDay):
        await wait(hub, room, person, 9 + 5 * 24, 10 + 5 * 24)
    with pytest.raises(NothingToWaitFor):
        await wait(hub, None, person, site_id=hub.site_id, kind="office")
    with pytest.raises(NothingToWaitFor):
        await wait(hub, None, person, site_id=hub.site_id, kind="room", attendees=5)
    with pytest.raises(PeriodPast):
        await wait(hub, room, person, -30, -29)
    with pytest.raises(WindowTooNarrow):
        await wait(hub, room, person, window={**MORNINGS, "minutes": 180})
    with pytest.raises(NoMembership):
        await wait(hub, room, new_id())


async def test_it_is_too_late_when_no_offer_could_be_answered(hub: Hub) -> None:
    room, person = await hub.room(), await hub.member()
    await hub.book(room, person, 9, 10)
    await hub.set_clock(at(9) - timedelta(minutes=19))
    with pytest.raises(TooLateToWait) as refused:
        await wait(hub, room, person)
    assert refused.value.values["minutes"] == 20


async def test_the_desk_puts_a_walk_in_on_the_list_and_a_member_does_not(
    hub: Hub, worker_database: Database
) -> None:
    room, guest = await hub.room(), new_id()
    taken = await hub.book(room, await hub.member(), 9, 10)
    walk_in: dict[str, Any] = {"audience": "company", "payer": Party(person_id=guest)}
    with pytest.raises(DeskOnly):
        await wait(hub, room, guest, **walk_in)
    desk = hub.principal(role="hub-manager", site_id=hub.site_id)
    entry = await wait(hub, room, guest, by=desk, **walk_in)
    await give_up(hub, taken)
    await fire_timers(worker_database, hub)
    assert (await accept(hub, entry)).state == "accepted"
    row = "SELECT count(*) FROM bookings WHERE state = 'confirmed' AND person_id = $1 AND paid_by = 'money'"
    assert await hub.count(row, guest) == 1


async def test_who_left_is_offered_nothing_and_who_is_taken_off_reads_why(
    hub: Hub, worker_database: Database
) -> None:
    room = await hub.room()
    taken = await hub.book(room, await hub.member(), 9, 10)
    first, second = [await wait(hub, room, await hub.member()) for _ in range(2)]
    await leave(hub, first, hub.principal(role="hub-manager"), "Doublon")
    await give_up(hub, taken)
    await fire_timers(worker_database, hub)
    assert [await state(hub, each) for each in (first, second)] == ["left", "offered"]
    (left,) = await hub.facts(WaitlistLeft)
    assert (left["left_by"], left["reason"]) == ("staff", "Doublon")
    with pytest.raises(NotWaiting):
        await leave(hub, first)


async def test_an_entry_ends_when_what_it_waits_for_begins(hub: Hub, worker_database: Database) -> None:
    room = await hub.room()
    await hub.book(room, await hub.member(), 9, 10)
    entry = await wait(hub, room, await hub.member())
    await hub.set_clock(at(9) - timedelta(seconds=30))
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "waiting"
    await hub.set_clock(at(9))
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "ended"
    assert (await told(hub)) == ["Joined", "Ended"]
    assert entry.joined_at >= NOW

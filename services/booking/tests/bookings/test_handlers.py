"""Holding, booking, moving and giving up, on the real database."""

from datetime import timedelta

import pytest
from booking_builders import NOW, Hub, at, fire_timers

from booking.bookings.handlers import ConfirmBooking, confirm_booking
from booking.bookings.model import HoldLapsed, SlotTaken
from booking.changes.handlers import CancelBooking, RescheduleBooking, cancel_booking, reschedule_booking
from chassis.db import Database
from chassis.idempotency import IdReused
from contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingHeld,
    BookingRescheduled,
)

CLAIMS = "SELECT count(*) FROM claims WHERE booking_id = $1"


async def test_a_booked_room_is_told_with_all_that_a_charge_needs(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room(price_code="room")
    booked = await hub.book(room, person, 9, 10, attendees=4)
    (told,) = await hub.facts(BookingConfirmed)
    assert booked.state == "confirmed"
    assert told["resource_name"] == "Salle d'Aude"
    assert told["site_name"] == "L'Atelier d'Aude"
    assert told["period"] == {
        "start": "2035-03-06T09:00:00Z",
        "end": "2035-03-06T10:00:00Z",
        "zone": "Europe/Paris",
    }
    assert (told["audience"], told["paid_by"], told["plan_version"]) == ("nomad", "plan", 1)
    assert told["payer"]["person_id"] == told["person_id"] == str(person)
    assert (told["price_code"], told["attendees"], told["kind"]) == ("room", 4, "room")
    assert told["rights_as_of"] == "2035-03-05T08:00:00Z"


async def test_a_taken_slot_is_refused_and_the_neighbouring_ones_are_not(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    await hub.book(room, person, 9, 10)
    for start, end in ((9, 10), (8.5, 9.5), (9.25, 9.75), (8, 11)):
        with pytest.raises(SlotTaken):
            await hub.book(room, person, start, end)
    await hub.book(room, person, 8, 9)
    await hub.book(room, person, 10, 11)


async def test_turnaround_keeps_the_next_one_out_and_no_longer(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room(turnaround_minutes=15)
    await hub.book(room, person, 9, 10)
    with pytest.raises(SlotTaken):
        await hub.book(room, person, 10, 11)
    with pytest.raises(SlotTaken):
        await hub.book(room, person, 8, 9)
    await hub.book(room, person, 10.25, 11)
    await hub.book(room, person, 7.5, 8.75)


async def test_a_composed_room_and_its_parts_exclude_each_other(hub: Hub) -> None:
    person = await hub.member()
    a, b, c = await hub.room("A"), await hub.room("B"), await hub.room("C")
    ab = await hub.composed("A + B", a, b)
    abc = await hub.composed("A + B + C", ab, c)
    await hub.book(a, person, 9, 10)
    for room in (ab, abc):
        with pytest.raises(SlotTaken):
            await hub.book(room, person, 9, 10)
    await hub.book(b, person, 9, 10)
    await hub.book(abc, person, 10, 11)
    for room in (a, b, c, ab):
        with pytest.raises(SlotTaken):
            await hub.book(room, person, 10.5, 11)


async def test_a_refusal_offers_other_times_and_other_rooms_that_are_free(hub: Hub) -> None:
    person = await hub.member()
    room = await hub.room("Aude", capacity=10)
    small, large = await hub.room("Orbiel", capacity=4), await hub.room("Fresquel", capacity=12)
    await hub.book(room, person, 9, 10)
    await hub.book(large, person, 12, 13)
    with pytest.raises(SlotTaken) as refused:
        await hub.book(room, person, 9, 10, attendees=8)
    offered = refused.value.values["alternatives"]
    assert isinstance(offered, list)
    named = [(each["resource_name"], str(each["start"])[11:16]) for each in offered if isinstance(each, dict)]
    assert named == [("Aude", "08:00"), ("Aude", "10:00"), ("Fresquel", "09:00")]
    assert str(small.resource_id) not in str(offered)
    await hub.book(large, person, 9, 10, attendees=8)


async def test_where_a_day_is_full_a_refusal_offers_the_same_hour_of_the_next_open_days(hub: Hub) -> None:
    person, other, room = await hub.member(), await hub.member(), await hub.room("Aude")
    friday, monday, tuesday, wednesday = (24 * days for days in (3, 6, 7, 8))
    await hub.book(room, other, friday + 7, friday + 19)
    await hub.book(room, other, tuesday + 8.5, tuesday + 19)
    with pytest.raises(SlotTaken) as refused:
        await hub.book(room, person, friday + 9, friday + 10)
    offered = refused.value.values["alternatives"]
    assert isinstance(offered, list)
    starts = [str(each["start"]) for each in offered if isinstance(each, dict)]
    expected = (monday + 9, tuesday + 7.5, wednesday + 9)
    assert starts == [at(hour).isoformat() for hour in expected]
    for hour in expected:
        await hub.book(room, person, hour, hour + 1)


async def test_a_hold_that_is_confirmed_outlives_its_time(hub: Hub, worker_database: Database) -> None:
    person, room = await hub.member(), await hub.room()
    held = await hub.hold(room, person, 9, 10)
    assert held.expires_at is not None
    async with hub.database.tx(hub.territory) as tx:
        confirmed = await confirm_booking(tx, held.booking_id, ConfirmBooking())
    assert (confirmed.state, confirmed.expires_at) == ("confirmed", None)
    await hub.set_clock(NOW + timedelta(minutes=30))
    await fire_timers(worker_database, hub)
    with pytest.raises(SlotTaken):
        await hub.book(room, person, 9, 10)
    assert await hub.count(CLAIMS, held.booking_id) == 1
    assert len(await hub.facts(BookingHeld, BookingConfirmed)) == 2


async def test_a_hold_whose_time_is_over_ends_by_its_timer(hub: Hub, worker_database: Database) -> None:
    person, room = await hub.member(), await hub.room()
    held = await hub.hold(room, person, 9, 10)
    with pytest.raises(SlotTaken):
        await hub.book(room, person, 9, 10)
    await hub.set_clock(NOW + timedelta(minutes=11))
    await fire_timers(worker_database, hub)
    (told,) = await hub.facts(BookingExpired)
    assert told["booking_id"] == str(held.booking_id)
    assert await hub.count(CLAIMS, held.booking_id) == 0
    await hub.book(room, person, 9, 10)


async def test_a_lapsed_hold_in_the_way_is_ended_by_who_comes_next(hub: Hub) -> None:
    person = await hub.member()
    a, b = await hub.room("A"), await hub.room("B")
    held = await hub.hold(await hub.composed("A + B", a, b), person, 9, 10)
    await hub.set_clock(NOW + timedelta(minutes=11))
    await hub.book(a, person, 9, 10)
    (told,) = await hub.facts(BookingExpired)
    assert told["booking_id"] == str(held.booking_id)
    await hub.book(b, person, 9, 10)


async def test_a_hold_cannot_be_confirmed_when_its_time_is_over(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    held = await hub.hold(room, person, 9, 10)
    await hub.set_clock(NOW + timedelta(minutes=11))
    with pytest.raises(HoldLapsed):
        async with hub.database.tx(hub.territory) as tx:
            await confirm_booking(tx, held.booking_id, ConfirmBooking())


async def test_a_booking_moves_whole_or_stays(hub: Hub) -> None:
    person = await hub.member()
    a, b = await hub.room("A"), await hub.room("B")
    ab = await hub.composed("A + B", a, b)
    booked = await hub.book(ab, person, 9, 10)
    await hub.book(b, person, 11, 12)
    principal = hub.principal(person)
    with pytest.raises(SlotTaken):
        async with hub.database.tx(hub.territory) as tx:
            await reschedule_booking(
                tx, booked.booking_id, RescheduleBooking(start=at(11), end=at(12)), principal
            )
    assert await hub.count(CLAIMS, booked.booking_id) == 2
    to = RescheduleBooking(start=at(11), end=at(12), resource_id=a.resource_id)
    async with hub.database.tx(hub.territory) as tx:
        moved = await reschedule_booking(tx, booked.booking_id, to, principal)
    assert (moved.resource_name, moved.period.start) == ("A", at(11))
    await hub.book(ab, person, 9, 10)
    (told,) = await hub.facts(BookingRescheduled)
    assert told["previous_resource_id"] == str(ab.resource_id)
    assert told["previous_period"]["start"] == "2035-03-06T09:00:00Z"


async def test_a_booking_may_overlap_itself_when_it_moves(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 11)
    async with hub.database.tx(hub.territory) as tx:
        to = RescheduleBooking(start=at(10), end=at(12))
        await reschedule_booking(tx, booked.booking_id, to, hub.principal(person))
    await hub.book(room, person, 9, 10)
    with pytest.raises(SlotTaken):
        await hub.book(room, person, 11, 12)


@pytest.mark.parametrize(("hours_before", "due"), [(24, 0), (23.9, 50)])
async def test_a_member_who_cancels_late_still_owes_a_part(hub: Hub, hours_before: float, due: int) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 17, 18)
    await hub.set_clock(at(17) - timedelta(hours=hours_before, seconds=5 if due == 0 else 0))
    async with hub.database.tx(hub.territory) as tx:
        cancelled = await cancel_booking(
            tx, booked.booking_id, CancelBooking(reason="J'ai changé d'avis"), hub.principal(person)
        )
    assert cancelled.state == "cancelled"
    (told,) = await hub.facts(BookingCancelled)
    assert (told["due_percent"], told["cancelled_by"], told["reason"]) == (
        due,
        "member",
        "J'ai changé d'avis",
    )
    await hub.book(room, person, 17, 18)


async def test_what_staff_cancels_costs_nothing(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    async with hub.database.tx(hub.territory) as tx:
        staff = hub.principal(role="hub-manager")
        await cancel_booking(tx, booked.booking_id, CancelBooking(), staff)
    (told,) = await hub.facts(BookingCancelled)
    assert (told["due_percent"], told["cancelled_by"]) == (0, "staff")


async def test_an_id_that_names_another_booking_is_refused(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    with pytest.raises(IdReused):
        await hub.book(room, person, 12, 13, booking_id=booked.booking_id)

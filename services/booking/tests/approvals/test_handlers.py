"""Requests: asked for, decided on, or left until their deadline, on the real database."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from booking_builders import NOW, Hub, a_hub, at, fire_timers
from policy_builders import approval, approve, give_up, publish, reject, state

from booking.bookings.handlers import BookingView, ConfirmBooking, confirm_booking
from booking.bookings.model import DecidedTooLate, NotPossibleNow, SlotTaken
from booking.changes.handlers import RescheduleBooking, reschedule_booking
from booking.resources.model import ApprovalRequired
from chassis.db import Database
from contracts.booking import BookingCancelled, BookingConfirmed, BookingRejected, BookingRequested

CLAIMS = "SELECT count(*) FROM claims WHERE booking_id = $1"


async def test_a_resource_that_asks_for_approval_makes_members_wait_and_staff_not(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room(approval_required=True)
    asked = await hub.book(room, person, 9, 10)
    assert asked.state == "requested"
    (told,) = await hub.facts(BookingRequested)
    assert (told["decide_by"], told["blocks"]) == ("2035-03-06T09:00:00Z", True)
    assert await hub.facts(BookingConfirmed) == []
    with pytest.raises(SlotTaken):
        await hub.book(room, await hub.member(), 9, 10)


async def test_an_approved_request_is_confirmed_and_told_so_once(hub: Hub, worker_database: Database) -> None:
    person, room = await hub.member(), await hub.room(approval_required=True)
    asked = await hub.book(room, person, 9, 10)
    granted = await approve(hub, asked)
    assert (granted.state, granted.expires_at) == ("confirmed", None)
    (told,) = await hub.facts(BookingConfirmed)
    assert told["approved_at"] == told["confirmed_at"]
    await hub.set_clock(at(9.25))
    await fire_timers(worker_database, hub)
    assert await state(hub, asked) == "confirmed", "its deadline does not end what was granted"
    with pytest.raises(NotPossibleNow):
        await approve(hub, asked)
    with pytest.raises(NotPossibleNow):
        await reject(hub, asked)


async def test_a_rejected_request_says_why_and_frees_its_time(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room(approval_required=True)
    asked = await hub.book(room, person, 9, 10)
    rejected = await reject(hub, asked, "Salle réservée au conseil")
    assert (rejected.state, rejected.reason) == ("rejected", "Salle réservée au conseil")
    (told,) = await hub.facts(BookingRejected)
    assert (told["cause"], told["reason"]) == ("decided", "Salle réservée au conseil")
    assert (await hub.book(room, person, 9, 10)).state == "requested"


async def test_what_nobody_decides_in_time_is_rejected_by_its_deadline(
    hub: Hub, worker_database: Database
) -> None:
    await publish(hub, approval=approval(deadline_hours=2))
    person, room = await hub.member(), await hub.room()
    asked = await hub.book(room, person, 9, 10)
    assert asked.expires_at is not None
    assert timedelta(hours=2) <= asked.expires_at - NOW < timedelta(hours=2, minutes=1)
    await hub.set_clock(asked.expires_at)
    with pytest.raises(DecidedTooLate):
        await approve(hub, asked)
    await fire_timers(worker_database, hub)
    assert await state(hub, asked) == "rejected"
    assert [told["cause"] for told in await hub.facts(BookingRejected)] == ["not_decided_in_time"]
    assert await hub.count(CLAIMS, asked.booking_id) == 0


async def test_a_request_past_its_deadline_makes_way_for_who_comes_next(hub: Hub) -> None:
    await publish(hub, approval=approval(deadline_hours=2))
    room = await hub.room()
    late = await hub.book(room, await hub.member(), 9, 10)
    await hub.set_clock(NOW + timedelta(hours=3))
    assert (await hub.book(room, await hub.member(), 9, 10)).state == "requested"
    assert await state(hub, late) == "rejected"


async def test_requests_that_do_not_block_stand_side_by_side_until_one_is_granted(hub: Hub) -> None:
    await publish(hub, approval=approval(blocks=False))
    room, next_door = await hub.room(), await hub.room("Salle d'Orbiel")
    first, second, later, elsewhere = [
        await hub.book(place, await hub.member(), start, start + 1)
        for place, start in ((room, 9), (room, 9.5), (room, 10.5), (next_door, 9))
    ]
    assert await hub.count("SELECT count(*) FROM claims") == 0
    assert (await approve(hub, first)).state == "confirmed"
    assert [await state(hub, each) for each in (second, later, elsewhere)] == [
        "rejected",
        "requested",
        "requested",
    ]
    assert [told["cause"] for told in await hub.facts(BookingRejected)] == ["superseded"]
    with pytest.raises(SlotTaken):
        await hub.book(room, await hub.member(), 9, 10)


async def test_of_rivals_who_grant_at_once_what_collides_one_wins_and_nothing_is_given_twice(
    crowd: Database, territory: str
) -> None:
    hub = await a_hub(crowd, territory)
    await publish(hub, approval=approval(blocks=False))
    room, members = await hub.room(), [await hub.member() for _ in range(8)]
    asked = [await hub.book(room, person, 9, 10) for person in members]

    async def grant(each: BookingView) -> str:
        try:
            return (await approve(hub, each)).state
        except NotPossibleNow as refused:
            return str(refused.values["state"])

    outcomes = Counter(await asyncio.gather(*(grant(each) for each in asked)))
    assert outcomes == {"confirmed": 1, "rejected": 7}
    assert await hub.count("SELECT count(*) FROM claims") == 1
    assert len(await hub.facts(BookingConfirmed)) == 1
    assert {told["cause"] for told in await hub.facts(BookingRejected)} == {"superseded"}


async def test_granting_never_touches_a_request_whose_time_has_begun(hub: Hub) -> None:
    await publish(hub, approval=approval(blocks=False))
    room = await hub.room()
    begun = await hub.book(room, await hub.member(), 9, 12)
    await hub.set_clock(at(9))
    coming = await hub.book(room, await hub.member(), 10, 11)
    assert (await approve(hub, coming)).state == "confirmed"
    assert [told["cause"] for told in await hub.facts(BookingRejected)] == []
    assert await state(hub, begun) == "requested", "its own deadline ends it, nobody else"


async def test_granting_what_was_taken_meanwhile_is_refused_and_leaves_the_request(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    await publish(hub, approval=approval(needed="audiences", audiences=["association"], blocks=False))
    asked = await hub.book(room, await hub.member(audience="association"), 9, 10)
    await hub.book(room, person, 9, 10)
    with pytest.raises(SlotTaken):
        await approve(hub, asked)
    assert await state(hub, asked) == "requested"


async def test_a_hold_becomes_a_request_when_it_is_confirmed(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room(approval_required=True)
    held = await hub.hold(room, person, 9, 10)
    assert (held.state, held.needs_approval) == ("held", True)
    async with hub.database.tx(hub.territory) as tx:
        asked = await confirm_booking(tx, held.booking_id, ConfirmBooking())
    assert asked.state == "requested"
    assert await hub.count(CLAIMS, held.booking_id) == 1
    assert (await approve(hub, asked)).state == "confirmed"


async def test_a_hold_of_what_does_not_block_gives_its_claim_back_when_it_is_asked_for(hub: Hub) -> None:
    await publish(hub, approval=approval(blocks=False))
    person, room = await hub.member(), await hub.room()
    held = await hub.hold(room, person, 9, 10)
    assert await hub.count(CLAIMS, held.booking_id) == 1
    async with hub.database.tx(hub.territory) as tx:
        await confirm_booking(tx, held.booking_id, ConfirmBooking())
    assert await hub.count(CLAIMS, held.booking_id) == 0


async def test_a_request_is_withdrawn_for_nothing(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room(approval_required=True)
    await give_up(hub, await hub.book(room, person, 9, 10))
    assert [told["due_percent"] for told in await hub.facts(BookingCancelled)] == [0]
    assert await hub.count("SELECT count(*) FROM timer WHERE kind = 'hold'") == 0


async def test_a_member_does_not_move_into_what_needs_approval_and_staff_do(hub: Hub) -> None:
    person, room, large = (
        await hub.member(),
        await hub.room(),
        await hub.room("Grande", approval_required=True),
    )
    booked = await hub.book(room, person, 9, 10)
    to = RescheduleBooking(start=at(9), end=at(10), resource_id=large.resource_id)
    with pytest.raises(ApprovalRequired):
        async with hub.database.tx(hub.territory) as tx:
            await reschedule_booking(tx, booked.booking_id, to, hub.principal(person))
    async with hub.database.tx(hub.territory) as tx:
        moved = await reschedule_booking(tx, booked.booking_id, to, hub.principal(role="hub-manager"))
    assert (moved.state, moved.resource_name) == ("confirmed", "Grande")


@pytest.mark.parametrize(
    ("hours", "attendees", "state_after"), [(2, 4, "confirmed"), (2, 12, "requested"), (5, 4, "requested")]
)
async def test_only_long_or_large_bookings_wait_where_the_policy_says_so(
    hub: Hub, hours: int, attendees: int, state_after: str
) -> None:
    await publish(hub, approval=approval(needed="above", above_hours=4, above_attendees=10))
    booked = await hub.book(await hub.room(), await hub.member(), 9, 9 + hours, attendees=attendees)
    assert booked.state == state_after


async def test_a_policy_that_asks_for_nothing_outdoes_the_mark_of_the_resource(hub: Hub) -> None:
    await publish(hub)
    room = await hub.room(approval_required=True)
    assert (await hub.book(room, await hub.member(), 9, 10)).state == "confirmed"

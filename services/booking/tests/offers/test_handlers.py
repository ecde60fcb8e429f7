"""The cascade, on the real database: to one after the other, each once, whatever comes between."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from booking_builders import NOW, Hub, a_membership, at, fire_timers, state_of, tell
from waitlist_builders import accept, decline, give_up, leave, now_of, state, told, until, wait

from booking.app import service
from booking.bookings.handlers import ConfirmBooking, confirm_booking, expire_hold
from booking.bookings.model import HoldLapsed, SlotTaken
from booking.changes.handlers import CancelBooking, RescheduleBooking, cancel_booking, reschedule_booking
from booking.offers import handlers
from booking.outages.handlers import (
    ReturnToService,
    TakeOutOfService,
    return_to_service,
    take_out_of_service,
)
from booking.resources.handlers import ResourceView
from booking.sites.handlers import SetBookingRules, set_booking_rules
from booking.waitlists.handlers import EntryView
from booking.waitlists.model import NotWaiting
from chassis.db import Database
from chassis.timers import Timer, Timers
from contracts.booking import (
    BookingConfirmed,
    BookingExpired,
    BookingHeld,
    WaitlistOfferAccepted,
    WaitlistOfferExpired,
    WaitlistOfferMade,
)
from contracts.membership import MembershipEnded, MembershipSuspended

CLAIMS = "SELECT count(*) FROM claims"


async def a_full_room(hub: Hub, waiting: int) -> tuple[ResourceView, list[EntryView]]:
    """A room that somebody has just given up, and those who wait for it."""
    room = await hub.room()
    taken = await hub.book(room, await hub.member(), 9, 10)
    entries = [await wait(hub, room, await hub.member()) for _ in range(waiting)]
    await give_up(hub, taken)
    return room, entries


async def states(hub: Hub, entries: list[EntryView]) -> list[str]:
    return [await state(hub, each) for each in entries]


async def test_what_is_given_up_is_kept_for_the_first_who_waits(hub: Hub, worker_database: Database) -> None:
    room, entries = await a_full_room(hub, 2)
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["offered", "waiting"]
    (made,) = await hub.facts(WaitlistOfferMade)
    (held,) = await hub.facts(BookingHeld)
    assert made["booking_id"] == held["booking_id"]
    assert made["expires_at"] == held["expires_at"]
    assert timedelta(0) <= await until(hub, entries[0]) - NOW - timedelta(minutes=60) < timedelta(minutes=1)
    assert made["offered_resource_name"] == "Salle d'Aude"
    with pytest.raises(SlotTaken):
        await hub.book(room, entries[1].person_id, 9, 10)


async def test_what_is_accepted_is_a_firm_booking_and_ends_the_cascade(
    hub: Hub, worker_database: Database
) -> None:
    _, entries = await a_full_room(hub, 2)
    await fire_timers(worker_database, hub)
    accepted = await accept(hub, entries[0])
    await fire_timers(worker_database, hub)
    assert accepted.state == "accepted"
    assert await states(hub, entries) == ["accepted", "waiting"]
    confirmed = await hub.facts(BookingConfirmed)
    assert [each["person_id"] for each in confirmed[1:]] == [str(entries[0].person_id)]
    with pytest.raises(NotWaiting):
        await accept(hub, entries[0])
    with pytest.raises(NotWaiting):
        await decline(hub, entries[0])


async def test_what_is_declined_goes_to_the_next_one_each_once(hub: Hub, worker_database: Database) -> None:
    _, entries = await a_full_room(hub, 3)
    await fire_timers(worker_database, hub)
    await decline(hub, entries[0])
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["declined", "offered", "waiting"]
    await decline(hub, entries[1])
    await fire_timers(worker_database, hub)
    await accept(hub, entries[2])
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["declined", "declined", "accepted"]
    assert (await told(hub))[3:] == [
        "OfferMade",
        "OfferDeclined",
        "OfferMade",
        "OfferDeclined",
        "OfferMade",
        "OfferAccepted",
    ]
    assert await hub.count(CLAIMS) == 1


async def test_an_offer_that_nobody_answers_goes_to_the_next_one(hub: Hub, worker_database: Database) -> None:
    _, entries = await a_full_room(hub, 2)
    await fire_timers(worker_database, hub)
    await hub.set_clock(await until(hub, entries[0]))
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["expired", "offered"]
    assert len(await hub.facts(BookingExpired)) == len(await hub.facts(WaitlistOfferExpired)) == 1
    await hub.set_clock(await until(hub, entries[1]))
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["expired", "expired"]
    assert await hub.count(CLAIMS) == 0


async def test_an_offer_accepted_at_its_expiry_second_is_expired_and_never_both(
    hub: Hub, worker_database: Database
) -> None:
    _, entries = await a_full_room(hub, 2)
    await fire_timers(worker_database, hub)
    await hub.set_clock(await until(hub, entries[0]))
    with pytest.raises(HoldLapsed):
        await accept(hub, entries[0])
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["expired", "offered"]
    await hub.set_clock(await until(hub, entries[1]) - timedelta(seconds=30))
    assert (await accept(hub, entries[1])).state == "accepted"
    await hub.set_clock(at(8.9))
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["expired", "accepted"]
    assert len(await hub.facts(WaitlistOfferAccepted)) == len(await hub.facts(WaitlistOfferExpired)) == 1


async def test_an_acceptance_that_races_the_expiry_has_one_winner(
    hub: Hub, worker_database: Database
) -> None:
    for _ in range(5):
        _, (entry,) = await a_full_room(hub, 1)
        await fire_timers(worker_database, hub)
        ends = await until(hub, entry)
        await hub.set_clock(ends - timedelta(milliseconds=15))
        outcome, _ = await asyncio.gather(
            accept(hub, entry), fire_timers(worker_database, hub), return_exceptions=True
        )
        await hub.set_clock(ends + timedelta(seconds=5))
        await fire_timers(worker_database, hub)
        won = not isinstance(outcome, BaseException)
        assert won or isinstance(outcome, HoldLapsed | NotWaiting), outcome
        assert await state(hub, entry) == ("accepted" if won else "expired")
    ends_told = [each for each in await told(hub) if each in ("OfferAccepted", "OfferExpired")]
    assert len(ends_told) == 5


async def test_two_releases_at_once_make_one_offer_each_and_the_first_two_get_them(
    hub: Hub, worker_database: Database
) -> None:
    rooms = [await hub.room(name) for name in ("A", "B")]
    taken = [await hub.book(room, await hub.member(), 9, 10) for room in rooms]
    entries = [await wait(hub, None, await hub.member(), site_id=hub.site_id, kind="room") for _ in range(3)]
    await asyncio.gather(*(give_up(hub, each) for each in taken))
    workers = [Timers(worker_database, dict(service.timers)) for _ in range(2)]
    await asyncio.gather(*(each.fire() for each in workers))
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["offered", "offered", "waiting"]
    made = await hub.facts(WaitlistOfferMade)
    assert {each["offered_resource_name"] for each in made} == {"A", "B"}
    assert len(made) == 2


async def test_the_same_person_first_in_two_lists_gets_both(hub: Hub, worker_database: Database) -> None:
    person = await hub.member()
    room, desk = await hub.room("Salle"), await hub.room("Poste", kind="desk")
    taken = [await hub.book(each, await hub.member(), 9, 10) for each in (room, desk)]
    entries = [await wait(hub, each, person) for each in (room, desk)]
    await asyncio.gather(*(give_up(hub, each) for each in taken))
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["offered", "offered"]
    for each in entries:
        await accept(hub, each)
    assert await hub.count(CLAIMS) == 2


async def test_a_room_made_of_two_is_offered_to_who_waits_for_its_parts(
    hub: Hub, worker_database: Database
) -> None:
    a, b = await hub.room("A"), await hub.room("B")
    whole = await hub.composed("A + B", a, b)
    taken = await hub.book(whole, await hub.member(), 9, 10)
    entries = [await wait(hub, each, await hub.member()) for each in (a, whole, b)]
    await give_up(hub, taken)
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["offered", "waiting", "offered"]
    await decline(hub, entries[0])
    await decline(hub, entries[2])
    await fire_timers(worker_database, hub)
    assert await state(hub, entries[1]) == "offered"


async def test_who_leaves_with_an_open_offer_hands_it_on(hub: Hub, worker_database: Database) -> None:
    _, entries = await a_full_room(hub, 2)
    await fire_timers(worker_database, hub)
    await leave(hub, entries[0])
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["left", "offered"]
    assert (await told(hub))[2:] == ["OfferMade", "Left", "OfferMade"]


async def test_whose_right_is_gone_is_passed_over_with_the_reason_and_asked_when_it_is_back(
    hub: Hub, worker_database: Database
) -> None:
    room = await hub.room()
    taken = await hub.book(room, await hub.member(), 9, 10)
    told_of = a_membership()
    await tell(hub.database, hub.territory, told_of)
    person = told_of.holder.person_id
    assert person is not None
    entries = [await wait(hub, room, person), await wait(hub, room, await hub.member())]
    ended = MembershipEnded(**{**state_of(told_of), "valid_until": at(0).date()}, ended_at=NOW)
    await tell(hub.database, hub.territory, ended)
    await give_up(hub, taken)
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["waiting", "offered"]
    assert (await now_of(hub, entries[0])).passed_over == "membership-not-then"
    await decline(hub, entries[1])
    await fire_timers(worker_database, hub)
    assert await state(hub, entries[0]) == "waiting"
    await tell(hub.database, hub.territory, told_of)
    await fire_timers(worker_database, hub)
    assert await state(hub, entries[0]) == "offered"
    assert (await now_of(hub, entries[0])).passed_over is None


async def test_a_booking_that_moves_away_makes_place(hub: Hub, worker_database: Database) -> None:
    room, person = await hub.room(), await hub.member()
    booked = await hub.book(room, person, 9, 10)
    entry = await wait(hub, room, await hub.member())
    async with hub.database.tx(hub.territory) as tx:
        to = RescheduleBooking(start=at(14), end=at(15))
        await reschedule_booking(tx, booked.booking_id, to, hub.principal(person))
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "offered"


async def test_a_no_show_and_a_lapsed_hold_make_place(hub: Hub, worker_database: Database) -> None:
    room = await hub.room()
    await hub.book(room, await hub.member(), 9, 12)
    late = await wait(hub, room, await hub.member(), 10.5, 11.5)
    await hub.hold(room, await hub.member(), 14, 15)
    other = await wait(hub, room, await hub.member(), 14, 15)
    await hub.set_clock(NOW + timedelta(minutes=11))
    await fire_timers(worker_database, hub)
    assert await states(hub, [late, other]) == ["waiting", "offered"]
    await hub.set_clock(at(9.5))
    await fire_timers(worker_database, hub)
    assert await state(hub, late) == "offered"


async def test_a_resource_that_returns_to_service_is_offered(hub: Hub, worker_database: Database) -> None:
    room, person = await hub.room(), await hub.member()
    async with hub.database.tx(hub.territory) as tx:
        outage = TakeOutOfService(start=NOW + timedelta(minutes=1), reason="Peinture")
        await take_out_of_service(tx, room.resource_id, outage)
    entry = await wait(hub, room, person)
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "waiting"
    await hub.set_clock(NOW + timedelta(minutes=5))
    async with hub.database.tx(hub.territory) as tx:
        await return_to_service(tx, room.resource_id, ReturnToService())
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "offered"


async def test_a_kill_in_the_midst_of_an_offer_delays_it_and_makes_no_second(
    hub: Hub, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, entries = await a_full_room(hub, 2)

    def killed(_entry: object) -> dict[str, object]:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(handlers, "offer_said", killed)
        with pytest.raises(asyncio.CancelledError):
            await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["waiting", "waiting"]
    assert await hub.count(CLAIMS) == 0
    await fire_timers(worker_database, hub)
    assert await states(hub, entries) == ["offered", "waiting"]
    assert len(await hub.facts(WaitlistOfferMade)) == len(await hub.facts(BookingHeld)) == 1


async def test_a_release_that_is_undone_offers_nothing(hub: Hub, worker_database: Database) -> None:
    room = await hub.room()
    taken = await hub.book(room, await hub.member(), 9, 10)
    entry = await wait(hub, room, await hub.member())
    with pytest.raises(LookupError):
        async with hub.database.tx(hub.territory) as tx:
            await cancel_booking(tx, taken.booking_id, CancelBooking(), hub.principal(taken.person_id))
            raise LookupError
    await fire_timers(worker_database, hub)
    assert await state(hub, entry) == "waiting"


async def test_an_offer_confirmed_as_a_booking_is_told_as_accepted(
    hub: Hub, worker_database: Database
) -> None:
    _, (entry,) = await a_full_room(hub, 1)
    await fire_timers(worker_database, hub)
    offer = (await now_of(hub, entry)).offer
    assert offer is not None
    async with hub.database.tx(hub.territory) as tx:
        await confirm_booking(tx, offer.booking_id, ConfirmBooking())
    assert await state(hub, entry) == "accepted"
    await fire_timers(worker_database, hub)
    assert len(await hub.facts(WaitlistOfferAccepted)) == 1
    with pytest.raises(NotWaiting):
        await accept(hub, entry)


@pytest.mark.parametrize("answer", [accept, decline])
async def test_an_offer_that_expired_is_refused_by_the_list_before_anybody_settled_it(
    hub: Hub, worker_database: Database, answer: Callable[[Hub, EntryView], Awaitable[EntryView]]
) -> None:
    _, (entry,) = await a_full_room(hub, 1)
    await fire_timers(worker_database, hub)
    await hub.set_clock(await until(hub, entry))
    offer = (await now_of(hub, entry)).offer
    assert offer is not None
    async with hub.database.tx(hub.territory) as tx:
        await expire_hold(tx, Timer(hub.territory, "hold", str(offer.booking_id), await tx.now(), {}))
    assert await state(hub, entry) == "expired"
    with pytest.raises(NotWaiting) as late:
        await answer(hub, entry)
    assert late.value.values["state"] == "expired"


async def test_the_site_says_how_long_an_offer_lasts_and_none_lasts_to_the_start(
    hub: Hub, worker_database: Database
) -> None:
    rules = SetBookingRules(
        hold_minutes=10,
        check_in_opens_minutes=30,
        grace_minutes=30,
        free_cancel_hours=0,
        late_due_percent=0,
        no_show_due_percent=0,
        offer_minutes=120,
        offer_margin_minutes=45,
    )
    async with hub.database.tx(hub.territory) as tx:
        await set_booking_rules(tx, hub.site_id, rules)
    room, person = await hub.room(), await hub.member()
    taken = await hub.book(room, person, 9, 10)
    entries = [await wait(hub, room, await hub.member()) for _ in range(2)]
    await hub.set_clock(at(7.5))
    await give_up(hub, taken)
    await fire_timers(worker_database, hub)
    assert await until(hub, entries[0]) == at(8.25), "45 minutes before it begins"
    await hub.set_clock(at(8.2))
    await decline(hub, entries[0])
    await fire_timers(worker_database, hub)
    assert await state(hub, entries[1]) == "waiting", "too late to be answered"


async def test_a_membership_suspended_later_keeps_its_place_on_the_list(
    hub: Hub, worker_database: Database
) -> None:
    told_of = a_membership()
    await tell(hub.database, hub.territory, told_of)
    assert told_of.holder.person_id is not None
    room = await hub.room()
    taken = await hub.book(room, await hub.member(), 9, 10)
    entry = await wait(hub, room, told_of.holder.person_id)
    suspended = MembershipSuspended(**state_of(told_of), suspended_from=NOW.date())
    await tell(hub.database, hub.territory, suspended)
    await give_up(hub, taken)
    await fire_timers(worker_database, hub)
    assert (await now_of(hub, entry)).passed_over == "membership-suspended-then"

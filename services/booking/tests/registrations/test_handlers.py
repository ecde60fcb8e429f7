"""Registering, waiting in order, offers that hold and expire, giving seats back at the cost of the policy."""

from datetime import timedelta
from uuid import UUID

import pytest
from booking_builders import NOW, Api, Hub, at, fire_timers
from session_builders import a_session, registered, seats

from booking.registrations.handlers import (
    AnswerSeatOffer,
    CancelRegistration,
    RegistrationView,
    accept_seats,
    cancel_registration,
)
from booking.registrations.model import (
    AlreadyRegistered,
    RegistrationNotPossibleNow,
    SeatOfferLapsed,
    SeatsKeptForOthers,
    SessionFull,
)
from booking.sessions.handlers import SessionView
from booking.sessions.model import SessionHasBegun
from chassis.db import Database
from chassis.ids import new_id
from contracts.booking import AttendeeQueued, RegistrationCancelled, SeatOffered, SeatOfferExpired


async def a_full_session(hub: Hub, waiting: int, day: int = 7) -> tuple[SessionView, list[RegistrationView]]:
    """A session of one seat, taken, and those who wait: on another Tuesday, so that giving up is free."""
    room = await hub.room(capacity=8)
    dates = [{"start": at(8 + 24 * day).isoformat(), "end": at(11 + 24 * day).isoformat()}]
    session = await a_session(hub, room, quotas=[seats(1)], dates=dates)
    people = [await registered(hub, session, new_id())]
    people += [await registered(hub, session, new_id(), wait=True) for _ in range(waiting)]
    return session, people


async def cancel(hub: Hub, registration: RegistrationView, by: UUID | None = None) -> RegistrationView:
    who = hub.principal(by or registration.person_id)
    async with hub.database.tx(hub.territory) as tx:
        return await cancel_registration(tx, registration.registration_id, CancelRegistration(), who)


async def accept(hub: Hub, registration: RegistrationView) -> RegistrationView:
    async with hub.database.tx(hub.territory) as tx:
        return await accept_seats(tx, registration.registration_id, AnswerSeatOffer())


async def states(hub: Hub, people: list[RegistrationView]) -> list[str]:
    async with hub.database.tx(hub.territory) as tx:
        rows = await tx.fetch("SELECT registration_id, state FROM registrations")
    by_id = {row[0]: row[1] for row in rows}
    return [by_id[each.registration_id] for each in people]


async def test_a_full_session_refuses_with_what_is_left_and_lets_wait(hub: Hub) -> None:
    session, (_, waits) = await a_full_session(hub, 1)
    with pytest.raises(SessionFull) as refused:
        await registered(hub, session, new_id())
    assert refused.value.values["free"] == 0
    assert refused.value.values["waiting"] == 1
    assert waits.state == "waiting"
    assert len(await hub.facts(AttendeeQueued)) == 1


async def test_a_seat_given_back_is_kept_for_the_first_who_waits_and_no_newcomer_gets_it(hub: Hub) -> None:
    session, people = await a_full_session(hub, 2)
    await cancel(hub, people[0])
    assert await states(hub, people) == ["cancelled", "offered", "waiting"]
    with pytest.raises(SessionFull):
        await registered(hub, session, new_id())
    assert (await accept(hub, people[1])).state == "registered"
    with pytest.raises(RegistrationNotPossibleNow):
        await accept(hub, people[2])


async def test_an_offer_ends_at_its_last_instant_and_goes_to_the_next(
    hub: Hub, worker_database: Database
) -> None:
    _, people = await a_full_session(hub, 2)
    await cancel(hub, people[0])
    await hub.set_clock(NOW + timedelta(hours=1, seconds=5))
    with pytest.raises(SeatOfferLapsed):
        await accept(hub, people[1])
    await fire_timers(worker_database, hub)
    assert await states(hub, people) == ["cancelled", "expired", "offered"]
    assert len(await hub.facts(SeatOffered)) == 2
    assert len(await hub.facts(SeatOfferExpired)) == 1


async def test_who_declines_an_offer_passes_it_on_at_no_cost(hub: Hub) -> None:
    _, people = await a_full_session(hub, 2)
    await cancel(hub, people[0])
    assert (await cancel(hub, people[1])).due_percent == 0
    assert await states(hub, people) == ["cancelled", "cancelled", "offered"]


async def test_reserved_seats_are_for_their_audience_until_they_are_released(
    hub: Hub, worker_database: Database
) -> None:
    release = NOW + timedelta(hours=2)
    quotas = [seats(2, "student", release_at=release.isoformat())]
    day = [{"start": at(8 + 24 * 7).isoformat(), "end": at(11 + 24 * 7).isoformat()}]
    session = await a_session(hub, await hub.room(capacity=8), quotas=quotas, dates=day)
    student = await registered(hub, session, await hub.member(audience="student"))
    assert student.state == "registered"
    with pytest.raises(SeatsKeptForOthers) as refused:
        await registered(hub, session, new_id())
    assert refused.value.values["release_at"] == "2035-03-05 11:00"
    waits = await registered(hub, session, new_id(), wait=True)
    await hub.set_clock(release + timedelta(seconds=5))
    await fire_timers(worker_database, hub)
    assert await states(hub, [waits]) == ["offered"]


async def test_giving_up_late_leaves_due_what_the_rules_of_the_place_say(hub: Hub) -> None:
    session = await a_session(hub, await hub.room(capacity=8), (8, 11))
    person = await registered(hub, session, new_id())
    await hub.set_clock(at(0))
    assert (await cancel(hub, person)).due_percent == 50
    other = await registered(hub, session, new_id())
    assert (await cancel(hub, other, by=new_id())).due_percent == 0, "what staff give up costs nothing"
    assert [each["due_percent"] for each in await hub.facts(RegistrationCancelled)] == [50, 0]


async def test_nobody_registers_twice_nor_once_it_has_begun(hub: Hub) -> None:
    session = await a_session(hub, await hub.room(capacity=8), (8, 11))
    person = await hub.member()
    registration = await registered(hub, session, person)
    with pytest.raises(AlreadyRegistered):
        await registered(hub, session, person)
    await cancel(hub, registration)
    await registered(hub, session, person)
    await hub.set_clock(at(9))
    with pytest.raises(SessionHasBegun):
        await registered(hub, session, new_id())


async def test_the_desk_says_as_who_somebody_comes_and_a_member_does_not(hub: Hub, api: Api) -> None:
    session = await a_session(hub, await hub.room(capacity=8))
    path, person = f"sessions/{session.session_id}/registrations", new_id()
    body = {"registration_id": str(new_id()), "person_id": str(person), "audience": "student"}
    own = await api.post(path, api.token("member", person), body)
    assert (own.status_code, own.json()["code"]) == (403, "audience-from-desk")
    desk = await api.post(path, api.token("hub-manager"), body | {"registration_id": str(new_id())})
    assert (desk.status_code, desk.json()["audience"]) == (201, "student"), desk.text
    foreign = body | {"registration_id": str(new_id())}
    assert (await api.post(path, api.token("member"), foreign)).status_code == 404

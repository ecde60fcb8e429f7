"""Sessions take their room, machines and trainer on every date, or nothing."""

from uuid import UUID

import pytest
from booking_builders import Api, Hub, a_site, at
from session_builders import a_session, asked, registered

from booking.bookings.model import HeldForSession, SlotTaken
from booking.changes.handlers import CancelBooking, cancel_booking
from booking.leaders.handlers import LeadSessions, lead_sessions
from booking.leaders.model import AlreadyLeads, NobodyToLead
from booking.resources.model import TooManyPeople
from booking.sessions.model import DatesMeet, DecidedTooLateToTell, MoreNeededThanSeats, SessionForMembers
from chassis.ids import new_id
from contracts.booking import BookingConfirmed, SessionScheduled


async def a_trainer(hub: Hub, site_id: UUID | None = None) -> UUID:
    command = LeadSessions(resource_id=new_id(), person_id=new_id(), name="Formatrice couture")
    async with hub.database.tx(hub.territory) as tx:
        return (await lead_sessions(tx, site_id or hub.site_id, command)).person_id


async def test_a_session_of_two_half_days_holds_room_machine_and_trainer_on_both(hub: Hub) -> None:
    room, laser = await hub.room(capacity=8), await hub.room("Découpe laser", kind="equipment")
    trainer = await a_trainer(hub)
    session = await a_session(
        hub, room, (8, 11), (13, 16), trainer_id=str(trainer), with_resource_ids=[str(laser.resource_id)]
    )
    assert await hub.count("SELECT count(*) FROM claims") == 6
    [told] = await hub.facts(SessionScheduled)
    assert [each["booking_id"] for each in told["dates"]] == [str(each.booking_id) for each in session.dates]
    held = await hub.facts(BookingConfirmed)
    assert {each["session_id"] for each in held} == {str(session.session_id)}
    assert {(each["paid_by"], each["told_by_series"]) for each in held} == {("plan", True)}


async def test_a_trainer_is_in_one_place_at_a_time_and_yet_in_two_sites_of_the_day(hub: Hub) -> None:
    elsewhere = await a_site(hub.database, hub.territory)
    here, there = await hub.room(capacity=8), await hub.room("Ailleurs", site_id=elsewhere, capacity=8)
    trainer = str(await a_trainer(hub))
    await a_session(hub, here, (8, 11), trainer_id=trainer)
    with pytest.raises(SlotTaken) as refused:
        await a_session(hub, there, (10, 12), trainer_id=trainer)
    assert refused.value.values["resource"] == "Formatrice couture"
    await a_session(hub, there, (13, 15), trainer_id=trainer)


async def test_where_one_date_is_taken_none_is_held(hub: Hub) -> None:
    room = await hub.room(capacity=8)
    await hub.book(room, await hub.member(), 14, 15)
    with pytest.raises(SlotTaken):
        await a_session(hub, room, (8, 11), (13, 16))
    assert await hub.count("SELECT count(*) FROM claims") == 1
    assert await hub.count("SELECT count(*) FROM sessions") == 0


async def test_what_a_session_holds_is_not_given_up_by_itself(hub: Hub) -> None:
    session = await a_session(hub, await hub.room(capacity=8))
    desk = hub.principal(role="hub-manager")
    with pytest.raises(HeldForSession):
        async with hub.database.tx(hub.territory) as tx:
            await cancel_booking(tx, session.dates[0].booking_id, CancelBooking(), desk)


async def test_refusals_say_what_is_wrong_with_a_session(hub: Hub) -> None:
    room = await hub.room(capacity=8)
    with pytest.raises(DatesMeet):
        await a_session(hub, room, (8, 11), (10, 12))
    with pytest.raises(NobodyToLead):
        await a_session(hub, room, trainer_id=str(new_id()))
    with pytest.raises(TooManyPeople):
        await a_session(hub, await hub.room("Petite", capacity=3))
    with pytest.raises(MoreNeededThanSeats):
        await a_session(hub, room, minimum=9, decide_at=at(-12).isoformat())
    with pytest.raises(DecidedTooLateToTell):
        await a_session(hub, room, minimum=3, decide_at=at(9).isoformat())


async def test_a_person_leads_by_one_resource_only(hub: Hub) -> None:
    trainer = await a_trainer(hub)
    again = LeadSessions(resource_id=new_id(), person_id=trainer, name="Encore")
    with pytest.raises(AlreadyLeads):
        async with hub.database.tx(hub.territory) as tx:
            await lead_sessions(tx, hub.site_id, again)


async def test_a_session_for_members_takes_members_whatever_rooms_their_plan_opens(hub: Hub) -> None:
    session = await a_session(hub, await hub.room(capacity=8), open_to="members")
    member = await hub.member(audience="student", entitlements=())
    assert (await registered(hub, session, member)).audience == "student"
    with pytest.raises(SessionForMembers):
        await registered(hub, session, new_id())


async def test_staff_schedule_by_the_door_and_everybody_reads_the_catalogue(hub: Hub, api: Api) -> None:
    room = await hub.room(capacity=8)
    body = asked(room)
    assert (await api.post("sessions", api.token("member"), body)).status_code == 403
    made = await api.post("sessions", api.token("hub-manager"), body)
    assert made.status_code == 201, made.text
    again = await api.post("sessions", api.token("hub-manager"), asked(room))
    assert (again.status_code, again.json()["code"]) == (409, "slot-taken")
    shown = (await api.get("sessions", api.token("partner"))).json()["items"]
    assert [each["session_id"] for each in shown] == [body["session_id"]]
    assert shown[0]["quotas"][0]["taken"] == 0
    one = await api.get(f"sessions/{body['session_id']}", api.token("member"))
    assert one.json()["title"]["en"] == "Laser cutting"


async def test_another_territory_sees_and_takes_nothing_of_a_session(
    hub: Hub, other_hub: Hub, api: Api
) -> None:
    session = await a_session(other_hub, await other_hub.room(capacity=8))
    assert (await api.get("sessions", api.token("member"))).json()["items"] == []
    person = new_id()
    body = {"registration_id": str(new_id()), "person_id": str(person)}
    path = f"sessions/{session.session_id}/registrations"
    assert (await api.post(path, api.token("member", person), body)).status_code == 404
    assert await other_hub.count("SELECT count(*) FROM registrations") == 0

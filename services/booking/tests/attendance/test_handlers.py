"""Who came is noted and signed, never changed: the last row holds."""

from uuid import UUID

import asyncpg
import pytest
from booking_builders import Api, Hub, at
from session_builders import a_session, registered

from booking.leaders.handlers import LeadSessions, lead_sessions
from booking.sessions.handlers import SessionView
from chassis.db import Database, Tx
from chassis.ids import new_id
from contracts.booking import AttendanceRecorded


@pytest.fixture(autouse=True)
def _names_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Persons of these tests were never heard of: what they type is kept as it is."""

    async def as_it_is(_tx: Tx, _person_id: UUID, _field: str, text: str) -> str:
        return text

    monkeypatch.setattr("booking.attendance.handlers.sealed", as_it_is)


async def test_one_signs_for_oneself_once_and_staff_correct_by_another_row(hub: Hub, api: Api) -> None:
    session = await a_session(hub, await hub.room(capacity=8), (8, 11), (13, 16))
    person = await registered(hub, session, new_id())
    path, own = f"registrations/{person.registration_id}", api.token("member", person.person_id)
    body = {"position": 0, "signed_as": "Noé d’Ici"}
    early = await api.post(f"{path}/sign", own, body)
    assert (early.status_code, early.json()["code"]) == (409, "not-yet-held")
    await hub.set_clock(at(9))
    assert (await api.post(f"{path}/sign", own, body)).status_code == 200
    assert (await api.post(f"{path}/sign", own, body)).json()["code"] == "signed-before"
    assert (await api.post(f"{path}/sign", api.token("member"), body)).status_code == 404
    [listed] = (await api.get("registrations/own", own)).json()["items"]
    assert listed["hours"] == 3
    noted = {"position": 0, "present": False}
    assert (await api.post(f"{path}/note-attendance", api.token("hub-manager"), noted)).status_code == 200
    [listed] = (await api.get("registrations/own", own)).json()["items"]
    assert listed["hours"] == 0
    by_staff = await api.post(f"{path}/sign", api.token("hub-manager"), body)
    assert by_staff.status_code == 200
    told = [(each["present"], each["signed"]) for each in await hub.facts(AttendanceRecorded)]
    assert told == [(True, "own"), (False, "none"), (True, "desk")]


async def test_who_leads_a_session_sees_its_people_and_notes_who_came_and_no_other_trainer(
    hub: Hub, api: Api
) -> None:
    trainer = new_id()
    async with hub.database.tx(hub.territory) as tx:
        leads = LeadSessions(resource_id=new_id(), person_id=trainer, name="Formateur bois")
        await lead_sessions(tx, hub.site_id, leads)
    session: SessionView = await a_session(hub, await hub.room(capacity=8), trainer_id=str(trainer))
    person = await registered(hub, session, new_id())
    await hub.set_clock(at(9))
    path = f"sessions/{session.session_id}/registrations"
    assert len((await api.get(path, api.token("trainer", trainer))).json()["items"]) == 1
    assert (await api.get(path, api.token("trainer"))).status_code == 404
    noted = {"position": 0, "present": True, "signed_as": "Noé d’Ici"}
    there = f"registrations/{person.registration_id}/note-attendance"
    assert (await api.post(there, api.token("trainer", trainer), noted)).status_code == 200
    assert (await api.post(there, api.token("trainer"), noted)).status_code == 404
    led = (await api.get("sessions/led", api.token("trainer", trainer))).json()["items"]
    assert [each["session_id"] for each in led] == [str(session.session_id)]


async def test_no_guest_is_noted_who_was_not_registered(hub: Hub, api: Api) -> None:
    person = await registered(hub, await a_session(hub, await hub.room(capacity=8)), new_id())
    await hub.set_clock(at(9))
    path = f"registrations/{person.registration_id}/note-attendance"
    for body in ({"position": 0, "guest": 1, "present": True}, {"position": 1, "present": True}):
        assert (await api.post(path, api.token("hub-manager"), body)).status_code == 404


async def test_the_service_cannot_change_what_was_signed(hub: Hub, crowd: Database) -> None:
    for statement in ("UPDATE attendances SET present = false", "DELETE FROM attendances"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with crowd.tx(hub.territory) as tx:
                await tx.execute(statement)

"""What somebody did at machines and sessions holds an erasure up while it goes on, then names nobody."""

from pathlib import Path
from uuid import UUID

from booking_builders import Hub, at, tell
from credit_builders import sell
from desk_builders import introduce
from forgotten_builders import answers, canaries, erased, requested
from machine_builders import a_machine, a_maker, start, stop
from session_builders import a_session, registered

from booking.leaders.handlers import LeadSessions, lead_sessions
from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.values import PLATFORM

LEADER = "Qwylanary"


async def a_leader(hub: Hub, name: str) -> UUID:
    person_id = await a_maker(hub)
    async with hub.database.tx(hub.territory) as tx:
        await lead_sessions(
            tx, hub.site_id, LeadSessions(resource_id=new_id(), person_id=person_id, name=name)
        )
    return person_id


async def holds(hub: Hub, admin: Connection, person_id: UUID) -> dict[str, int]:
    asked = requested(hub, person_id)
    await tell(hub.database, PLATFORM, asked)
    [answer] = await answers(admin, "BookingErasureChecked", asked.erasure_id)
    return {each["reason"]: each["count"] for each in answer["holds"]}


async def test_what_goes_on_holds_an_erasure_up_until_it_ends(
    hub: Hub, admin: Connection, secrets_dir: Path
) -> None:
    person_id = await a_leader(hub, "Formatrice bois")
    await introduce(hub, secrets_dir, person_id, "Anaïs", "Hermite")
    room = await hub.room(capacity=8)
    session = await a_session(hub, room, trainer_id=str(person_id))
    await registered(hub, session, person_id)
    usage = await start(hub, await a_machine(hub), person_id)
    await sell(hub, person_id)
    assert await holds(hub, admin, person_id) == {
        "machine-in-use": 1,
        "registration-to-come": 1,
        "session-to-lead": 1,
        "credits-unspent": 1,
    }
    await stop(hub, usage)
    await hub.set_clock(at(11.5))
    assert await holds(hub, admin, person_id) == {"credits-unspent": 1}, "and yet units stay worth money"


async def test_neither_guests_nor_the_name_of_a_leader_stay(
    hub: Hub, admin: Connection, secrets_dir: Path, worker_database: Database
) -> None:
    person_id = await a_leader(hub, LEADER)
    await introduce(hub, secrets_dir, person_id, LEADER, LEADER)
    session = await a_session(hub, await hub.room(capacity=8), trainer_id=str(person_id))
    await registered(hub, session, person_id, guests=("Noé Vasseur",))
    usage = await start(hub, await a_machine(hub), person_id)
    await stop(hub, usage)
    assert {"resources", "bookings"} <= await canaries(admin, LEADER), "or the search would prove nothing"
    told = erased(hub, person_id)
    await tell(worker_database, PLATFORM, told)
    assert await canaries(admin, LEADER) <= {"event_log"}
    assert await admin.fetchval("SELECT guests FROM registrations WHERE person_id = $1", person_id) == [""]
    [receipt] = await answers(admin, "BookingTracesErased", told.erasure_id)
    kept = {each["place"]: each["ground"] for each in receipt["kept"]}
    assert {"registrations": "names-nobody", "sessions": "names-nobody"}.items() <= kept.items()

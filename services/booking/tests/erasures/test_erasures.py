"""An erased person leaves no text and no name in booking, and what is still to come holds an erasure up."""

from pathlib import Path
from uuid import UUID

import pytest
from booking_builders import Api, Hub, at, tell
from desk_builders import introduce
from forgotten_builders import CANARY, answers, canaries, erased, requested

from booking.calendars.handlers import MakeCalendar, make_calendar
from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.values import PLATFORM

PARKED = (
    """
    INSERT INTO lane (consumer, territory_id, topic, aggregate_id, state, error, next_at)
    VALUES ($1, $2, $3, $4, 'waiting', 'VersionGap', 'infinity')
    """,
    """
    INSERT INTO lane_event (consumer, territory_id, topic, aggregate_id, version, headers, data)
    VALUES ($1, $2, $3, $4, 7, '{}', $5)
    """,
)


async def rows(admin: Connection, person_id: UUID, table: str, column: str) -> int:
    count: int = await admin.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", person_id)
    return count


async def lived(hub: Hub, api: Api, secrets_dir: Path) -> UUID:
    """Let somebody live here with a canary in everything that may be written about them."""
    person_id = await hub.member()
    await introduce(hub, secrets_dir, person_id, CANARY, CANARY, f"{CANARY}@example.org")
    staff = api.token("hub-manager")
    visit = {
        "visit_id": str(new_id()),
        "host_id": str(person_id),
        "visitor_name": CANARY,
        "expected_at": at(9).isoformat(),
    }
    assert (await api.post(f"sites/{hub.site_id}/visits", staff, visit)).status_code == 201
    parcel = {"delivery_id": str(new_id()), "kind": "parcel", "sender": CANARY}
    addressed = parcel | {"addressee": {"person_id": str(person_id)}}
    assert (await api.post(f"sites/{hub.site_id}/deliveries", staff, addressed)).status_code == 201
    booked = await hub.book(await hub.room(), person_id, 9, 10)
    cancelled = await api.post(
        f"bookings/{booked.booking_id}/cancel", staff, {"reason": f"Appel de {CANARY}"}
    )
    assert cancelled.status_code == 200, cancelled.text
    async with hub.database.tx(hub.territory) as tx:
        wanted = MakeCalendar(calendar_id=new_id(), kind="person", name=f"Agenda de {CANARY}")
        await make_calendar(tx, wanted, hub.principal(person_id), "a token")
    return person_id


@pytest.mark.parametrize(
    "data", ['{"person_id": "%s", "reason": "%s"}', '{"person_id": "%s", "broken": "%s"']
)
async def test_an_event_that_waits_in_a_lane_loses_its_words_and_waits_on(
    hub: Hub, api: Api, secrets_dir: Path, admin: Connection, data: str, worker_database: Database
) -> None:
    person_id = await lived(hub, api, secrets_dir)
    parked = (data % (person_id, CANARY)).encode()
    for sql in PARKED:
        arguments = ("booking.people", hub.territory, "booking.bookings.v1", str(new_id()))
        await admin.execute(sql, *arguments, *([parked] if "data" in sql else []))
    assert "lane_event" in await canaries(admin)
    told = erased(hub, person_id)
    await tell(worker_database, PLATFORM, told)
    assert await canaries(admin) <= {"event_log"}
    [waits] = await admin.fetch("SELECT data FROM lane_event WHERE territory_id = $1", hub.territory)
    assert waits["data"] in (f'{{"person_id":"{person_id}","reason":"…"}}'.encode(), b"{}")
    [receipt] = await answers(admin, "BookingTracesErased", told.erasure_id)
    assert {each["place"]: each["rows"] for each in receipt["gone"]}["lane_event"] == 1


async def test_no_table_shows_an_erased_person_and_a_replay_brings_nobody_back(
    hub: Hub, api: Api, secrets_dir: Path, admin: Connection, worker_database: Database
) -> None:
    person_id = await lived(hub, api, secrets_dir)
    assert {"calendars", "event_log"} <= await canaries(admin), "or the search would prove nothing"
    told = erased(hub, person_id)
    await tell(worker_database, PLATFORM, told)
    assert await canaries(admin) <= {"event_log"}, "what staff wrote into an event stays in it"
    [receipt] = await answers(admin, "BookingTracesErased", told.erasure_id)
    gone = {each["place"]: each["rows"] for each in receipt["gone"]}
    assert {"persons": 1, "visits": 1, "deliveries": 1, "calendars": 1}.items() <= gone.items()
    kept = {each["place"]: each["ground"] for each in receipt["kept"]}
    assert {"bookings": "names-nobody", "event_log": "told-already"}.items() <= kept.items()
    await introduce(hub, secrets_dir, person_id, CANARY, CANARY)
    assert await rows(admin, person_id, "persons", "person_id") == 0
    key = await admin.fetchval("SELECT wrapped_key FROM subject_key WHERE person_id = $1", person_id)
    assert key is None, "what was destroyed stays so, whatever is heard again"
    listed = await api.get(f"sites/{hub.site_id}/visits", api.token("hub-manager"), day="2035-03-06")
    assert [each["visitor_name"] for each in listed.json()["items"]] == [None]


async def test_the_names_of_others_stay(
    hub: Hub, api: Api, secrets_dir: Path, worker_database: Database
) -> None:
    gone, stays = await lived(hub, api, secrets_dir), await hub.member()
    await introduce(hub, secrets_dir, stays, "Anaïs", "Hermite")
    await tell(worker_database, PLATFORM, erased(hub, gone))
    visit = {"visit_id": str(new_id()), "host_id": str(stays), "expected_at": at(9).isoformat()}
    staff = api.token("hub-manager")
    body = visit | {"visitor_name": "Noé d'Ailleurs"}
    assert (await api.post(f"sites/{hub.site_id}/visits", staff, body)).status_code == 201
    listed = await api.get(f"sites/{hub.site_id}/visits", staff, day="2035-03-06")
    shown = {(each["host_name"], each["visitor_name"]) for each in listed.json()["items"]}
    assert shown == {(None, None), ("Anaïs Hermite", "Noé d'Ailleurs")}


async def test_traces_in_a_territory_that_is_not_named_are_not_touched(
    hub: Hub, api: Api, other_hub: Hub, secrets_dir: Path, admin: Connection, worker_database: Database
) -> None:
    person_id = await lived(hub, api, secrets_dir)
    await tell(worker_database, PLATFORM, erased(other_hub, person_id))
    assert await rows(admin, person_id, "calendars", "owner_id") == 1


async def test_a_booking_to_come_holds_an_erasure_up_and_a_past_one_does_not(
    hub: Hub, admin: Connection, worker_database: Database
) -> None:
    person_id = await hub.member()
    await hub.book(await hub.room(), person_id, 9, 10)
    first, later = requested(hub, person_id), requested(hub, person_id)
    await tell(worker_database, PLATFORM, first)
    [answer] = await answers(admin, "BookingErasureChecked", first.erasure_id)
    assert answer["holds"] == [{"territory_id": hub.territory, "reason": "booking-to-come", "count": 1}]
    await hub.set_clock(at(11))
    await tell(worker_database, PLATFORM, later)
    [answer] = await answers(admin, "BookingErasureChecked", later.erasure_id)
    assert answer["holds"] == []

"""Calendars over HTTP: made by whom, read by whoever has the link, until it is revoked."""

from typing import Any

import icalendar
import pytest
from booking_builders import Api, Hub, at
from series_builders import start

from chassis.ids import new_id


async def make(api: Api, token: str, **said: Any) -> dict[str, Any]:
    body = {"calendar_id": str(new_id()), "kind": "person", "name": "Mes réservations"} | said
    answer = await api.post("calendars", token, body)
    assert answer.status_code == 201, answer.text
    again = await api.post("calendars", token, body)
    assert (again.status_code, again.json()["token"]) == (200, None), "the token is shown once"
    made: dict[str, Any] = answer.json()
    return made


async def read(api: Api, token: str, **headers: str) -> Any:
    address = f"/v1/territories/{api.territory}/calendars/{token}.ics"
    return await api.knock(address, **headers)


async def test_ones_own_bookings_are_read_by_whoever_has_the_link(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    await hub.book(room, await hub.member(), 15, 16)
    made = await make(api, api.token("member", person))
    answer = await read(api, made["token"])
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(each["UID"]) for each in found] == [str(series.series_id)] * 4
    assert found[0].decoded("DTSTART") == at(9)
    async with hub.database.tx(hub.territory) as tx:
        rows = await tx.fetch("SELECT row_to_json(c)::text FROM calendars c")
        rows += await tx.fetch("SELECT convert_from(body, 'UTF8') FROM idempotency WHERE body IS NOT NULL")
    assert len(rows) > 1
    assert not [row for row in rows if made["token"] in row[0]], "the link is kept as a digest alone"


async def test_a_moved_booking_counts_up_and_a_cancelled_one_says_so(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    token, path = api.token("member", person), f"bookings/{booked.booking_id}"
    made = await make(api, token)
    move = {"start": at(14).isoformat(), "end": at(15).isoformat()}
    assert (await api.post(f"{path}/reschedule", token, move)).status_code == 200
    (event,) = icalendar.Calendar.from_ical((await read(api, made["token"])).content).walk("VEVENT")
    assert (event["SEQUENCE"], event.decoded("DTSTART"), event["STATUS"]) == (1, at(14), "CONFIRMED")
    await api.post(f"{path}/cancel", token, {})
    (event,) = icalendar.Calendar.from_ical((await read(api, made["token"])).content).walk("VEVENT")
    assert (event["SEQUENCE"], event["STATUS"], event["UID"]) == (2, "CANCELLED", str(booked.booking_id))


async def test_a_reader_that_has_it_already_is_told_that_nothing_changed(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    await hub.book(room, person, 9, 10)
    made = await make(api, api.token("member", person))
    tag = (await read(api, made["token"])).headers["etag"]
    same = await read(api, made["token"], **{"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await hub.book(room, person, 10, 11)
    assert (await read(api, made["token"], **{"If-None-Match": tag})).status_code == 200


async def test_a_revoked_link_and_one_that_never_was_are_alike(hub: Hub, api: Api) -> None:
    person = await hub.member()
    token = api.token("member", person)
    made = await make(api, token)
    revoke = f"calendars/{made['calendar_id']}/revoke"
    assert (await api.post(revoke, api.token("member"), {})).status_code == 404
    assert (await api.post(revoke, token, {})).json()["revoked_at"]
    gone, never = await read(api, made["token"]), await read(api, "x" * 22)
    assert (gone.status_code, gone.json()["code"]) == (404, "calendar-gone")
    assert gone.json() == never.json()
    listed = (await api.get("calendars/own", token)).json()["items"]
    assert [(each["calendar_id"], each["token"]) for each in listed] == [(made["calendar_id"], None)]


async def test_a_link_that_is_read_too_often_is_refused_for_a_while(hub: Hub, api: Api) -> None:
    made = await make(api, api.token("member", await hub.member()))
    answers = [(await read(api, made["token"])).status_code for _ in range(70)]
    assert 429 in answers
    assert answers[:30] == [200] * 30


async def test_when_a_room_is_taken_is_shown_without_whom(hub: Hub, api: Api) -> None:
    person, room, part = await hub.member(), await hub.room("A"), await hub.room("B")
    both = await hub.composed("A + B", room, part)
    await hub.book(both, person, 9, 10)
    staff = api.token("hub-manager", person)
    for said in (
        {"kind": "resource", "resource_id": str(room.resource_id)},
        {"kind": "site", "site_id": str(hub.site_id)},
    ):
        made = await make(api, staff, **said)
        text = (await read(api, made["token"])).text
        assert text.count("BEGIN:VEVENT") == 1
        assert str(person) not in text
        assert "Occupé" in text


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "site"},
        {"kind": "person", "site_id": str(new_id())},
        {"kind": "resource", "site_id": str(new_id())},
        {"kind": "everything"},
        {"name": " "},
    ],
)
async def test_a_calendar_is_of_one_thing(hub: Hub, api: Api, said: dict[str, Any]) -> None:
    body = {"calendar_id": str(new_id()), "kind": "person", "name": "Mes réservations"} | said
    refused = await api.post("calendars", api.token("member"), body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_only_staff_of_the_site_make_links_that_say_who_comes(hub: Hub, api: Api) -> None:
    body = {"kind": "site", "site_id": str(hub.site_id), "name": "Accueil", "details": True}
    member, staff = api.token("member"), api.token("operator-staff", site_id=hub.site_id)
    refused = await api.post("calendars", member, {**body, "calendar_id": str(new_id())})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    made = await make(api, staff, **body)
    assert made["details"] is True
    listed = (await api.get(f"sites/{hub.site_id}/calendars", staff)).json()["items"]
    assert [each["calendar_id"] for each in listed] == [made["calendar_id"]]
    assert (await api.get(f"sites/{hub.site_id}/calendars", member)).status_code == 403


async def test_a_door_tells_what_is_on_and_what_is_next(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    await hub.book(room, person, 9, 10)
    await hub.book(room, person, 14, 15)
    said = {"kind": "resource", "resource_id": str(room.resource_id), "name": "Porte"}
    made = await make(api, api.token("hub-manager"), **said)
    await hub.set_clock(at(9.5))
    address = f"/v1/territories/{api.territory}/calendars/{made['token']}/door"
    shown = (await api.knock(address)).json()
    assert shown["resource_name"] == room.name
    assert (shown["current"]["start"], shown["following"]["start"]) == (
        "2035-03-06T09:00:00Z",
        "2035-03-06T14:00:00Z",
    )
    assert shown["current"]["person_name"] is None
    personal = await make(api, api.token("member", person))
    other = f"/v1/territories/{api.territory}/calendars/{personal['token']}/door"
    assert (await api.knock(other)).status_code == 404


async def test_a_door_no_longer_shows_who_left_early(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    early = await hub.book(room, person, 9, 12)
    said = {"kind": "resource", "resource_id": str(room.resource_id), "name": "Porte"}
    made = await make(api, api.token("hub-manager"), **said)
    staff = api.token("hub-manager")
    await hub.set_clock(at(9))
    assert (await api.post(f"bookings/{early.booking_id}/check-in", staff, {})).is_success
    await hub.set_clock(at(10))
    assert (await api.post(f"bookings/{early.booking_id}/check-out", staff, {})).is_success
    await hub.book(room, await hub.member(), 10.5, 11.5)
    await hub.set_clock(at(10.75))
    address = f"/v1/territories/{api.territory}/calendars/{made['token']}/door"
    shown = (await api.knock(address)).json()
    assert shown["current"]["start"] == "2035-03-06T10:30:00Z"


async def test_a_link_of_one_territory_opens_nothing_in_another(hub: Hub, other_hub: Hub, api: Api) -> None:
    made = await make(api, api.token("member", await hub.member()))
    address = f"/v1/territories/{other_hub.territory}/calendars/{made['token']}.ics"
    assert (await api.knock(address)).status_code == 404

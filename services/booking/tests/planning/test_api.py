"""What is booked, over HTTP: members see their own, staff see names, nobody sees another territory."""

from datetime import timedelta
from pathlib import Path

import pytest
from booking_builders import NOW, Api, Hub, at, tell
from desk_builders import introduce

from chassis.ids import new_id
from contracts.membership import SubjectKeyDestroyed
from contracts.values import PLATFORM

DAY = "2035-03-06"


async def test_staff_read_who_comes_and_members_only_that_it_is_taken(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    person, reader = await hub.member(), await hub.member()
    await introduce(hub, secrets_dir, person, "Anaïs", "L'Hermite d'Aude")
    room = await hub.room()
    booked = await hub.book(room, person, 9, 10)
    own = await hub.book(room, reader, 11, 12)

    named = await api.get(f"sites/{hub.site_id}/planning/named", api.token("hub-manager"), day=DAY)
    first, second = named.json()["resources"][0]["taken"]
    assert first["person_name"] == "Anaïs L'Hermite d'Aude"
    assert (first["booking_id"], first["state"]) == (str(booked.booking_id), "confirmed")
    assert second["person_name"] is None, "no name of that person has been heard yet"

    plain = await api.get(f"sites/{hub.site_id}/planning", api.token("member", reader), day=DAY)
    assert "Hermite" not in plain.text
    assert str(person) not in plain.text
    first, second = plain.json()["resources"][0]["taken"]
    assert (first["state"], first["booking_id"]) == ("taken", None)
    assert (second["booking_id"], second["person_id"]) == (str(own.booking_id), str(reader))

    refused = await api.get(f"sites/{hub.site_id}/planning/named", api.token("member", reader), day=DAY)
    assert refused.status_code == 403


async def test_an_erased_person_has_no_name_any_more(hub: Hub, api: Api, secrets_dir: Path) -> None:
    person = await hub.member()
    await introduce(hub, secrets_dir, person, "Anaïs", "Hermite")
    await hub.book(await hub.room(), person, 9, 10)
    await tell(hub.database, PLATFORM, SubjectKeyDestroyed(person_id=person, destroyed_at=NOW))
    named = await api.get(f"sites/{hub.site_id}/planning/named", api.token("hub-manager"), day=DAY)
    assert named.json()["resources"][0]["taken"][0]["person_name"] is None


async def test_a_territory_reads_no_name_of_a_person_it_does_not_know(
    hub: Hub, other_hub: Hub, secrets_dir: Path
) -> None:
    person = await hub.member()
    await introduce(hub, secrets_dir, person, "Anaïs", "Hermite")
    assert await hub.count("SELECT count(*) FROM persons WHERE person_id = $1", person) == 1
    assert await other_hub.count("SELECT count(*) FROM persons WHERE person_id = $1", person) == 0


async def test_the_day_shows_hours_and_what_parts_of_a_room_are_taken(hub: Hub, api: Api) -> None:
    person = await hub.member()
    a, b = await hub.room("A"), await hub.room("B")
    await hub.composed("A + B", a, b)
    await hub.book(a, person, 9, 10)
    day = (await api.get(f"sites/{hub.site_id}/planning", api.token("member"), day=DAY)).json()
    assert (day["zone"], day["site_name"]) == ("Europe/Paris", "L'Atelier d'Aude")
    taken = {each["name"]: len(each["taken"]) for each in day["resources"]}
    assert taken == {"A": 1, "A + B": 1, "B": 0}
    assert day["resources"][0]["opening_hours"] == "08:00–20:00"
    sunday = (await api.get(f"sites/{hub.site_id}/planning", api.token("member"), day="2035-03-04")).json()
    assert {each["opening_hours"] for each in sunday["resources"]} == {""}


async def test_a_day_of_ten_thousand_bookings_is_read_in_a_fixed_number_of_queries(
    hub: Hub, secrets_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from booking.planning.handlers import named_planning  # noqa: PLC0415 - what is counted

    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 7, 7.25)
    await introduce(hub, secrets_dir, person, "Anaïs", "Hermite")
    async with hub.database.tx(hub.territory) as tx:
        await tx.execute(MANY_BOOKINGS, booked.booking_id)
    async with hub.database.tx(hub.territory) as tx:
        asked: list[str] = []
        for name in ("fetch", "fetchrow", "fetchval"):
            monkeypatch.setattr(tx, name, counted(getattr(tx, name), asked))
        day = await named_planning(tx, hub.site_id, at(0).date())
    assert len(day.resources[0].taken) == 10_001
    assert {each.person_name for each in day.resources[0].taken} == {"Anaïs Hermite"}
    assert len(asked) <= 8


async def test_people_page_through_their_own_bookings_latest_first(hub: Hub, api: Api) -> None:
    person, other, room = await hub.member(), await hub.member(), await hub.room()
    for hour in range(8, 13):
        await hub.book(room, person, hour, hour + 0.5)
        await hub.book(room, other, hour + 0.5, hour + 1)
    token = api.token("member", person)
    first = await api.get("bookings/own", token, limit="3")
    link = first.headers["link"].split(">")[0].removeprefix("<")
    second = await api.get(link, token)
    found = [each["period"]["start"][11:16] for page in (first, second) for each in page.json()["items"]]
    assert found == ["12:00", "11:00", "10:00", "09:00", "08:00"]
    assert "link" not in second.headers


async def test_staff_list_bookings_of_a_site_and_a_stretch_of_time(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    for hour in (8, 10, 12):
        await hub.book(room, person, hour, hour + 1)
    staff = api.token("hub-manager")
    listed = await api.get(
        "bookings",
        staff,
        site_id=str(hub.site_id),
        since=(at(9) + timedelta(seconds=1)).isoformat(),
        until=at(12).isoformat(),
    )
    assert [each["period"]["start"][11:16] for each in listed.json()["items"]] == ["10:00"]
    naive = await api.get("bookings", staff, since="2035-03-06T09:00:00")
    assert naive.status_code == 422
    assert (await api.get("bookings", api.token("member", person))).status_code == 403


async def test_a_booking_is_shown_to_its_person_and_to_staff_and_is_missing_for_others(
    hub: Hub, other_hub: Hub, api: Api
) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    path = f"bookings/{booked.booking_id}"
    assert (await api.get(path, api.token("member", person))).json()["state"] == "confirmed"
    assert (await api.get(path, api.token("hub-manager"))).status_code == 200
    foreign = await other_hub.book(await other_hub.room(), await other_hub.member(), 9, 10)
    answers = [
        await api.get(path, api.token("member", new_id())),
        await api.get(f"bookings/{foreign.booking_id}", api.token("hub-manager")),
        await api.get(f"bookings/{new_id()}", api.token("hub-manager")),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["code"] for answer in answers} == {"not-found"}


def counted(call: object, asked: list[str]) -> object:
    async def counting(sql: str, *args: object) -> object:
        asked.append(sql)
        return await call(sql, *args)  # type: ignore[operator]

    return counting


MANY_BOOKINGS = """
INSERT INTO bookings SELECT b.territory_id, gen_random_uuid(), b.state, b.site_id, b.site_name, b.resource_id,
    b.resource_name, b.kind, b.price_code, b.starts_at + n * interval '3 s', b.ends_at + n * interval '3 s',
    b.zone, b.starts_on, b.person_id, b.attendees, b.payer_person_id, b.payer_organisation_id, b.audience,
    b.membership_id, b.plan_id, b.plan_version, b.paid_by, b.plan_units, b.rights_as_of, b.expires_at, b.flag
FROM bookings b, generate_series(1, 10000) n WHERE b.booking_id = $1
"""

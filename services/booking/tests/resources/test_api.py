"""Resources over HTTP: registered, composed, changed, found free, taken out of service."""

from datetime import timedelta
from typing import Any

import pytest
from booking_builders import MONDAY, Api, Hub, at

from chassis.ids import new_id
from contracts.booking import ResourceChanged, ResourceRegistered, ResourceTakenOutOfService


def a_body(hub: Hub, **said: Any) -> dict[str, Any]:
    return {
        "resource_id": str(new_id()),
        "site_id": str(hub.site_id),
        "kind": "room",
        "name": "Salle d'Aude",
    } | said


async def test_a_building_is_made_of_what_is_put_inside(hub: Hub, api: Api) -> None:
    staff = api.token("hub-manager")
    ids: dict[str | None, str] = {}
    for kind, inside in (("building", None), ("floor", "building"), ("desk", "floor"), ("office", "floor")):
        body = a_body(hub, kind=kind, name=kind, parent_id=ids.get(inside))
        answer = await api.post("resources", staff, body)
        assert answer.status_code == 201, answer.text
        ids[kind] = body["resource_id"]
    shown = (await api.get(f"resources/{ids['building']}", api.token("member"))).json()
    assert sorted(shown["leaf_ids"]) == sorted([ids["desk"], ids["office"]])
    assert [each["kind"] for each in await hub.facts(ResourceRegistered)] == list(ids)
    changed = [(each["kind"], len(each["leaf_ids"])) for each in await hub.facts(ResourceChanged)]
    assert ("building", 2) in changed
    assert ("floor", 2) in changed


async def test_a_composed_room_names_the_leaves_of_its_parts(hub: Hub, api: Api) -> None:
    a, b = await hub.room("A"), await hub.room("B")
    parts = [str(a.resource_id), str(b.resource_id)]
    staff = api.token("hub-manager")
    answer = await api.post("resources/composed", staff, a_body(hub, part_ids=parts))
    assert sorted(answer.json()["leaf_ids"]) == sorted(parts)
    inside = a_body(hub, parent_id=answer.json()["resource_id"])
    assert (await api.post("resources", staff, inside)).json()["code"] == "composed-has-no-inside"
    alien = a_body(hub, part_ids=[parts[0], str(new_id())])
    assert (await api.post("resources/composed", staff, alien)).json()["code"] == "parts-elsewhere"
    itself = a_body(hub, part_ids=parts, parent_id=parts[0])
    assert (await api.post("resources/composed", staff, itself)).json()["code"] == "made-of-its-place"


async def test_what_is_booked_keeps_what_it_is_made_of(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    staff, half = api.token("hub-manager"), a_body(hub, parent_id=str(room.resource_id))
    refused = await api.post("resources", staff, half)
    assert (refused.status_code, refused.json()["code"]) == (409, "resource-booked")
    assert refused.json()["values"] == {"name": "Salle d'Aude", "bookings": 1, "until": "2035-03-06 11:00"}
    await hub.set_clock(at(10))
    assert booked.state == "confirmed"
    other = half | {"resource_id": str(new_id())}
    assert (await api.post("resources", staff, other)).status_code == 201


async def test_a_change_says_only_what_changes(hub: Hub, api: Api) -> None:
    room = await hub.room(capacity=8, turnaround_minutes=15, price_code="room")
    path = f"resources/{room.resource_id}/change"
    changed = await api.post(path, api.token("hub-manager"), {"capacity": 12, "price_code": None})
    found = changed.json()
    assert (found["capacity"], found["price_code"]) == (12, None)
    assert (found["turnaround_minutes"], found["name"]) == (15, "Salle d'Aude")
    assert (await api.post(path, api.token("member"), {"capacity": 1})).status_code == 403


async def test_nobody_touches_resources_of_another_territory_or_site(
    hub: Hub, other_hub: Hub, api: Api
) -> None:
    foreign = await other_hub.room()
    staff = api.token("hub-manager")
    answers = [
        await api.get(f"resources/{foreign.resource_id}", staff),
        await api.post(f"resources/{foreign.resource_id}/change", staff, {"name": "À moi"}),
        await api.post("resources", staff, a_body(other_hub)),
        await api.get(f"resources/{new_id()}", staff),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    elsewhere = api.token("operator-staff", site_id=new_id())
    assert (await api.post("resources", elsewhere, a_body(hub))).status_code == 403


async def test_an_outage_lists_bookings_and_takes_no_new_ones(hub: Hub, api: Api) -> None:
    person = await hub.member()
    a, b = await hub.room("A"), await hub.room("B")
    ab = await hub.composed("A + B", a, b)
    inside, outside = await hub.book(ab, person, 9, 10), await hub.book(a, person, 17, 18)
    staff, path = api.token("hub-manager"), f"resources/{a.resource_id}"
    outage = {"start": at(8).isoformat(), "end": at(12).isoformat(), "reason": "Travaux d'éclairage"}
    taken = await api.post(f"{path}/take-out-of-service", staff, outage)
    assert taken.json()["affected_booking_ids"] == [str(inside.booking_id)]
    (told,) = await hub.facts(ResourceTakenOutOfService)
    assert str(outside.booking_id) not in told["affected_booking_ids"]
    again = await api.post(f"{path}/take-out-of-service", staff, outage)
    assert again.json()["code"] == "already-out-of-service"

    body = {"resource_id": str(ab.resource_id), "person_id": str(person)}
    body |= {"start": at(11).isoformat(), "end": at(12).isoformat()}
    member = api.token("member", person)
    refused = await api.post("bookings", member, body | {"booking_id": str(new_id())})
    assert refused.json()["code"] == "out-of-service"
    assert "Travaux d'éclairage" in refused.json()["detail"]
    await hub.set_clock(at(10.5))
    assert (await api.post(f"{path}/return-to-service", staff, {})).status_code == 204
    assert (await api.post("bookings", member, body | {"booking_id": str(new_id())})).status_code == 201
    missing = await api.post(f"{path}/return-to-service", staff, {})
    assert missing.json()["code"] == "not-out-of-service"


async def test_an_outage_that_has_not_begun_is_called_off(hub: Hub, api: Api) -> None:
    room, staff = await hub.room(), api.token("hub-manager")
    path = f"resources/{room.resource_id}"
    outage = {"start": at(8).isoformat(), "reason": "Peinture"}
    assert (await api.post(f"{path}/take-out-of-service", staff, outage)).json()["end"] is None
    assert (await api.post(f"{path}/return-to-service", staff, {})).status_code == 204
    await hub.book(room, await hub.member(), 9, 10)


async def test_free_rooms_are_found_by_time_kind_size_and_site(hub: Hub, api: Api) -> None:
    person = await hub.member()
    small, large = await hub.room("Petite", capacity=4), await hub.room("Grande", capacity=20)
    both = await hub.composed("Toutes", small, large, capacity=24)
    await hub.room("Poste", kind="desk")
    await hub.room("Plus tard", available_from=MONDAY + timedelta(days=30))
    await hub.hold(small, person, 9, 10)

    async def free(start: float, end: float, **said: str) -> list[str]:
        params = {"start": at(start).isoformat(), "end": at(end).isoformat()} | said
        answer = await api.get("resources/free", api.token("member"), **params)
        return [each["name"] for each in answer.json()["items"]]

    assert await free(9, 10) == ["Grande", "Poste"]
    assert await free(10, 11) == ["Grande", "Petite", "Poste", "Toutes"]
    assert await free(10, 11, kind="room", capacity="5") == ["Grande", "Toutes"]
    assert await free(10, 11, site_id=str(new_id())) == []
    assert await free(18.5, 19.5) == []
    assert both.capacity == 24
    empty = await api.get(
        "resources/free", api.token("member"), start=at(9).isoformat(), end=at(9).isoformat()
    )
    assert empty.json()["code"] == "period-empty"


async def test_a_thousand_resources_are_searched_in_a_few_queries_and_paged(
    hub: Hub, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from booking.availability.handlers import free_resources  # noqa: PLC0415 - what is counted
    from booking.availability.store import Wish  # noqa: PLC0415
    from booking.openings.model import Interval  # noqa: PLC0415
    from chassis.pages import Asked  # noqa: PLC0415

    model = await hub.room("Salle 0000")
    async with hub.database.tx(hub.territory) as tx:
        await tx.execute(THOUSAND, model.resource_id)
    async with hub.database.tx(hub.territory) as tx:
        asked: list[str] = []
        fetch = tx.fetch

        async def counting(sql: str, *args: object) -> Any:
            asked.append(sql)
            return await fetch(sql, *args)

        monkeypatch.setattr(tx, "fetch", counting)
        page = await free_resources(tx, Asked(50), Wish(Interval(at(9), at(10))))
    assert len(page.items) == 50
    assert page.last is not None
    assert len(asked) <= 2
    token, address, names = api.token("member"), "resources/free", []
    params = {"start": at(9).isoformat(), "end": at(10).isoformat(), "limit": "200"}
    while address:
        answer = await api.get(address, token, **params)
        names += [each["name"] for each in answer.json()["items"]]
        link, params = answer.headers.get("link", ""), {}
        address = link.split(">")[0].removeprefix("<")
    assert names == [f"Salle {number:04}" for number in range(1001)]


THOUSAND = """
INSERT INTO resources SELECT r.territory_id, made.id, r.site_id, r.parent_id, r.part_ids, ARRAY[made.id],
    ARRAY[made.id, r.site_id], r.kind, 'Salle ' || to_char(made.n, 'FM0000'), r.capacity, r.bookable,
    r.approval_required, r.turnaround_minutes, r.price_code, r.available_from
FROM resources r, (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 1000) n) made
WHERE r.resource_id = $1
"""

"""Waitlists over HTTP: with the token of the person whose act it is, once per id, refused by name."""

from typing import Any
from uuid import UUID

import pytest
from booking_builders import Api, Hub, at, fire_timers

from booking.resources.handlers import ResourceView
from chassis.db import Database
from chassis.ids import new_id
from contracts.booking import WaitlistJoined, WaitlistOfferAccepted


def wanted(room: ResourceView, person_id: UUID, **said: Any) -> dict[str, Any]:
    return {
        "entry_id": str(new_id()),
        "resource_id": str(room.resource_id),
        "person_id": str(person_id),
        "start": at(9).isoformat(),
        "end": at(10).isoformat(),
    } | said


async def test_a_member_waits_is_offered_and_accepts_once(
    hub: Hub, api: Api, worker_database: Database
) -> None:
    room, person, other = await hub.room(), await hub.member(), await hub.member()
    taken = await hub.book(room, other, 9, 10)
    token, body = api.token("member", person), wanted(room, person)
    joined, again = await api.post("waitlist", token, body), await api.post("waitlist", token, body)
    assert (joined.status_code, again.status_code) == (201, 200)
    assert joined.json() == again.json()
    assert len(await hub.facts(WaitlistJoined)) == 1
    await api.post(f"bookings/{taken.booking_id}/cancel", api.token("member", other), {})
    await fire_timers(worker_database, hub)
    [mine] = (await api.get("waitlist/own", token)).json()["items"]
    assert (mine["state"], mine["offer"]["resource_name"]) == ("offered", "Salle d'Aude")
    key = {"Idempotency-Key": "once"}
    path = f"waitlist/{body['entry_id']}/accept"
    first, repeated = [await api.post(path, token, {}, **key) for _ in range(2)]
    assert first.json() == repeated.json()
    assert first.json()["state"] == "accepted"
    assert len(await hub.facts(WaitlistOfferAccepted)) == 1
    refused = await api.post(path, token, {}, **{"Accept-Language": "fr"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-waiting")
    assert refused.json()["cure"] == "Inscrivez-vous de nouveau sur la liste."


async def test_an_entry_is_nobody_elses_business_but_the_desks(hub: Hub, api: Api) -> None:
    room, person = await hub.room(), await hub.member()
    await hub.book(room, await hub.member(), 9, 10)
    body = wanted(room, person)
    stranger, desk = api.token("member"), api.token("hub-manager")
    assert (await api.post("waitlist", stranger, body)).status_code == 404, "not even that it exists"
    await api.post("waitlist", api.token("member", person), body)
    path = f"waitlist/{body['entry_id']}"
    assert (await api.get(path, stranger)).status_code == 404
    assert (await api.post(f"{path}/leave", stranger, {})).status_code == 404
    assert (await api.get("waitlist/own", stranger)).json()["items"] == []
    of_site = f"sites/{hub.site_id}/waitlist"
    assert (await api.get(of_site, stranger, day="2035-03-06")).status_code == 403
    [seen] = (await api.get(of_site, desk, day="2035-03-06")).json()["items"]
    assert (seen["entry_id"], seen["ahead"], seen["person_name"]) == (body["entry_id"], 0, None)
    assert (await api.get(of_site, desk, day="2035-03-07")).json()["items"] == []
    assert (await api.get(path, desk)).json()["rule"].startswith("first-come")
    left = await api.post(f"{path}/leave", desk, {"reason": "Doublon"})
    assert left.json()["state"] == "left"


async def test_a_long_list_is_read_page_by_page_in_order(hub: Hub, api: Api) -> None:
    room = await hub.room()
    await hub.book(room, await hub.member(), 9, 10)
    ids = []
    for _ in range(3):
        person = await hub.member()
        body = wanted(room, person)
        assert (await api.post("waitlist", api.token("member", person), body)).status_code == 201
        ids.append(body["entry_id"])
    desk, path = api.token("hub-manager"), f"sites/{hub.site_id}/waitlist"
    first = await api.get(path, desk, day="2035-03-06", limit="2")
    rest = await api.get(first.links["next"]["url"], desk)
    assert [each["entry_id"] for each in first.json()["items"] + rest.json()["items"]] == ids


@pytest.mark.parametrize(
    "broken",
    [
        {"resource_id": None},
        {"site_id": str(new_id()), "kind": "room"},
        {"end": None},
        {"payer": {"person_id": str(new_id())}},
        {
            "window": {
                "first_day": "2035-03-06",
                "last_day": "2035-03-06",
                "opens": "09:00",
                "closes": "12:00",
            }
        },
    ],
    ids=["nothing", "both", "no end", "a payer by membership", "a window without length"],
)
async def test_a_wish_that_says_too_little_or_too_much_is_unreadable(
    hub: Hub, api: Api, broken: dict[str, Any]
) -> None:
    room, person = await hub.room(), await hub.member()
    answer = await api.post("waitlist", api.token("member", person), wanted(room, person, **broken))
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_wish_at_a_place_that_is_not_there_is_not_found(hub: Hub, api: Api) -> None:
    person = await hub.member()
    body = wanted(await hub.room(), person)
    body = {name: value for name, value in body.items() if name != "resource_id"}
    nowhere = {"site_id": str(new_id()), "kind": "room"}
    assert (await api.post("waitlist", api.token("member", person), body | nowhere)).status_code == 404

"""Series over HTTP: by whom they may be started, seen and given up, and once per id."""

from typing import Any
from uuid import UUID

from booking_builders import Api, Hub
from series_builders import TUESDAY, TUESDAYS

from booking.resources.handlers import ResourceView
from chassis.ids import new_id


def wanted(room: ResourceView, person: UUID, **said: Any) -> dict[str, Any]:
    return {
        "series_id": str(new_id()),
        "resource_id": str(room.resource_id),
        "person_id": str(person),
        "rule": f"{TUESDAYS};COUNT=4",
        "first": f"{TUESDAY}T10:00",
        "minutes": 60,
    } | said


async def test_a_member_starts_sees_and_ends_a_series(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    token, body = api.token("member", person), wanted(room, person)
    first, again = await api.post("series", token, body), await api.post("series", token, body)
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    path = f"series/{body['series_id']}"
    assert (await api.get(path, token)).json()["resource_name"] == room.name
    listed = await api.get(f"{path}/occurrences", token, limit="3")
    assert len(listed.json()["items"]) == 3
    assert "next" in listed.links
    assert [each["series_id"] for each in (await api.get("series/own", token)).json()["items"]] == [
        body["series_id"]
    ]
    skipped = await api.post(f"{path}/skip", token, {"recurrence_id": f"{TUESDAY}T10:00"})
    assert skipped.status_code == 204
    retried = {"recurrence_id": f"{TUESDAY}T10:00", "booking_id": str(new_id())}
    assert (await api.post(f"{path}/retry", token, retried)).status_code == 200
    changed = {"following_series_id": str(new_id()), "minutes": 30}
    assert (await api.post(f"{path}/change", token, changed)).json()["booked"] == 4
    ended = await api.post(f"series/{changed['following_series_id']}/end", token, {})
    assert len(ended.json()["given_up"]) == 4


async def test_a_series_is_nobody_elses(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    body = wanted(room, person)
    assert (await api.post("series", api.token("member"), body)).status_code == 404
    assert (await api.post("series", api.token("hub-manager"), body)).status_code == 201
    path, other = f"series/{body['series_id']}", api.token("member")
    for answer in (
        await api.get(path, other),
        await api.get(f"{path}/occurrences", other),
        await api.post(f"{path}/end", other, {}),
        await api.post(f"{path}/skip", other, {"recurrence_id": f"{TUESDAY}T10:00"}),
        await api.post(f"{path}/change", other, {"following_series_id": str(new_id())}),
    ):
        assert answer.status_code == 404
    assert (await api.get(path, api.token("member", person))).status_code == 200


async def test_a_rule_that_cannot_be_used_is_refused_with_what_can(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    token = api.token("member", person)
    refused = await api.post("series", token, wanted(room, person, rule="FREQ=HOURLY"))
    assert (refused.status_code, refused.json()["code"]) == (422, "rule-unusable")
    assert "WEEKLY" in refused.json()["values"]["allowed"]
    past = await api.post("series", token, wanted(room, person, first="2035-02-27T10:00"))
    assert (past.status_code, past.json()["code"]) == (422, "period-past")
    far = await api.post("series", token, wanted(room, person, first="2040-03-06T10:00"))
    assert (far.status_code, far.json()["code"]) == (422, "no-date")

"""Who decides on requests, over HTTP: staff, and whom it was delegated to, for as long as that holds."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from booking_builders import MONDAY, Api, Hub

from chassis.ids import new_id


def delegation(hub: Hub, person_id: UUID, **said: Any) -> dict[str, Any]:
    return {
        "delegation_id": str(new_id()),
        "person_id": str(person_id),
        "scope_id": str(hub.site_id),
        "valid_from": MONDAY.isoformat(),
        **said,
    }


async def test_staff_see_what_waits_and_decide_and_a_member_does_not(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room(approval_required=True)
    asked = await hub.book(room, person, 9, 10)
    staff, own = api.token("hub-manager"), api.token("member", person)
    waiting = await api.get(f"sites/{hub.site_id}/requests", staff)
    assert [each["booking_id"] for each in waiting.json()["items"]] == [str(asked.booking_id)]
    path = f"bookings/{asked.booking_id}"
    assert (await api.post(f"{path}/approve", own, {})).status_code == 404
    assert (await api.post(f"{path}/approve", api.token("finance"), {})).status_code == 403
    assert (await api.post(f"{path}/approve", staff, {})).json()["state"] == "confirmed"
    assert (await api.get(f"sites/{hub.site_id}/requests", staff)).json()["items"] == []


async def test_a_refusal_needs_a_reason(hub: Hub, api: Api) -> None:
    room = await hub.room(approval_required=True)
    asked = await hub.book(room, await hub.member(), 9, 10)
    path, staff = f"bookings/{asked.booking_id}/reject", api.token("hub-manager")
    assert (await api.post(path, staff, {"reason": " "})).status_code == 422
    assert (await api.post(path, staff, {"reason": "Travaux"})).json()["reason"] == "Travaux"


async def test_whom_it_was_delegated_to_decides_there_and_until_it_ends(hub: Hub, api: Api) -> None:
    staff, treasurer = api.token("hub-manager"), new_id()
    token = api.token("member", treasurer)
    room, other = [await hub.room(name, approval_required=True) for name in ("A", "B")]
    here, there = [await hub.book(each, await hub.member(), 9, 10) for each in (room, other)]
    given = delegation(hub, treasurer, scope_id=str(room.resource_id))
    assert (await api.post("approval-delegations", token, given)).status_code == 403
    assert (await api.post("approval-delegations", staff, given)).status_code == 201
    mine = await api.get("requests/delegated", token)
    assert [each["booking_id"] for each in mine.json()["items"]] == [str(here.booking_id)]
    assert (await api.post(f"bookings/{there.booking_id}/approve", token, {})).status_code == 404
    assert (await api.post(f"bookings/{here.booking_id}/approve", token, {})).status_code == 200
    again = await hub.book(room, await hub.member(), 11, 12)
    ended = {"ended_on": MONDAY.isoformat()}
    path = f"approval-delegations/{given['delegation_id']}/end"
    assert (await api.post(path, staff, ended)).json()["valid_until"] == ended["ended_on"]
    assert (await api.post(f"bookings/{again.booking_id}/approve", token, {})).status_code == 404
    listed = await api.get(f"sites/{hub.site_id}/approval-delegations", staff)
    assert [each["person_id"] for each in listed.json()["items"]] == [str(treasurer)]


async def test_a_delegation_that_holds_on_no_day_is_refused(hub: Hub, api: Api) -> None:
    empty = delegation(hub, new_id(), valid_until=(MONDAY - timedelta(days=1)).isoformat())
    refused = await api.post("approval-delegations", api.token("hub-manager"), empty)
    assert (refused.status_code, refused.json()["code"]) == (422, "delegation-empty")

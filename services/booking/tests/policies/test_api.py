"""Policies over HTTP: published in versions, nearest first, never changed after the fact."""

from datetime import timedelta
from typing import Any

import pytest
from booking_builders import MONDAY, Api, Hub, at
from policy_builders import publish, publish_next

from chassis.ids import new_id
from contracts.booking import BookingPolicyPublished, BookingPolicyRetired


def wanted(hub: Hub, **said: Any) -> dict[str, Any]:
    return {
        "policy_id": str(new_id()),
        "scope_id": str(hub.site_id),
        "in_force_from": MONDAY.isoformat(),
        "terms": {"name": "Salles", "grid_minutes": 15},
        **said,
    }


async def test_staff_publish_versions_and_everybody_reads_them(hub: Hub, api: Api) -> None:
    staff, member = api.token("hub-manager"), api.token("member")
    body = wanted(hub)
    assert (await api.post("policies", member, body)).status_code == 403
    assert (await api.post("policies", staff, body)).status_code == 201
    path = f"policies/{body['policy_id']}"
    later = {"in_force_from": (MONDAY + timedelta(days=7)).isoformat(), "terms": {"name": "Salles, bis"}}
    second = await api.post(f"{path}/versions", staff, later)
    assert (second.status_code, second.json()["version"]) == (200, 2)
    shown = (await api.get(path, member)).json()["items"]
    assert [(each["version"], each["terms"]["name"]) for each in shown] == [(1, "Salles"), (2, "Salles, bis")]
    assert len((await api.get(f"sites/{hub.site_id}/policies", member)).json()["items"]) == 2
    for day, name in ((0, "Salles"), (6, "Salles"), (7, "Salles, bis")):
        asked = (MONDAY + timedelta(days=day)).isoformat()
        held = await api.get("policies/in-force", member, scope_id=str(hub.site_id), day=asked)
        assert held.json()["policy"]["terms"]["name"] == name
    told = await hub.facts(BookingPolicyPublished)
    assert [each["version"] for each in told] == [1, 2]
    assert told[0]["terms"]["grid_minutes"] == 15


async def test_a_retired_policy_holds_no_more_and_is_not_followed(hub: Hub, api: Api) -> None:
    staff, body = api.token("hub-manager"), wanted(hub)
    await api.post("policies", staff, body)
    path = f"policies/{body['policy_id']}"
    past = {"retired_on": (MONDAY - timedelta(days=1)).isoformat()}
    assert (await api.post(f"{path}/retire", staff, past)).json()["code"] == "policy-in-the-past"
    assert (await api.post(f"{path}/retire", staff, {"retired_on": MONDAY.isoformat()})).status_code == 200
    held = await api.get("policies/in-force", staff, scope_id=str(hub.site_id))
    assert held.json()["policy"] is None
    later = {"in_force_from": MONDAY.isoformat(), "terms": {"name": "Salles"}}
    refused = await api.post(f"{path}/versions", staff, later)
    assert (refused.status_code, refused.json()["code"]) == (409, "policy-retired-already")
    assert [each["retired_on"] for each in await hub.facts(BookingPolicyRetired)] == [MONDAY.isoformat()]


async def test_two_policies_of_one_scope_never_hold_for_the_same_people(hub: Hub, api: Api) -> None:
    staff = api.token("hub-manager")
    assert (await api.post("policies", staff, wanted(hub))).status_code == 201
    refused = await api.post("policies", staff, wanted(hub))
    assert (refused.json()["code"], refused.json()["values"]) == ("policies-meet", {"name": "Salles"})
    students = {"name": "Étudiants", "audiences": ["student"]}
    assert (await api.post("policies", staff, wanted(hub, terms=students))).status_code == 201
    assert (await api.post("policies", staff, wanted(hub, terms=students))).status_code == 409


@pytest.mark.parametrize(
    "terms",
    [
        {"name": " "},
        {"name": "X", "shortest_minutes": 60, "longest_minutes": 30},
        {"name": "X", "approval": {"needed": "audiences"}},
        {"name": "X", "approval": {"needed": "above"}},
        {"name": "X", "cancellation": [{"hours_before": 2, "due_percent": 1}] * 2},
        {"name": "X", "color": "blue"},
    ],
)
async def test_terms_that_cannot_be_kept_to_are_refused(hub: Hub, api: Api, terms: dict[str, Any]) -> None:
    refused = await api.post("policies", api.token("hub-manager"), wanted(hub, terms=terms))
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("terms", "hours", "code"),
    [
        ({"shortest_notice_minutes": 26 * 60}, (9, 10), "notice-too-short"),
        ({"longest_notice_days": 1}, (33, 34), "notice-too-long"),
        ({"shortest_minutes": 90}, (9, 10), "length-not-allowed"),
        ({"longest_minutes": 30}, (9, 10), "length-not-allowed"),
        ({"grid_minutes": 30}, (9.25, 10), "off-grid"),
        ({"booked_by": "staff"}, (9, 10), "staff-only"),
    ],
)
async def test_a_booking_that_does_not_keep_to_its_policy_is_refused_with_rule_values_and_cure(
    hub: Hub, api: Api, terms: dict[str, Any], hours: tuple[float, float], code: str
) -> None:
    await publish(hub, **terms)
    person, room = await hub.member(), await hub.room()
    body = {
        "booking_id": str(new_id()),
        "resource_id": str(room.resource_id),
        "person_id": str(person),
        "start": at(hours[0]).isoformat(),
        "end": at(hours[1]).isoformat(),
    }
    refused = await api.post("bookings", api.token("member", person), body)
    assert refused.json()["code"] == code, refused.text
    assert refused.json()["values"]["policy"] == "Salles"
    assert refused.json()["cure"]
    by_staff = await api.post("bookings", api.token("hub-manager"), body)
    held_for_all = code in ("length-not-allowed", "off-grid")
    assert by_staff.status_code == (409 if held_for_all else 201)


async def test_what_is_for_members_is_not_booked_for_a_walk_in_even_at_the_desk(hub: Hub, api: Api) -> None:
    await publish(hub, booked_by="members")
    room, staff = await hub.room(), api.token("hub-manager")
    body = {
        "booking_id": str(new_id()),
        "resource_id": str(room.resource_id),
        "person_id": str(new_id()),
        "start": at(9).isoformat(),
        "end": at(10).isoformat(),
        "audience": "nomad",
    }
    refused = await api.post("bookings", staff, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "members-only")
    assert (await hub.book(room, await hub.member(), 9, 10)).state == "confirmed"


async def test_the_nearest_policy_holds_and_one_for_an_audience_before_one_for_all(hub: Hub) -> None:
    floor = await hub.room("Étage", bookable=False, kind="floor")
    room = await hub.room("Salle", parent_id=floor.resource_id)
    for scope_id, minutes, audiences in (
        (hub.site_id, 30, []),
        (floor.resource_id, 60, []),
        (floor.resource_id, 90, ["student"]),
    ):
        await publish(hub, scope_id, shortest_minutes=minutes, longest_minutes=minutes, audiences=audiences)
    other = await hub.room("Ailleurs")
    await hub.book(other, await hub.member(), 9, 9.5)
    await hub.book(room, await hub.member(), 9, 10)
    await hub.book(room, await hub.member(audience="student"), 10, 11.5)


async def test_time_is_judged_by_the_day_of_use_and_notice_by_the_day_of_asking(hub: Hub) -> None:
    first = await publish(hub, shortest_minutes=60, longest_notice_days=30)
    later = MONDAY + timedelta(days=7)
    await publish_next(hub, first, later, shortest_minutes=30, longest_notice_days=1)
    person, room = await hub.member(), await hub.room()
    await hub.book(room, person, 6 * 24 + 9, 6 * 24 + 9.5)

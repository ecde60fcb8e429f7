"""Visitors: a member invites for themselves, staff for anybody; who is here is counted."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from booking_builders import NOW, Api, Hub, at, tell
from desk_builders import introduce

from chassis.ids import new_id
from contracts.booking import VisitCalledOff, VisitorArrived, VisitorInvited, VisitorLeft
from contracts.membership import SubjectKeyDestroyed
from contracts.values import PLATFORM

DAY = "2035-03-06"


def invitation(host: UUID, visit_id: UUID | None = None, **changed: Any) -> dict[str, Any]:
    body = {
        "visit_id": str(visit_id or new_id()),
        "host_id": str(host),
        "visitor_name": "Noé d'Ailleurs",
        "expected_at": at(9).isoformat(),
    }
    return body | changed


async def a_host(hub: Hub, secrets_dir: Path) -> UUID:
    host = await hub.member()
    await introduce(hub, secrets_dir, host, "Anaïs", "Hermite")
    return host


async def test_a_visitor_comes_and_goes_and_is_told_with_the_name_sealed(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    host, staff = await a_host(hub, secrets_dir), api.token("hub-manager")
    body = invitation(host)
    own = api.token("member", host)
    assert (await api.post(f"sites/{hub.site_id}/visits", own, body)).status_code == 201
    assert (await api.post(f"sites/{hub.site_id}/visits", own, body)).status_code == 200, "once"
    [listed] = (await api.get(f"sites/{hub.site_id}/visits", staff, day=DAY)).json()["items"]
    assert (listed["visitor_name"], listed["host_name"]) == ("Noé d'Ailleurs", "Anaïs Hermite")
    for act, state in (("arrive", "inside"), ("leave", "left")):
        answer = await api.post(f"visits/{body['visit_id']}/{act}", staff, {})
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    told = await hub.facts(VisitorInvited, VisitorArrived, VisitorLeft)
    assert [each["visitor_name"].startswith("sealed.v1.") for each in told] == [True] * 3
    again = await api.post(f"visits/{body['visit_id']}/arrive", staff, {})
    assert (again.status_code, again.json()["code"]) == (409, "visit-not-possible-now")


async def test_who_is_here_is_whoever_came_and_has_not_left(hub: Hub, api: Api, secrets_dir: Path) -> None:
    host, staff = await a_host(hub, secrets_dir), api.token("hub-manager")
    room, group = await hub.room(), await hub.room("Grande", capacity=9)
    mine = await hub.book(room, host, 9, 12)
    ours = await hub.book(group, host, 9, 10, attendees=8)
    late = await hub.book(await hub.room("Autre"), await hub.member(), 9, 12)
    body = invitation(host)
    await api.post(f"sites/{hub.site_id}/visits", staff, body)
    await hub.set_clock(at(9))
    for booking in (mine, ours):
        await api.post(f"bookings/{booking.booking_id}/check-in", staff, {})
    await api.post(f"visits/{body['visit_id']}/arrive", staff, {})
    present = (await api.get(f"sites/{hub.site_id}/presence", staff)).json()
    assert present["people"] == 1 + 8 + 1
    assert [each["person_name"] for each in present["present"]][-1] == "Noé d'Ailleurs"
    assert str(late.booking_id) not in str(present), "who has not come is not inside"
    await api.post(f"bookings/{mine.booking_id}/check-out", staff, {})
    await hub.set_clock(at(10))
    present = (await api.get(f"sites/{hub.site_id}/presence", staff)).json()
    assert [each["kind"] for each in present["present"]] == ["visitor"]


async def test_a_member_invites_for_nobody_else_and_sees_no_others_visitors(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    host, other = await a_host(hub, secrets_dir), await a_host(hub, secrets_dir)
    mine = api.token("member", host)
    refused = await api.post(f"sites/{hub.site_id}/visits", mine, invitation(other))
    assert refused.status_code == 404
    body = invitation(other)
    await api.post(f"sites/{hub.site_id}/visits", api.token("hub-manager"), body)
    assert (await api.get("visits/own", mine)).json() == {"items": []}
    assert (await api.get(f"sites/{hub.site_id}/visits", mine, day=DAY)).status_code == 403
    assert (await api.get(f"sites/{hub.site_id}/presence", mine)).status_code == 403
    assert (await api.post(f"visits/{body['visit_id']}/call-off", mine, {})).status_code == 404
    theirs = api.token("member", other)
    assert (await api.post(f"visits/{body['visit_id']}/call-off", theirs, {})).json()["state"] == "called_off"
    assert len(await hub.facts(VisitCalledOff)) == 1


async def test_a_visitors_name_is_erased_with_the_host(hub: Hub, api: Api, secrets_dir: Path) -> None:
    host, staff = await a_host(hub, secrets_dir), api.token("hub-manager")
    await api.post(f"sites/{hub.site_id}/visits", staff, invitation(host))
    await tell(hub.database, PLATFORM, SubjectKeyDestroyed(person_id=host, destroyed_at=NOW))
    [listed] = (await api.get(f"sites/{hub.site_id}/visits", staff, day=DAY)).json()["items"]
    assert (listed["visitor_name"], listed["host_name"]) == (None, None)


async def test_nobody_is_invited_for_the_past_nor_to_somebody_unknown(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    host, staff = await a_host(hub, secrets_dir), api.token("hub-manager")
    past = invitation(host, expected_at=(NOW - timedelta(hours=2)).isoformat())
    answer = await api.post(f"sites/{hub.site_id}/visits", staff, past)
    assert (answer.status_code, answer.json()["code"]) == (422, "visit-past")
    answer = await api.post(f"sites/{hub.site_id}/visits", staff, invitation(new_id()))
    assert (answer.status_code, answer.json()["code"]) == (409, "person-unheard")

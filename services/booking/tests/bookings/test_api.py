"""Booking over HTTP: with the token of the person whose act it is, once per id, refused by name."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from booking_builders import MONDAY, Api, Hub, a_site, at, tell

from booking.resources.handlers import ResourceView
from chassis.ids import new_id
from contracts.booking import BookingConfirmed
from contracts.membership import DelegationEnded, DelegationGranted


def wanted(resource: ResourceView, person_id: UUID, start: float = 9, **said: Any) -> dict[str, Any]:
    return {
        "booking_id": str(new_id()),
        "resource_id": str(resource.resource_id),
        "person_id": str(person_id),
        "start": at(start).isoformat(),
        "end": at(start + 1).isoformat(),
    } | said


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_member_holds_confirms_moves_and_cancels(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    token, body = api.token("member", person), wanted(room, person)
    held = await api.post("bookings/held", token, body)
    assert (held.status_code, held.json()["state"]) == (201, "held")
    path = f"bookings/{body['booking_id']}"
    confirmed = await api.post(f"{path}/confirm", token, {})
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    assert confirmed.headers["maillage-version"] == "2"
    move = {"start": at(14).isoformat(), "end": at(15).isoformat()}
    moved = await api.post(f"{path}/reschedule", token, move)
    assert moved.json()["period"]["start"] == "2035-03-06T14:00:00Z"
    cancelled = await api.post(f"{path}/cancel", token, {"reason": "J'ai fini plus tôt"})
    assert cancelled.json()["state"] == "cancelled"
    assert refusal(await api.post(f"{path}/cancel", token, {})) == (409, "not-possible-now")


async def test_a_repeated_booking_is_the_same_booking(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    token, body = api.token("member", person), wanted(room, person)
    first, again = await api.post("bookings", token, body), await api.post("bookings", token, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(await hub.facts(BookingConfirmed)) == 1
    other = await api.post("bookings", token, body | {"end": at(11).isoformat()})
    assert refusal(other) == (422, "id-reused")


async def test_a_taken_room_is_refused_in_the_language_asked_with_what_is_free(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room("Salle d'Aude")
    await hub.book(room, person, 9, 10)
    token = api.token("member", person)
    refused = await api.post("bookings", token, wanted(room, person), **{"Accept-Language": "fr"})
    assert refusal(refused) == (409, "slot-taken")
    assert refused.json()["detail"] == (
        "Salle d'Aude est prise à un moment entre 06/03/2035 10:00 et 06/03/2035 11:00."
    )
    offer = refused.json()["values"]["alternatives"][0]
    start = {"resource_id": offer["resource_id"], "start": offer["start"], "end": offer["end"]}
    assert (await api.post("bookings", token, wanted(room, person) | start)).status_code == 201


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"end": at(9).isoformat()}, (422, "period-empty")),
        ({"end": at(8).isoformat()}, (422, "period-empty")),
        ({"start": at(18).isoformat(), "end": at(20).isoformat()}, (409, "outside-opening-hours")),
        ({"start": "2035-03-10T09:00Z", "end": "2035-03-10T10:00Z"}, (409, "closed-that-day")),
        ({"start": "2035-03-04T09:00Z", "end": "2035-03-04T10:00Z"}, (422, "period-past")),
        ({"start": "2035-03-06T09:00:00"}, (422, "invalid")),
        ({"attendees": 9}, (409, "too-many-people")),
        ({"attendees": 0}, (422, "invalid")),
        ({"resource_id": str(new_id())}, (404, "not-found")),
        ({"audience": "student"}, (403, "desk-only")),
        ({"colour": "blue"}, (422, "invalid")),
        ({"payer": {"organisation_id": str(new_id())}}, (422, "invalid")),
    ],
)
async def test_what_cannot_be_booked_is_refused_by_name(
    hub: Hub, api: Api, said: dict[str, Any], code: tuple[int, str]
) -> None:
    person, room = await hub.member(), await hub.room(capacity=8)
    token = api.token("member", person)
    assert refusal(await api.post("bookings", token, wanted(room, person) | said)) == code
    assert (await api.post("bookings", token, wanted(room, person))).status_code == 201


async def test_rooms_not_for_all_are_refused_with_the_way_to_them(hub: Hub, api: Api) -> None:
    person = await hub.member()
    token = api.token("member", person)
    late = await hub.room("Extension", available_from=MONDAY + timedelta(days=8))
    floor = await hub.room("Étage", bookable=False)
    for resource, code in (
        (late, "not-yet-available"),
        (floor, "not-bookable"),
    ):
        refused = await api.post("bookings", token, wanted(resource, person))
        assert refusal(refused) == (409, code)
        assert refused.json()["cure"]
    assert (await api.post("bookings", token, wanted(late, person, 9 + 7 * 24))).status_code == 201


async def test_members_book_for_themselves_and_staff_for_all(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    assert (await api.post("bookings", api.token("member"), wanted(room, person))).status_code == 404
    assert (await api.post("bookings", api.token("finance"), wanted(room, person))).status_code == 403
    assert (await api.post("bookings", api.token("hub-manager"), wanted(room, person))).status_code == 201
    booked = await hub.book(room, person, 12, 13)
    path = f"bookings/{booked.booking_id}/cancel"
    assert (await api.post(path, api.token("member"), {})).status_code == 404
    assert (await api.post(path, api.token("hub-manager"), {})).status_code == 200


async def test_a_walk_in_is_booked_by_the_desk_and_pays_in_money(hub: Hub, api: Api) -> None:
    visitor, desk = new_id(), await hub.room("Poste 1", kind="desk")
    staff = api.token("operator-staff", site_id=hub.site_id)
    assert refusal(await api.post("bookings", staff, wanted(desk, visitor))) == (409, "no-membership")
    booked = await api.post("bookings", staff, wanted(desk, visitor, audience="nomad"))
    assert booked.status_code == 201, booked.text
    (told,) = await hub.facts(BookingConfirmed)
    assert (told["paid_by"], told["audience"], told["membership_id"]) == ("money", "nomad", None)
    assert told["payer"]["person_id"] == str(visitor)
    moved = await api.post(
        f"bookings/{told['booking_id']}/reschedule",
        staff,
        {"start": at(12).isoformat(), "end": at(13).isoformat()},
    )
    assert (moved.status_code, moved.json()["audience"]) == (200, "nomad")


async def test_staff_of_an_operator_act_while_the_act_is_delegated_to_it(hub: Hub, api: Api) -> None:
    person, room, operator, delegation = await hub.member(), await hub.room(), new_id(), new_id()
    staff = api.token("operator-staff", site_id=hub.site_id, operator_id=operator)
    told = {"delegation_id": delegation, "operator_id": operator, "site_ids": (hub.site_id,)}

    async def book(start: float) -> int:
        return (await api.post("bookings", staff, wanted(room, person, start))).status_code

    async def delegate(*acts: str) -> None:
        granted = DelegationGranted.model_validate(
            told | {"operator_name": "L'Opérateur", "acts": acts, "valid_from": MONDAY}
        )
        await tell(hub.database, hub.territory, granted)

    assert await book(7) == 403
    await delegate("resources")
    assert await book(8) == 403
    await delegate("resources", "bookings")
    assert await book(9) == 201
    ended = DelegationEnded.model_validate(told | {"ended_on": MONDAY})
    await tell(hub.database, hub.territory, ended)
    assert await book(10) == 403


async def test_staff_of_one_site_move_no_booking_to_another(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    elsewhere = await hub.room(site_id=await a_site(hub.database, hub.territory))
    booked = await hub.book(room, person, 9, 10)
    path = f"bookings/{booked.booking_id}/reschedule"
    move = {"start": at(12).isoformat(), "end": at(13).isoformat()}
    there = move | {"resource_id": str(elsewhere.resource_id)}
    staff = api.token("operator-staff", site_id=hub.site_id)
    assert (await api.post(path, staff, there)).status_code == 403
    assert (await api.post(path, staff, move)).status_code == 200
    assert (await api.post(path, api.token("hub-manager"), there)).status_code == 200


async def test_check_in_over_http(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    path, token = f"bookings/{booked.booking_id}/check-in", api.token("member", person)
    assert refusal(await api.post(path, token, {})) == (409, "check-in-closed")
    await hub.set_clock(at(9))
    assert (await api.post(path, token, {})).json()["state"] == "checked_in"

"""A closure: who is kept out, which bookings it hits, and what becomes of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from booking_builders import MONDAY, Api, Hub, at

from booking.bookings.handlers import BookingView
from chassis.ids import new_id
from contracts.booking import (
    BookingCancelled,
    BookingRescheduled,
    ClosureDeclared,
    ClosureLifted,
)

TUESDAY = MONDAY + timedelta(days=1)


def a_closure(hub: Hub, **said: Any) -> dict[str, Any]:
    """The site closed on Tuesday and Wednesday."""
    days = {"first_day": str(TUESDAY), "last_day": str(TUESDAY + timedelta(days=1))}
    if "start" in said:
        days = {}
    values = {"closure_id": str(new_id()), "site_id": str(hub.site_id), "reason": "Travaux"}
    return {**values, **days, **said}


async def declared(hub: Hub, api: Api, **said: Any) -> dict[str, Any]:
    answer = await api.post("closures", api.token("hub-manager"), a_closure(hub, **said))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def a_booking(resource_id: object, person_id: object, start: float = 9) -> dict[str, Any]:
    span = {"start": at(start).isoformat(), "end": at(start + 1).isoformat()}
    return {
        "booking_id": str(new_id()),
        "resource_id": str(resource_id),
        "person_id": str(person_id),
        **span,
    }


async def flags(hub: Hub) -> dict[UUID, str | None]:
    async with hub.database.tx(hub.territory) as tx:
        return {
            row["booking_id"]: row["flag"] for row in await tx.fetch("SELECT booking_id, flag FROM bookings")
        }


def moved_to(booking: BookingView, offer: dict[str, Any]) -> dict[str, Any]:
    to = {name: offer[name] for name in ("resource_id", "start", "end")}
    return {"booking_id": str(booking.booking_id), **to}


async def test_a_closed_site_refuses_with_the_reason_the_days_and_the_next_open_day(
    hub: Hub, api: Api
) -> None:
    room, person = await hub.room(), await hub.member()
    await declared(hub, api)
    refused = await api.post(
        "bookings",
        api.token("member", person),
        a_booking(room.resource_id, person),
        **{"Accept-Language": "fr"},
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")
    assert refused.json()["detail"] == (
        "Salle d'Aude est fermée du 06/03/2035 au 07/03/2035\u00a0: Travaux. "
        "Prochain jour d’ouverture\u00a0: 08/03/2035."
    )
    cured = a_booking(room.resource_id, person, 9 + 48)
    assert (await api.post("bookings", api.token("member", person), cured)).status_code == 201


async def test_the_next_open_day_is_neither_closed_every_week_nor_an_exception_nor_another_closure(
    hub: Hub, api: Api
) -> None:
    room, person, staff = await hub.room(), await hub.member(), api.token("hub-manager")
    await declared(hub, api, first_day=str(TUESDAY), last_day="2035-03-08")
    off = {"day": "2035-03-09", "openings": [], "reason": "Pont"}
    await api.post(f"sites/{hub.site_id}/exceptions", staff, off)
    await declared(hub, api, first_day="2035-03-12", last_day="2035-03-12")
    token = api.token("member", person)
    refused = await api.post("bookings", token, a_booking(room.resource_id, person))
    assert refused.json()["values"]["next_open"] == "2035-03-13"


async def test_a_closure_lists_what_it_hits_and_leaves_the_rest_alone(hub: Hub, api: Api) -> None:
    floor = await hub.room("Étage", kind="floor")
    inside = await hub.room("Dedans", parent_id=floor.resource_id)
    outside, person = await hub.room("Dehors"), await hub.member()
    hit = await hub.book(inside, person, 9, 10)
    spared = [await hub.book(outside, person, 9, 10), await hub.book(inside, person, 14, 15)]
    span = {"start": at(8).isoformat(), "end": at(12).isoformat()}
    closure = await declared(hub, api, resource_id=str(floor.resource_id), **span)
    assert closure["affected_booking_ids"] == [str(hit.booking_id)]
    assert await flags(hub) == {hit.booking_id: "closed", **{each.booking_id: None for each in spared}}
    token = api.token("member", person)
    for resource, start, code in ((inside, 11, 409), (outside, 11, 201), (inside, 12, 201)):
        answer = await api.post("bookings", token, a_booking(resource.resource_id, person, start))
        assert answer.status_code == code, answer.text
    (told,) = await hub.facts(ClosureDeclared)
    assert (told["affected"], told["affected_booking_ids"]) == (1, [str(hit.booking_id)])


async def test_staff_book_through_a_closure_only_where_it_says_so(hub: Hub, api: Api) -> None:
    room, person, staff = await hub.room(), await hub.member(), api.token("hub-manager")
    await declared(hub, api, first_day=str(TUESDAY), last_day=str(TUESDAY), staff_may_override=True)
    wanted = a_booking(room.resource_id, person)
    assert (await api.post("bookings", api.token("member", person), wanted)).status_code == 409
    assert (await api.post("bookings", staff, wanted)).status_code == 201
    await declared(hub, api, first_day=str(TUESDAY), last_day=str(TUESDAY))
    strict = await api.post("bookings", staff, a_booking(room.resource_id, person, 12))
    assert strict.json()["code"] == "closed", "of two closures the stricter one holds"


async def test_one_act_moves_what_can_move_and_flags_what_stays(hub: Hub, api: Api) -> None:
    room, other = await hub.room("A"), await hub.room("B")
    person, staff = await hub.member(), api.token("hub-manager")
    goes, stays = await hub.book(room, person, 9, 10), await hub.book(room, person, 11, 12)
    closure = await declared(
        hub, api, resource_id=str(room.resource_id), start=at(6).isoformat(), end=at(18).isoformat()
    )
    listed = (await api.get(f"closures/{closure['closure_id']}/affected", staff)).json()["items"]
    assert [each["booking"]["booking_id"] for each in listed] == [
        str(goes.booking_id),
        str(stays.booking_id),
    ]
    offer = next(o for o in listed[0]["alternatives"] if o["resource_id"] == str(other.resource_id))
    moves = [moved_to(goes, offer), moved_to(stays, offer)]  # the second one finds it taken
    answer = await api.post(f"closures/{closure['closure_id']}/move-bookings", staff, {"moves": moves})
    assert answer.status_code == 200, answer.text
    outcome = answer.json()
    assert outcome["done"] == [str(goes.booking_id)]
    assert [(each["booking_id"], each["code"]) for each in outcome["left"]] == [
        (str(stays.booking_id), "slot-taken")
    ]
    assert await flags(hub) == {goes.booking_id: None, stays.booking_id: "closed"}
    (told,) = await hub.facts(BookingRescheduled)
    assert told["resource_id"] == str(other.resource_id)
    flagged = (await api.get("bookings", staff, flagged="true")).json()["items"]
    assert [each["booking_id"] for each in flagged] == [str(stays.booking_id)]


async def test_every_alternative_listed_for_a_closure_is_open_and_free(hub: Hub, api: Api) -> None:
    room, person, staff = await hub.room("A"), await hub.member(), api.token("hub-manager")
    booked = await hub.book(room, person, 9, 10)
    closure = await declared(hub, api)
    ((shown),) = (await api.get(f"closures/{closure['closure_id']}/affected", staff)).json()["items"]
    assert shown["alternatives"], "there is time left on the days after"
    for offer in shown["alternatives"]:
        assert offer["start"] >= "2035-03-08"
        moves = {"moves": [moved_to(booked, offer)]}
        answer = await api.post(f"closures/{closure['closure_id']}/move-bookings", staff, moves)
        assert (answer.json()["done"], answer.json()["left"]) == ([str(booked.booking_id)], [])
        break


async def test_bookings_that_a_closure_cancels_cost_nothing_even_late(hub: Hub, api: Api) -> None:
    room, person, staff = await hub.room(), await hub.member(), api.token("hub-manager")
    elsewhere = await hub.room("Ailleurs")
    booked, spared = await hub.book(room, person, 9, 10), await hub.book(elsewhere, person, 9, 10)
    closure = await declared(
        hub, api, resource_id=str(room.resource_id), start=at(8).isoformat(), end=at(12).isoformat()
    )
    await hub.set_clock(at(8.5))
    ids = [str(booked.booking_id), str(spared.booking_id)]
    path = f"closures/{closure['closure_id']}/cancel-bookings"
    outcome = (await api.post(path, staff, {"booking_ids": ids})).json()
    assert (outcome["done"], [each["booking_id"] for each in outcome["left"]]) == (ids[:1], ids[1:])
    (told,) = await hub.facts(BookingCancelled)
    assert (told["due_percent"], told["cancelled_by"], told["reason"]) == (0, "staff", "Travaux")
    assert await hub.count("SELECT count(*) FROM claims") == 1
    assert (await api.post(path, api.token("member", person), {"booking_ids": ids})).status_code == 403


async def test_a_lifted_closure_keeps_nobody_out_and_takes_its_flags_along(hub: Hub, api: Api) -> None:
    room, person, staff = await hub.room(), await hub.member(), api.token("hub-manager")
    booked = await hub.book(room, person, 9, 10)
    first, second = await declared(hub, api), await declared(hub, api)

    async def lift(closure: dict[str, Any]) -> int:
        return (await api.post(f"closures/{closure['closure_id']}/lift", staff, {})).status_code

    assert await lift(first) == 200
    assert await flags(hub) == {booked.booking_id: "closed"}, "the other closure still hits it"
    assert await lift(second) == 200
    assert await flags(hub) == {booked.booking_id: None}
    token = api.token("member", person)
    assert (await api.post("bookings", token, a_booking(room.resource_id, person, 12))).status_code == 201
    again = await api.post(f"closures/{second['closure_id']}/lift", staff, {})
    assert again.json()["code"] == "closure-is-lifted"
    assert len(await hub.facts(ClosureLifted)) == 2
    assert (await api.get("closures", staff, site_id=str(hub.site_id))).json()["items"] == []


async def test_search_and_planning_obey_a_closure(hub: Hub, api: Api) -> None:
    room, other = await hub.room("A"), await hub.room("B")
    await declared(
        hub, api, resource_id=str(room.resource_id), start=at(9).isoformat(), end=at(11).isoformat()
    )
    token = api.token("member")

    async def free(start: float) -> set[str]:
        asked = {"start": at(start).isoformat(), "end": at(start + 1).isoformat()}
        return {
            each["resource_id"] for each in (await api.get("resources/free", token, **asked)).json()["items"]
        }

    assert await free(10) == {str(other.resource_id)}
    assert await free(11) == {str(room.resource_id), str(other.resource_id)}
    planning = (await api.get(f"sites/{hub.site_id}/planning", token, day=str(TUESDAY))).json()
    shown = {each["name"]: (each["opening_hours"], each["closed"]) for each in planning["resources"]}
    assert shown == {"A": ("08:00–10:00, 12:00–20:00", "Travaux"), "B": ("08:00–20:00", "")}


async def test_closures_that_cannot_be_are_refused_by_name(hub: Hub, api: Api) -> None:
    staff = api.token("hub-manager")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"first_day": "2035-03-07", "last_day": "2035-03-05"}, "closure-empty"),
        ({"first_day": "2035-03-07", "last_day": "2038-03-05"}, "closure-too-long"),
        ({"start": at(9).isoformat()}, "invalid"),
        ({"first_day": "2035-03-07", "last_day": None}, "invalid"),
        ({"resource_id": str(new_id())}, "not-found"),
    ]
    for said, code in cases:
        answer = await api.post("closures", staff, a_closure(hub, **said))
        assert answer.json()["code"] == code, said
    assert (await api.post("closures", api.token("member"), a_closure(hub))).status_code == 403

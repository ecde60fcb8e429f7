"""Several resources in one booking: taken together or not at all, each paid in its own way."""

import asyncio
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
from booking_builders import Api, Hub, a_hub, a_site, an_api, at

from booking.resources.handlers import ResourceView
from chassis.db import Database
from chassis.ids import new_id
from contracts.booking import BookingConfirmed, BookingRescheduled
from contracts.membership import Entitlement

RIVALS = 8


def wanted(
    room: ResourceView, person_id: UUID, *beside: ResourceView, start: float = 9, **said: Any
) -> dict[str, Any]:
    return {
        "booking_id": str(new_id()),
        "resource_id": str(room.resource_id),
        "with_resource_ids": [str(each.resource_id) for each in beside],
        "person_id": str(person_id),
        "start": at(start).isoformat(),
        "end": at(start + 1).isoformat(),
    } | said


async def screen(hub: Hub, name: str = "Écran", **said: Any) -> ResourceView:
    return await hub.room(name, kind="equipment", **said)


async def equipped(hub: Hub, *entitlements: Entitlement) -> UUID:
    """Somebody whose plan opens rooms, and equipment as it says."""
    rooms = Entitlement(resource_kinds=("room",), paid_by="plan")
    return await hub.member(entitlements=(rooms, *entitlements))


async def claims(hub: Hub) -> int:
    return await hub.count("SELECT count(*) FROM claims")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_room_and_its_screen_are_taken_and_freed_together(hub: Hub, api: Api) -> None:
    person = await equipped(hub, Entitlement(resource_kinds=("equipment",), paid_by="money"))
    room, beside = await hub.room(), await screen(hub, price_code="screen-hour")
    body = wanted(room, person, beside)
    token = api.token("member", person)
    booked = await api.post("bookings", token, body)
    assert booked.status_code == 201, booked.text
    (told,) = await hub.facts(BookingConfirmed)
    assert told["paid_by"] == "plan"
    assert told["with_resources"] == [
        {
            "resource_id": str(beside.resource_id),
            "name": "Écran",
            "kind": "equipment",
            "price_code": "screen-hour",
            "paid_by": "money",
        }
    ]
    alone = await api.post("bookings", token, wanted(beside, person))
    assert refusal(alone) == (409, "slot-taken")
    assert await claims(hub) == 2
    await api.post(f"bookings/{body['booking_id']}/cancel", token, {})
    assert await claims(hub) == 0


async def test_the_refusal_names_the_one_that_is_taken_and_offers_times_at_which_all_are_free(
    hub: Hub, api: Api
) -> None:
    person = await equipped(hub, Entitlement(resource_kinds=("equipment",), paid_by="plan"))
    room, beside, spare = await hub.room(), await screen(hub), await screen(hub, "Écran de secours")
    await hub.book(beside, person, 9, 10)
    await hub.book(room, person, 10, 12)
    token = api.token("member", person)
    refused = await api.post("bookings", token, wanted(room, person, beside))
    values = refused.json()["values"]
    assert (refused.json()["code"], values["resource"], values["resource_id"]) == (
        "slot-taken",
        "Écran",
        str(beside.resource_id),
    )
    assert await claims(hub) == 2, "no half of the booking is left"
    others = [each for each in values["alternatives"] if each["resource_id"] == str(spare.resource_id)]
    assert others, "another screen is free then"
    times = [each for each in values["alternatives"] if each["resource_id"] == str(beside.resource_id)]
    assert times, "there are other times for both"
    for offer in times:
        body = wanted(room, person, beside) | {"start": offer["start"], "end": offer["end"]}
        answer = await api.post("bookings", token, body)
        assert answer.status_code == 201, offer
        await api.post(f"bookings/{body['booking_id']}/cancel", token, {})
    assert (await api.post("bookings", token, wanted(room, person, spare))).status_code == 201


async def test_what_is_beside_follows_when_a_booking_moves_and_can_be_changed(hub: Hub, api: Api) -> None:
    person = await equipped(hub, Entitlement(resource_kinds=("equipment",), paid_by="plan"))
    room, beside, other = await hub.room(), await screen(hub), await screen(hub, "Micro")
    token, body = api.token("member", person), wanted(room, person, beside)
    await api.post("bookings", token, body)
    path = f"bookings/{body['booking_id']}"
    later = {"start": at(14).isoformat(), "end": at(15).isoformat()}
    moved = await api.post(f"{path}/reschedule", token, later)
    assert [each["name"] for each in moved.json()["with_resources"]] == ["Écran"]
    changed = await api.post(
        f"{path}/change-resources", token, {"with_resource_ids": [str(other.resource_id)]}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["period"]["start"] == "2035-03-06T14:00:00Z"
    assert [each["name"] for each in changed.json()["with_resources"]] == ["Micro"]
    assert len(await hub.facts(BookingRescheduled)) == 2
    assert (await api.post("bookings", token, wanted(beside, person, start=14))).status_code == 201
    back = await api.post(f"{path}/change-resources", token, {"with_resource_ids": [str(beside.resource_id)]})
    assert refusal(back) == (409, "slot-taken")
    shown = await api.get(path, token)
    assert [each["name"] for each in shown.json()["with_resources"]] == ["Micro"], "it stays as it was"


async def test_what_cannot_be_booked_together_is_refused_by_name(hub: Hub, api: Api) -> None:
    person = await equipped(hub, Entitlement(resource_kinds=("equipment",), paid_by="plan"))
    room, beside = await hub.room("A"), await screen(hub)
    both = await hub.composed("A + B", room, await hub.room("B"))
    elsewhere = await screen(hub, "Loin", site_id=await a_site(hub.database, hub.territory))
    late = await screen(hub, "Demain", available_from=at(48).date())
    token = api.token("member", person)
    for others, code in (
        ((elsewhere,), (422, "other-site")),
        ((both,), (422, "already-part")),
        ((beside, beside), (201, None)),
        ((late,), (409, "not-yet-available")),
    ):
        answer = await api.post("bookings", token, wanted(room, person, *others))
        assert (answer.status_code, answer.json().get("code")) == code, others[0].name
    unknown = wanted(room, person, start=12) | {"with_resource_ids": [str(new_id())]}
    assert refusal(await api.post("bookings", token, unknown)) == (404, "not-found")
    roomer = await equipped(hub)
    barred = await api.post("bookings", api.token("member", roomer), wanted(room, roomer, beside, start=12))
    assert refusal(barred) == (409, "plan-opens-not")


async def test_what_a_plan_counts_goes_to_the_thing_booked_and_what_is_beside_it_is_paid(
    hub: Hub, api: Api
) -> None:
    counted = Entitlement(
        resource_kinds=("equipment",), paid_by="plan", quantity=Decimal(5), unit="hour", per="month"
    )
    person = await equipped(hub, counted)
    room, beside = await hub.room(), await screen(hub)
    token = api.token("member", person)
    together = await api.post("bookings", token, wanted(room, person, beside))
    assert [each["paid_by"] for each in together.json()["with_resources"]] == ["money"]
    alone = await api.post("bookings", token, wanted(beside, person, start=12))
    assert alone.json()["paid_by"] == "plan"


async def test_the_planning_shows_a_booking_on_each_row_that_it_takes(hub: Hub, api: Api) -> None:
    person = await equipped(hub, Entitlement(resource_kinds=("equipment",), paid_by="plan"))
    room, beside, free = await hub.room("Salle"), await screen(hub), await screen(hub, "Micro")
    booked = await hub.book(room, person, 9, 10, with_resource_ids=(beside.resource_id,))
    day = str(at(0).date())
    planning = await api.get(f"sites/{hub.site_id}/planning/named", api.token("hub-manager"), day=day)
    rows = {
        each["name"]: [use["booking_id"] for use in each["taken"]] for each in planning.json()["resources"]
    }
    assert rows == {"Salle": [str(booked.booking_id)], "Écran": [str(booked.booking_id)], free.name: []}


async def test_rivals_over_rooms_and_equipment_in_mixed_order_get_all_or_nothing(
    crowd: Database, territory: str, tmp_path: Any
) -> None:
    hub = await a_hub(crowd, territory)
    rooms = [await hub.room(f"Salle {number}") for number in range(2)]
    screens = [await screen(hub, f"Écran {number}", turnaround_minutes=10) for number in range(3)]
    opens = Entitlement(resource_kinds=("equipment", "room"), paid_by="plan")
    people = [await hub.member(entitlements=(opens,)) for _ in range(RIVALS)]
    won: list[list[ResourceView]] = []
    lost = 0
    async with an_api(crowd, territory, tmp_path) as api:

        async def fight(rival: int) -> None:
            nonlocal lost
            choices = random.Random(rival)  # noqa: S311 - the same storm each time
            for hour in range(7, 15):
                asked = choices.sample(rooms, 1) + choices.sample(screens, choices.randint(1, 2))
                choices.shuffle(asked)  # now a room leads, now a screen
                body = wanted(asked[0], people[rival], *asked[1:], start=hour + rival % 2 * 0.5)
                answer = await api.post("bookings", api.token("member", people[rival]), body)
                assert answer.status_code in {201, 409}, answer.text
                if answer.status_code == 201:
                    won.append(asked)
                else:
                    assert answer.json()["code"] == "slot-taken"
                    lost += 1

        await asyncio.gather(*(fight(rival) for rival in range(RIVALS)))
    assert won
    assert lost
    assert await claims(hub) == sum(len(asked) for asked in won), "no half booking is left"
    assert len(await hub.facts(BookingConfirmed)) == len(won)
    overlaps = await hub.count(
        "SELECT count(*) FROM claims a JOIN claims b ON a.leaf_id = b.leaf_id"
        " AND a.booking_id < b.booking_id AND a.during && b.during"
    )
    assert overlaps == 0


async def test_a_resource_with_bookings_beside_others_keeps_what_it_is_made_of(hub: Hub, api: Api) -> None:
    person = await equipped(hub, Entitlement(resource_kinds=("equipment",), paid_by="plan"))
    room, beside = await hub.room(), await screen(hub)
    await hub.book(room, person, 9, 10, with_resource_ids=(beside.resource_id,))
    inside = {
        "resource_id": str(new_id()),
        "site_id": str(hub.site_id),
        "parent_id": str(beside.resource_id),
        "kind": "equipment",
        "name": "Pied",
    }
    refused = await api.post("resources", api.token("hub-manager"), inside)
    assert refusal(refused) == (409, "resource-booked")
    await hub.set_clock(at(0) + timedelta(days=1))
    assert (await api.post("resources", api.token("hub-manager"), inside)).status_code == 201

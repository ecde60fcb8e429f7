"""What giving up costs, step by step, by the version a booking was made by; and letting somebody off."""

from datetime import timedelta
from typing import Any

import pytest
from booking_builders import NOW, Api, Hub, at, fire_timers
from policy_builders import give_up, publish, publish_next

from chassis.db import Database
from contracts.booking import BookingCancelled, BookingConfirmed, BookingMarkedNoShow, FeeWaived

TIERS = [{"hours_before": 2, "due_percent": 100}, {"hours_before": 24, "due_percent": 50}]


async def fee(hub: Hub, api: Api, booking_id: object) -> dict[str, Any]:
    answer = await api.get(f"bookings/{booking_id}/cancellation-fee", api.token("hub-manager"))
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(("hours_before", "due"), [(24.1, 0), (23.9, 50), (2.1, 50), (1.9, 100)])
async def test_giving_up_costs_what_its_step_says_and_that_is_shown_before(
    hub: Hub, api: Api, hours_before: float, due: int
) -> None:
    await publish(hub, cancellation=TIERS)
    booked = await hub.book(await hub.room(), await hub.member(), 33, 34)
    await hub.set_clock(at(33) - timedelta(hours=hours_before))
    shown = await fee(hub, api, booked.booking_id)
    assert shown == {
        "due_percent": due,
        "steps": [
            {"since": "2035-03-06T09:00:00Z", "due_percent": 50},
            {"since": "2035-03-07T07:00:00Z", "due_percent": 100},
        ],
    }
    cancelled = await give_up(hub, booked)
    assert cancelled.due_percent == due
    assert [told["due_percent"] for told in await hub.facts(BookingCancelled)] == [due]


async def test_a_booking_keeps_the_version_it_was_made_by(
    hub: Hub, api: Api, worker_database: Database
) -> None:
    first = await publish(hub, cancellation=TIERS, grace_minutes=10, no_show_due_percent=40)
    person, room = await hub.member(), await hub.room()
    before, kept = await hub.book(room, person, 9, 10), await hub.book(room, person, 11, 12)
    await publish_next(hub, first, name="Salles, plus dur", no_show_due_percent=100, grace_minutes=50)
    after = await hub.book(room, person, 13, 14)
    told = await hub.facts(BookingConfirmed)
    assert [each["policy_version"] for each in told] == [1, 1, 2]
    assert {each["policy_id"] for each in told} == {str(first.policy_id)}
    assert len((await fee(hub, api, kept.booking_id))["steps"]) == 2
    assert (await fee(hub, api, after.booking_id))["steps"] == []
    await hub.set_clock(at(9) + timedelta(minutes=11))
    await fire_timers(worker_database, hub)
    missed = await hub.facts(BookingMarkedNoShow)
    assert [(each["booking_id"], each["due_percent"]) for each in missed] == [(str(before.booking_id), 40)]


async def test_staff_let_off_once_what_stays_due_and_nobody_else_does(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room()
    booked = await hub.book(room, person, 9, 10)
    path, staff = f"bookings/{booked.booking_id}/waive-fee", api.token("hub-manager")
    reason = {"reason": "Grève des transports"}
    early = await api.post(path, staff, reason)
    assert (early.status_code, early.json()["code"]) == (409, "nothing-to-waive")
    await hub.set_clock(NOW + timedelta(hours=20))
    await give_up(hub, booked)
    assert (await api.post(path, api.token("member", person), reason)).status_code == 403
    assert (await api.post(path, staff, {"reason": ""})).status_code == 422
    waived = await api.post(path, staff, reason)
    assert (waived.status_code, waived.json()["fee_waived"]) == (200, True)
    assert (await api.post(path, staff, reason)).json()["code"] == "fee-waived-already"
    (told,) = await hub.facts(FeeWaived)
    assert (told["booking_id"], told["reason"]) == (str(booked.booking_id), "Grève des transports")

"""Strikes: what nobody came for counts, enough of it suspends, an appeal lifts."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from booking_builders import MONDAY, Api, Hub, at, fire_timers
from policy_builders import publish

from booking.policies.model import Strikes
from booking.resources.handlers import ResourceView
from booking.strikes.model import BookingSuspended, suspension
from chassis.db import Database
from contracts.booking import StrikeLifted, StrikeRecorded

RULE = {"no_shows": 3, "within_days": 30, "suspended_days": 14}


def days(*numbers: int) -> list[date]:
    return [MONDAY + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("struck", "until"),
    [
        ([], None),
        ([0, 1], None),
        ([0, 1, 2], 16),
        ([0, 0, 0], 14),
        ([0, 15, 29], 43),
        ([0, 15, 30], None),
        ([0, 1, 2, 20], 16),
        ([0, 1, 2, 20, 21, 22], 36),
    ],
)
def test_so_many_no_shows_in_so_many_days_suspend_and_each_counts_once(
    struck: list[int], until: int | None
) -> None:
    found = suspension(days(*struck), Strikes.model_validate(RULE))
    assert (found.until if found else None) == (days(until)[0] if until is not None else None)


async def missed(
    hub: Hub, worker_database: Database, room: ResourceView, person: UUID, numbers: list[int]
) -> list[str]:
    """Book days that nobody comes on, and let them pass; return the bookings."""
    booked = [await hub.book(room, person, 9 + 24 * n, 10 + 24 * n) for n in numbers]
    for n in numbers:
        await hub.set_clock(at(9.75 + 24 * n))
        await fire_timers(worker_database, hub)
    return [str(each.booking_id) for each in booked]


async def test_three_no_shows_suspend_booking_and_the_refusal_names_them_and_the_appeal(
    hub: Hub, worker_database: Database
) -> None:
    await publish(hub, strikes=RULE)
    person, room = await hub.member(), await hub.room()
    await missed(hub, worker_database, room, person, [0, 1, 2])
    told = await hub.facts(StrikeRecorded)
    assert [each["suspended_until"] for each in told] == [None, None, "2035-03-22"]
    with pytest.raises(BookingSuspended) as refused:
        await hub.book(room, person, 81, 82)
    assert refused.value.values == {
        "days": "2035-03-06, 2035-03-07, 2035-03-08",
        "policy": "Salles",
        "until": "2035-03-22",
    }
    assert "appel" in (refused.value.cure_said("fr") or "")
    await hub.book(room, await hub.member(), 81, 82)
    await hub.set_clock(at(0, date(2035, 3, 22)))
    await hub.book(room, person, 16 * 24 + 9, 16 * 24 + 10)


async def test_an_appeal_lifts_a_strike_with_a_reason_and_booking_is_possible_again(
    hub: Hub, api: Api, worker_database: Database
) -> None:
    await publish(hub, strikes=RULE)
    person, room = await hub.member(), await hub.room()
    first, *_ = await missed(hub, worker_database, room, person, [0, 1, 2])
    staff, own = api.token("hub-manager"), api.token("member", person)
    path = f"bookings/{first}/strike/lift"
    assert (await api.post(path, own, {"reason": "Badge"})).status_code == 403
    lifted = await api.post(path, staff, {"reason": "Badge en panne"})
    assert (lifted.status_code, lifted.json()["lift_reason"]) == (200, "Badge en panne")
    assert (await api.post(path, staff, {"reason": "Encore"})).json()["code"] == "strike-lifted-already"
    (told,) = await hub.facts(StrikeLifted)
    assert told["reason"] == "Badge en panne"
    await hub.book(room, person, 81, 82)
    mine = (await api.get("strikes/own", own)).json()["items"]
    assert [each["lift_reason"] for each in mine] == [None, None, "Badge en panne"]
    assert len((await api.get(f"sites/{hub.site_id}/strikes", staff)).json()["items"]) == 3


async def test_without_a_policy_that_counts_them_no_shows_are_no_strikes(
    hub: Hub, worker_database: Database
) -> None:
    person, room = await hub.member(), await hub.room()
    await missed(hub, worker_database, room, person, [0, 1, 2])
    assert await hub.facts(StrikeRecorded) == []
    assert await hub.count("SELECT count(*) FROM strikes") == 0

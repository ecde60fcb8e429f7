"""Sets of days that a site follows: they become exceptions, and what was made by hand stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from booking_builders import Api, Hub, fire_timers

from chassis.db import Database
from chassis.ids import new_id
from chassis.testing import ServiceDatabase
from contracts.booking import (
    AvailabilityExceptionAdded,
    AvailabilityExceptionWithdrawn,
    ClosureSetSubscribed,
    ClosureSetUnsubscribed,
)

MAY_1 = "2035-05-01"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Ministère//FR
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20350414
DTEND;VALUE=DATE:20350430
SUMMARY:Vacances de printemps
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20350511
SUMMARY:Pont de l'Ascension
END:VEVENT
END:VCALENDAR
"""


def a_subscription(hub: Hub, **said: Any) -> dict[str, Any]:
    values = {
        "subscription_id": str(new_id()),
        "site_id": str(hub.site_id),
        "closure_set": "public-holidays",
    }
    return {**values, **said}


async def follow(hub: Hub, api: Api, **said: Any) -> dict[str, Any]:
    answer = await api.post("closure-subscriptions", api.token("hub-manager"), a_subscription(hub, **said))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def exceptions(hub: Hub, api: Api) -> dict[str, tuple[str, list[dict[str, str]]]]:
    shown = (await api.get(f"sites/{hub.site_id}/opening-hours", api.token("member"))).json()
    return {each["day"]: (each["reason"], each["openings"]) for each in shown["exceptions"]}


async def test_public_holidays_close_a_site_for_thirteen_months(hub: Hub, api: Api) -> None:
    found = await follow(hub, api)
    days = await exceptions(hub, api)
    assert days[MAY_1] == ("Fête du Travail", [])
    assert min(days) == "2035-03-26"
    assert max(days) == "2036-01-01", "Easter Monday of 2036 is further than thirteen months"
    assert found["days"] == len(days)
    assert len(await hub.facts(AvailabilityExceptionAdded)) == len(days)
    (told,) = await hub.facts(ClosureSetSubscribed)
    assert (told["closure_set"], told["area"]) == ("public-holidays", None)


async def test_alsace_and_moselle_have_two_holidays_more(hub: Hub, api: Api) -> None:
    await follow(hub, api)
    mainland = set(await exceptions(hub, api))
    await follow(hub, api, area="67")
    assert set(await exceptions(hub, api)) - mainland == {"2035-03-23", "2035-12-26"}


async def test_a_subscription_can_open_other_hours_and_one_that_closes_goes_before_it(
    hub: Hub, api: Api
) -> None:
    short = [{"opens": "10:00", "closes": "12:00"}]
    await follow(hub, api, openings=short)
    assert (await exceptions(hub, api))[MAY_1] == ("Fête du Travail", short)
    closing = await follow(hub, api)
    assert (await exceptions(hub, api))[MAY_1] == ("Fête du Travail", [])
    path = f"closure-subscriptions/{closing['subscription_id']}/end"
    assert (await api.post(path, api.token("hub-manager"), {})).status_code == 204
    assert (await exceptions(hub, api))[MAY_1] == ("Fête du Travail", short)


async def test_an_exception_made_by_hand_is_never_overridden_and_can_be_withdrawn(
    hub: Hub, api: Api, own_database: ServiceDatabase
) -> None:
    staff, path = api.token("hub-manager"), f"sites/{hub.site_id}/exceptions"
    party = [{"opens": "14:00", "closes": "18:00"}]
    by_hand = {"day": MAY_1, "openings": party, "reason": "Fête du quartier"}
    await api.post(path, staff, by_hand)
    await follow(hub, api)
    assert (await exceptions(hub, api))[MAY_1] == ("Fête du quartier", party)
    assert (await api.post(f"{path}/withdraw", staff, {"day": MAY_1})).status_code == 204
    assert (await exceptions(hub, api))[MAY_1] == ("Fête du Travail", []), "the set holds again"
    refused = await api.post(f"{path}/withdraw", staff, {"day": MAY_1})
    assert refused.json()["code"] == "exception-unknown"
    await api.post(path, staff, by_hand)
    assert (await exceptions(hub, api))[MAY_1] == ("Fête du quartier", party), "as the refusal's cure says"


async def test_ending_a_subscription_gives_the_days_to_come_back(hub: Hub, api: Api) -> None:
    found, staff = await follow(hub, api), api.token("hub-manager")
    days = await exceptions(hub, api)
    path = f"closure-subscriptions/{found['subscription_id']}/end"
    assert (await api.post(path, staff, {})).status_code == 204
    assert await exceptions(hub, api) == {}
    withdrawn = {each["day"] for each in await hub.facts(AvailabilityExceptionWithdrawn)}
    assert withdrawn == set(days)
    assert (await api.post(path, staff, {})).json()["code"] == "subscription-ended"
    assert len(await hub.facts(ClosureSetUnsubscribed)) == 1


async def test_time_brings_new_days_into_reach_once(hub: Hub, api: Api, worker_database: Database) -> None:
    await follow(hub, api)
    before = await exceptions(hub, api)
    await fire_timers(worker_database, hub)
    assert await exceptions(hub, api) == before
    told = len(await hub.facts(AvailabilityExceptionAdded))
    await hub.set_clock(datetime(2035, 4, 14, 8, tzinfo=UTC))
    await fire_timers(worker_database, hub)
    after = await exceptions(hub, api)
    assert set(after) - set(before) == {"2036-04-14", "2036-05-01", "2036-05-08"}
    assert len(await hub.facts(AvailabilityExceptionAdded)) == told + 3


async def test_a_calendar_that_staff_bring_in_can_be_followed(hub: Hub, api: Api) -> None:
    staff, set_id = api.token("hub-manager"), str(new_id())
    body = {"set_id": set_id, "name": "Zone A, 2035", "calendar": CALENDAR}
    brought = await api.post("closure-sets", staff, body)
    assert brought.status_code == 201, brought.text
    assert (brought.json()["days"], brought.json()["covered_until"]) == (17, "2035-05-11")
    await follow(hub, api, closure_set="imported", set_id=set_id)
    days = await exceptions(hub, api)
    assert (min(days), max(days), len(days)) == ("2035-04-14", "2035-05-11", 17)
    assert days["2035-04-29"] == ("Vacances de printemps", []), "DTEND is the day after the last one"
    assert [each["name"] for each in (await api.get("closure-sets", staff)).json()["items"]] == [
        "Zone A, 2035"
    ]
    followed = (await api.get(f"sites/{hub.site_id}/closure-subscriptions", staff)).json()["items"]
    assert [each["covered_until"] for each in followed] == ["2035-05-11"]


@pytest.mark.parametrize(
    "text", ["Bonjour", CALENDAR.replace("20350430", "20450430"), "BEGIN:VCALENDAR\nEND:VCALENDAR"]
)
async def test_what_is_no_calendar_of_days_is_refused_by_name(api: Api, text: str) -> None:
    body = {"set_id": str(new_id()), "name": "?", "calendar": text}
    assert (await api.post("closure-sets", api.token("hub-manager"), body)).json()["code"] == (
        "calendar-unreadable"
    )


async def test_years_that_nobody_published_are_refused_with_the_way_out(hub: Hub, api: Api) -> None:
    wanted = a_subscription(hub, closure_set="school-holidays-a")
    refused = await api.post("closure-subscriptions", api.token("hub-manager"), wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "year-not-covered")
    assert refused.json()["values"]["year"] == 2035
    assert "ministry" in refused.json()["cure"]


async def test_commands_that_cannot_be_are_refused(hub: Hub, api: Api) -> None:
    staff = api.token("hub-manager")
    for said, code in (
        ({"closure_set": "imported"}, "invalid"),
        ({"closure_set": "imported", "set_id": str(new_id())}, "not-found"),
        ({"closure_set": "school-holidays-a", "area": "67"}, "invalid"),
        ({"openings": [{"opens": "12:00", "closes": "10:00"}]}, "hours-overlap"),
    ):
        answer = await api.post("closure-subscriptions", staff, a_subscription(hub, **said))
        assert answer.json()["code"] == code, said
    member = await api.post("closure-subscriptions", api.token("member"), a_subscription(hub))
    assert member.status_code == 403


async def test_one_site_follows_without_the_others_or_other_territories(
    hub: Hub, api: Api, other_hub: Hub
) -> None:
    await follow(hub, api)
    elsewhere = "SELECT count(*) FROM opening_exceptions WHERE owner_id <> $1"
    assert await hub.count(elsewhere, hub.site_id) == 0
    assert await other_hub.count("SELECT count(*) FROM opening_exceptions") == 0


def test_the_horizon_is_thirteen_months() -> None:
    from booking.closure_sets.model import AHEAD  # noqa: PLC0415 - one figure of the promise

    assert timedelta(days=395) <= AHEAD <= timedelta(days=397)

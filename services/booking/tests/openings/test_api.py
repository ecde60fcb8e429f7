"""Opening hours over HTTP: of a site, of a resource, from a day on."""

from datetime import timedelta

from booking_builders import MONDAY, Api, Hub

from chassis.ids import new_id
from contracts.booking import OpeningHoursDefined

MORNING = {"valid_from": str(MONDAY), "weekly": [{"weekday": 2, "opens": "08:00", "closes": "12:00"}]}


async def test_a_resource_keeps_its_own_hours_while_they_hold(hub: Hub, api: Api) -> None:
    room, staff = await hub.room(), api.token("hub-manager")
    path = f"resources/{room.resource_id}/opening-hours"
    until = MORNING | {"valid_until": str(MONDAY + timedelta(days=7))}
    assert (await api.post(path, staff, until)).status_code == 200
    (first, own) = await hub.facts(OpeningHoursDefined)
    assert (first["resource_id"], own["resource_id"]) == (str(hub.site_id), str(room.resource_id))
    assert (own["zone"], own["valid_until"]) == ("Europe/Paris", "2035-03-12")
    hours = {}
    for day in ("2035-03-06", "2035-03-07", "2035-03-13"):
        planning = await api.get(f"sites/{hub.site_id}/planning", api.token("member"), day=day)
        hours[day] = planning.json()["resources"][0]["opening_hours"]
    assert hours == {"2035-03-06": "08:00–12:00", "2035-03-07": "", "2035-03-13": "08:00–20:00"}


async def test_new_hours_of_a_site_follow_the_old_ones(hub: Hub, api: Api) -> None:
    staff, path = api.token("hub-manager"), f"sites/{hub.site_id}/opening-hours"
    assert (await api.post(path, staff, MORNING)).status_code == 200
    defined = (await api.get(path, api.token("member"))).json()["defined"]
    assert [(each["valid_from"], each["valid_until"]) for each in defined] == [
        ("2035-01-01", "2035-03-05"),
        ("2035-03-05", None),
    ]


async def test_hours_that_cannot_be_are_refused_by_name(hub: Hub, api: Api) -> None:
    staff, path = api.token("hub-manager"), f"sites/{hub.site_id}/opening-hours"
    never = await api.post(path, staff, MORNING | {"valid_until": str(MONDAY)})
    assert never.json()["code"] == "validity-empty"
    twice = MORNING | {"weekly": MORNING["weekly"] * 2}  # type: ignore[operator]
    assert (await api.post(path, staff, twice)).json()["code"] == "hours-overlap"
    nowhere = await api.post(f"sites/{new_id()}/opening-hours", staff, MORNING)
    assert nowhere.status_code == 404
    assert (await api.post(path, api.token("member"), MORNING)).status_code == 403


async def test_an_empty_week_closes_and_no_hours_at_all_mean_closed(hub: Hub, api: Api) -> None:
    await hub.room()
    closed = {"valid_from": str(MONDAY), "weekly": []}
    await api.post(f"sites/{hub.site_id}/opening-hours", api.token("hub-manager"), closed)
    planning = await api.get(f"sites/{hub.site_id}/planning", api.token("member"), day="2035-03-06")
    assert planning.json()["resources"][0]["opening_hours"] == ""

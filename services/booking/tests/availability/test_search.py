"""The search for what is free: by period, kinds, features, capacity and site, in two queries."""

from typing import Any
from uuid import UUID

import pytest
from booking_builders import Api, Hub, a_site, at

from booking.availability.handlers import free_resources
from booking.availability.store import Wish
from booking.openings.model import Interval
from chassis.pages import Asked
from contracts.booking import ResourceChanged


async def found(hub: Hub, api: Api, start: float = 9, **asked: Any) -> list[str]:
    answer = await api.get(
        "resources/free",
        api.token("member"),
        start=at(start).isoformat(),
        end=at(start + 1).isoformat(),
        **asked,
    )
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["items"]]


async def test_a_search_by_features_finds_what_has_all_of_them(hub: Hub, api: Api) -> None:
    await hub.room("A", features=("screen", "step_free"), capacity=4)
    await hub.room("B", features=("screen",), capacity=12)
    await hub.room("C", kind="desk", features=("step_free", "quiet"))
    assert await found(hub, api, feature="screen") == ["A", "B"]
    assert await found(hub, api, feature=["screen", "step_free"]) == ["A"]
    assert await found(hub, api, feature="hearing_loop") == []
    assert await found(hub, api, feature="screen", capacity="5") == ["B"]
    assert await found(hub, api, kind=["desk", "room"], feature="step_free") == ["A", "C"]
    assert await found(hub, api, kind="desk") == ["C"]
    assert await found(hub, api) == ["A", "B", "C"]


async def test_who_leads_sessions_is_offered_to_nobody_who_does_not_ask_for_a_person(
    hub: Hub, api: Api
) -> None:
    await hub.room("A")
    await hub.room("Thècle", kind="person")
    assert await found(hub, api) == ["A"]
    assert await found(hub, api, kind="person") == ["Thècle"]


async def test_features_are_changed_and_told_in_order_and_once_each(hub: Hub, api: Api) -> None:
    room, staff = await hub.room(), api.token("hub-manager")
    path = f"resources/{room.resource_id}/change"
    changed = await api.post(path, staff, {"features": ["whiteboard", "screen", "screen"]})
    assert changed.json()["features"] == ["screen", "whiteboard"]
    (told,) = await hub.facts(ResourceChanged)
    assert told["features"] == ["screen", "whiteboard"]
    assert (await api.post(path, staff, {"name": "Autre"})).json()["features"] == ["screen", "whiteboard"]
    assert (await api.post(path, staff, {"features": ["pool"]})).json()["code"] == "invalid"


async def test_a_search_obeys_an_exception(hub: Hub, api: Api) -> None:
    room, staff = await hub.room("A"), api.token("hub-manager")
    await hub.room("B")
    short = {
        "day": str(at(0).date()),
        "openings": [{"opens": "14:00", "closes": "16:00"}],
        "reason": "Atelier",
    }
    await api.post(f"resources/{room.resource_id}/exceptions", staff, short)
    assert await found(hub, api, start=9) == ["B"]
    assert await found(hub, api, start=13) == ["A", "B"]


@pytest.mark.parametrize("rooms", [1, 12])
async def test_a_search_takes_two_queries_however_many_resources_and_sites(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, rooms: int
) -> None:
    other: UUID = await a_site(hub.database, hub.territory)
    for number in range(rooms):
        await hub.room(f"Salle {number}", site_id=other if number % 2 else hub.site_id)
    asked: list[str] = []
    async with hub.database.tx(hub.territory) as tx:
        await tx.now()
        for name in ("fetch", "fetchrow", "fetchval"):
            real = getattr(tx, name)

            async def counted(sql: str, *args: object, _real: Any = real) -> Any:
                asked.append(sql)
                return await _real(sql, *args)

            monkeypatch.setattr(tx, name, counted)
        page = await free_resources(tx, Asked(50), Wish(Interval(at(9), at(10))))
    assert len(page.items) == rooms
    assert len(asked) == 2, asked


async def test_a_booking_as_long_as_any_keeps_its_resource_out_of_every_search_in_it(
    hub: Hub, api: Api
) -> None:
    always = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]
    body = {"valid_from": "2035-01-01", "weekly": always}
    await api.post(f"sites/{hub.site_id}/opening-hours", api.token("hub-manager"), body)
    room, person = await hub.room("A", turnaround_minutes=1440), await hub.member()
    await hub.book(room, person, 9, 9 + 31 * 24)
    for hour in (8, 9, 9 + 15 * 24, 8 + 32 * 24):
        assert await found(hub, api, start=hour) == [], hour
    assert await found(hub, api, start=9 + 32 * 24) == ["A"]

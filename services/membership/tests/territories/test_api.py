"""Territories over HTTP: opening, the clock, who may see what."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from membership_builders import CALAIS, Api, a_grouping, a_grouping_in, code, events

from chassis.db import Database
from chassis.decisions import Grant
from chassis.outbox import Connection
from chassis.testing import new_territory

SOON = (datetime.now(UTC) + timedelta(days=400)).replace(microsecond=0)  # noqa: TID251 - a date to come
PAST = "2026-03-01T08:00:00Z"


async def test_calais_opens_under_its_own_name_and_every_service_is_told(api: Api, admin: Connection) -> None:
    answer = await api.open(CALAIS)
    assert answer.status_code == 201, answer.text
    assert answer.json() | {"opened_at": "", "now": ""} == {
        "territory_id": CALAIS,
        "name": "CA Grand Calais Terres et Mers",
        "kind": "CA",
        "zone": "Europe/Paris",
        "sandbox": False,
        "sandbox_start": None,
        "opened_at": "",
        "now": "",
        "ahead_seconds": 0,
    }
    [told] = await events(admin, CALAIS, "TerritoryOpened")
    assert (told["name"], told["kind"], told["sandbox"]) == ("CA Grand Calais Terres et Mers", "CA", False)


async def test_a_territory_of_reunion_lives_in_its_own_zone(api: Api) -> None:
    answer = await api.open(a_grouping_in("974"))
    assert (answer.status_code, answer.json()["zone"]) == (201, "Indian/Reunion")


async def test_a_sandbox_opens_at_its_own_date_and_others_keep_theirs(
    api: Api, admin: Connection, database: Database
) -> None:
    siren, other = a_grouping(), a_grouping()
    shown = (await api.open(siren, kind="sandbox", starts_at=SOON.isoformat())).json()
    now = datetime.fromisoformat(shown["now"])
    assert SOON <= now < SOON + timedelta(seconds=1)
    [told] = await events(admin, siren, "TerritoryOpened")
    assert told["offset_seconds"] == shown["ahead_seconds"] > 0
    async with database.tx(siren) as tx:
        assert SOON <= await tx.now() < SOON + timedelta(minutes=1)
    async with database.tx(other) as tx:
        assert await tx.now() < SOON - timedelta(days=300)


async def test_a_sandbox_may_start_in_the_past(api: Api, admin: Connection, database: Database) -> None:
    siren = a_grouping()
    answer = await api.open(siren, kind="sandbox", starts_at=PAST)
    assert answer.status_code == 201, answer.text
    assert answer.json()["ahead_seconds"] < 0
    start = datetime.fromisoformat(PAST)
    async with database.tx(siren) as tx:
        assert start <= await tx.now() < start + timedelta(minutes=1)
    to = (start + timedelta(days=11)).isoformat()
    moved = await api.post(f"/v1/territories/{siren}/move-clock", api.staff(siren), to=to)
    assert moved.status_code == 200, moved.text
    [told] = await events(admin, siren, "TerritoryClockMoved")
    assert told["offset_seconds"] - told["previous_offset_seconds"] == pytest.approx(11 * 86400, abs=60)


async def test_opening_again_gives_the_same_answer_and_another_opening_is_refused(api: Api) -> None:
    siren, headers = a_grouping(), api.operator()
    first = await api.post(f"/v1/territories/{siren}", headers, kind="real")
    again = await api.post(f"/v1/territories/{siren}", headers, kind="real")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await api.open(siren, kind="sandbox")
    assert (other.status_code, code(other)) == (409, "territory-already-open")
    assert other.json()["values"] == {"siren": siren, "kind": "real"}


async def test_of_two_operators_who_open_at_once_one_does(api: Api, admin: Connection) -> None:
    siren = a_grouping()
    answers = await asyncio.gather(*(api.open(siren, kind=kind) for kind in ("real", "sandbox", "real")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await events(admin, siren, "TerritoryOpened")) == 1


async def test_only_a_grouping_of_the_list_opens(api: Api) -> None:
    for siren in (new_territory(), "210100012", "000000000"):
        answer = await api.open(siren)
        assert (answer.status_code, code(answer)) == (404, "grouping-unknown"), siren
        assert "groupings" in answer.json()["cure"]
    assert (await api.open("200035716")).status_code == 404


async def test_a_refused_opening_leaves_nothing(api: Api, admin: Connection) -> None:
    siren = a_grouping()
    refused = await api.open(siren, kind="sandbox", starts_at="1789-07-14T10:00:00Z")
    assert (refused.status_code, code(refused)) == (422, "instant-out-of-reach")
    refused = await api.open(siren, zone="Mars/Olympus")
    assert (refused.status_code, code(refused)) == (422, "zone-unknown")
    refused = await api.open(siren, starts_at=PAST)
    assert (refused.status_code, code(refused)) == (409, "clock-of-a-real-territory")
    assert await events(admin, siren, "TerritoryOpened") == []
    assert (await api.open(siren)).status_code == 201


@pytest.mark.parametrize(
    "role", ["territory-administrator", "finance", "hub-manager", "member", "partner", "operator-staff"]
)
async def test_only_the_platforms_operator_opens_a_territory(api: Api, role: str) -> None:
    siren = a_grouping()
    answer = await api.post(f"/v1/territories/{siren}", api.staff(siren, role), kind="real")  # type: ignore[arg-type]
    assert (answer.status_code, code(answer)) == (403, "forbidden")


async def test_the_clock_of_a_sandbox_moves_forward_and_tells_it(
    api: Api, admin: Connection, database: Database
) -> None:
    siren = a_grouping()
    await api.open(siren, kind="sandbox", starts_at=SOON.isoformat())
    url, to = f"/v1/territories/{siren}/move-clock", SOON + timedelta(days=30)
    headers = api.staff(siren)
    answers = [await api.post(url, headers, to=to.isoformat()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    async with database.tx(siren) as tx:
        assert to <= await tx.now() < to + timedelta(minutes=1)
    [told] = await events(admin, siren, "TerritoryClockMoved")
    assert told["offset_seconds"] == answers[0].json()["ahead_seconds"]
    assert told["previous_offset_seconds"] < told["offset_seconds"]
    back = await api.post(url, api.staff(siren), to=SOON.isoformat())
    assert (back.status_code, code(back)) == (409, "clock-not-forward")


async def test_of_moves_made_at_once_none_goes_back(api: Api, admin: Connection) -> None:
    siren = a_grouping()
    await api.open(siren, kind="sandbox", starts_at=SOON.isoformat())
    days = [40, 10, 30, 20]
    url = f"/v1/territories/{siren}/move-clock"
    answers = await asyncio.gather(
        *(api.post(url, api.staff(siren), to=(SOON + timedelta(days=day)).isoformat()) for day in days)
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    told = [event["offset_seconds"] for event in await events(admin, siren, "TerritoryClockMoved")]
    assert told == sorted(told)
    now = datetime.fromisoformat((await api.get(f"/v1/territories/{siren}", api.staff(siren))).json()["now"])
    assert now >= SOON + timedelta(days=40)


async def test_nobody_moves_the_clock_of_a_real_or_closed_territory(api: Api) -> None:
    siren, closed = a_grouping(), a_grouping()
    await api.open(siren)
    for territory, refusal in ((siren, "clock-of-a-real-territory"), (closed, "territory-not-open")):
        url = f"/v1/territories/{territory}/move-clock"
        for headers in (api.staff(territory), api.operator()):
            answer = await api.post(url, headers, to=SOON.isoformat())
            assert (answer.status_code, code(answer)) == (409, refusal)


async def test_who_has_a_role_in_a_territory_sees_it_and_nobody_else(api: Api) -> None:
    siren, closed = a_grouping(), a_grouping()
    await api.open(siren)
    for role in ("member", "operator-staff", "territory-administrator", "partner"):
        assert (await api.get(f"/v1/territories/{siren}", api.staff(siren, role))).status_code == 200
    assert (await api.get(f"/v1/territories/{siren}", api.operator())).status_code == 200
    stranger = api.token(Grant(closed, "territory-administrator"))
    here = await api.get(f"/v1/territories/{siren}", stranger)
    nowhere = await api.get(f"/v1/territories/{a_grouping()}", stranger)
    assert (here.status_code, here.json()["code"]) == (403, "forbidden")
    assert here.json() | {"trace_id": None} == nowhere.json() | {"trace_id": None}
    assert (await api.get(f"/v1/territories/{siren}", {})).status_code == 401


async def test_the_operator_lists_what_is_open_page_by_page(api: Api) -> None:
    opened = {a_grouping() for _ in range(3)}
    for siren in opened:
        await api.open(siren)
    found: list[str] = []
    url = "/v1/platform/territories?limit=2"
    while url:
        answer = await api.get(url, api.operator())
        found += [territory["territory_id"] for territory in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url", "")
    assert opened <= set(found)
    assert found == sorted(set(found))
    refused = await api.get("/v1/platform/territories", api.staff(next(iter(opened))))
    assert (refused.status_code, code(refused)) == (403, "forbidden")


async def test_a_territory_reads_no_row_of_the_register_but_through_its_own_door(
    api: Api, database: Database
) -> None:
    siren = a_grouping()
    await api.open(siren)
    async with database.tx(siren) as tx:
        assert await tx.fetchval("SELECT count(*) FROM territories") == 0
        async with tx.platform():
            assert await tx.fetchval("SELECT count(*) FROM territories WHERE siren = $1", siren) == 1

"""The third places of the real file become sites of the territory they lie in, each once."""

import asyncio
from collections import Counter
from typing import Any

import httpx
from membership_builders import CARCASSONNE, Api, a_grouping, code, events

from chassis.ids import new_id
from chassis.outbox import Connection

LILLE = "200093201"
SOURCE = "tiers-lieux-2019"


async def imported(api: Api, siren: str, **body: Any) -> httpx.Response:
    body = {"import_id": str(new_id()), "source": SOURCE, **body}
    return await api.post(f"/v1/territories/{siren}/site-imports", api.staff(siren), **body)


async def everything(api: Api, siren: str) -> list[dict[str, Any]]:
    """All sites of a territory, along the links."""
    sites: list[dict[str, Any]] = []
    url = f"/v1/territories/{siren}/sites?limit=200"
    while url:
        answer = await api.get(url, api.staff(siren))
        sites += answer.json()["items"]
        url = answer.links.get("next", {}).get("url", "")
    return sites


async def test_le_302_of_carcassonne_comes_in_through_the_rules(api: Api, admin: Connection) -> None:
    await api.open(CARCASSONNE)
    answer = await imported(api, CARCASSONNE)
    assert answer.status_code == 201, answer.text
    report = answer.json()
    assert (report["rows_read"], report["opened"], report["already_there"]) == (
        1512,
        report["in_territory"],
        0,
    )
    assert [row["name"] for row in report["rejected"]] == ["Team Frog", "zBis", "La Mezz", "Le Quai"]
    assert {row["reason"] for row in report["rejected"]} == {"place-without-town"}

    [site] = [site for site in await everything(api, CARCASSONNE) if site["name"] == "Le 302"]
    assert (site["address"], site["postcode"], site["town_name"]) == (
        "302 Rue Lamarck",
        "11000",
        "Carcassonne",
    )
    assert (site["town_code"], site["matched_by"]) == ("11069", "insee_metro")
    [told] = [e for e in await events(admin, CARCASSONNE, "SiteOpened") if e["name"] == "Le 302"]
    assert (told["matched_by"], told["source_row"]) == ("insee_metro", "tiers-lieux-2019/1081")
    assert told["latitude"] == site["latitude"] is not None


async def test_every_site_is_told_once_under_its_own_id_and_its_rule_is_kept(
    api: Api, admin: Connection
) -> None:
    await api.open(LILLE)
    report = (await imported(api, LILLE)).json()
    sites = await everything(api, LILLE)
    told = await events(admin, LILLE, "SiteOpened")
    assert len(sites) == report["opened"] == len(told) > 20
    assert {site["site_id"] for site in sites} == {event["site_id"] for event in told}
    assert Counter(site["matched_by"] for site in sites) == Counter(report["matched_by"])
    marked = await admin.fetch("SELECT DISTINCT site_id FROM event_log WHERE territory_id = $1", LILLE)
    assert {site["site_id"] for site in sites} <= {row["site_id"] for row in marked}


async def test_a_dry_run_says_the_same_and_does_nothing(api: Api, admin: Connection) -> None:
    siren = await a_territory_with_places(api, admin)
    dry = (await imported(api, siren, dry_run=True)).json()
    assert (await everything(api, siren), await events(admin, siren, "SiteOpened")) == ([], [])
    wet = (await imported(api, siren)).json()
    changing = {"import_id": "", "imported_at": "", "dry_run": None}
    assert dry | changing == wet | changing
    again = (await imported(api, siren, dry_run=True)).json()
    assert (again["opened"], again["already_there"]) == (0, wet["opened"])


async def test_importing_again_adds_nothing_and_keeps_what_people_changed(
    api: Api, admin: Connection
) -> None:
    siren = await a_territory_with_places(api, admin)
    first = (await imported(api, siren)).json()
    site = next(site for site in await everything(api, siren) if site["postcode"])
    known = ("address", "postcode", "town_code", "zone", "latitude", "longitude")
    body = {field: site[field] for field in known} | {"name": "Renommé"}
    url = f"/v1/territories/{siren}/sites/{site['site_id']}/change"
    assert (await api.post(url, api.staff(siren), **body)).status_code == 200
    second = (await imported(api, siren)).json()
    assert (second["opened"], second["already_there"]) == (0, first["opened"])
    sites = {each["site_id"]: each["name"] for each in await everything(api, siren)}
    assert (len(sites), sites[site["site_id"]]) == (first["opened"], "Renommé")
    assert len(await events(admin, siren, "SiteOpened")) == first["opened"]


async def test_two_imports_at_once_open_each_place_once(api: Api, admin: Connection) -> None:
    siren = await a_territory_with_places(api, admin)
    answers = await asyncio.gather(*(imported(api, siren) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    reports = [answer.json() for answer in answers]
    assert sum(report["opened"] for report in reports) == reports[0]["in_territory"] > 0
    assert len(await everything(api, siren)) == reports[0]["in_territory"]
    assert len(await events(admin, siren, "SiteOpened")) == reports[0]["in_territory"]


async def test_an_import_is_done_once_for_its_id_and_shown_again(api: Api, admin: Connection) -> None:
    siren = await a_territory_with_places(api, admin)
    url, headers = f"/v1/territories/{siren}/site-imports", api.staff(siren)
    body = {"import_id": str(new_id()), "source": SOURCE}
    answers = await asyncio.gather(*(api.post(url, headers, **body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert answers[0].json() == answers[1].json()
    shown = await api.get(f"{url}/{body['import_id']}", api.staff(siren))
    assert shown.json() == answers[0].json()
    taken = await api.post(url, api.staff(siren), **body)
    assert (taken.status_code, code(taken)) == (422, "id-reused")


async def test_a_place_whose_codes_disagree_comes_in_and_is_named(api: Api, admin: Connection) -> None:
    rows = await admin.fetch(
        "SELECT p.name, t.grouping_siren FROM third_places p JOIN towns t USING (town_code) "
        "WHERE other_town_code IS NOT NULL AND t.grouping_siren IS NOT NULL ORDER BY p.source_row"
    )
    name, siren = rows[0]
    await api.open(siren)
    report = (await imported(api, siren)).json()
    assert name in [row["name"] for row in report["doubtful"]]
    assert name in [site["name"] for site in await everything(api, siren)]
    assert {row["reason"] for row in report["doubtful"]} == {"place-in-doubt"}


async def test_an_import_needs_an_open_territory_a_known_source_and_its_administrator(api: Api) -> None:
    closed, siren = a_grouping(), a_grouping()
    refused = await imported(api, closed)
    assert (refused.status_code, code(refused)) == (409, "territory-not-open")
    await api.open(siren)
    refused = await imported(api, siren, source="sirene")
    assert (refused.status_code, code(refused)) == (422, "invalid")
    body = {"import_id": str(new_id()), "source": SOURCE}
    url = f"/v1/territories/{siren}/site-imports"
    for headers in (api.staff(siren, "hub-manager"), api.staff(closed)):
        refused = await api.post(url, headers, **body)
        assert (refused.status_code, code(refused)) == (403, "forbidden")


async def test_over_every_grouping_each_joined_place_has_one_territory(admin: Connection) -> None:
    rows = await admin.fetch(
        "SELECT p.matched_by, (t.grouping_siren IS NULL) AS outside, count(*) FROM third_places p "
        "JOIN towns t USING (town_code) GROUP BY 1, 2"
    )
    joined = Counter(dict.fromkeys(("insee_com", "insee_metro"), 0))
    for rule, _, count in rows:
        joined[rule] += count
    assert joined == {"insee_com": 1049, "insee_metro": 459}
    assert (
        await admin.fetchval(
            "SELECT count(DISTINCT t.grouping_siren) FROM third_places p JOIN towns t USING (town_code) "
            "WHERE p.matched_by = 'insee_com'"
        )
        == 331
    )


async def a_territory_with_places(api: Api, admin: Connection) -> str:
    """Open a territory that no other test uses and where several third places lie."""
    while True:
        siren = a_grouping()
        places = (
            "SELECT count(*) FROM third_places p JOIN towns t USING (town_code) WHERE grouping_siren = $1"
            " AND p.postcode IS NOT NULL"
        )
        if await admin.fetchval(places, siren) > 1:
            assert (await api.open(siren)).status_code == 201
            return siren

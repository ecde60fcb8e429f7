"""Sites over HTTP: opened by hand, changed, seen by those of the territory."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from membership_builders import Api, a_grouping, a_town_of, code, events

from chassis.decisions import Grant
from chassis.ids import new_id
from chassis.outbox import Connection


async def a_territory(api: Api, **body: Any) -> tuple[str, str, str]:
    """Open a territory; return its SIREN, the address of its sites and the code of one of its towns."""
    siren = a_grouping()
    assert (await api.open(siren, **body)).status_code == 201
    return siren, f"/v1/territories/{siren}/sites", a_town_of(siren)


def a_site(town: str, **changes: Any) -> dict[str, Any]:
    site = {"name": "L'Atelier", "address": "1 rue de l'Église", "postcode": "01000", "town_code": town}
    return {"site_id": str(new_id()), **site, **changes}


async def test_a_site_is_opened_changed_and_shown_and_each_step_is_told(api: Api, admin: Connection) -> None:
    siren, url, town = await a_territory(api)
    body = a_site(town, opened_on="2017-10-09", latitude=43.2, longitude=2.3)
    opened = await api.post(url, api.staff(siren), **body)
    assert opened.status_code == 201, opened.text
    [told] = await events(admin, siren, "SiteOpened")
    assert (told["name"], told["opened_on"], told["matched_by"]) == ("L'Atelier", "2017-10-09", "hand")
    assert told["zone"] == "Europe/Paris"

    fields = {key: value for key, value in body.items() if key not in ("site_id", "opened_on")}
    changed = await api.post(
        f"{url}/{body['site_id']}/change", api.staff(siren), **(fields | {"name": "Le « 302 »"})
    )
    assert changed.json() == opened.json() | {"name": "Le « 302 »"}
    [change] = await events(admin, siren, "SiteChanged")
    assert change["name"] == "Le « 302 »"
    shown = await api.get(f"{url}/{body['site_id']}", api.staff(siren, "member"))
    assert shown.json() == changed.json()


async def test_a_change_that_changes_nothing_tells_nothing(api: Api, admin: Connection) -> None:
    siren, url, town = await a_territory(api)
    body = a_site(town)
    await api.post(url, api.staff(siren), **body)
    site_id = body.pop("site_id")
    assert (await api.post(f"{url}/{site_id}/change", api.staff(siren), **body)).status_code == 200
    assert await events(admin, siren, "SiteChanged") == []


async def test_a_site_may_have_a_zone_of_its_own(api: Api) -> None:
    siren, url, town = await a_territory(api, zone="Indian/Reunion")
    first = await api.post(url, api.staff(siren), **a_site(town))
    second = await api.post(url, api.staff(siren), **a_site(town, zone="Europe/Paris"))
    assert (first.json()["zone"], second.json()["zone"]) == ("Indian/Reunion", "Europe/Paris")
    wrong = await api.post(url, api.staff(siren), **a_site(town, zone="Europe/Nowhere"))
    assert (wrong.status_code, code(wrong)) == (422, "zone-unknown")


async def test_a_site_that_cannot_be_is_refused_by_name_and_may_be_corrected(api: Api) -> None:
    siren, url, town = await a_territory(api)
    other = a_town_of(a_grouping())
    body = a_site(town)
    for bad, status, refusal in (
        ({"town_code": "00000"}, 422, "town-unknown"),
        ({"town_code": other}, 409, "town-elsewhere"),
        ({"latitude": 43.2}, 422, "coordinates-incomplete"),
        ({"postcode": "1"}, 422, "invalid"),
    ):
        answer = await api.post(url, api.staff(siren), **(body | bad))
        assert (answer.status_code, code(answer)) == (status, refusal)
    assert (await api.post(url, api.staff(siren), **body)).status_code == 201


async def test_a_territory_that_is_not_open_has_no_sites(api: Api) -> None:
    siren = a_grouping()
    answer = await api.post(f"/v1/territories/{siren}/sites", api.staff(siren), **a_site(a_town_of(siren)))
    assert (answer.status_code, code(answer)) == (409, "territory-not-open")
    assert (await api.get(f"/v1/territories/{siren}/sites", api.staff(siren))).json() == {"items": []}


async def test_the_same_site_twice_is_one_and_another_under_its_id_is_refused(
    api: Api, admin: Connection
) -> None:
    siren, url, town = await a_territory(api)
    body, headers = a_site(town), api.staff(siren)
    answers = await asyncio.gather(*(api.post(url, headers, **body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    somebody_else = await api.post(url, api.staff(siren), **body)
    assert (somebody_else.status_code, code(somebody_else)) == (422, "id-reused")
    assert len(await events(admin, siren, "SiteOpened")) == 1


async def test_nothing_of_one_territory_is_seen_or_changed_from_another(api: Api) -> None:
    siren, url, town = await a_territory(api)
    other, other_url, _ = await a_territory(api)
    body = a_site(town)
    await api.post(url, api.staff(siren), **body)
    site_id = body.pop("site_id")
    assert (await api.get(f"{other_url}/{site_id}", api.staff(other))).status_code == 404
    assert (await api.get(other_url, api.staff(other))).json() == {"items": []}
    foreign = await api.post(f"{other_url}/{site_id}/change", api.staff(other), **body)
    missing = await api.post(f"{other_url}/{new_id()}/change", api.staff(other), **body)
    assert [(answer.status_code, code(answer)) for answer in (foreign, missing)] == [(404, "not-found")] * 2
    for address in (url, f"{url}/{site_id}"):
        assert (await api.get(address, api.staff(other))).status_code == 403
        assert (await api.get(address, api.staff(siren, "member"))).status_code == 200
    assert len((await api.get(url, api.staff(siren))).json()["items"]) == 1


async def test_who_runs_one_site_changes_that_one_only(api: Api) -> None:
    siren, url, town = await a_territory(api)
    mine, other = a_site(town), a_site(town)
    for body in (mine, other):
        await api.post(url, api.staff(siren), **body)
    sites = [(body.pop("site_id"), body) for body in (mine, other)]
    keeper = Grant(siren, "hub-manager", site_id=UUID(sites[0][0]))
    statuses = []
    for site_id, body in sites:
        change = await api.post(f"{url}/{site_id}/change", api.token(keeper), **(body | {"name": "Autre"}))
        statuses.append(change.status_code)
    assert statuses == [200, 403]
    assert len((await api.get(url, api.token(keeper))).json()["items"]) == 2


@pytest.mark.parametrize("role", ["member", "partner", "finance", "operator-staff", "trainer", "jury"])
async def test_others_than_those_who_run_sites_open_and_change_none(api: Api, role: str) -> None:
    siren, url, town = await a_territory(api)
    body = a_site(town)
    await api.post(url, api.staff(siren), **body)
    headers = api.staff(siren, role)  # type: ignore[arg-type]
    site_id = body.pop("site_id")
    for address, content in ((url, a_site(town)), (f"{url}/{site_id}/change", body)):
        answer = await api.post(address, headers, **content)
        assert (answer.status_code, code(answer)) == (403, "forbidden")


async def test_sites_are_listed_by_name_page_by_page(api: Api) -> None:
    siren, url, town = await a_territory(api)
    names = ["Bureau", "Atelier", "Le 302", "L'Usine", "Atelier"]
    for name in names:
        await api.post(url, api.staff(siren), **a_site(town, name=name))
    found: list[str] = []
    address = f"{url}?limit=2"
    while address:
        answer = await api.get(address, api.staff(siren))
        found += [site["name"] for site in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url", "")
    assert found == sorted(names) or sorted(found) == sorted(names)
    assert found[:2] == ["Atelier", "Atelier"]

"""The public registers over HTTP: found by name, without accents, page by page."""

from typing import Any

import pytest
from membership_builders import CARCASSONNE, Api, code


async def names(api: Api, url: str, key: str = "name") -> list[Any]:
    """Walk a list along its links; each page is full but the last."""
    found: list[Any] = []
    headers = api.token()
    while url:
        answer = await api.get(url, headers)
        assert answer.status_code == 200, answer.text
        found += [item[key] for item in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url", "")
    return found


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("carcassonne", "CA Carcassonne Agglo"),
        ("CARCASSONNE AGGLO", "CA Carcassonne Agglo"),
        ("chateau thierry", "CA de la Région de Château-Thierry"),
        ("Château-Thierry", "CA de la Région de Château-Thierry"),
        ("valenciennes m", "CA Valenciennes Métropole"),
        ("grand calais", "CA Grand Calais Terres et Mers"),
    ],
)
async def test_a_grouping_is_found_by_a_part_of_its_name(api: Api, search: str, name: str) -> None:
    assert name in await names(api, f"/v1/platform/groupings?name={search}")


@pytest.mark.parametrize("search", ["%25", "_", "'; DROP TABLE groupings", "zzzz"])
async def test_a_search_is_words_and_nothing_else(api: Api, search: str) -> None:
    found = await names(api, f"/v1/platform/groupings?name={search}&limit=200")
    assert len(found) in (0, 1255)


async def test_all_groupings_are_walked_once_in_order(api: Api) -> None:
    found = await names(api, "/v1/platform/groupings?limit=200", "siren")
    assert len(found) == len(set(found)) == 1255


async def test_a_grouping_shows_where_its_population_comes_from(api: Api) -> None:
    shown = (await api.get(f"/v1/platform/groupings/{CARCASSONNE}", api.token())).json()
    assert (shown["kind"], shown["town_count"], shown["population_municipal"]) == ("CA", 83, 114_411)
    assert shown["population_source"] == "decoupage-administratif 6.0.0 epci.json"
    assert shown["population_year"] is None
    missing = await api.get("/v1/platform/groupings/200035716", api.token())
    assert (missing.status_code, code(missing)) == (404, "no-such-address")


async def test_the_towns_of_a_grouping_are_as_many_as_it_says(api: Api) -> None:
    found = await names(api, f"/v1/platform/groupings/{CARCASSONNE}/towns?limit=50", "town_code")
    assert len(found) == len(set(found)) == 83
    assert "11069" in found
    assert await names(api, "/v1/platform/groupings/200035716/towns") == []


async def test_what_was_loaded_is_told_with_its_flaws(api: Api) -> None:
    items = (await api.get("/v1/platform/reference-loads", api.token())).json()["items"]
    flaws = {item["dataset"]: item["flaws"] for item in items}
    assert flaws["groupings"] == {}
    assert flaws["tiers-lieux-2019"]["town-not-found"] == 4
    assert flaws["towns"]["no-postcode"] == 5


async def test_who_is_not_signed_in_reads_nothing(api: Api) -> None:
    for url in ("groupings", f"groupings/{CARCASSONNE}", f"groupings/{CARCASSONNE}/towns", "reference-loads"):
        assert (await api.get(f"/v1/platform/{url}", {})).status_code == 401

"""The HTTP door as callers meet it: answers, refusals, repetitions and pages."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from things import ME, Api, an_api, code

from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection as Admin


@pytest.fixture
async def api(database: Database, territory: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with an_api(database, territory, tmp_path) as api:
        yield api


async def test_an_id_sent_again_with_another_body_is_refused(api: Api) -> None:
    thing_id = new_id()
    await api.create(thing_id, 1)
    answer = await api.create(thing_id, 2)
    assert (answer.status_code, code(answer)) == (422, "id-reused")


async def test_a_refusal_names_the_rule_its_values_and_the_cure_in_the_callers_language(api: Api) -> None:
    await api.create(new_id(), 7)
    answer = await api.create(new_id(), 7, {**api.as_role(), "Accept-Language": "fr-FR, en;q=0.5"})
    assert (answer.status_code, code(answer)) == (409, "place-taken")
    assert answer.json() | {"type": None} == {
        "type": None,
        "title": "Impossible en l’état",
        "status": 409,
        "code": "place-taken",
        "detail": "La place 7 est prise.",
        "values": {"place": 7},
        "cure": "Choisissez une autre place.",
    }


async def test_a_creation_that_was_refused_may_be_corrected_under_the_same_id(api: Api) -> None:
    await api.create(new_id(), 7)
    thing_id = new_id()
    assert [(await api.create(thing_id, place)).status_code for place in (7, 7, 8, 8)] == [409, 409, 201, 200]


async def test_a_command_needs_a_key_and_is_done_once_under_it(api: Api) -> None:
    thing_id = new_id()
    await api.create(thing_id)
    url, body = f"{api.address}/{thing_id}/touch", {"times": 2}
    headers = api.as_role()
    answers = [await api.post(url, json=body, headers=headers) for _ in range(2)]
    assert [(answer.status_code, answer.json()["times"]) for answer in answers] == [(200, 2), (200, 2)]
    assert [answer.headers["maillage-version"] for answer in answers] == ["2", "2"]
    quoted = {**headers, "Idempotency-Key": f'"{headers["Idempotency-Key"]}"'}
    assert (await api.post(url, json=body, headers=quoted)).json()["times"] == 2
    assert code(await api.post(url, json={"times": 3}, headers=headers)) == "key-reused"

    del headers["Idempotency-Key"]
    missing = await api.post(url, json=body, headers=headers)
    assert (missing.status_code, code(missing)) == (400, "idempotency-key-missing")
    for unreadable in ("", "a b", "é", "x" * 201):
        odd = {**headers, "Idempotency-Key": unreadable.encode("latin-1")}
        answer = await api.post(url, json=body, headers=odd)  # type: ignore[arg-type]
        assert (answer.status_code, code(answer)) == (400, "idempotency-key-unreadable")


async def test_a_key_and_an_id_of_the_same_text_are_different_things(api: Api) -> None:
    thing_id = new_id()
    await api.create(thing_id)
    headers = {**api.as_role(), "Idempotency-Key": str(thing_id)}
    answer = await api.post(f"{api.address}/{thing_id}/touch", json={"times": 1}, headers=headers)
    assert answer.status_code == 200


async def test_a_list_is_walked_page_by_page_along_its_links(api: Api) -> None:
    ids = sorted(str(new_id()) for _ in range(5))
    for place, thing_id in enumerate(ids, 1):
        await api.create(UUID(thing_id), place)
    met, sizes, url = [], [], f"{api.address}?limit=2&shade=a%26b"
    while url:
        answer = await api.get(url)
        met += [item["thing_id"] for item in answer.json()["items"]]
        sizes.append(len(answer.json()["items"]))
        url = answer.links.get("next", {}).get("url", "")
        assert not url or ("limit=2" in url and "shade=a%26b" in url)
    assert (met, sizes) == (ids, [2, 2, 1])


async def test_a_cursor_serves_for_its_own_list_only(api: Api, other_territory: str) -> None:
    for place in (1, 2):
        await api.create(new_id(), place)
    link = (await api.get(f"{api.address}?limit=1")).links["next"]["url"]
    assert (await api.get(link)).status_code == 200
    for foreign in (link.replace(api.territory, other_territory), f"{link}&shade=blue", f"{link}A"):
        answer = await api.get(foreign)
        assert (answer.status_code, code(answer)) == (422, "cursor-invalid")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", ""])
async def test_a_page_holds_from_one_to_two_hundred_items(api: Api, limit: str) -> None:
    answer = await api.get(f"{api.address}?limit={limit}")
    assert (answer.status_code, code(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["parameter"] == "limit"


async def test_an_event_names_who_caused_it_and_the_trace_it_belongs_to(api: Api, admin: Admin) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await api.create(new_id(), 1, {**api.as_role(), "traceparent": trace})
    await api.create(new_id(), 2, {**api.as_role(), "traceparent": "00-nonsense"})
    rows = await admin.fetch(
        "SELECT actor_id, traceparent, correlation_id FROM event_log WHERE territory_id = $1 ORDER BY id",
        api.territory,
    )
    assert [(row[0], row[1]) for row in rows] == [(str(ME), trace), (str(ME), None)]
    assert rows[0][2] != rows[1][2]

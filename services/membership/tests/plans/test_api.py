"""Plans over HTTP: public to read, published in versions that nothing changes."""

import asyncio

import asyncpg
import pytest
from membership_builders import code
from people_builders import PLAN, People

from chassis.db import Database
from chassis.ids import new_id


async def test_a_published_plan_is_told_and_shown_to_everybody(people: People) -> None:
    name = {"fr": "L'Étoile", "en": "The Star"}
    plan_id = await people.plan(name=name, proof={"fr": "Carte d'étudiant", "en": "Student card"})
    (told,) = await people.told("PlanPublished", plan_id)
    assert (told["version"], told["name"], told["proof_required"]) == (1, name, True)
    assert told["entitlements"][0] == PLAN["entitlements"][0]  # type: ignore[index]
    assert told["entitlements"][1]["quantity"] is None
    (listed,) = (await people.get("plans?day=2026-03-01", {"X": "y"})).json()["items"]
    assert (listed["plan_id"], listed["terms"]["name"]) == (str(plan_id), name)
    assert (await people.get("plans?day=2026-03-01&audience=student")).json()["items"] == [listed]
    assert (await people.get("plans?day=2026-03-01&audience=company")).json()["items"] == []
    assert (await people.get("plans?day=2025-12-31")).json()["items"] == []


async def test_a_new_version_is_taken_from_its_day_on_and_the_old_one_stays_readable(people: People) -> None:
    plan_id = await people.plan()
    administrator = people.as_("territory-administrator")
    next_terms = PLAN | {"valid_from": "2026-06-01", "price_code": "nomad-2"}
    answer = await people.post(f"plans/{plan_id}/versions", administrator, **next_terms)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    for day, expected in (("2026-05-31", 1), ("2026-06-01", 2)):
        (listed,) = (await people.get(f"plans?day={day}")).json()["items"]
        assert listed["version"] == expected
    versions = (await people.get(f"plans/{plan_id}")).json()["items"]
    assert [each["terms"]["price_code"] for each in versions] == ["nomad-month", "nomad-2"]


async def test_two_versions_published_at_once_get_two_numbers(people: People) -> None:
    plan_id = await people.plan()
    answers = await asyncio.gather(
        *(
            people.post(f"plans/{plan_id}/versions", people.as_("territory-administrator"), **PLAN)
            for _ in range(3)
        )
    )
    assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4]


async def test_the_database_itself_refuses_to_change_a_published_version(
    people: People, database: Database
) -> None:
    plan_id = await people.plan()
    for statement in ("UPDATE plan_versions SET terms = '{}'", "DELETE FROM plan_versions"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.tx(people.siren) as tx:
                await tx.execute(f"{statement} WHERE plan_id = $1", plan_id)
    assert (await people.get(f"plans/{plan_id}")).json()["items"][0]["terms"]["family"] == "coworking"


async def test_a_retired_plan_is_not_offered_any_more(people: People) -> None:
    plan_id, administrator = await people.plan(), people.as_("territory-administrator")
    past = await people.post(f"plans/{plan_id}/retire", administrator, retired_on="2026-01-02")
    assert (past.status_code, code(past)) == (422, "retirement-in-the-past")
    answer = await people.post(
        f"plans/{plan_id}/retire", people.as_("territory-administrator"), retired_on="2999-01-01"
    )
    assert answer.status_code == 200, answer.text
    (told,) = await people.told("PlanRetired", plan_id)
    assert told["retired_on"] == "2999-01-01"
    assert len((await people.get("plans?day=2998-12-31")).json()["items"]) == 1
    assert (await people.get("plans?day=2999-01-01")).json()["items"] == []


async def test_a_plan_of_a_site_that_is_not_there_is_refused_and_not_kept(people: People) -> None:
    site_id = new_id()
    body = PLAN | {"plan_id": str(new_id()), "site_ids": [str(site_id)]}
    answer = await people.post("plans", people.as_("territory-administrator"), **body)
    assert (answer.status_code, code(answer)) == (404, "not-found")
    assert answer.json()["values"] == {"what": "site", "id": str(site_id)}
    assert (await people.get(f"plans/{body['plan_id']}")).status_code == 404


async def test_the_staff_of_a_hub_publish_no_plans(people: People) -> None:
    body = PLAN | {"plan_id": str(new_id())}
    assert (await people.post("plans", people.as_("hub-manager"), **body)).status_code == 403


async def test_the_same_plan_sent_twice_is_one_and_another_under_its_id_is_refused(people: People) -> None:
    body, administrator = PLAN | {"plan_id": str(new_id())}, people.as_("territory-administrator")
    first, again = [await people.post("plans", administrator, **body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    other = await people.post("plans", people.as_("territory-administrator"), **body | {"family": "office"})
    assert (other.status_code, code(other)) == (422, "id-reused")

"""Roles over HTTP: who gives which, to whom, and what cannot be taken away."""

import asyncio
from uuid import UUID

import pytest
from membership_builders import code
from people_builders import People, a_mail, opened

from chassis.db import PLATFORM, Database
from chassis.decisions import Grant
from chassis.ids import new_id
from chassis.testing import new_territory
from membership.persons import store as persons
from membership.roles import handlers
from membership.vault import Vault


async def grant(people: People, role: str, person_id: UUID | None = None, **more: str) -> UUID:
    """Give a role, by whoever may."""
    person_id = person_id or await people.person(mail=a_mail())
    grant_id = new_id()
    is_administrator = role == "territory-administrator"
    giver = people.api.operator() if is_administrator else people.as_("territory-administrator")
    body = {"grant_id": str(grant_id), "person_id": str(person_id), "role": role, **more}
    answer = await people.post("roles", giver, **body)
    assert answer.status_code == 201, answer.text
    return grant_id


async def roles_of(database: Database, person_id: UUID) -> list[tuple[str, str]]:
    async with database.tx(PLATFORM) as tx:
        return [(one.territory_id, one.role) for one in await persons.roles_of(tx, person_id)]


async def test_a_role_is_told_listed_and_counts_at_the_next_sign_in(
    people: People, database: Database
) -> None:
    person_id, site = await people.person("Zoé", "d'Arc", mail=a_mail()), await people.site()
    grant_id = await grant(people, "hub-manager", person_id, site_id=str(site))
    (told,) = await people.told("RoleGranted", grant_id)
    assert (told["person_id"], told["role"], told["site_id"]) == (str(person_id), "hub-manager", str(site))
    assert await roles_of(database, person_id) == [(people.siren, "hub-manager")]
    (listed,) = (await people.get("roles", people.as_("territory-administrator"))).json()["items"]
    assert (listed["grant_id"], listed["family_name"]) == (str(grant_id), "d'Arc")
    withdrawn = await people.post(f"roles/{grant_id}/withdraw", people.as_("territory-administrator"))
    assert withdrawn.status_code == 200, withdrawn.text
    assert len(await people.told("RoleWithdrawn", grant_id)) == 1
    assert await roles_of(database, person_id) == []
    again = await people.post(f"roles/{grant_id}/withdraw", people.as_("territory-administrator"))
    assert (again.status_code, code(again)) == (409, "role-withdrawn-already")
    await grant(people, "hub-manager", person_id, site_id=str(site))


@pytest.mark.parametrize("giver", ["hub-manager", "finance", "operator-staff", "member"])
async def test_only_administrators_give_roles_and_only_in_their_own_territory(
    people: People, giver: str
) -> None:
    body = {
        "grant_id": str(new_id()),
        "person_id": str(await people.person(mail=a_mail())),
        "role": "finance",
    }
    refused = await people.post("roles", people.as_(giver), **body)  # type: ignore[arg-type]
    assert (refused.status_code, code(refused)) == (403, "forbidden")
    abroad = people.at(new_territory()).as_("territory-administrator")
    assert (await people.post("roles", abroad, **body)).status_code == 403
    raised = body | {"role": "territory-administrator"}
    assert (await people.post("roles", people.as_("territory-administrator"), **raised)).status_code == 403
    assert (await people.post("roles", people.as_("territory-administrator"), **body)).status_code == 201


async def test_whoever_cannot_sign_in_gets_no_role_until_they_have_a_mail_address(people: People) -> None:
    person_id = await people.person()
    body = {"grant_id": str(new_id()), "person_id": str(person_id), "role": "finance"}
    administrator = people.as_("territory-administrator")
    refused = await people.post("roles", administrator, **body)
    assert (refused.status_code, code(refused)) == (409, "mail-missing")
    await people.post(f"persons/{person_id}/change", mail=a_mail())
    assert (await people.post("roles", people.as_("territory-administrator"), **body)).status_code == 201
    theft = await people.post(f"persons/{person_id}/change", mail=a_mail())
    assert (theft.status_code, code(theft)) == (409, "mail-settled")


async def test_the_same_role_is_given_once_also_by_two_at_once(people: People) -> None:
    person_id = await people.person(mail=a_mail())
    answers = await asyncio.gather(
        *(
            people.post(
                "roles",
                people.as_("territory-administrator"),
                grant_id=str(new_id()),
                person_id=str(person_id),
                role="finance",
            )
            for _ in range(2)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = max(answers, key=lambda answer: answer.status_code)
    kept = min(answers, key=lambda answer: answer.status_code)
    assert code(refused) == "role-held-already"
    assert refused.json()["values"]["grant_id"] == kept.json()["grant_id"]


async def test_a_site_or_operator_that_is_not_there_is_named(people: People, database: Database) -> None:
    there = people.at(new_territory())
    await opened(database, there.siren)
    person_id, foreign_site = await people.person(mail=a_mail()), await there.site()
    for place in ({"site_id": str(foreign_site)}, {"site_id": str(new_id())}, {"operator_id": str(new_id())}):
        body = {"grant_id": str(new_id()), "person_id": str(person_id), "role": "trainer", **place}
        answer = await people.post("roles", people.as_("territory-administrator"), **body)
        assert (answer.status_code, code(answer)) == (404, "not-found")
        assert answer.json()["values"]["what"] == next(iter(place)).removesuffix("_id")


async def test_a_person_of_another_territory_looks_like_nobody(people: People, database: Database) -> None:
    there = people.at(new_territory())
    await opened(database, there.siren)
    answers = []
    for person_id in (await there.person(mail=a_mail()), new_id()):
        body = {"grant_id": str(new_id()), "person_id": str(person_id), "role": "finance"}
        answer = await people.post("roles", people.as_("territory-administrator"), **body)
        answers.append((answer.status_code, answer.text.replace(str(person_id), "")))
    assert answers[0] == answers[1]


async def test_the_last_administrator_stays_also_when_two_leave_at_once(people: People) -> None:
    grants = [await grant(people, "territory-administrator") for _ in range(2)]
    answers = await asyncio.gather(
        *(people.post(f"administrators/{each}/withdraw", people.api.operator()) for each in grants)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert code(max(answers, key=lambda answer: answer.status_code)) == "last-administrator"


async def test_an_administrator_does_not_take_the_role_of_another_one(people: People) -> None:
    grants = [await grant(people, "territory-administrator") for _ in range(2)]
    administrator = people.as_("territory-administrator")
    refused = await people.post(f"roles/{grants[0]}/withdraw", administrator)
    assert (refused.status_code, code(refused)) == (403, "administrators-role")
    assert (await people.post(f"administrators/{grants[0]}/withdraw", administrator)).status_code == 403


async def test_the_platforms_operator_brings_in_the_first_administrator_who_goes_on_alone(
    people: People,
) -> None:
    person_id, operator = new_id(), people.api.operator()
    names = {"given_name": "Zoé", "family_name": "d'Arc", "mail": a_mail()}
    assert (await people.post("persons", operator, person_id=str(person_id), **names)).status_code == 201
    grant_id = await grant(people, "territory-administrator", person_id)
    administrator = people.api.token(Grant(people.siren, "territory-administrator"), person_id=person_id)
    (listed,) = (await people.get("roles", administrator)).json()["items"]
    assert listed["grant_id"] == str(grant_id)
    body = {
        "grant_id": str(new_id()),
        "person_id": str(await people.person(mail=a_mail())),
        "role": "finance",
    }
    assert (await people.post("roles", administrator, **body)).status_code == 201


async def test_the_first_operator_is_named_once_and_names_others(people: People, database: Database) -> None:
    vault, mail = Vault.in_directory(people.secrets_dir), a_mail()
    named = await asyncio.gather(*(handlers.ensure_first_operator(database, mail, vault) for _ in range(2)))
    first = [person_id for person_id in named if person_id]
    assert len(first) == 1, "two at once name one"
    assert await handlers.ensure_first_operator(database, a_mail(), vault) is None
    me = await people.get("/v1/me", people.api.token(person_id=first[0]))
    assert (me.json()["territories"], me.json()["roles"][0]["role"]) == ([], "platform-operator")
    operators = (await people.get("/v1/platform/roles", people.api.operator())).json()["items"]
    assert {each["role"] for each in operators} == {"platform-operator"}
    second = await people.person(mail=a_mail())
    body = {"grant_id": str(new_id()), "person_id": str(second), "role": "platform-operator"}
    assert (
        await people.post("/v1/platform/roles", people.as_("territory-administrator"), **body)
    ).status_code == 403
    assert (await people.post("/v1/platform/roles", people.api.operator(), **body)).status_code == 201
    assert await roles_of(database, second) == [(PLATFORM, "platform-operator")]
    gone = await people.post(f"/v1/platform/roles/{body['grant_id']}/withdraw", people.api.operator())
    assert gone.status_code == 200, gone.text
    (last,) = (await people.get("/v1/platform/roles", people.api.operator())).json()["items"]
    kept = await people.post(f"/v1/platform/roles/{last['grant_id']}/withdraw", people.api.operator())
    assert (kept.status_code, code(kept)) == (409, "last-administrator")

"""Affiliations over HTTP: who belongs where, and what two who act at once cannot break."""

import asyncio

from membership_builders import code
from people_builders import People, opened

from chassis.db import Database
from chassis.ids import new_id
from chassis.testing import new_territory


async def test_people_of_an_organisation_are_told_and_listed_by_name(people: People) -> None:
    zoe, leo, organisation = (
        await people.person(),
        await people.person("Léo", "L'Hôte"),
        await people.organisation(),
    )
    first = await people.affiliate(zoe, organisation)
    await people.affiliate(leo, organisation, "employee", valid_until="2026-09-01")
    (told,) = await people.told("PersonAffiliated", first)
    assert (told["person_id"], told["role"], told["valid_until"]) == (str(zoe), "administrator", None)
    items = (await people.get(f"organisations/{organisation}/affiliations")).json()["items"]
    assert {(each["family_name"], each["role"], each["valid_until"]) for each in items} == {
        ("d'Arc", "administrator", None),
        ("L'Hôte", "employee", "2026-09-01"),
    }


async def test_the_first_person_is_an_administrator_and_the_refusal_says_how(people: People) -> None:
    body = {
        "affiliation_id": str(new_id()),
        "person_id": str(await people.person()),
        "organisation_id": str(await people.organisation()),
        "role": "employee",
        "valid_from": "2026-03-01",
    }
    refused = await people.post("affiliations", **body)
    assert (refused.status_code, code(refused)) == (409, "administrator-missing")
    assert "administrator" in refused.json()["cure"]


async def test_of_two_administrators_who_leave_at_once_one_stays(people: People) -> None:
    organisation = await people.organisation()
    bosses = [await people.affiliate(await people.person(), organisation) for _ in range(2)]
    await people.affiliate(await people.person(), organisation, "employee")
    answers = await asyncio.gather(
        *(people.post(f"affiliations/{each}/end", ended_on="2026-05-01") for each in bosses)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert code(max(answers, key=lambda answer: answer.status_code)) == "administrator-missing"
    told = [await people.told("AffiliationEnded", each) for each in bosses]
    assert sorted(len(each) for each in told) == [0, 1]


async def test_the_same_role_twice_at_one_time_is_refused_also_to_two_at_once(people: People) -> None:
    person, organisation = await people.person(), await people.organisation()
    body = {
        "person_id": str(person),
        "organisation_id": str(organisation),
        "role": "administrator",
        "valid_from": "2026-01-01",
    }
    answers = await asyncio.gather(
        *(people.post("affiliations", affiliation_id=str(new_id()), **body) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert code(max(answers, key=lambda answer: answer.status_code)) == "affiliation-overlaps"


async def test_only_who_and_what_the_territory_knows_can_be_brought_together(
    people: People, database: Database
) -> None:
    there = people.at(new_territory())
    await opened(database, there.siren)
    person, organisation = await people.person(), await people.organisation()
    foreign_person, foreign_organisation = await there.person(), await there.organisation()
    for who, what in (
        (foreign_person, organisation),
        (new_id(), organisation),
        (person, foreign_organisation),
    ):
        body = {"person_id": str(who), "organisation_id": str(what), "role": "administrator"}
        answer = await people.post(
            "affiliations", affiliation_id=str(new_id()), valid_from="2026-01-01", **body
        )
        assert (answer.status_code, code(answer)) == (404, "not-found")
    affiliation = await there.affiliate(foreign_person, foreign_organisation)
    for each in (affiliation, new_id()):
        answer = await people.post(f"affiliations/{each}/end", ended_on="2026-05-01")
        assert (answer.status_code, code(answer)) == (404, "not-found")


async def test_a_command_sent_twice_ends_once(people: People) -> None:
    affiliation = await people.affiliate(await people.person(), await people.organisation())
    staff = people.as_()
    answers = [
        await people.post(f"affiliations/{affiliation}/end", staff, ended_on="2026-05-01") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(await people.told("AffiliationEnded", affiliation)) == 1

"""Organisations over HTTP: one per identifier, told once, and no answer says who knew it before."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from membership_builders import code
from people_builders import ADDRESS, People, a_siren, opened

from chassis.db import Database
from chassis.ids import new_id
from chassis.testing import new_territory

ITALIAN = {"scheme": "register", "country": "IT"}


def siren(value: str | None = None) -> dict[str, str]:
    return {"scheme": "siren", "value": value or a_siren()}


def a_body(name: str = "L'Étoile d'Or", **more: Any) -> dict[str, Any]:
    return {"registration_id": str(new_id()), "name": name, "country": "FR", **more}


@pytest.fixture
async def there(people: People, database: Database) -> People:
    """Another open territory."""
    other = people.at(new_territory())
    await opened(database, other.siren)
    return other


async def test_an_organisation_is_told_whole_and_read_back_as_typed(people: People) -> None:
    number = a_siren()
    organisation_id = await people.organisation(identifiers=[siren(number)], address=ADDRESS)
    (told,) = await people.told("OrganisationRegistered", organisation_id)
    identifier = {"scheme": "siren", "value": number, "country": "FR"}
    assert told["name"] == "L'Étoile d'Or"
    assert told["identifiers"] == [identifier]
    assert told["address"] == ADDRESS
    shown = (await people.get(f"organisations/{organisation_id}")).json()
    assert (shown["name"], shown["identifiers"]) == ("L'Étoile d'Or", [identifier])
    for search in (number, f"{number[:3]} {number[3:6]} {number[6:]}", "etoile d'or", "ÉTOILE"):
        (found,) = (await people.get(f"organisations?search={search}")).json()["items"]
        assert found["organisation_id"] == str(organisation_id)
    assert (await people.get("organisations?search=100000000000")).json()["items"] == []


async def test_an_answer_does_not_tell_whether_another_territory_knows_the_organisation(
    people: People, there: People
) -> None:
    known, unknown = a_siren(), a_siren()
    first = await there.organisation("Maison d'Ailleurs", identifiers=[siren(known)], address=ADDRESS)
    answers = []
    for number in (known, unknown):
        answer = await people.post("organisations", **a_body("Ici", identifiers=[siren(number)]))
        organisation_id = answer.json()["organisation_id"]
        assert UUID(organisation_id).version == 8, "an id that holds no time"
        shown = (await people.get(f"organisations/{organisation_id}")).json()
        listed = (await people.get(f"organisations?search={number}")).json()["items"]
        links = await people.get(f"organisations/{organisation_id}/links")
        seen = repr((answer.text, dict(answer.headers), shown, listed, links.json()))
        answers.append((answer.status_code, seen.replace(organisation_id, "").replace(number, "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 201
    (own,) = (await people.get(f"organisations?search={known}")).json()["items"]
    assert own["organisation_id"] == str(first), "one organisation per identifier"
    assert len(await people.told("OrganisationRegistered", first)) == 1


async def test_before_it_registers_it_a_territory_finds_nothing_of_an_organisation_of_others(
    people: People, there: People
) -> None:
    number = a_siren()
    organisation_id, nothing = await there.organisation(identifiers=[siren(number)]), new_id()
    answers = [await people.get(f"organisations/{each}") for each in (organisation_id, nothing)]
    assert answers[0].text.replace(str(organisation_id), "") == answers[1].text.replace(str(nothing), "")
    assert answers[0].status_code == 404
    assert (await people.get(f"organisations?search={number}")).json()["items"] == []
    change = [
        await people.post(f"organisations/{each}/change", name="x") for each in (organisation_id, nothing)
    ]
    assert [answer.status_code for answer in change] == [404, 404]


async def test_registered_by_two_territories_at_once_an_organisation_is_one_and_told_once(
    people: People, there: People
) -> None:
    for _ in range(5):
        identifier = siren()
        answers = await asyncio.gather(
            *(each.post("organisations", **a_body(identifiers=[identifier])) for each in (people, there))
        )
        assert [answer.status_code for answer in answers] == [201, 201]
        ids = {answer.json()["organisation_id"] for answer in answers}
        assert len(ids) == 1
        assert len(await people.told("OrganisationRegistered", ids.pop())) == 1


async def test_a_territory_that_knows_the_organisation_is_told_which_one(people: People) -> None:
    number = a_siren()
    organisation_id = await people.organisation(identifiers=[siren(number)])
    again = await people.post("organisations", **a_body("Autre nom", identifiers=[siren(number)]))
    assert (again.status_code, code(again)) == (409, "organisation-known-here")
    assert again.json()["values"] == {"name": "L'Étoile d'Or", "organisation_id": str(organisation_id)}


async def test_the_same_registration_sent_twice_gives_the_same_answer(people: People) -> None:
    body, staff = a_body(), people.as_()
    first, again = [await people.post("organisations", staff, **body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content


async def test_a_company_from_abroad_has_a_register_a_vat_number_and_a_french_branch(people: People) -> None:
    number = f"TN-{new_id().hex}"
    vat = {"scheme": "vat", "value": "IT07643520567"}
    parent = await people.organisation(
        "Wildix d'Essai S.r.l.", country="IT", language="en", identifiers=[ITALIAN | {"value": number}, vat]
    )
    branch = await people.organisation("Wildix d'Essai France", identifiers=[siren()])
    link = {
        "link_id": str(new_id()),
        "other_id": str(parent),
        "kind": "branch_of",
        "valid_from": "2026-01-01",
    }
    assert (await people.post(f"organisations/{branch}/links", **link)).status_code == 201
    (changed,) = await people.told("OrganisationChanged", branch)
    assert changed["links"] == [
        {
            "kind": "branch_of",
            "organisation_id": str(parent),
            "valid_from": "2026-01-01",
            "valid_until": None,
        }
    ]
    (told,) = await people.told("OrganisationRegistered", parent)
    assert (told["country"], told["language"]) == ("IT", "en")
    second = link | {"link_id": str(new_id()), "valid_from": "2026-06-01"}
    refused = await people.post(f"organisations/{branch}/links", **second)
    assert (refused.status_code, code(refused)) == (409, "link-overlaps")
    back = {
        "link_id": str(new_id()),
        "other_id": str(branch),
        "kind": "branch_of",
        "valid_from": "2026-02-01",
    }
    circular = await people.post(f"organisations/{parent}/links", **back)
    assert (circular.status_code, code(circular)) == (409, "link-circular")
    end = await people.post(f"organisations/{branch}/links/{link['link_id']}/end", ended_on="2026-06-01")
    assert end.status_code == 200
    assert (await people.post(f"organisations/{branch}/links", **second)).status_code == 201
    items = (await people.get(f"organisations/{branch}/links")).json()["items"]
    assert [(each["valid_from"], each["valid_until"]) for each in items] == [
        ("2026-01-01", "2026-06-01"),
        ("2026-06-01", None),
    ]


async def test_a_company_being_founded_gets_its_siren_later(people: People, there: People) -> None:
    number = a_siren()
    organisation_id = await people.organisation("En création")
    answer = await people.post(
        f"organisations/{organisation_id}/change", identifiers=[siren(number)], name="L'Aube"
    )
    assert answer.status_code == 200, answer.text
    assert "maillage-version" not in answer.headers
    (changed,) = await people.told("OrganisationChanged", organisation_id)
    assert (changed["name"], changed["identifiers"][0]["value"]) == ("L'Aube", number)
    assert await there.organisation("L'Aube", identifiers=[siren(number)]) == organisation_id
    another = await people.organisation("Une autre")
    taken = await people.post(f"organisations/{another}/change", identifiers=[siren(number)])
    assert (taken.status_code, code(taken)) == (409, "organisation-known-here")


async def test_what_one_territory_changes_does_not_change_what_another_one_reads(
    people: People, there: People
) -> None:
    identifier = siren()
    organisation_id = await people.organisation("Ici", identifiers=[identifier])
    await there.organisation("Là-bas", identifiers=[identifier])
    await there.post(f"organisations/{organisation_id}/change", name="Changé là-bas")
    assert (await people.get(f"organisations/{organisation_id}")).json()["name"] == "Ici"
    assert (await there.get(f"organisations/{organisation_id}")).json()["name"] == "Changé là-bas"


async def test_a_bad_identifier_is_refused_by_name_and_nothing_is_kept(people: People) -> None:
    answer = await people.post("organisations", **a_body(identifiers=[siren("200035716")]))
    assert (answer.status_code, code(answer)) == (422, "siren-invalid")
    assert "200035716" in answer.json()["detail"]
    assert (await people.get("organisations")).json()["items"] == []

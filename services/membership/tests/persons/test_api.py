"""Registering and changing persons: in clear for those who may see them, sealed everywhere else."""

import asyncio
import base64

import pytest
from membership_builders import code
from people_builders import People, a_mail, opened

from chassis.db import Database
from chassis.decisions import Grant
from chassis.ids import new_id
from chassis.privacy import load_kek, unseal, unwrap
from chassis.testing import new_territory
from contracts.marks import SEALED
from membership.persons.model import SEALED_FIELDS

WHOLE = {
    "language": "en",
    "phone": "+33 6 12 34 56 78",
    "address": "12 rue de l'Étoile\n11000 Carcassonne",
}


async def test_somebody_walks_in_with_a_name_and_nothing_else(people: People) -> None:
    person_id = await people.person("Zoé", "d'Arc")
    shown = (await people.get(f"persons/{person_id}")).json()
    assert shown == {
        "person_id": str(person_id),
        "given_name": "Zoé",
        "family_name": "d'Arc",
        "mail": None,
        "phone": None,
        "address": None,
        "language": "fr",
    }


async def test_the_events_of_a_person_are_sealed_and_open_with_the_key_that_is_told(people: People) -> None:
    mail = a_mail()
    person_id = await people.person("Zoé", "d'Arc", mail=mail, **WHOLE)
    (issued,) = await people.told("SubjectKeyIssued", person_id)
    (registered,) = await people.told("PersonRegistered", person_id)
    key = unwrap(load_kek(people.secrets_dir), base64.b64decode(issued["wrapped_key"]))
    clear = {"given_name": "Zoé", "family_name": "d'Arc", "mail": mail} | WHOLE
    for field in SEALED_FIELDS:
        assert registered[field].startswith(SEALED)
        assert unseal(key, person_id, field, registered[field]) == clear[field]
    assert registered["language"] == "en"


async def test_no_table_of_the_service_holds_a_name_or_an_address_in_clear(people: People) -> None:
    mail, given, family = a_mail("quite-unheard-of"), "Unheardof", "Neverseen"
    person_id = await people.person(given, family, mail=mail, **WHOLE)
    change = await people.post(f"persons/{person_id}/change", given_name="Unheardof-Bis")
    assert change.status_code == 200, change.text
    await people.ask(mail)
    tables = await people.admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    searched = 0
    for (table,) in tables:
        for needle in (given, family, "quite-unheard-of", "12 34 56 78"):
            searched += 1
            found = await people.admin.fetchval(
                f"SELECT count(*) FROM {table} t WHERE t::text ILIKE '%' || $1 || '%'"
                f" OR t::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'",
                needle,
            )
            assert found == 0, f"{needle} stands in {table}"
    assert searched > 100


async def test_a_person_registered_twice_with_one_id_is_one_person(people: People) -> None:
    body = {"person_id": str(new_id()), "given_name": "Zoé", "family_name": "d'Arc"}
    staff = people.as_()
    first, again = [await people.post("persons", staff, **body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    other = await people.post("persons", staff, **body | {"given_name": "Léo"})
    assert (other.status_code, code(other)) == (422, "id-reused")
    colleague = await people.post("persons", **body | {"given_name": "Léo"})
    assert (colleague.status_code, code(colleague)) == (422, "id-reused")
    assert len(await people.told("PersonRegistered", body["person_id"])) == 1


async def test_an_answer_does_not_tell_whether_another_territory_knows_the_mail_address(
    people: People, database: Database
) -> None:
    there = people.at(new_territory())
    await opened(database, there.siren)
    known, unknown = a_mail(), a_mail()
    await there.person(mail=known)
    answers = []
    for mail in (known, unknown):
        body = {"person_id": str(new_id()), "given_name": "Zoé", "family_name": "d'Arc", "mail": mail}
        answer = await people.post("persons", **body)
        assert answer.json() == {"person_id": body["person_id"]}
        shown = await people.get(f"persons/{body['person_id']}")
        assert shown.json()["mail"] == mail
        answers.append((answer.status_code, sorted(answer.headers), answer.headers["maillage-version"]))
        listed = (await people.get(f"persons?search={mail}")).json()["items"]
        assert [each["person_id"] for each in listed] == [body["person_id"]]
    assert answers[0] == answers[1]


async def test_one_mail_address_leads_to_one_person_of_a_territory_even_when_two_come_at_once(
    people: People,
) -> None:
    mail = a_mail()
    bodies = [
        {"person_id": str(new_id()), "given_name": name, "family_name": "d'Arc", "mail": spelt}
        for name, spelt in (("Zoé", mail), ("Léo", mail.upper()))
    ]
    answers = await asyncio.gather(*(people.post("persons", **body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    kept = next(answer for answer in answers if answer.status_code == 201)
    assert code(refused) == "mail-known-here"
    assert refused.json()["values"] == kept.json()
    assert "cure" in refused.json()
    assert mail not in refused.text.lower()


async def test_a_foreign_person_and_a_missing_one_look_alike(people: People, database: Database) -> None:
    there = people.at(new_territory())
    await opened(database, there.siren)
    person_id, nobody = await there.person(), new_id()
    for path in ("persons/{}", "persons/{}/change"):
        answers = []
        for each in (person_id, nobody):
            act = people.post if path.endswith("change") else people.get
            answer = await act(path.format(each))
            answers.append((answer.status_code, answer.text.replace(str(each), "")))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
    assert (await there.get(f"persons/{person_id}")).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"given_name": ""},
        {"given_name": "Zoé\nBcc: x"},
        {"family_name": "x" * 101},
        {"mail": "zoe"},
        {"mail": "zoe@example"},
        {"mail": "a@b.c\r\nBcc: d@e.f"},
        {"phone": "call me"},
        {"language": "nl"},
        {"nickname": "Z"},
    ],
)
async def test_what_no_person_could_have_is_refused_and_pointed_at(
    people: People, wrong: dict[str, str]
) -> None:
    body = {"person_id": str(new_id()), "given_name": "Zoé", "family_name": "d'Arc"} | wrong
    answer = await people.post("persons", **body)
    assert (answer.status_code, code(answer)) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{next(iter(wrong))}"]


async def test_a_walk_in_who_gives_a_mail_address_later_keeps_their_record(people: People) -> None:
    person_id, mail = await people.person("Zoé", "d'Arc"), a_mail()
    assert (await people.post(f"persons/{person_id}/change", mail=mail)).status_code == 200
    (changed,) = await people.told("PersonChanged", person_id)
    assert changed["mail"].startswith(SEALED)
    assert changed["phone"] is None
    shown = (await people.get(f"persons?search={mail}")).json()["items"]
    assert [each["person_id"] for each in shown] == [str(person_id)]


async def test_a_change_leaves_alone_what_it_does_not_name_and_takes_away_what_is_null(
    people: People,
) -> None:
    person_id = await people.person(mail=a_mail(), **WHOLE)
    await people.post(f"persons/{person_id}/change", family_name="d'Or", phone=None)
    shown = (await people.get(f"persons/{person_id}")).json()
    assert (shown["given_name"], shown["family_name"], shown["phone"]) == ("Zoé", "d'Or", None)
    assert shown["address"] == WHOLE["address"]
    await people.post(f"persons/{person_id}/change", family_name="d'Or", given_name=None)
    assert len(await people.told("PersonChanged", person_id)) == 1, "nothing changed the second time"


async def test_two_changes_at_once_are_both_kept(people: People) -> None:
    person_id = await people.person()
    answers = await asyncio.gather(
        people.post(f"persons/{person_id}/change", given_name="Léa"),
        people.post(f"persons/{person_id}/change", phone="0612345678"),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    shown = (await people.get(f"persons/{person_id}")).json()
    assert (shown["given_name"], shown["phone"]) == ("Léa", "0612345678")


async def test_members_see_and_change_themselves_and_nobody_else(people: People) -> None:
    me, other = await people.person(), await people.person("Léo", "Martin")
    mine = people.myself(me)
    assert (await people.get(f"persons/{me}", mine)).status_code == 200
    assert (await people.post(f"persons/{me}/change", mine, phone="0612345678")).status_code == 200
    assert (await people.get(f"persons/{other}", people.myself(me))).status_code == 404
    assert (await people.get("persons", people.myself(me))).status_code == 403


async def test_the_list_goes_page_by_page_and_finds_by_the_beginnings_of_names(people: People) -> None:
    ids = [str(await people.person(f"Zoé-{n}", "L'Étoile")) for n in range(5)]
    other = await people.person("Paul", "Durand")
    found: list[str] = []
    url = "persons?search=etoi&limit=2"
    while url:
        answer = await people.get(url)
        found += [each["person_id"] for each in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url", "")
    assert found == sorted(ids)
    everybody = (await people.get("persons")).json()["items"]
    assert {each["person_id"] for each in everybody} == {*ids, str(other)}
    assert (await people.get("persons?search=etoi dur")).json()["items"] == []


async def test_somebody_joins_another_territory_which_then_knows_them(
    people: People, database: Database
) -> None:
    person_id = await people.person("Zoé", "d'Arc", mail=a_mail())
    there = people.at(new_territory())
    closed = await there.post("join", people.myself(person_id))
    assert (closed.status_code, code(closed)) == (409, "territory-not-open")
    await opened(database, there.siren)
    assert (await there.get(f"persons/{person_id}")).status_code == 404
    for _ in range(2):
        assert (await there.post("join", people.myself(person_id))).status_code == 200
    assert (await there.get(f"persons/{person_id}")).json()["family_name"] == "d'Arc"


async def test_the_staff_of_an_operator_register_people_at_a_site_entrusted_to_them(people: People) -> None:
    site, other_site, operator_id = await people.site(), await people.site(), await people.operator()
    await people.delegate(operator_id, site, "persons")
    staff = people.api.token(
        *(Grant(people.siren, "operator-staff", each, operator_id) for each in (site, other_site))
    )

    async def walk_in(**place: str) -> tuple[int, str]:
        names = {"person_id": str(new_id()), "given_name": "Zoé", "family_name": "d'Arc"}
        answer = await people.post("persons", staff, **names, **place)
        return answer.status_code, "" if answer.status_code == 201 else code(answer)

    assert await walk_in(site_id=str(site)) == (201, "")
    assert await walk_in(site_id=str(other_site)) == (403, "act-not-delegated")
    assert await walk_in() == (403, "forbidden")
    noted = await people.admin.fetchval(
        "SELECT count(*) FROM audit WHERE territory_id = $1 AND action = 'delegated:persons'", people.siren
    )
    assert noted == 1

"""X1: whether somebody or something is known in another territory changes nothing in an answer."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from journey import Json
from territory_doors import Answer
from territory_story import Story, Two

from chassis.ids import new_id
from chassis.testing import new_territory

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


def said(story: Story, who: str, path: str, body: Json, service: str = "membership") -> httpx.Response:
    return story.people[who].send("POST", service, story.base + path, body)


def by_token(story: Story, url: str, body: Json, token: str) -> httpx.Response:
    headers = {"maillage-controller": token, "Idempotency-Key": str(new_id())}
    return story.operator.client.post(url, json=body, headers=headers)


def a_person(mail: str) -> Json:
    return {"person_id": str(new_id()), "given_name": "Ada", "family_name": "Nemours", "mail": mail}


def a_stranger() -> str:
    return f"personne.{new_id()}@nulle-part.example"


def told(response: httpx.Response) -> Answer:
    """What an answer tells, less the ids in it, which differ between any two."""
    return Answer.of(response, _texts(response.json()) if response.content else [])


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [value] if isinstance(value, str) and _is_id(value) else []


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def an_organisation(siren: str, name: str) -> Json:
    identifiers = [{"scheme": "siren", "value": siren}]
    return {"registration_id": str(new_id()), "name": name, "country": "FR", "identifiers": identifiers}


def test_a_link_to_sign_in_is_promised_alike_to_who_is_known_and_who_is_not(two: Two) -> None:
    client, url = two.here.operator.client, two.here.platform.address("membership") + "/v1/sign-in-links"
    known, unknown = (
        client.post(url, json={"mail": mail}) for mail in (two.here.mail("member"), a_stranger())
    )
    assert known.is_success
    assert told(known) == told(unknown)


def test_a_wrong_code_is_refused_alike_for_who_is_known_and_who_is_not(two: Two) -> None:
    client, url = two.here.operator.client, two.here.platform.address("membership") + "/v1/sign-ins"
    mails = (two.here.mail("contact"), a_stranger())
    known, unknown = (client.post(url, json={"mail": mail, "code": "000000"}) for mail in mails)
    assert known.status_code == 401
    assert told(known) == told(unknown)


def test_a_person_of_another_territory_is_registered_as_anybody_is(two: Two) -> None:
    for here, there in two.both_ways():
        bodies = [a_person(mail) for mail in (there.mail("desk"), a_stranger())]
        known, unknown = (said(here, "desk", "/persons", body) for body in bodies)
        assert known.status_code == 201
        assert told(known) == told(unknown)
        path = f"/persons/{bodies[0]['person_id']}"
        shown = here.see("administrator", "membership", path)
        assert (shown["family_name"], there.place.canary in str(shown)) == ("Nemours", False)
        assert here.see("administrator", "membership", f"/persons?search={there.place.canary}")["items"] == []
        again = said(here, "desk", "/persons", a_person(there.mail("desk")))
        assert again.json()["code"] == "mail-known-here", "and yet its own people it knows again"


def test_a_person_takes_a_mail_known_elsewhere_as_any_other(two: Two) -> None:
    for here, there in two.both_ways():
        person = a_person(a_stranger())
        assert said(here, "desk", "/persons", person).status_code == 201
        path = f"/persons/{person['person_id']}/change"
        mails = (a_stranger(), there.mail("finance"))
        unknown, known = (said(here, "desk", path, {"mail": mail}) for mail in mails)
        assert known.status_code == 200
        assert known.json() == unknown.json()
        taken = said(here, "desk", path, {"mail": here.mail("finance")})
        assert taken.json()["code"] == "mail-known-here"


def test_staff_see_nothing_of_it_when_two_records_of_one_person_meet(two: Two) -> None:
    here, there = two.here, two.there
    person = a_person(there.mail("contact"))
    assert said(here, "desk", "/persons", person).status_code == 201
    path = f"/persons/{person['person_id']}"
    before = [here.see("desk", "membership", each) for each in (path, "/persons?limit=200")]
    tokens = here.platform.run("token", there.mail("contact"))
    records = {one["person_id"]: one["territories"] for one in tokens["persons"]}
    assert records == {
        str(there.people["contact"].person_id): [there.place.siren],
        person["person_id"]: [here.place.siren],
    }, "and yet the person finds both"
    assert [here.see("desk", "membership", each) for each in (path, "/persons?limit=200")] == before


def test_an_organisation_known_elsewhere_is_registered_as_any_other(two: Two) -> None:
    for here, there in two.both_ways():
        sirens = (new_territory(), new_territory())
        elsewhere = an_organisation(sirens[0], f"{there.place.canary} Conseil")
        assert said(there, "administrator", "/organisations", elsewhere).status_code == 201
        known, unknown = (
            said(here, "administrator", "/organisations", an_organisation(siren, "Atelier Neuf"))
            for siren in sirens
        )
        assert known.status_code == 201
        assert told(known) == told(unknown)
        ids = [UUID(each.json()["organisation_id"]) for each in (known, unknown)]
        assert ids[0].version == ids[1].version, "nor does its id tell when it was first given"
        shown = here.see("administrator", "membership", f"/organisations/{ids[0]}")
        assert (shown["name"], there.place.canary in str(shown)) == ("Atelier Neuf", False)
        for path in ("links", "affiliations"):
            assert here.see("administrator", "membership", f"/organisations/{ids[0]}/{path}")["items"] == []
        changes = [
            said(here, "administrator", f"/organisations/{each}/change", {"name": "Atelier"}) for each in ids
        ]
        assert told(changes[0]) == told(changes[1])
        again = said(here, "administrator", "/organisations", an_organisation(sirens[0], "Encore"))
        assert again.json()["code"] == "organisation-known-here", "and yet what it has it knows again"


def test_an_idempotency_key_of_another_territory_is_as_good_as_new(two: Two) -> None:
    for here, there in two.both_ways():
        key = str(new_id())
        body = {"kind": "booking", "channel": "inbox", "wanted": True}
        path = "/preferences/own/set"
        for story in (there, here):
            answer = story.people["member"].send("POST", "notifications", story.base + path, body, key)
            assert answer.is_success, answer.text
        other = body | {"channel": "mail"}
        refused = here.people["member"].send("POST", "notifications", here.base + path, other, key)
        assert refused.json()["code"] == "key-reused", "and yet its own key it knows again"


def test_an_id_that_names_a_thing_elsewhere_is_as_good_as_new(two: Two) -> None:
    for here, there in two.both_ways():
        room = {"site_id": here.ids["site_id"], "kind": "desk", "name": "Poste", "capacity": 1}
        ids = (str(new_id()), str(new_id()))
        theirs = room | {"resource_id": ids[0], "site_id": there.ids["site_id"], "kind": "room"}
        assert said(there, "desk", "/resources", theirs, "booking").status_code == 201
        known, unknown = (
            said(here, "desk", "/resources", room | {"resource_id": each}, "booking") for each in ids
        )
        assert known.status_code == unknown.status_code == 201
        assert known.headers.get("maillage-version") == unknown.headers.get("maillage-version")
        assert told(known) == told(unknown)
        kept = there.see("desk", "booking", f"/resources/{ids[0]}")
        assert kept["kind"] == "room", "and yet the other one is as it was"


def test_a_controller_of_another_territory_is_as_unknown_as_none(two: Two) -> None:
    for here, there in two.both_ways():
        url = f"{here.platform.address('booking')}{here.base}/controlled"
        usages = (here.ids["usage_id"], there.ids["usage_id"])
        begun = {"permission_id": str(new_id()), "started_at": "2026-04-02T09:00:00Z"}
        asked = [("/permissions", {}), ("/usages", begun | {"usage_id": usages[0]})]
        asked += [(f"/usages/{each}/{verb}", {}) for each in usages for verb in ("heartbeat", "stop")]
        own = here.ids["controller_token"]
        for path, body in asked:
            theirs, none = (
                by_token(here, url + path, body, token)
                for token in (there.ids["controller_token"], own[::-1])
            )
            assert theirs.status_code == 401, path
            assert told(theirs) == told(none), path
        assert by_token(here, f"{url}/permissions", {}, own).is_success, "and yet its own is let in"
        nothing = str(new_id())
        foreign, missing = (
            by_token(here, f"{url}/usages/{each}/heartbeat", {}, own) for each in (usages[1], nothing)
        )
        assert foreign.status_code == 404
        assert Answer.of(foreign, [usages[1]]) == Answer.of(missing, [nothing])

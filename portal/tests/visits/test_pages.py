"""Visitors, deliveries, presence and announcements, as staff and as members see them."""

import json
import re
from typing import Any

import pytest
from portal_client import Browser, sign_in
from services_double import PERSON, SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
SITE, THING = "01900000-0000-7000-8000-00000000a001", "01900000-0000-7000-8000-00000000c001"
OTHER = "01900000-0000-7000-8000-000000000002"
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
VISIT = {
    "visit_id": THING,
    "visitor_name": "Noé d’Ailleurs",
    "host_name": "Anaïs",
    "expected_at": "2026-04-02T08:00:00Z",
    "state": "expected",
}
WAITING = {
    "delivery_id": THING,
    "kind": "parcel",
    "addressee": {"person_id": OTHER, "organisation_id": None},
    "addressee_name": "Anaïs Hermite",
    "sender": None,
    "received_at": "2026-04-02T06:00:00Z",
}
TIMELESS = {"since": None, "until": None}
PRESENT = {
    "site_name": "Le 302",
    "at": "2026-04-02T07:00:00Z",
    "people": 9,
    "present": [
        {
            "kind": "booking",
            "person_name": "Anaïs",
            "people": 8,
            "where": "Grande",
            "since": None,
            "until": None,
        },
        {"kind": "visitor", "person_name": None, "people": 1, "where": "Anaïs", "since": None, "until": None},
    ],
}


def the_services(*roles: str) -> Services:
    site = {"site_id": SITE, "name": "Le 302", "town_name": "Carcassonne", "zone": "Europe/Paris"}
    answers: dict[str, Any] = {
        f"{BASE}/sites": {"items": [site]},
        f"{BASE}/sites/{SITE}/visits": {"items": [VISIT]},
        f"{BASE}/visits/own": {"items": [VISIT]},
        f"{BASE}/sites/{SITE}/deliveries": {"items": [WAITING]},
        f"{BASE}/deliveries/own": {"items": [WAITING]},
        f"{BASE}/sites/{SITE}/presence": PRESENT,
        f"{BASE}/sites/{SITE}/announcements/reach": {
            "people": 3,
            "without_mail": 1,
            "names_without_mail": ["Noé d’Ici"],
        },
        f"{BASE}/sites/{SITE}/announcements": {"people": 3, "without_mail": 1, "names_without_mail": []},
    }
    return Services(me=profile(*roles), answers=answers)


@pytest.fixture
def services() -> Services:
    return the_services("hub-manager")


async def token(client: Browser) -> str:
    await sign_in(client)
    return str(_TOKEN.findall((await client.get("/visits")).text)[0])


def sent(services: Services, path: str) -> list[dict[str, Any]]:
    asked = [each for each in services.seen if each.url.path == f"{BASE}{path}" and each.content]
    return [json.loads(each.content) for each in asked]


async def test_staff_see_who_is_expected_and_note_the_arrival(client: Browser, services: Services) -> None:
    csrf = await token(client)
    assert "Noé d’Ailleurs" in (await client.get("/visits")).text
    form = {"_csrf_token": csrf, "key": "k", "site": SITE, "act": f"arrive {THING}"}
    done = await client.post("/visits/act", data=form, follow_redirects=False)
    assert done.headers["location"] == f"/visits?site={SITE}"
    assert services.asked[f"POST {BASE}/visits/{THING}/arrive"] == 1


async def test_no_other_act_leaves_the_page(client: Browser, services: Services) -> None:
    csrf = await token(client)
    for act in (f"../x {THING}", "arrive ../../persons", ""):
        form = {"_csrf_token": csrf, "key": "k", "act": act}
        assert (await client.post("/visits/act", data=form, follow_redirects=False)).status_code == 303
    assert not [each for each in services.seen if each.method == "POST" and "/visits/" in each.url.path]


@pytest.mark.parametrize("services", [the_services("member")])
async def test_a_member_invites_as_the_host_and_is_offered_no_act_of_the_desk(
    client: Browser, services: Services
) -> None:
    csrf = await token(client)
    text = (await client.get("/visits")).text
    assert f"call-off {THING}" in text
    assert f"arrive {THING}" not in text
    form = {"_csrf_token": csrf, "key": THING, "site": SITE, "name": "Léo", "host": "Anaïs", "time": "14:30"}
    await client.post("/visits", data=form | {"day": "2026-04-03"})
    [asked] = sent(services, f"/sites/{SITE}/visits")
    assert (asked["host_id"], asked["expected_at"]) == (PERSON, "2026-04-03T14:30:00+02:00")
    assert f"return {THING}" not in (await client.get("/visits/deliveries")).text


async def test_a_host_whom_nobody_is_called_by_is_refused_with_what_was_typed(client: Browser) -> None:
    form = {"_csrf_token": await token(client), "key": THING, "name": "Léo", "host": "Personne d’Ici"}
    answer = await client.post("/visits", data=form)
    assert answer.status_code == 422
    assert "Personne d’Ici" in answer.text
    assert 'value="Léo"' in answer.text


async def test_a_parcel_is_handed_to_its_addressee(client: Browser, services: Services) -> None:
    csrf = await token(client)
    assert "Anaïs Hermite" in (await client.get("/visits/deliveries")).text
    form = {"_csrf_token": csrf, "key": "k", "act": f"hand-over {THING}", "addressee": OTHER}
    await client.post("/visits/deliveries/settle", data=form)
    assert sent(services, f"/deliveries/{THING}/hand-over") == [{"handed_to": OTHER}]


async def test_the_evacuation_list_counts_everybody(client: Browser) -> None:
    await sign_in(client)
    text = (await client.get("/visits/presence")).text
    assert "9 personnes sont là" in text
    assert "pour Anaïs" in text
    assert text.count("<h1>") == 1


async def test_how_many_are_told_is_known_before_and_they_are_told_by_one_id(
    client: Browser, services: Services
) -> None:
    typed = {"first": "2026-04-02", "last": "2026-04-03", "subject_fr": "Eau", "text_fr": "Coupée."}
    form = typed | {"_csrf_token": await token(client), "site": SITE}
    counted = await client.post("/visits/tell", data=form)
    assert "3 personnes ont réservé" in counted.text
    assert "Noé d’Ici" in counted.text
    assert sent(services, f"/sites/{SITE}/announcements") == []
    await client.post("/visits/tell/send", data=form | {"key": THING})
    [told] = sent(services, f"/sites/{SITE}/announcements")
    assert (told["announcement_id"], told["until"]) == (THING, "2026-04-04T00:00:00+02:00")
    assert "subject_en" not in told, "what is left empty is left out"


async def test_the_day_says_who_is_here_and_what_waits(client: Browser) -> None:
    await sign_in(client)
    text = (await client.get("/today")).text
    assert "9 personnes sont là" in text
    assert "1 envoi attend" in text
    assert "Noé d’Ailleurs" in text

"""Machines as a member and as the desk see them: what one lacks, starting, stopping, incidents."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from portal_client import Browser, sign_in
from services_double import PERSON, SIREN, Services, profile

from portal.machines import model

BASE = f"/v1/territories/{SIREN}"
SITE, USE = "01900000-0000-7000-8000-00000000a001", "01900000-0000-7000-8000-00000000c001"
PRINTER, LASER = "01900000-0000-7000-8000-00000000b001", "01900000-0000-7000-8000-00000000b002"
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
LACK = {"code": "not-qualified", "fr": "Il faut l’habilitation.", "en": "It asks for a qualification."}
FILAMENT = {"price_code": "filament", "name": "Filament PLA"}
KNOWN = {"site_id": SITE, "longest_minutes": 240}
MACHINES = [
    {**KNOWN, "resource_id": PRINTER, "name": "Imprimante", "materials": [FILAMENT], "lack": None},
    {
        **KNOWN,
        "resource_id": LASER,
        "name": "Laser",
        "materials": [],
        "lack": {**LACK, "cure_fr": "Voyez un formateur.", "cure_en": None},
    },
]
RULE = "01900000-0000-7000-8000-00000000d001"
STANDS = {"resource_id": LASER, "resource_name": "Laser", "every_hours": 200, "blocks": True, "done_at": None}
RULES = [
    {**STANDS, "rule_id": USE, "name": "Graissage", "minutes": 60, "state": "fine"}
    | {"due_since": None, "due_on": None},
    {**STANDS, "rule_id": SITE, "name": "Filtre", "minutes": 9700, "state": "soon"}
    | {"due_since": None, "due_on": "2026-05-01"},
    {**STANDS, "rule_id": RULE, "name": "Optique", "minutes": 12060, "state": "due"}
    | {"due_since": "2026-03-30", "due_on": None},
]
DONE = {
    "resource_name": "Laser",
    "name": "Optique",
    "done_at": "2026-01-05T09:00:00Z",
    "done_by_name": "Éloïse L’Établi",
    "note": "Lentille changée",
}
USED = {
    "usage_id": USE,
    "resource_id": PRINTER,
    "resource_name": "Imprimante",
    "started_at": "2026-04-02T06:00:00Z",
    "ends_by": "2026-04-02T10:00:00Z",
    "state": "open",
    "minutes": None,
}


def the_services(*roles: str) -> Services:
    site = {"site_id": SITE, "name": "Le 302", "town_name": "Carcassonne", "zone": "Europe/Paris"}
    answers: dict[str, Any] = {
        f"{BASE}/sites": {"items": [site]},
        f"{BASE}/machines/own": {"items": MACHINES},
        f"{BASE}/usages/own": {"items": [USED]},
        f"{BASE}/sites/{SITE}/usages": {"items": [{**USED, "state": "aborted", "minutes": 12}]},
        f"{BASE}/usages": USED,
        f"{BASE}/usages/{USE}/stop": USED,
        f"{BASE}/incidents": {},
        f"{BASE}/sites/{SITE}/maintenance-rules": {"items": RULES},
        f"{BASE}/sites/{SITE}/maintenances": {"items": [DONE]},
        f"{BASE}/maintenances": {},
        f"{BASE}/maintenance-rules": {},
        f"{BASE}/maintenance-rules/{RULE}/retire": {},
    }
    return Services(me=profile(*roles), answers=answers)


@pytest.fixture
def services() -> Services:
    return the_services("member")


async def token(client: Browser) -> str:
    await sign_in(client)
    return str(_TOKEN.findall((await client.get("/machines")).text)[0])


def sent(services: Services, path: str) -> dict[str, Any]:
    [asked] = [each for each in services.seen if each.url.path == f"{BASE}{path}" and each.content]
    body: dict[str, Any] = json.loads(asked.content)
    return body


async def test_a_member_starts_what_nothing_is_lacking_for_and_reads_what_is(
    client: Browser, services: Services
) -> None:
    csrf = await token(client)
    assert 'action="/machines/start"' not in (await client.get("/machines")).text, "it is in use"
    services.answers[f"{BASE}/usages/own"] = {"items": []}
    text = (await client.get("/machines")).text
    assert "Il faut l’habilitation." in text
    assert "Voyez un formateur." in text
    assert text.count('action="/machines/start"') == 1
    form = {"_csrf_token": csrf, "key": USE, "site": SITE, "machine": PRINTER}
    done = await client.post("/machines/start", data=form, follow_redirects=False)
    assert done.headers["location"] == f"/machines?site={SITE}"
    assert sent(services, "/usages") == {"usage_id": USE, "resource_id": PRINTER, "person_id": PERSON}


async def test_a_use_is_stopped_with_the_material_that_was_filled_in(
    client: Browser, services: Services
) -> None:
    csrf = await token(client)
    form = {"_csrf_token": csrf, "key": "k", "usage": USE, "machine": PRINTER, "material-filament": "12,5"}
    await client.post("/machines/stop", data=form)
    assert sent(services, f"/usages/{USE}/stop") == {
        "materials": [{"price_code": "filament", "quantity": "12.5"}]
    }


async def test_no_other_address_is_reached_by_the_id_of_a_use(client: Browser, services: Services) -> None:
    form = {"_csrf_token": await token(client), "key": "k", "usage": "../../persons"}
    assert (await client.post("/machines/stop", data=form, follow_redirects=False)).status_code == 303
    assert not [each for each in services.seen if each.method == "POST" and "stop" in each.url.path]


async def test_a_member_reports_an_incident_and_breaks_nothing(client: Browser, services: Services) -> None:
    form = {
        "_csrf_token": await token(client),
        "key": USE,
        "machine": PRINTER,
        "words": "Buse",
        "broken": "1",
    }
    await client.post("/machines/incident", data=form)
    assert sent(services, "/incidents")["severity"] == "note"


@pytest.mark.parametrize("services", [the_services("hub-manager")])
async def test_staff_see_what_fell_silent_and_say_what_is_broken(client: Browser, services: Services) -> None:
    csrf = await token(client)
    text = (await client.get("/machines")).text
    assert "12 minutes" in text
    assert "à régler par le personnel" in text
    assert 'action="/machines/start"' not in text
    form = {"_csrf_token": csrf, "key": USE, "machine": PRINTER, "words": "Buse", "broken": "1"}
    await client.post("/machines/incident", data=form)
    assert sent(services, "/incidents")["severity"] == "broken"


def test_a_use_that_goes_on_counts_its_whole_minutes_so_far() -> None:
    assert model.minutes(USED, datetime(2026, 4, 2, 6, 12, 59, tzinfo=UTC)) == 12
    assert model.minutes(USED, datetime(2026, 4, 2, 5, tzinfo=UTC)) == 0
    assert model.minutes({**USED, "minutes": 7}, datetime(2026, 4, 2, 9, tzinfo=UTC)) == 7


@pytest.mark.parametrize("services", [the_services("hub-manager")])
async def test_staff_see_what_is_due_first_and_what_was_done_last(
    client: Browser, services: Services
) -> None:
    await sign_in(client)
    text = (await client.get("/machines")).text
    names = [text.index(f"Laser · {name}") for name in ("Optique", "Filtre", "Graissage")]
    assert names == sorted(names)
    assert "201 h d’utilisation sur 200" in text
    assert "dû depuis le lundi 30 mars 2026" in text
    assert "Éloïse L’Établi · Lentille changée" in text


async def test_members_see_nothing_of_maintenance_but_what_keeps_them(
    client: Browser, services: Services
) -> None:
    await sign_in(client)
    assert "Entretien" not in (await client.get("/machines")).text
    assert not [each for each in services.seen if "maintenance" in each.url.path]


@pytest.mark.parametrize("services", [the_services("hub-manager")])
async def test_maintenance_is_recorded_as_done_now_or_at_noon_of_an_earlier_day(
    client: Browser, services: Services
) -> None:
    form = {"_csrf_token": await token(client), "key": USE, "site": SITE, "rule": RULE, "note": "Fait"}
    done = await client.post(
        "/machines/maintenance", data={**form, "day": "2026-04-02"}, follow_redirects=False
    )
    assert done.headers["location"] == f"/machines?site={SITE}"
    assert sent(services, "/maintenances") == {"maintenance_id": USE, "rule_id": RULE, "note": "Fait"}
    now = datetime(2026, 4, 2, 7, tzinfo=UTC)
    assert (
        model.done({**form, "day": "2026-04-01"}, now, "Europe/Paris")["done_at"]
        == "2026-04-01T10:00:00+00:00"
    )
    assert model.done({**form, "day": "hier"}, now, "Europe/Paris")["done_at"] == "hier"


@pytest.mark.parametrize("services", [the_services("hub-manager")])
async def test_a_rule_is_set_with_what_was_filled_in_and_retired(client: Browser, services: Services) -> None:
    csrf = await token(client)
    form = {
        "_csrf_token": csrf,
        "key": RULE,
        "site": SITE,
        "machine": LASER,
        "name": "Optique",
        "blocks": "1",
    }
    await client.post("/machines/rules", data={**form, "every_hours": "200", "every_months": ""})
    assert sent(services, "/maintenance-rules") == {
        "rule_id": RULE,
        "resource_id": LASER,
        "name": "Optique",
        "every_hours": 200,
        "every_months": None,
        "blocks": True,
    }
    await client.post(f"/machines/rules/{RULE}/retire", data={"_csrf_token": csrf, "key": "k", "site": SITE})
    assert sent(services, f"/maintenance-rules/{RULE}/retire") == {}


@pytest.mark.parametrize("services", [the_services("hub-manager")])
async def test_a_refused_form_keeps_what_was_typed_and_stays_open(
    client: Browser, services: Services
) -> None:
    csrf = await token(client)
    refusal = {"code": "maintenance-to-come", "title": "À venir", "detail": "Encore à venir.", "status": 422}
    services.refusals[f"{BASE}/maintenances"] = refusal
    form = {"_csrf_token": csrf, "key": USE, "site": SITE, "rule": RULE, "note": "Lentille"}
    text = (await client.post("/machines/maintenance", data=form)).text
    assert "Encore à venir." in text
    assert 'value="Lentille"' in text
    assert '<details class="fold" open>' in text


@pytest.mark.parametrize("services", [the_services("hub-manager")])
async def test_who_does_not_look_after_the_machines_of_a_site_sees_the_page_without_maintenance(
    client: Browser, services: Services
) -> None:
    refusal = {"code": "forbidden", "title": "Non", "status": 403}
    services.refusals[f"{BASE}/sites/{SITE}/maintenance-rules"] = refusal
    await sign_in(client)
    answer = await client.get("/machines")
    assert answer.status_code == 200
    assert "Entretien" not in answer.text

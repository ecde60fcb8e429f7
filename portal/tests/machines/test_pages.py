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

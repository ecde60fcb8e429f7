"""Making a machine of a piece of equipment: the form shows what is known and sends what was filled in."""

import json
import re
from typing import Any

import pytest
from portal_client import Browser, sign_in
from services_double import SIREN, Services, profile

from portal.equipment import model

BASE = f"/v1/territories/{SIREN}"
SITE, CLASS = "01900000-0000-7000-8000-00000000a001", "01900000-0000-7000-8000-00000000e001"
PRINTER, SAW = "01900000-0000-7000-8000-00000000b001", "01900000-0000-7000-8000-00000000b002"
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
MACHINE = {
    "resource_id": PRINTER,
    "machine_class_id": CLASS,
    "level": 2,
    "longest_minutes": 90,
    "heartbeat_seconds": None,
    "minute_price_code": "old-minute",
    "materials": [{"price_code": "filament", "name": "Filament PLA"}],
}
LEVELS = [{"fr": "Usage", "en": "Use"}, {"fr": "Réglage", "en": "Setting"}]
PRICE = {"price_code": "filament", "audience": None, "label": {"fr": "Filament", "en": "Filament"}}
BOOK = {"price_book_id": SITE, "valid_from": "2026-01-01", "prices": [PRICE]}


@pytest.fixture
def services() -> Services:
    site = {"site_id": SITE, "name": "Le 302", "town_name": "Carcassonne", "zone": "Europe/Paris"}
    equipment = [
        {"resource_id": PRINTER, "name": "Imprimante"},
        {"resource_id": SAW, "name": "Scie d’atelier"},
    ]
    named = {
        "machine_class_id": CLASS,
        "name": {"fr": "Impression 3D", "en": "3D printing"},
        "levels": LEVELS,
    }
    answers: dict[str, Any] = {
        f"{BASE}/sites": {"items": [site]},
        f"{BASE}/resources": {"items": equipment},
        f"{BASE}/machines": {"items": [MACHINE]},
        f"{BASE}/machine-classes": {"items": [named]},
        f"{BASE}/price-books": {"items": [BOOK]},
        f"{BASE}/resources/{SAW}/define-machine": {},
    }
    return Services(me=profile("hub-manager"), answers=answers)


async def test_the_form_shows_what_is_known_of_a_machine_and_a_new_one_is_empty(client: Browser) -> None:
    await sign_in(client)
    text = (await client.get("/machines/define")).text
    assert f'<option value="{CLASS}:2" selected>Impression 3D · Réglage</option>' in text
    assert '<option value="old-minute" selected>' in text, "although no price book knows it any more"
    assert 'value="Filament PLA"' in text
    assert "Scie d’atelier (pas encore une machine)" in text
    other = (await client.get(f"/machines/define?resource={SAW}")).text
    assert '<h2 id="defined">Scie d’atelier</h2>' in other
    assert 'value="Filament PLA"' not in other


async def test_what_was_filled_in_is_sent(client: Browser, services: Services) -> None:
    await sign_in(client)
    csrf = str(_TOKEN.findall((await client.get("/machines/define")).text)[0])
    form = {"_csrf_token": csrf, "key": "k", "site": SITE, "resource": SAW, "asks": f"{CLASS}:1"}
    form |= {"longest_minutes": "60", "heartbeat_seconds": "", "material_1": "filament", "name_1": ""}
    done = await client.post("/machines/define", data=form, follow_redirects=False)
    assert done.headers["location"] == f"/machines?site={SITE}"
    [asked] = [each for each in services.seen if each.url.path.endswith("/define-machine")]
    assert json.loads(asked.content) == {
        "machine_class_id": CLASS,
        "level": 1,
        "longest_minutes": 60,
        "heartbeat_seconds": None,
        "minute_price_code": None,
        "materials": [{"price_code": "filament", "name": "filament"}],
    }


async def test_a_refused_form_keeps_what_was_typed(client: Browser, services: Services) -> None:
    await sign_in(client)
    csrf = str(_TOKEN.findall((await client.get("/machines/define")).text)[0])
    refusal = {"code": "invalid", "title": "Non", "detail": "Trop long.", "status": 422}
    services.refusals[f"{BASE}/resources/{SAW}/define-machine"] = refusal
    form = {"_csrf_token": csrf, "key": "k", "site": SITE, "resource": SAW, "longest_minutes": "2000"}
    text = (await client.post("/machines/define", data=form)).text
    assert "Trop long." in text
    assert 'value="2000"' in text


async def test_who_does_not_look_after_machines_is_refused(client: Browser, services: Services) -> None:
    refusal = {"code": "forbidden", "title": "Non", "detail": "Non.", "status": 403}
    services.refusals[f"{BASE}/sites/{SITE}/maintenance-rules"] = refusal
    await sign_in(client)
    assert (await client.get("/machines/define")).status_code == 403


def test_a_machine_fills_the_form_that_makes_the_same_machine() -> None:
    said = {name: value for name, value in MACHINE.items() if name != "resource_id"}
    assert model.definition(model.filled(MACHINE)) == said

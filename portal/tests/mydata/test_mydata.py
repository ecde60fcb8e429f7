"""One's own data: everything in one file or nothing, and nobody is erased by a slip."""

import io
import json
import re
import zipfile

import pytest
from portal_client import Browser, sign_in
from services_double import PERSON, SIREN, Services, profile

from portal.mydata import model

BASE = f"/v1/territories/{SIREN}"
TOKEN = "0195a1b05c0070008000000000000091.00ff00ff00ff00ff00ff00ff00ff00ff"
ERASURE = {
    "erasure_id": "0195a1b0-5c00-7000-8000-000000000091",
    "person_id": PERSON,
    "state": "held",
    "asked_at": "2026-04-02T07:00:00Z",
    "erased_at": None,
    "completed_at": None,
    "holds": [{"territory_id": SIREN, "reason": "booking-to-come", "count": 2}],
    "missing": [],
    "certificate": TOKEN,
}
CERTIFICATE = {
    "erasure_id": ERASURE["erasure_id"],
    "person_id": PERSON,
    "asked_at": "2026-04-02T07:00:00Z",
    "erased_at": "2026-04-02T07:00:01Z",
    "completed_at": "2026-04-02T07:00:02Z",
    "receipts": [
        {
            "service": "billing",
            "answered_at": "2026-04-02T07:00:02Z",
            "gone": [{"place": "persons", "rows": 1, "name": {"fr": "nom et coordonnées", "en": "name"}}],
            "kept": [{"place": "invoices", "rows": 2, "ground": "accounting-law", "until": "2037-01-01"}],
        }
    ],
}


@pytest.fixture
def town(services: Services) -> Services:
    services.me = profile("member")
    services.answers[f"{BASE}/persons/{PERSON}"] = {"person_id": PERSON, "given_name": "Inès <script>"}
    services.answers[f"{BASE}/series/own"] = {"items": [{"series_id": "s-1"}]}
    services.answers[f"{BASE}/my-erasures"] = {"items": [ERASURE]}
    return services


async def test_the_file_holds_every_list_and_a_page_to_read_it(client: Browser, town: Services) -> None:
    await sign_in(client)
    answer = await client.get("/my-data/export")
    assert answer.headers["content-type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    names = {name for _, _, name in model.OWN} | {"me"}
    assert set(packed.namelist()) == {"index.html", *(f"{name}.json" for name in names)}
    assert json.loads(packed.read("series.json")) == [{"series_id": "s-1"}]
    read = packed.read("index.html").decode()
    assert "s-1" in read
    assert "<script>" not in read, "what somebody wrote is text, not markup"


async def test_no_part_of_the_file_is_left_out_in_silence(client: Browser, town: Services) -> None:
    await sign_in(client)
    town.away = {"billing"}
    answer = await client.get("/my-data/export")
    assert answer.status_code == 503


async def test_nobody_is_erased_without_saying_it_twice(client: Browser, town: Services) -> None:
    await sign_in(client)
    shown = await client.get("/my-data")
    assert "réservations sont à venir" in shown.text
    [csrf] = set(re.findall(r'name="_csrf_token" value="([^"]+)"', shown.text))
    form = {"_csrf_token": csrf, "erasure_id": ERASURE["erasure_id"]}
    slip = await client.post("/my-data/erase", data=form)
    assert slip.status_code == 422
    assert f"POST {BASE}/erasures" not in town.asked
    town.answers[f"/v1/certificates/{TOKEN}"] = CERTIFICATE
    town.answers[f"{BASE}/erasures"] = ERASURE | {"state": "checking", "holds": []}
    sure = await client.post("/my-data/erase", data=form | {"sure": "yes"})
    assert sure.url.path == f"/erased/{TOKEN}", "the account may be gone: the link is given now or never"


async def test_a_certificate_is_read_without_an_account(client: Browser, town: Services) -> None:
    town.answers[f"/v1/certificates/{TOKEN}"] = CERTIFICATE
    shown = await client.get(f"/erased/{TOKEN}")
    assert shown.status_code == 200
    assert "pièces comptables" in shown.text
    assert "2037" in shown.text
    assert "nom et coordonnées" in shown.text
    assert "invoices" in shown.text, "a service that does not say it in words yet is shown all the same"


async def test_a_certificate_that_is_not_there_yet_says_what_is_awaited(
    client: Browser, town: Services
) -> None:
    refusal = {
        "title": "Pas encore",
        "status": 409,
        "code": "erasure-not-done",
        "detail": "Il manque : billing.",
    }
    town.refusals[f"/v1/certificates/{TOKEN}"] = refusal
    shown = await client.get(f"/erased/{TOKEN}")
    assert "Il manque : billing." in shown.text
    assert "Gardez cette adresse" in shown.text

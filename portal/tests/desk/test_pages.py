"""Who walks in is taken in once, for a price known before; what is refused keeps what was typed."""

import json
import re
from html import unescape
from typing import Any

import httpx
import pytest
from portal_client import Browser, sign_in
from services_double import SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
SITE, DESK = "01900000-0000-7000-8000-00000000a001", "01900000-0000-7000-8000-00000000b001"
_FIELD = re.compile(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"')
TYPED = {
    "site": SITE,
    "name": "Maëlle Arnaud-Roux",
    "what": "day",
    "until": "",
    "people": "1",
    "contact": "",
    "language": "fr",
}


class Hub(Services):
    """The services, with one desk free until closing at 18:00; some addresses refuse."""

    def __init__(self, *refusing: str) -> None:
        super().__init__(me=profile("hub-manager"))
        self.refusing = refusing
        self.free = {
            "resource_id": DESK,
            "site_id": SITE,
            "name": "Poste 3",
            "kind": "desk",
            "capacity": 1,
            "bookable": True,
            "price_code": "desk",
        }
        a_site = {"site_id": SITE, "name": "Le 302", "town_name": "Carcassonne", "zone": "Europe/Paris"}
        self.answers = {
            f"{BASE}/sites": {"items": [a_site]},
            f"{BASE}/sites/{SITE}/planning": {
                "resources": [{"kind": "desk", "opening_hours": "08:00–18:00"}]
            },
            f"{BASE}/resources/free": {"items": [self.free]},
            f"{BASE}/quotes": {"gross": {"minor": 1200, "currency": "EUR"}},
        }

    def _answer(self, request: httpx.Request) -> tuple[int, dict[str, Any]]:
        if any(request.url.path.endswith(each) for each in self.refusing):
            return 409, {
                "title": "Pris",
                "status": 409,
                "code": "slot-taken",
                "detail": "Poste 3 est pris.",
                "cure": "Prenez-en un autre.",
            }
        return super()._answer(request)

    def sent(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(each.content) for each in self.seen if each.url.path == f"{BASE}{path}"]


@pytest.fixture
def services() -> Services:
    return Hub()


async def looked(client: Browser) -> dict[str, str]:
    """Sign in, fill in the form, and read what the page with the price would send."""
    await sign_in(client)
    token = dict(_FIELD.findall((await client.get("/desk")).text))["_csrf_token"]
    answer = await client.post("/desk", data=TYPED | {"_csrf_token": token})
    assert answer.status_code == 200, answer.text
    assert "12,00\u00a0€" in answer.text, "the price is known before anything is kept"
    form = answer.text.partition('action="/desk/walk-in"')[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in _FIELD.findall(form)}


async def test_the_form_has_six_fields(client: Browser) -> None:
    await sign_in(client)
    text = (await client.get("/desk")).text
    form = text.partition('action="/desk" method="post"')[2].partition("</form>")[0]
    shown = set(re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*name="([^"]+)"', form))
    assert shown == {"name", "what", "until", "people", "contact", "language"}


async def test_nothing_is_kept_by_looking_at_the_price(client: Browser, services: Hub) -> None:
    await looked(client)
    assert services.sent("/bookings/held") == services.sent("/persons") == []


async def test_who_is_taken_in_is_held_registered_confirmed_and_checked_in_by_the_same_ids(
    client: Browser, services: Hub
) -> None:
    form = await looked(client)
    for _ in range(2):
        done = await client.post("/desk/walk-in", data=form, follow_redirects=False)
        assert done.headers["location"] == f"/desk/receipt/{form['booking_id']}"
    held, again = services.sent("/bookings/held")
    assert held == again, "sent twice it is one"
    assert (held["audience"], held["end"]) == ("walk_in", "2026-04-02T18:00:00+02:00")
    person, same = services.sent("/persons")
    assert person == same
    assert (person["given_name"], person["family_name"]) == ("Maëlle", "Arnaud-Roux")
    assert person["person_id"] == held["person_id"]
    keys = [each.headers["idempotency-key"] for each in services.seen if each.url.path.endswith("/check-in")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize("services", [Hub("/bookings/held"), Hub("/persons"), Hub("/confirm")])
async def test_a_refusal_keeps_what_was_typed(client: Browser, services: Hub) -> None:
    form = await looked(client)
    answer = await client.post("/desk/walk-in", data=form)
    assert answer.status_code == 409
    assert "Prenez-en un autre." in answer.text
    assert 'value="Maëlle Arnaud-Roux"' in answer.text


@pytest.mark.parametrize("services", [Hub("/persons")])
async def test_the_place_of_who_cannot_be_registered_is_given_back(client: Browser, services: Hub) -> None:
    form = await looked(client)
    await client.post("/desk/walk-in", data=form)
    assert len(services.sent(f"/bookings/{form['booking_id']}/cancel")) == 1


async def test_a_name_in_one_word_is_asked_for_again_and_marked(client: Browser) -> None:
    await sign_in(client)
    token = dict(_FIELD.findall((await client.get("/desk")).text))["_csrf_token"]
    answer = await client.post("/desk", data=TYPED | {"_csrf_token": token, "name": "Maëlle", "people": "4"})
    assert answer.status_code == 422
    assert "Écrivez un prénom et un nom." in answer.text
    assert 'value="Maëlle" required maxlength="200" autocomplete="off" aria-invalid="true"' in answer.text
    assert 'max="100" value="4"' in answer.text


async def test_no_name_travels_in_an_address(client: Browser, services: Hub) -> None:
    await client.post("/desk/walk-in", data=await looked(client))
    assert not [each for each in services.seen if "Ma%C3%ABlle" in str(each.url)]


async def test_a_group_is_received_at_once_and_who_cannot_be_is_named(client: Browser, services: Hub) -> None:
    coming = {
        "booking_id": DESK,
        "state": "confirmed",
        "person_name": "Aya Essai",
        "resource_name": "Poste 3",
        "period": {"start": "2026-04-02T08:00:00Z", "end": "2026-04-02T09:00:00Z"},
    }
    gone = coming | {"booking_id": SITE, "state": "cancelled", "person_name": "Noé Parti"}
    refused = {"booking_id": DESK, "person_name": "Aya Essai", "fr": "Trop tôt.", "en": "Too early."}
    services.answers |= {
        f"{BASE}/bookings": {"items": [coming, gone]},
        f"{BASE}/sites/{SITE}/check-in-group": {"arrived": [], "refused": [refused]},
    }
    await sign_in(client)
    text = (await client.get("/desk/group")).text
    assert "Aya Essai" in text
    assert "Noé Parti" not in text
    token = dict(_FIELD.findall(text))["_csrf_token"]
    form = {"_csrf_token": token, "key": "k", "site": SITE, DESK: "chosen"}
    answer = await client.post("/desk/group", data=form)
    assert services.sent(f"/sites/{SITE}/check-in-group") == [{"booking_ids": [DESK]}]
    assert "Trop tôt." in answer.text

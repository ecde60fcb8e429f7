"""The network's catalogue as members and as staff see it, and seats kept for a territory of the network."""

import json
import re
from typing import Any

import pytest
from portal_client import Browser, sign_in
from services_double import PERSON, SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
HOST = "240200477"
SESSION, SEAT = "01900000-0000-7000-8000-00000000c001", "01900000-0000-7000-8000-00000000d001"
ROOM = "01900000-0000-7000-8000-00000000e001"
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
SHARED: dict[str, Any] = {
    "session_id": SESSION,
    "host_territory_id": HOST,
    "state": "scheduled",
    "words": None,
    "kind": "course",
    "title": {"fr": "Souder", "en": "Welding"},
    "site_name": "La Fabrique",
    "place": "Atelier",
    "periods": [{"start": "2026-05-04T07:00:00Z", "end": "2026-05-04T10:00:00Z", "zone": "Europe/Paris"}],
    "seats": 3,
    "release_at": "2026-05-01T06:00:00Z",
}
OWN: dict[str, Any] = {"shared_seat_id": SEAT, "state": "granted", "session": SHARED}


def the_services(*roles: str, seats: tuple[dict[str, Any], ...] = (), **changes: Any) -> Services:
    person: dict[str, Any] = {
        "person_name": "Élodie Soissons",
        "state": "registered",
        "audience": "public",
        "seats": 1,
        "guest_names": [],
        "home_territory_id": HOST,
    }
    held = {"session_id": SESSION, "title": SHARED["title"], "dates": []}
    answers: dict[str, Any] = {
        f"{BASE}/shared-sessions": {"items": [SHARED | changes]},
        f"{BASE}/shared-seats/own": {"items": list(seats)},
        f"{BASE}/session-partners": {"items": [{"territory_id": HOST}]},
        f"{BASE}/resources": {"items": [{"resource_id": ROOM, "name": "Atelier", "kind": "room"}]},
        f"{BASE}/sessions": {"session_id": SESSION},
        f"{BASE}/sessions/{SESSION}": held,
        f"{BASE}/sessions/{SESSION}/registrations": {"items": [person, person | {"home_territory_id": None}]},
        f"/v1/platform/groupings/{HOST}": {"name": "GrandSoissons Agglomération"},
    }
    return Services(me=profile(*roles), answers=answers)


@pytest.fixture
def services() -> Services:
    return the_services("member")


async def read(client: Browser, path: str = "/network") -> tuple[str, str]:
    """Sign in, open a page, return its text and the token of its forms."""
    await sign_in(client)
    text = (await client.get(path)).text
    return text, str(_TOKEN.findall(text)[0])


def sent(services: Services, path: str) -> list[dict[str, Any]]:
    asked = [each for each in services.seen if each.url.path == f"{BASE}{path}" and each.content]
    return [json.loads(each.content) for each in asked]


async def test_a_member_finds_what_is_held_elsewhere_and_asks_for_a_seat(
    client: Browser, services: Services
) -> None:
    text, csrf = await read(client)
    assert "Souder" in text
    assert "Atelier, La Fabrique · GrandSoissons Agglomération" in text
    assert "3 places réservées pour nous" in text
    assert HOST not in text, "no page shows an id"
    form = {"_csrf_token": csrf, "key": SEAT}
    done = await client.post(f"/network/{SESSION}/ask", data=form, follow_redirects=False)
    assert done.headers["location"] == "/network?done=asked"
    [asked] = sent(services, f"/shared-sessions/{SESSION}/seats")
    assert asked == {"shared_seat_id": SEAT, "person_id": PERSON}


async def test_a_refusal_is_said_on_the_page_with_its_cure(client: Browser, services: Services) -> None:
    full = {"title": "Complet", "status": 409, "code": "shared-session-full", "detail": "Aucune place libre."}
    services.refusals[f"{BASE}/shared-sessions/{SESSION}/seats"] = full | {"cure": "Revenez voir."}
    _, csrf = await read(client)
    refused = await client.post(f"/network/{SESSION}/ask", data={"_csrf_token": csrf, "key": SEAT})
    assert refused.status_code == 409
    assert "Aucune place libre." in refused.text
    assert "Revenez voir." in refused.text
    assert "Souder" in refused.text


@pytest.mark.parametrize("services", [the_services("member", seats=(OWN,))])
async def test_who_has_a_seat_gives_it_up_and_is_not_offered_another(
    client: Browser, services: Services
) -> None:
    text, csrf = await read(client)
    assert "Place accordée" in text
    assert "/ask" not in text
    form = {"_csrf_token": csrf, "key": "k"}
    done = await client.post(f"/network/seats/{SEAT}/give-up", data=form, follow_redirects=False)
    assert done.headers["location"] == "/network?done=given-up"
    assert sent(services, f"/shared-seats/{SEAT}/give-up") == [{}]


@pytest.mark.parametrize(
    "services", [the_services("member", state="cancelled", words="Formatrice souffrante")]
)
async def test_a_session_that_is_not_held_says_why_and_takes_nobody(client: Browser) -> None:
    text, _ = await read(client)
    assert "Formatrice souffrante" in text
    assert "/ask" not in text


@pytest.mark.parametrize("services", [the_services("finance")])
async def test_who_is_no_member_looks_and_does_not_ask(client: Browser, services: Services) -> None:
    text, _ = await read(client)
    assert "Souder" in text
    assert "/ask" not in text
    assert services.asked[f"GET {BASE}/shared-seats/own"] == 0


@pytest.mark.parametrize("services", [the_services("hub-manager")])
async def test_the_host_keeps_seats_for_a_territory_and_sees_whence_people_come(
    client: Browser, services: Services
) -> None:
    text, csrf = await read(client, "/sessions/new")
    assert f'<option value="{HOST}">GrandSoissons Agglomération</option>' in text
    form = {
        "_csrf_token": csrf,
        "key": SESSION,
        "title_fr": "Souder",
        "room": ROOM,
        "seats": "6",
        "shared_seats": "3",
        "shared_with": HOST,
        "shared_until": "2026-05-01",
    }
    await client.post("/sessions/new", data=form)
    [asked] = sent(services, "/sessions")
    kept = asked["quotas"][1]
    assert (kept["seats"], kept["territory_ids"]) == ("3", [HOST])
    assert kept["release_at"] == "2026-05-01T08:00:00+02:00"
    people = (await client.get(f"/sessions/{SESSION}/people")).text
    assert people.count("GrandSoissons Agglomération") == 1
    assert "Territoire d’origine" in people

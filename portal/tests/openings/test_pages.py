"""The pages of openings, as staff meet them: forms that say what they do, refusals with their cure."""

import json
from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
SITE = "01900000-0000-7000-8000-00000000000a"
ROOM = "01900000-0000-7000-8000-00000000000c"
CLOSURE = "01900000-0000-7000-8000-00000000000d"
BOOKING = "01900000-0000-7000-8000-00000000000b"
OFFER = {
    "resource_id": ROOM,
    "resource_name": "Salle Canal",
    "start": "2026-05-04T08:00:00Z",
    "end": "2026-05-04T09:00:00Z",
}


@pytest.fixture
def town(services: Services) -> Services:
    """A site with a room, a day apart by hand and one that is followed, a closure that hits a booking."""
    services.me = profile("hub-manager")
    site = {"site_id": SITE, "name": "Le 302", "address": "302 Rue Lamarck", "town_name": "Carcassonne"}
    services.answers[f"{BASE}/sites"] = {"items": [{**site, "zone": "Europe/Paris"}]}
    services.answers[f"{BASE}/resources"] = {"items": [{"resource_id": ROOM, "name": "Salle Canal"}]}
    services.answers[f"{BASE}/sites/{SITE}/opening-hours"] = {
        "defined": [
            {
                "valid_from": "2026-01-01",
                "valid_until": None,
                "weekly": [{"weekday": 1, "opens": "08:30", "closes": "19:00"}],
            }
        ],
        "exceptions": [
            {"day": "2026-05-01", "openings": [], "reason": "Fête du Travail", "subscription_id": CLOSURE},
            {
                "day": "2026-05-15",
                "openings": [{"opens": "10:00", "closes": "12:00"}],
                "reason": "Pont",
                "subscription_id": None,
            },
        ],
    }
    closure = {
        "closure_id": CLOSURE,
        "site_id": SITE,
        "resource_id": None,
        "reason": "Travaux",
        "first_day": "2026-05-04",
        "last_day": "2026-05-08",
        "staff_may_override": False,
        "lifted_at": None,
    }
    services.answers[f"{BASE}/closures"] = {"items": [closure], **closure}
    services.answers[f"{BASE}/closures/{CLOSURE}"] = closure
    booking = {
        "booking_id": BOOKING,
        "resource_name": "Salle Aude",
        "with_resources": [],
        "state": "confirmed",
        "period": {"start": "2026-05-04T08:00:00Z", "end": "2026-05-04T09:00:00Z", "zone": "Europe/Paris"},
    }
    affected = {"booking": booking, "person_name": "Noé Vidal", "alternatives": [OFFER]}
    services.answers[f"{BASE}/closures/{CLOSURE}/affected"] = {"items": [affected]}
    return services


def sent(services: Services, path: str) -> Any:
    request = next(
        each for each in reversed(services.seen) if each.url.path == path and each.method == "POST"
    )
    return json.loads(request.content)


async def test_the_page_shows_week_days_apart_closures_and_sets(client: Browser, town: Services) -> None:
    await sign_in(client)
    text = (await client.get("/openings")).text
    for shown in ("08:30–19:00", "Fête du Travail", "10:00–12:00", "Travaux", "Jours fériés", "Salle Canal"):
        assert shown in text, shown
    assert text.count("Retirer") == 1, "a day that is followed is not withdrawn"
    assert text.count("<h1") == 1
    assert (await client.get("/openings", headers={"Accept-Language": "en"})).status_code == 200


async def test_a_week_is_sent_as_it_was_written(client: Browser, town: Services) -> None:
    await sign_in(client)
    token = await form_token(client, "/openings")
    form = {
        "_csrf_token": token,
        "key": "k",
        "site": SITE,
        "valid_from": "2026-05-01",
        "day-2": "9-12, 14-18",
    }
    answer = await client.post("/openings/hours", data=form)
    assert answer.status_code == 200, answer.text
    assert sent(town, f"{BASE}/sites/{SITE}/opening-hours")["weekly"] == [
        {"weekday": 2, "opens": "09:00", "closes": "12:00"},
        {"weekday": 2, "opens": "14:00", "closes": "18:00"},
    ]
    assert "La semaine est définie" in answer.text


async def test_hours_that_cannot_be_read_are_refused_with_a_cure_and_kept(
    client: Browser, town: Services
) -> None:
    await sign_in(client)
    token = await form_token(client, "/openings")
    form = {"_csrf_token": token, "key": "k", "site": SITE, "valid_from": "2026-05-01", "day-2": "le matin"}
    answer = await client.post("/openings/hours", data=form)
    assert answer.status_code == 422
    assert "ne se lit pas comme des horaires" in answer.text
    assert 'value="le matin"' in answer.text
    assert town.asked[f"POST {BASE}/sites/{SITE}/opening-hours"] == 0


async def test_a_declared_closure_leads_to_the_bookings_it_hits(client: Browser, town: Services) -> None:
    await sign_in(client)
    token = await form_token(client, "/openings")
    form = {
        "_csrf_token": token,
        "closure_id": CLOSURE,
        "site": SITE,
        "resource": "",
        "first_day": "2026-05-04",
        "last_day": "2026-05-08",
        "reason": "Travaux",
    }
    answer = await client.post("/openings/closures", data=form)
    assert answer.url.path == f"/openings/closures/{CLOSURE}"
    assert "Noé Vidal" in answer.text
    assert "Déplacer vers" in answer.text
    body = sent(town, f"{BASE}/closures")
    assert (body["site_id"], body["staff_may_override"], "resource_id" in body) == (SITE, False, False)


async def test_one_form_moves_and_cancels_and_names_what_stays(client: Browser, town: Services) -> None:
    await sign_in(client)
    token = await form_token(client, f"/openings/closures/{CLOSURE}")
    left = {
        "booking_id": BOOKING,
        "code": "slot-taken",
        "detail": {"fr": "Salle Canal est prise.", "en": "Taken."},
    }
    town.answers[f"{BASE}/closures/{CLOSURE}/move-bookings"] = {"done": [], "left": [left]}
    town.answers[f"{BASE}/closures/{CLOSURE}/cancel-bookings"] = {"done": [CLOSURE], "left": []}
    choice = f"{ROOM}|{OFFER['start']}|{OFFER['end']}"
    form = {
        "_csrf_token": token,
        "key": "k",
        f"booking-{BOOKING}": choice,
        f"booking-{CLOSURE}": "cancel",
    }
    answer = await client.post(f"/openings/closures/{CLOSURE}/settle", data=form)
    assert "Salle Canal est prise." in answer.text
    assert "1 réservation est réglée" in answer.text
    moves = sent(town, f"{BASE}/closures/{CLOSURE}/move-bookings")["moves"]
    assert moves == [
        {"booking_id": BOOKING, "resource_id": ROOM, "start": OFFER["start"], "end": OFFER["end"]}
    ]
    assert sent(town, f"{BASE}/closures/{CLOSURE}/cancel-bookings") == {"booking_ids": [CLOSURE]}


async def test_members_find_no_way_to_the_openings(client: Browser, services: Services) -> None:
    await sign_in(client)
    assert 'href="/openings"' not in (await client.get("/today")).text


async def test_equipment_is_ticked_and_booked_with_the_room(client: Browser, town: Services) -> None:
    screen: dict[str, Any] = {
        "resource_id": CLOSURE,
        "name": "Écran mobile",
        "kind": "equipment",
        "capacity": None,
        "bookable": True,
        "approval_required": False,
        "price_code": None,
        "features": [],
    }
    room = {**screen, "resource_id": ROOM, "name": "Salle Canal", "kind": "room", "features": ["screen"]}
    town.answers[f"{BASE}/resources/free"] = {"items": [room, screen]}
    town.answers[f"{BASE}/bookings/held"] = {"booking_id": BOOKING}
    await sign_in(client)
    page = await client.get(f"/book/choose?day=2026-04-09&start=10:00&feature-screen=yes&with-{CLOSURE}=yes")
    assert "Équipements libres" in page.text
    assert page.text.count(f'name="with-{CLOSURE}"') >= 2, "the tick, and what each choice carries along"
    searches = [each.url.params for each in town.seen if each.url.path.endswith("/resources/free")]
    assert ["screen"] in [each.get_list("feature") for each in searches]
    token = await form_token(client, "/book/choose?day=2026-04-09&start=10:00")
    form = {
        "_csrf_token": token,
        "booking_id": BOOKING,
        "resource": ROOM,
        "day": "2026-04-09",
        "start": "10:00",
        f"with-{CLOSURE}": "yes",
    }
    await client.post("/book/hold", data=form, follow_redirects=False)
    assert sent(town, f"{BASE}/bookings/held")["with_resource_ids"] == [CLOSURE]

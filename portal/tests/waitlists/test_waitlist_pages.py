"""The pages of waitlists in a browser without script: what is offered, joining, the list of a day."""

from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import PERSON, SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
SITE = "01900000-0000-7000-8000-00000000000a"
ROOM = "01900000-0000-7000-8000-00000000000c"
ENTRY = "01900000-0000-7000-8000-0000000000e1"
PERIOD = {"start": "2026-04-09T08:00:00Z", "end": "2026-04-09T09:00:00Z", "zone": "Europe/Paris"}
OFFER = {
    "booking_id": "01900000-0000-7000-8000-0000000000b1",
    "resource_id": ROOM,
    "resource_name": "Salle Canal",
    "period": PERIOD,
    "expires_at": "2026-04-02T07:42:00Z",
}
WISH = {"site": SITE, "day": "2026-04-09", "start": "10:00", "minutes": "60", "resource": ROOM}


def an_entry(state: str = "waiting", **said: Any) -> dict[str, Any]:
    return {
        "entry_id": ENTRY,
        "state": state,
        "site_id": SITE,
        "site_name": "Le 302",
        "kind": "room",
        "resource_id": ROOM,
        "resource_name": "Salle Canal",
        "windows": [PERIOD],
        "minutes": 60,
        "person_id": PERSON,
        "person_name": "Noé Vidal",
        "attendees": None,
        "joined_at": "2026-04-01T09:30:00Z",
        "ahead": 1,
        "passed_over": None,
        "offer": OFFER if state == "offered" else None,
        **said,
    }


@pytest.fixture
def town(services: Services) -> Services:
    """A territory with one site, where one place is offered and another waited for."""
    site = {"site_id": SITE, "name": "Le 302", "address": "302 Rue Lamarck", "town_name": "Carcassonne"}
    services.answers[f"{BASE}/sites"] = {"items": [{**site, "zone": "Europe/Paris"}]}
    entries = [an_entry("offered"), an_entry(passed_over="no-membership"), an_entry("expired")]
    services.answers[f"{BASE}/waitlist/own"] = {"items": entries}
    services.answers[f"{BASE}/sites/{SITE}/waitlist"] = {"items": entries[:2]}
    return services


async def sent(client: Browser, path: str, **data: str) -> Any:
    return await client.post(path, data={"_csrf_token": await form_token(client), **data})


async def test_an_offer_says_until_when_it_is_kept_and_how_long_that_is(
    client: Browser, town: Services
) -> None:
    await sign_in(client)
    page = (await client.get("/waitlist")).text
    assert "Gardée jusqu’au jeu. 2 avr., 09:42." in page
    assert "Encore 42 minutes." in page
    assert f'action="/waitlist/{ENTRY}/accept"' in page
    assert f'action="/waitlist/{ENTRY}/decline"' in page
    assert "1 personne est avant vous." in page
    assert "mais pas pour vous\u00a0: pas d’adhésion." in page
    assert "Sans réponse à temps" in page
    assert page.count("<h1") == 1
    assert town.asked[f"GET {BASE}/waitlist/own"] == 1


@pytest.mark.parametrize(("act", "said"), [("accept", "C’est réservé"), ("decline", "personne suivante")])
async def test_an_answer_is_sent_with_the_key_of_its_form_and_said_back(
    client: Browser, town: Services, act: str, said: str
) -> None:
    await sign_in(client)
    page = await sent(client, f"/waitlist/{ENTRY}/{act}", key="k-1")
    assert said in page.text
    [command] = [each for each in town.seen if each.url.path.endswith(f"/{act}")]
    assert command.headers["Idempotency-Key"] == "k-1"


async def test_an_offer_that_has_lapsed_says_so_above_what_there_is_now(
    client: Browser, town: Services
) -> None:
    town.refusals[f"{BASE}/waitlist/{ENTRY}/accept"] = {
        "title": "L’option a pris fin.",
        "code": "hold-lapsed",
        "detail": "L’option a pris fin le 2 avril.",
        "cure": "Réservez à nouveau.",
    }
    await sign_in(client)
    page = await sent(client, f"/waitlist/{ENTRY}/accept", key="k-1")
    assert page.status_code == 409
    assert 'role="alert"' in page.text
    assert "Réservez à nouveau." in page.text


async def test_what_was_taken_meanwhile_can_be_waited_for_at_one_press(
    client: Browser, town: Services
) -> None:
    town.refusals[f"{BASE}/bookings/held"] = {"title": "Prise.", "code": "slot-taken", "values": {}}
    await sign_in(client)
    refused = await sent(client, "/book/hold", booking_id=ENTRY, **WISH)
    assert "M’inscrire sur la liste d’attente" in refused.text
    page = await sent(client, "/waitlist", entry_id=ENTRY, **WISH)
    assert "Inscription faite" in page.text
    [command] = [each for each in town.seen if each.url.path == f"{BASE}/waitlist"]
    assert b'"start":"2026-04-09T08:00:00+00:00"' in command.content.replace(b": ", b":")


async def test_what_is_free_after_all_is_offered_to_be_booked(client: Browser, town: Services) -> None:
    values = {"resource": "Salle Canal", "resource_id": ROOM}
    town.refusals[f"{BASE}/waitlist"] = {"title": "C’est libre.", "code": "free-now", "values": values}
    await sign_in(client)
    page = await sent(client, "/waitlist", entry_id=ENTRY, **WISH)
    assert "Réserver Salle Canal" in page.text
    assert f"resource={ROOM}" in page.text


async def test_staff_see_who_waits_in_order_and_take_off_with_a_reason(
    client: Browser, town: Services
) -> None:
    town.me = profile("hub-manager")
    await sign_in(client)
    page = (await client.get(f"/waitlist/day?site={SITE}&day=2026-04-09")).text
    assert page.index("Proposée") < page.index("En attente")
    assert "Noé Vidal" in page
    back = f"/waitlist/day?site={SITE}&day=2026-04-09"
    done = await sent(client, f"/waitlist/{ENTRY}/leave", key="k", back=back, reason="Doublon")
    assert "L’inscription est retirée." in done.text
    [command] = [each for each in town.seen if each.url.path.endswith("/leave")]
    assert b"Doublon" in command.content


async def test_a_form_leads_back_to_no_other_site(client: Browser, town: Services) -> None:
    await sign_in(client)
    page = await sent(client, f"/waitlist/{ENTRY}/leave", key="k", back="https://evil.example/")
    assert page.url.path == "/waitlist"
    assert town.asked[f"POST {BASE}/waitlist/{ENTRY}/leave"] == 1


@pytest.mark.parametrize("path", ["/waitlist", "/waitlist/day"])
async def test_where_nobody_waits_the_page_says_so(client: Browser, path: str) -> None:
    await sign_in(client)
    answer = await client.get(path)
    assert (answer.status_code, 'class="empty"' in answer.text) == (200, True)


async def test_the_form_shows_what_was_wished_in_english_too(client: Browser, town: Services) -> None:
    await sign_in(client)
    asked = "&".join(f"{name}={value}" for name, value in WISH.items())
    page = (await client.get(f"/waitlist/join?{asked}", headers={"Accept-Language": "en"})).text
    assert "Put me on the list" in page
    assert 'value="2026-04-09"' in page
    assert town.answers

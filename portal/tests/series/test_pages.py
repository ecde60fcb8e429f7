"""Repeating a booking, calendar links and door screens, as a browser without script meets them."""

from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import SIREN, Services

BASE = f"/v1/territories/{SIREN}"
SITE = "01900000-0000-7000-8000-00000000000a"
ROOM = "01900000-0000-7000-8000-00000000000c"
SERIES = "01900000-0000-7000-8000-00000000000d"
TOKEN = "a-link-of-128-bits"


def an_occurrence(day: str, state: str, **said: Any) -> dict[str, Any]:
    period = {"start": f"{day}T08:00:00Z", "end": f"{day}T09:00:00Z", "zone": "Europe/Paris"}
    booked = state in ("confirmed", "moved")
    values = {
        "recurrence_id": f"{day}T10:00",
        "state": state,
        "period": period,
        "booking_id": ROOM if booked else None,
        "booking_state": "confirmed" if booked else None,
        "reason": None if booked else "slot-taken",
        "freed": False,
    }
    return values | said


@pytest.fixture
def town(services: Services) -> Services:
    site = {"site_id": SITE, "name": "Le 302", "town_name": "Carcassonne", "zone": "Europe/Paris"}
    services.answers[f"{BASE}/sites"] = {"items": [site]}
    services.answers[f"{BASE}/resources/{ROOM}"] = {
        "resource_id": ROOM,
        "name": "Salle Canal",
        "kind": "room",
    }
    services.answers[f"{BASE}/series/{SERIES}"] = {
        "series_id": SERIES,
        "resource_name": "Salle Canal",
        "site_name": "Le 302",
        "first": "2026-04-07T10:00",
        "minutes": 60,
        "split_from": None,
        "ended_from": None,
    }
    services.answers[f"{BASE}/series/{SERIES}/occurrences"] = {
        "items": [
            an_occurrence("2026-03-31", "confirmed"),
            an_occurrence("2026-04-07", "confirmed"),
            an_occurrence("2026-04-14", "skipped", freed=True),
            an_occurrence("2026-04-21", "moved"),
        ]
    }
    return services


async def test_a_booking_is_repeated_by_a_form(client: Browser, town: Services) -> None:
    await sign_in(client)
    wish = f"site={SITE}&resource={ROOM}&day=2026-04-07&start=10:00&minutes=60"
    form = await client.get(f"/series/new?{wish}")
    assert "Salle Canal" in form.text
    assert form.text.count("<h1") == 1
    data = {
        "_csrf_token": await form_token(client, f"/series/new?{wish}"),
        "series_id": SERIES,
        "site": SITE,
        "resource": ROOM,
        "day": "2026-04-07",
        "start": "10:00",
        "minutes": "60",
        "rhythm": "weekly",
        "count": "4",
    }
    shown = await client.post("/series", data=data)
    assert shown.url.path == f"/series/{SERIES}"
    sent = next(each for each in town.seen if each.url.path == f"{BASE}/series")
    assert b'"rule":"FREQ=WEEKLY;BYDAY=TU;COUNT=4"' in sent.content
    assert b'"first":"2026-04-07T10:00"' in sent.content


async def test_without_a_resource_one_goes_back_to_choosing(client: Browser, town: Services) -> None:
    await sign_in(client)
    assert (await client.get("/series/new")).url.path == "/book"


async def test_a_series_shows_its_dates_and_what_can_be_done_with_each(
    client: Browser, town: Services
) -> None:
    await sign_in(client)
    text = (await client.get(f"/series/{SERIES}")).text
    assert text.count(f'action="/series/{SERIES}/skip"') == 2, "what is past is not given up"
    assert text.count(f'action="/series/{SERIES}/retry"') == 1
    assert "de nouveau libre" in text
    assert f'action="/series/{SERIES}/change"' in text
    assert f'action="/series/{SERIES}/end"' in text


@pytest.mark.parametrize(
    ("act", "data", "sent"),
    [
        ("skip", {"date": "2026-04-07T10:00"}, b'{"recurrence_id":"2026-04-07T10:00"}'),
        ("end", {"since": "2026-04-21T10:00"}, b'{"since":"2026-04-21T10:00"}'),
    ],
)
async def test_an_act_on_a_date_reaches_booking_and_comes_back(
    client: Browser, town: Services, act: str, data: dict[str, str], sent: bytes
) -> None:
    await sign_in(client)
    token = {"_csrf_token": await form_token(client, f"/series/{SERIES}"), "key": "a-key"}
    answer = await client.post(f"/series/{SERIES}/{act}", data=token | data)
    assert 'class="done"' in answer.text
    request = next(each for each in town.seen if each.url.path == f"{BASE}/series/{SERIES}/{act}")
    assert (request.content, request.headers["idempotency-key"]) == (sent, "a-key")


async def test_a_link_is_shown_once_for_a_calendar_and_for_a_door(client: Browser, town: Services) -> None:
    await sign_in(client)
    link = {
        "calendar_id": SERIES,
        "kind": "resource",
        "name": "Porte",
        "details": False,
        "created_at": "2026-04-02T07:00:00Z",
        "revoked_at": None,
    }
    town.answers[f"{BASE}/calendars"] = link | {"token": TOKEN}
    town.answers[f"{BASE}/calendars/own"] = {"items": [link | {"token": None}]}
    token = {"_csrf_token": await form_token(client, "/calendars")}
    data = {"calendar_id": SERIES, "kind": "resource", "resource_id": ROOM, "name": "Porte"}
    made = await client.post("/calendars", data=token | data)
    assert f"/feeds/{SIREN}/{TOKEN}.ics" in made.text
    assert f"/doors/{SIREN}/{TOKEN}" in made.text
    again = await client.get("/calendars")
    assert TOKEN not in again.text
    assert "Porte" in again.text
    revoked = await client.post(f"/calendars/{SERIES}/revoke", data=token | {"key": "a-key"})
    assert (revoked.url.path, 'class="done"' in revoked.text) == ("/calendars", True)


async def test_a_door_shows_itself_again_without_script_or_sign_in(client: Browser, town: Services) -> None:
    slot = {"start": "2026-04-02T07:00:00Z", "end": "2026-04-02T08:00:00Z", "person_name": None}
    town.answers[f"{BASE}/calendars/{TOKEN}/door"] = {
        "name": "Porte",
        "resource_name": "Salle Canal",
        "site_name": "Le 302",
        "zone": "Europe/Paris",
        "now": "2026-04-02T07:30:00Z",
        "current": slot,
        "following": None,
    }
    answer = await client.get(f"/doors/{SIREN}/{TOKEN}", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.headers["refresh"]) == (200, "30")
    assert "Occupé" in answer.text
    assert "jusqu’à 10:00" in answer.text
    assert "<script" not in answer.text


async def test_a_calendar_is_handed_on_as_it_is(client: Browser, town: Services) -> None:
    town.answers[f"{BASE}/calendars/{TOKEN}.ics"] = {"what": "a calendar"}
    answer = await client.get(f"/feeds/{SIREN}/{TOKEN}.ics", headers={"If-None-Match": '"tag"'})
    assert answer.headers["content-type"].startswith("text/calendar")
    assert town.seen[-1].headers["if-none-match"] == '"tag"'
    assert "authorization" not in town.seen[-1].headers

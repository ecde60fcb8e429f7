"""The pages of policies and requests, as staff, a delegate and a member see them."""

import json
from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import PERSON, SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
SITE = "01900000-0000-7000-8000-00000000000a"
BOOKING = "01900000-0000-7000-8000-00000000000b"
ROOM = "01900000-0000-7000-8000-00000000000c"
POLICY = "01900000-0000-7000-8000-00000000000d"
PERIOD = {"start": "2026-04-09T08:00:00Z", "end": "2026-04-09T09:00:00Z", "zone": "Europe/Paris"}
REQUEST: dict[str, Any] = {
    "booking_id": BOOKING,
    "state": "requested",
    "site_id": SITE,
    "site_name": "Le 302",
    "resource_id": ROOM,
    "resource_name": "Grande salle",
    "period": PERIOD,
    "person_id": PERSON,
    "person_name": "Noé Vidal",
    "attendees": 12,
    "audience": "nomad",
    "paid_by": "money",
    "price_code": None,
    "expires_at": "2026-04-08T08:00:00Z",
    "flag": None,
    "due_percent": None,
    "fee_waived": False,
    "reason": None,
}


@pytest.fixture
def town(services: Services) -> Services:
    site = {"site_id": SITE, "name": "Le 302", "address": "302 Rue Lamarck", "town_name": "Carcassonne"}
    services.answers[f"{BASE}/sites"] = {"items": [{**site, "zone": "Europe/Paris"}]}
    room = {"resource_id": ROOM, "site_id": SITE, "parent_id": None, "name": "Grande salle", "kind": "room"}
    services.answers[f"{BASE}/resources"] = {"items": [{**room, "bookable": True, "capacity": 20}]}
    version = {
        "policy_id": POLICY,
        "version": 1,
        "site_id": SITE,
        "scope_id": SITE,
        "in_force_from": "2026-04-01",
        "retired_on": None,
        "terms": {"name": "Salles de réunion", "audiences": [], "grid_minutes": 15},
    }
    services.answers[f"{BASE}/sites/{SITE}/policies"] = {"items": [version]}
    services.answers[f"{BASE}/policies/{POLICY}"] = {"items": [version]}
    services.answers[f"{BASE}/sites/{SITE}/presence"] = {"people": 0}
    code = {"code": None, "opens": PERIOD["start"], "closes": PERIOD["end"]}
    services.answers[f"{BASE}/bookings/{BOOKING}/arrival-code"] = code
    services.answers[f"{BASE}/bookings/{BOOKING}/cancellation-fee"] = {"due_percent": 0, "steps": []}
    return services


def sent(services: Services, path: str) -> dict[str, Any]:
    """The last body that was posted to a path."""
    asked = [each for each in services.seen if each.method == "POST" and each.url.path == f"{BASE}/{path}"]
    found: dict[str, Any] = json.loads(asked[-1].content)
    return found


async def test_staff_see_which_policy_holds_where_and_who_decides(client: Browser, town: Services) -> None:
    town.me = profile("hub-manager")
    delegation = {
        "delegation_id": POLICY,
        "person_id": PERSON,
        "person_name": "Maud Vidal",
        "scope_id": ROOM,
        "valid_from": "2026-04-01",
        "valid_until": None,
    }
    town.answers[f"{BASE}/sites/{SITE}/approval-delegations"] = {"items": [delegation]}
    struck = {"booking_id": BOOKING, "person_name": "Noé Vidal", "struck_on": "2026-04-01"}
    strikes = {"items": [{**struck, "lifted_at": None, "lift_reason": None}]}
    town.answers[f"{BASE}/sites/{SITE}/strikes"] = strikes
    await sign_in(client)
    shown = (await client.get("/policies")).text
    for text in ("Salles de réunion", "Grande salle", "Maud Vidal", "Lever cet avertissement"):
        assert text in shown
    assert shown.count("<h1") == 1


async def test_a_form_publishes_the_first_and_the_next_version(client: Browser, town: Services) -> None:
    town.me = profile("hub-manager")
    await sign_in(client)
    fields = {
        "_csrf_token": await form_token(client, "/policies/new"),
        "key": POLICY,
        "policy_id": POLICY,
        "site": SITE,
        "scope": ROOM,
        "in_force_from": "2026-05-01",
        "name": "Grande salle",
        "grid_minutes": "30",
    }
    answer = await client.post("/policies/new", data=fields)
    assert "Publié" in answer.text
    body = sent(town, "policies")
    assert (body["scope_id"], body["terms"]["grid_minutes"]) == (ROOM, "30")
    page = await client.get(f"/policies/{POLICY}")
    assert 'name="grid_minutes" min="1" max="1440" inputmode="numeric" value="15"' in page.text
    await client.post(f"/policies/{POLICY}", data=fields)
    assert sent(town, f"policies/{POLICY}/versions")["in_force_from"] == "2026-05-01"


@pytest.mark.parametrize(
    ("role", "path"), [("hub-manager", f"sites/{SITE}/requests"), ("member", "requests/delegated")]
)
async def test_who_decides_finds_the_request_on_the_day_and_grants_or_refuses_it(
    client: Browser, town: Services, role: str, path: str
) -> None:
    town.me = profile(role)
    town.answers[f"{BASE}/{path}"] = {"items": [REQUEST]}
    await sign_in(client)
    today = (await client.get("/today")).text
    assert "Noé Vidal" in today
    assert "À décider avant le" in today
    token = {"_csrf_token": await form_token(client, "/today"), "booking": BOOKING, "key": POLICY}
    await client.post("/today/approve", data=token)
    assert sent(town, f"bookings/{BOOKING}/approve") == {}
    await client.post("/today/reject", data=token | {"reason": "Conseil"})
    assert sent(town, f"bookings/{BOOKING}/reject") == {"reason": "Conseil"}


async def test_a_member_without_a_mandate_has_nothing_to_decide(client: Browser, town: Services) -> None:
    await sign_in(client)
    assert 'id="decisions"' not in (await client.get("/today")).text


async def test_a_member_reads_by_when_a_request_is_decided(client: Browser, town: Services) -> None:
    town.answers[f"{BASE}/bookings/{BOOKING}"] = REQUEST
    town.answers[f"{BASE}/bookings/own"] = {"items": [REQUEST]}
    await sign_in(client)
    mine = (await client.get("/bookings")).text
    assert "Demandée" in mine
    assert "décision avant le" in mine
    one = (await client.get(f"/bookings/{BOOKING}?done=booked")).text
    assert "Un courriel vous dira ce qui est décidé" in one
    assert "Sans décision d’ici là" in one


async def test_what_giving_up_costs_is_said_before_it_is_done(client: Browser, town: Services) -> None:
    town.answers[f"{BASE}/bookings/{BOOKING}"] = {**REQUEST, "state": "confirmed", "expires_at": None}
    steps = [{"since": "2026-04-09T06:00:00Z", "due_percent": 100}]
    fee = {"due_percent": 50, "steps": steps}
    town.answers[f"{BASE}/bookings/{BOOKING}/cancellation-fee"] = fee
    await sign_in(client)
    shown = (await client.get(f"/bookings/{BOOKING}")).text
    assert "En annulant maintenant, 50\u00a0% du prix reste dû." in shown
    assert "100\u00a0% du prix" in shown


async def test_staff_let_off_what_stays_due(client: Browser, town: Services) -> None:
    town.me = profile("hub-manager")
    ended = {**REQUEST, "person_id": POLICY, "state": "no_show", "due_percent": 100, "expires_at": None}
    town.answers[f"{BASE}/bookings/{BOOKING}"] = ended
    town.answers[f"{BASE}/persons/{POLICY}"] = {"given_name": "Noé", "family_name": "Vidal"}
    await sign_in(client)
    shown = await client.get(f"/bookings/{BOOKING}")
    assert "100\u00a0% du prix" in shown.text
    fields = {"_csrf_token": await form_token(client, f"/bookings/{BOOKING}"), "reason": "Grève"}
    await client.post(f"/bookings/{BOOKING}/waive", data=fields)
    assert sent(town, f"bookings/{BOOKING}/waive-fee") == {"reason": "Grève"}

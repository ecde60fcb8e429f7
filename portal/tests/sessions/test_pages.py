"""Sessions as members and as staff see them, and what their forms send."""

import json
import re
from typing import Any

import pytest
from portal_client import Browser, sign_in
from services_double import PERSON, SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
SITE, SESSION = "01900000-0000-7000-8000-00000000a001", "01900000-0000-7000-8000-00000000c001"
REGISTRATION, ROOM = "01900000-0000-7000-8000-00000000d001", "01900000-0000-7000-8000-00000000e001"
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
PERIOD = {"start": "2026-04-01T07:00:00Z", "end": "2026-04-01T10:00:00Z", "zone": "Europe/Paris"}
LATER = {"start": "2026-05-04T12:00:00Z", "end": "2026-05-04T15:00:00Z", "zone": "Europe/Paris"}
SHOWN: dict[str, Any] = {
    "session_id": SESSION,
    "state": "scheduled",
    "kind": "workshop",
    "site_name": "Le 302",
    "resource_name": "Atelier",
    "title": {"fr": "Découpe laser", "en": "Laser cutting"},
    "description": {"fr": "Pour débuter", "en": "For beginners"},
    "open_to": "everybody",
    "dates": [{"position": 0, "period": PERIOD}, {"position": 1, "period": LATER}],
    "quotas": [{"name": {"fr": "Pour tous", "en": "For all"}, "seats": 8, "taken": 3, "release_at": None}],
    "minimum": 4,
    "decide_at": "2026-04-28T06:00:00Z",
    "zone": "Europe/Paris",
}
OWN: dict[str, Any] = {
    "registration_id": REGISTRATION,
    "session_id": SESSION,
    "state": "registered",
    "title": SHOWN["title"],
    "place": "Atelier",
    "site_name": "Le 302",
    "periods": [PERIOD, LATER],
    "seats": 2,
    "audience": "student",
    "offer_expires_at": None,
    "due_percent": None,
    "hours": 0,
    "person_name": "Anaïs Hermite",
    "guest_names": ["Noé d’Ailleurs"],
    "presences": [],
}


def the_services(*roles: str, **changes: Any) -> Services:
    site = {"site_id": SITE, "name": "Le 302", "town_name": "Carcassonne", "zone": "Europe/Paris"}
    answers: dict[str, Any] = {
        f"{BASE}/sites": {"items": [site]},
        f"{BASE}/sessions": {"items": [SHOWN], "session_id": SESSION},
        f"{BASE}/sessions/{SESSION}": SHOWN,
        f"{BASE}/sessions/{SESSION}/registrations": {"items": [OWN]},
        f"{BASE}/registrations/own": {"items": [OWN | changes]},
        f"{BASE}/resources": {"items": [{"resource_id": ROOM, "name": "Atelier", "kind": "room"}]},
        f"{BASE}/session-leaders": {"items": []},
    }
    return Services(me=profile(*roles), answers=answers)


@pytest.fixture
def services() -> Services:
    return the_services("hub-manager")


async def token(client: Browser, path: str = "/sessions/new") -> str:
    await sign_in(client)
    return str(_TOKEN.findall((await client.get(path)).text)[0])


def sent(services: Services, path: str) -> list[dict[str, Any]]:
    asked = [each for each in services.seen if each.url.path == f"{BASE}{path}" and each.content]
    return [json.loads(each.content) for each in asked]


@pytest.mark.parametrize("services", [the_services("member")])
async def test_a_member_finds_a_session_and_registers_with_a_guest(
    client: Browser, services: Services
) -> None:
    csrf = await token(client, f"/sessions/{SESSION}")
    assert "5 places libres" in (await client.get("/sessions")).text
    text = (await client.get(f"/sessions/{SESSION}")).text
    assert "Découpe laser" in text
    assert "reste 5" in text
    assert "L’annuler" not in text
    form = {"_csrf_token": csrf, "key": REGISTRATION, "guests": "Noé d’Ailleurs\n\n", "wait": "yes"}
    done = await client.post(f"/sessions/{SESSION}/register", data=form, follow_redirects=False)
    assert done.headers["location"] == "/sessions/mine?done=register"
    [asked] = sent(services, f"/sessions/{SESSION}/registrations")
    assert asked == {
        "registration_id": REGISTRATION,
        "person_id": PERSON,
        "guests": ["Noé d’Ailleurs"],
        "wait": True,
    }


@pytest.mark.parametrize("services", [the_services("member")])
async def test_a_member_signs_for_what_has_begun_and_not_for_what_is_to_come(
    client: Browser, services: Services
) -> None:
    csrf = await token(client, "/sessions/mine")
    text = (await client.get("/sessions/mine")).text
    assert text.count('name="signed_as"') == 1
    form = {"_csrf_token": csrf, "key": "k", "position": "0", "signed_as": "Anaïs Hermite"}
    await client.post(f"/sessions/mine/{REGISTRATION}/sign", data=form)
    [asked] = sent(services, f"/registrations/{REGISTRATION}/sign")
    assert asked == {"position": "0", "signed_as": "Anaïs Hermite"}


@pytest.mark.parametrize(
    "services", [the_services("member", state="offered", offer_expires_at="2026-04-02T08:00:00Z")]
)
async def test_what_is_offered_is_taken_or_left(client: Browser, services: Services) -> None:
    csrf = await token(client, "/sessions/mine")
    assert "Prendre la place" in (await client.get("/sessions/mine")).text
    for act in ("accept", "../x"):
        await client.post(
            f"/sessions/mine/{REGISTRATION}", data={"_csrf_token": csrf, "key": "k", "act": act}
        )
    posts = [each.url.path for each in services.seen if each.method == "POST" and "regist" in each.url.path]
    assert posts == [f"{BASE}/registrations/{REGISTRATION}/accept"]


async def test_staff_schedule_with_kept_seats_and_a_minimum(client: Browser, services: Services) -> None:
    form = {
        "_csrf_token": await token(client),
        "key": SESSION,
        "title_fr": "Découpe laser",
        "room": ROOM,
        "day_0": "2026-05-04",
        "start_0": "09:00",
        "end_0": "12:00",
        "seats": "6",
        "kept_seats": "2",
        "kept_audience": "student",
        "kept_until": "2026-05-01",
        "minimum": "4",
        "decide_day": "2026-05-02",
    }
    done = await client.post("/sessions/new", data=form, follow_redirects=False)
    assert done.headers["location"] == f"/sessions/{SESSION}"
    [asked] = sent(services, "/sessions")
    assert asked["dates"] == [{"start": "2026-05-04T09:00:00+02:00", "end": "2026-05-04T12:00:00+02:00"}]
    assert [(each["seats"], each.get("audiences")) for each in asked["quotas"]] == [
        ("6", None),
        ("2", ["student"]),
    ]
    assert asked["quotas"][1]["release_at"] == "2026-05-01T08:00:00+02:00"
    assert (asked["minimum"], asked["decide_at"]) == ("4", "2026-05-02T08:00:00+02:00")


async def test_only_the_half_day_that_was_changed_moves(client: Browser, services: Services) -> None:
    csrf = await token(client, f"/sessions/{SESSION}")
    text = (await client.get(f"/sessions/{SESSION}")).text
    assert "3 places sont prises" in text
    form = {
        name: re.findall(rf'name="{name}" value="([^"]+)"', text)[0]
        for number in (0, 1)
        for name in (f"was_{number}", f"day_{number}", f"start_{number}", f"end_{number}")
    }
    form |= {"_csrf_token": csrf, "key": "k", "day_1": "2026-05-05"}
    await client.post(f"/sessions/{SESSION}/reschedule", data=form)
    [asked] = sent(services, f"/sessions/{SESSION}/reschedule")
    moved = {"start": "2026-05-05T14:00:00+02:00", "end": "2026-05-05T17:00:00+02:00"}
    assert asked == {"dates": [{"position": "1", **moved}]}


async def test_the_sheet_has_a_line_for_each_seat_and_notes_who_came(
    client: Browser, services: Services
) -> None:
    csrf = await token(client)
    assert "Anaïs Hermite" in (await client.get(f"/sessions/{SESSION}/people")).text
    text = (await client.get(f"/sessions/{SESSION}/sheet/0")).text
    assert text.count('<th scope="row">') == 2
    form = {"_csrf_token": csrf, "key": "k", "whom": f"{REGISTRATION} 1", "came": "yes", "signed_as": "Noé"}
    await client.post(f"/sessions/{SESSION}/sheet/0", data=form)
    [asked] = sent(services, f"/registrations/{REGISTRATION}/note-attendance")
    assert asked == {"position": 0, "guest": "1", "present": True, "signed_as": "Noé"}
    form["whom"] = "../../persons 0"
    await client.post(f"/sessions/{SESSION}/sheet/0", data=form)
    assert not [each for each in services.seen if each.method == "POST" and "persons" in each.url.path]

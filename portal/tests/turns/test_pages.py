"""A shared computer: enrolled in a cookie of its own, whoever takes over acts under their own name."""

import hashlib
import json
import re
from typing import Any

import httpx
import pytest
from portal_client import Browser, sign_in
from services_double import PERSON, SIREN, Services, profile

from portal.cookies import DEVICE_COOKIE
from portal.turns.model import Device

BASE = f"/v1/territories/{SIREN}"
SITE, OTHER = "01900000-0000-7000-8000-00000000a001", "01900000-0000-7000-8000-000000000002"
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
_KEY = re.compile(r'name="key" value="([^"]+)"')


class Desk(Services):
    """The services, with a shared desk where one PIN is right; a turn may be over."""

    turn_over = False

    def _answer(self, request: httpx.Request) -> tuple[int, dict[str, Any]]:
        path, sent = request.url.path, json.loads(request.content) if request.content else {}
        if path == f"{BASE}/desk-sign-ins":
            if sent["pin"] == "190526":
                return 200, self._tokens() | {"access_token": "by-pin", "refresh_token": "pin-0"}
            return 401, {"title": "Non", "status": 401, "code": "pin-wrong", "detail": "Faux, reste 4."}
        if path == f"{BASE}/desk-sign-ins/refresh":
            return (401, {"title": "Fini"}) if self.turn_over else (200, self._tokens())
        return super()._answer(request)


@pytest.fixture
def services() -> Services:
    desk = Desk(me=profile("hub-manager"))
    site = {"site_id": SITE, "name": "Le 302", "town_name": "Carcassonne", "zone": "Europe/Paris"}
    desk.answers = {
        f"{BASE}/sites": {"items": [site]},
        f"{BASE}/desk-sign-ins/names": {"items": [{"person_id": OTHER, "name": "Bruno Essai"}]},
    }
    return desk


async def enrolled(client: Browser) -> None:
    await sign_in(client)
    text = (await client.get("/desk/computers")).text
    form = {
        "name": "Accueil",
        "site": SITE,
        "key": _KEY.findall(text)[-1],
        "_csrf_token": _TOKEN.findall(text)[0],
    }
    done = await client.post("/desk/computers", data=form, follow_redirects=False)
    assert done.headers["location"] == "/desk/computers?done=enrolled", done.text
    assert "HttpOnly" in done.headers["set-cookie"]
    assert "SameSite=strict" in done.headers["set-cookie"]


async def taken_over(client: Browser, pin: str) -> httpx.Response:
    token = _TOKEN.findall((await client.get("/desk/switch")).text)[0]
    form = {"person": OTHER, "pin": pin, "_csrf_token": token}
    return await client.post("/desk/switch", data=form, follow_redirects=False)


def sent(services: Services, path: str) -> list[dict[str, Any]]:
    return [json.loads(each.content) for each in services.seen if each.url.path == path and each.content]


async def test_membership_learns_the_hash_of_the_secret_alone(client: Browser, services: Desk) -> None:
    await enrolled(client)
    device = Device.of(client.cookies[DEVICE_COOKIE])
    assert device
    [asked] = sent(services, f"{BASE}/desk-devices")
    assert asked["secret_sha256"] == hashlib.sha256(device.secret.encode()).hexdigest()
    assert device.secret not in json.dumps(asked)


async def test_who_takes_over_ends_the_sign_in_before_and_acts_alone(client: Browser, services: Desk) -> None:
    await enrolled(client)
    done = await taken_over(client, "190526")
    assert done.headers["location"] == "/desk"
    assert services.asked["POST /v1/sign-outs"] == 1, "whoever was there is signed out"
    await client.get("/desk")
    assert services.seen[-1].headers["authorization"] == "Bearer by-pin"


async def test_a_wrong_pin_leaves_everything_and_names_the_person_still(
    client: Browser, services: Desk
) -> None:
    await enrolled(client)
    wrong = await taken_over(client, "999999")
    assert wrong.status_code == 401
    assert "Faux, reste 4." in wrong.text
    assert f'value="{OTHER}" required checked' in wrong.text
    assert services.asked["POST /v1/sign-outs"] == 0


async def test_a_turn_that_is_over_leads_to_who_takes_over(client: Browser, services: Desk) -> None:
    services.lasting = 0
    await enrolled(client)
    await taken_over(client, "190526")
    services.turn_over = True
    over = await client.get("/desk", follow_redirects=False)
    assert over.headers["location"] == "/desk/switch"
    assert services.asked[f"POST {BASE}/desk-sign-ins/refresh"] == 1


async def test_a_computer_that_is_no_desk_says_how_it_becomes_one(client: Browser) -> None:
    text = (await client.get("/desk/switch")).text
    assert "pas encore un poste partagé" in text
    assert PERSON not in text


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "200035715..s", "1.2.3.4"])
def test_a_cookie_that_is_no_device_is_none(cookie: str) -> None:
    assert Device.of(cookie) is None

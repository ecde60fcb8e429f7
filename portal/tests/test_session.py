"""Signing in, staying signed in on two tabs, and signing out."""

import asyncio
from pathlib import Path

from portal_client import Browser, browser, form_token, sign_in
from services_double import SIREN, Services, profile


async def test_two_tabs_with_an_expired_token_refresh_it_once(client: Browser, services: Services) -> None:
    services.lasting = 0
    await sign_in(client)
    services.asked.clear()
    services.lasting = 600
    answers = await asyncio.gather(client.get("/today"), client.get("/today"))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert services.asked["POST /v1/sign-ins/refresh"] == 1
    assert not services.over


async def test_a_cookie_from_before_a_refresh_still_opens_the_session(
    client: Browser, services: Services
) -> None:
    services.lasting = 0
    await sign_in(client)
    before = client.cookies["maillage"]
    services.lasting = 600
    await client.get("/today")
    refreshed = client.cookies["maillage"]
    client.cookies.set("maillage", before, domain="testserver.local")
    answer = await client.get("/today", follow_redirects=False)
    assert answer.status_code == 200
    assert refreshed != before
    assert not services.over


async def test_an_answer_that_changes_nothing_takes_no_cookie_back(client: Browser) -> None:
    await sign_in(client)
    answer = await client.get("/today")
    assert "maillage=" not in answer.headers.get("set-cookie", "")


async def test_a_session_outlives_the_process(services: Services, tmp_path: Path) -> None:
    async with browser(services, tmp_path) as first:
        await sign_in(first)
        kept = first.cookies["maillage"]
    async with browser(services, tmp_path) as second:
        second.cookies.set("maillage", kept, domain="testserver.local")
        assert (await second.get("/today", follow_redirects=False)).status_code == 200


async def test_a_cookie_sealed_with_another_key_is_a_guest(services: Services, tmp_path: Path) -> None:
    async with browser(services, tmp_path / "one") as first:
        await sign_in(first)
        kept = first.cookies["maillage"]
    async with browser(services, tmp_path / "two") as second:
        second.cookies.set("maillage", kept, domain="testserver.local")
        answer = await second.get("/today", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/today")


async def test_no_token_can_be_read_in_the_cookie(client: Browser) -> None:
    await sign_in(client)
    assert "access" not in client.cookies["maillage"]
    assert "refresh" not in client.cookies["maillage"]


async def test_a_guest_is_led_to_sign_in_and_back(client: Browser) -> None:
    answer = await client.get("/today", params={"day": "2026-04-02"}, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/today%3Fday%3D2026-04-02"
    token = {"_csrf_token": await form_token(client, answer.headers["location"])}
    await client.post("/sign-in", data=token | {"mail": "a@b.example", "next": "/today?day=2026-04-02"})
    arrived = await client.post("/sign-in/code", data=token | {"code": "123 456"}, follow_redirects=False)
    assert arrived.headers["location"] == "/today?day=2026-04-02"


async def test_a_wrong_code_is_told_on_the_page_with_its_cure(client: Browser) -> None:
    token = {"_csrf_token": await form_token(client)}
    await client.post("/sign-in", data=token | {"mail": "ines@carcassonne.example"})
    answer = await client.post("/sign-in/code", data=token | {"code": "000000"})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "Encore." in answer.text
    again = await client.post("/sign-in/code", data=token | {"code": "123456"})
    assert again.url.path == "/today"


async def test_opening_the_mailed_link_spends_nothing(client: Browser, services: Services) -> None:
    answer = await client.get("/sign-in", params={"token": "secret"})
    assert answer.status_code == 200
    assert 'action="/sign-in/link"' in answer.text
    assert services.asked["POST /v1/sign-ins"] == 0


async def test_who_signed_out_is_out_at_once_on_every_tab(client: Browser, services: Services) -> None:
    await sign_in(client)
    kept = client.cookies["maillage"]
    await client.post("/sign-out", data={"_csrf_token": await form_token(client, "/today")})
    assert services.asked["POST /v1/sign-outs"] == 1
    client.cookies.set("maillage", kept, domain="testserver.local")
    answer = await client.get("/today", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/today"


async def test_a_session_that_membership_ended_leads_to_sign_in(client: Browser, services: Services) -> None:
    services.lasting = 0
    await sign_in(client)
    services.over = True
    answer = await client.get("/today", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/today"
    page = await client.get("/sign-in")
    assert 'name="mail"' in page.text


async def test_pages_go_on_while_a_service_is_away(client: Browser, services: Services) -> None:
    services.me = profile("member", "hub-manager")
    await sign_in(client)
    services.away = {"booking"}
    answer = await client.get("/today")
    assert answer.status_code == 200
    assert "«\u00a0réservations\u00a0» ne répond pas" in answer.text
    assert "À décider" in answer.text


async def test_the_territory_chosen_stays(client: Browser, services: Services) -> None:
    services.me["territories"].append({"territory_id": "245901160", "name": "CA Valenciennes Métropole"})
    services.answers["/v1/territories/245901160"] = {
        "territory_id": "245901160",
        "zone": "Europe/Paris",
        "now": "2026-04-02T07:00:00Z",
    }
    await sign_in(client)
    token = {"_csrf_token": await form_token(client, "/today")}
    await client.post("/territory", data=token | {"territory": "245901160"})
    assert "<small>CA Valenciennes Métropole</small>" in (await client.get("/today")).text
    await client.post("/territory", data=token | {"territory": "999999999"})
    assert "<small>CA Valenciennes Métropole</small>" in (await client.get("/today")).text


async def test_the_services_are_told_the_visitors_token_language_and_address(
    client: Browser, services: Services
) -> None:
    await sign_in(client)
    client.cookies.set("language", "en", domain="testserver.local")
    await client.get("/today")
    asked = next(each for each in reversed(services.seen) if each.url.path == f"/v1/territories/{SIREN}")
    assert asked.headers["authorization"] == "Bearer access-0"
    assert asked.headers["accept-language"] == "en"
    assert asked.headers["x-forwarded-for"] == "testclient"

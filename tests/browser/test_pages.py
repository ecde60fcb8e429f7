"""Every page of the portal, for every role: accessible, within its width, without a complaint."""

import os

import httpx
import portal_visits
import pytest
from hub_story import Hub
from litestar.handlers import HTTPRouteHandler
from portal_pages import NO_PAGES, ROLES, guest_looks, looks
from portal_visits import Visitor

from portal.app import ROUTES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]

TURNS = os.environ.get("MAILLAGE_LOOKS") == "turns"
EVERYWHERE = {"widths": [360, 1280], "schemes": ["light", "dark"], "languages": ["fr", "en"]}


def addresses() -> set[str]:
    """Return the addresses that the portal answers with something to look at."""
    handlers = [route for route in ROUTES if isinstance(route, HTTPRouteHandler)]
    assert len(handlers) == len(ROUTES), "each page is a handler of its own"
    return {str(path) for each in handlers if "GET" in each.http_methods for path in each.paths}


def test_no_address_of_the_portal_is_forgotten(hub: Hub) -> None:
    assert addresses() == {*looks(hub), *NO_PAGES}


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_accessible_at_every_width_in_both_schemes_and_languages(
    role: str, hub: Hub, portal: str, visitors: dict[str, Visitor], screenshots: str
) -> None:
    pages = [look.order(role) for each in looks(hub).values() for look in each]
    known = {"name": role, "cookies": dict(visitors[role].cookies), "turn": ROLES.index(role)}
    visitor = {**known, "routes": pages}
    order = {"base": portal, "visitors": [visitor], "screenshots": screenshots, "turns": TURNS, **EVERYWHERE}
    seen = portal_visits.run("crawl.mjs", order, timeout=3000)
    assert seen["problems"] == []
    assert seen["looks"] == sum(1 if page["once"] or TURNS else 8 for page in pages)


def test_a_guest_signs_in_on_accessible_pages(platform: object, portal: str, screenshots: str) -> None:
    visitor = {"name": "guest", "cookies": {}, "routes": guest_looks()}
    order = {"base": portal, "visitors": [visitor], "screenshots": screenshots, **EVERYWHERE}
    assert portal_visits.run("crawl.mjs", order)["problems"] == []


def test_a_guest_is_led_to_sign_in_from_every_other_address(hub: Hub, portal: str) -> None:
    opened = {"/sign-in", "/doors/{siren:str}/{token:str}", "/erased/{token:str}"}
    with httpx.Client(base_url=portal, timeout=30) as client:
        for look in (look for address, each in looks(hub).items() if address not in opened for look in each):
            answer = client.get(look.path)
            assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in"), look.name


def test_an_invoice_is_downloaded_as_the_service_keeps_it(
    hub: Hub, portal: str, visitors: dict[str, Visitor]
) -> None:
    path = f"/invoices/{hub.invoice_id}/pdf"
    answer = httpx.get(portal + path, cookies=dict(visitors["member"].cookies), timeout=30)
    member = hub.platform.sign_in(hub.people["member"].mail)  # a token lives ten minutes, the crawl longer
    own = member.send("GET", "billing", f"/v1/territories/200035715{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content[:5] == b"%PDF-"
    assert answer.content == own.content
    stranger = httpx.get(portal + path, cookies=dict(visitors["partner"].cookies), timeout=30)
    assert stranger.status_code == 404

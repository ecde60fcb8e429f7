"""What every page has: its headers, its language and theme, its guard against forms of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from portal_client import Browser, form_token, sign_in
from services_double import Services, profile

from portal.pages import local

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize("path", ["/sign-in", "/today", "/nowhere", "/health/live"])
async def test_every_answer_carries_the_headers_that_keep_a_browser_safe(client: Browser, path: str) -> None:
    answer = await client.get(path, follow_redirects=False)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


async def test_static_files_may_be_kept_as_their_address_changes_with_them(client: Browser) -> None:
    page = (await client.get("/sign-in")).text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = await client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "?v=" in address
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/code", "/sign-out", "/language", "/theme", "/territory"]
)
async def test_a_form_from_elsewhere_does_nothing(client: Browser, services: Services, path: str) -> None:
    await sign_in(client)
    services.asked.clear()
    answer = await client.post(path, data={"mail": "a@b.example", "language": "en", "theme": "dark"})
    assert answer.status_code == 403
    assert "Ce formulaire a vieilli" in answer.text
    assert not services.asked


async def test_every_route_that_acts_is_guarded(client: Browser) -> None:
    """No handler may be left out of the guard by an option."""
    app = client.app
    assert isinstance(app, Litestar)
    acting = [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if {"POST", "PUT", "PATCH", "DELETE"} & set(map(str, handler.http_methods))
    ]
    assert len(acting) > 5
    assert [handler for handler in acting if handler.opt.get("exclude_from_csrf")] == []


@pytest.mark.parametrize(
    ("accepted", "chosen", "language"),
    [
        pytest.param("", "", "fr", id="French without a wish"),
        pytest.param("en-GB,en;q=0.9", "", "en", id="the browser's wish"),
        pytest.param("de,en;q=0.5", "", "en", id="the first wish that is spoken"),
        pytest.param("en", "fr", "fr", id="the choice before the wish"),
        pytest.param("en", "xx", "en", id="no choice that is not spoken"),
    ],
)
async def test_a_page_speaks_the_language_chosen(
    client: Browser, accepted: str, chosen: str, language: str
) -> None:
    if chosen:
        client.cookies.set("language", chosen, domain="testserver.local")
    page = (await client.get("/sign-in", headers={"accept-language": accepted})).text
    assert f'<html lang="{language}"' in page
    assert {"fr": "Se connecter", "en": "Sign in"}[language] in page


async def test_language_and_theme_stay_as_chosen(client: Browser) -> None:
    token = {"_csrf_token": await form_token(client)}
    answer = await client.post("/theme", data=token | {"theme": "dark", "back": "/sign-in"})
    assert '<html lang="fr" data-theme="dark">' in answer.text
    answer = await client.post("/language", data=token | {"language": "en", "back": "/sign-in"})
    assert '<html lang="en" data-theme="dark">' in answer.text
    answer = await client.post("/theme", data=token | {"theme": "browser", "back": "/sign-in"})
    assert '<html lang="en">' in answer.text


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "today", ""],
)
def test_no_form_leads_out_of_the_portal(address: str) -> None:
    assert local(address, "/today") == "/today"


@given(st.text(max_size=40))
def test_whatever_is_asked_a_redirection_stays_here(address: str) -> None:
    led = local(address)
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert led.isprintable()


def test_an_address_of_the_portal_is_kept() -> None:
    assert local("/planning?day=2026-04-02&site=1") == "/planning?day=2026-04-02&site=1"


@pytest.mark.parametrize(
    ("roles", "shown", "hidden"),
    [
        pytest.param(("member",), ("/planning", "/bookings", "/invoices"), ("/live",), id="member"),
        pytest.param(("hub-manager",), ("/planning", "/live"), ("/bookings",), id="hub manager"),
        pytest.param(("finance",), ("/planning", "/fibre"), ("/live",), id="finance"),
        pytest.param(("partner",), ("/live",), ("/planning", "/bookings", "/fibre"), id="partner"),
    ],
)
async def test_the_way_to_a_page_is_shown_to_whom_it_opens(
    client: Browser,
    services: Services,
    roles: tuple[str, ...],
    shown: tuple[str, ...],
    hidden: tuple[str, ...],
) -> None:
    services.me = profile(*roles)
    await sign_in(client)
    page = (await client.get("/today")).text
    assert [path for path in shown if f'<a href="{path}"' not in page] == []
    assert [path for path in hidden if f'<a href="{path}"' in page] == []


async def test_what_a_small_screen_has_no_room_for_stands_on_a_page_of_its_own(
    client: Browser, services: Services
) -> None:
    services.me = profile("hub-manager")
    await sign_in(client)
    page = (await client.get("/more")).text
    assert '<li class="further"><a href="/openings"' in page
    assert '<li class="more"><a href="/more" aria-current="page"' in page
    assert page.count('href="/openings"') == 2


async def test_few_pages_are_all_at_hand(client: Browser, services: Services) -> None:
    services.me = profile("partner")
    await sign_in(client)
    page = (await client.get("/today")).text
    assert '<a href="/live"' in page
    assert 'class="further"' not in page
    assert 'href="/more"' not in page


async def test_a_page_that_is_not_there_says_so_and_leads_on(client: Browser) -> None:
    answer = await client.get("/nowhere")
    assert answer.status_code == 404
    assert "<h1>Il n’y a pas de page à cette adresse</h1>" in answer.text
    english = await client.get("/nowhere", headers={"Accept-Language": "en"})
    assert "<h1>There is no page at this address</h1>" in english.text


async def test_a_failure_tells_the_visitor_nothing_of_the_inside(client: Browser, services: Services) -> None:
    await sign_in(client)
    services.answers["/v1/territories/200035715"] = {"zone": "Europe/Paris"}
    answer = await client.get("/today")
    assert answer.status_code == 500
    assert "Quelque chose a échoué ici" in answer.text
    assert "KeyError" not in answer.text

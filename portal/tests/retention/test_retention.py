"""The pages of retention: an administrator sees what would go, repeats its number, and only then purges."""

import json
from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import PERSON, SIREN, Services, profile

from portal.retention.model import is_meant, last_first

BASE = f"/v1/territories/{SIREN}"
PURGES = f"{BASE}/retention/purges"


def a_rule(purpose: str, due: int, held: int = 0) -> dict[str, Any]:
    said = {"fr": f"Règle de {purpose}.", "en": f"Rule of {purpose}."}
    bounds = {"months": 12, "default_months": 12, "least": 1, "most": 36}
    counted = {"cut_off_on": "2025-04-02", "due": due, "held": held}
    return {"purpose": purpose, "what": said, "basis": said, **bounds, **counted}


def a_purge(purpose: str, at: str) -> dict[str, Any]:
    counted = {"cut_off_on": "2025-03-01", "taken": 3, "held": 1}
    return {"purge_id": PERSON, "purpose": purpose, "purged_by": PERSON, "purged_at": at, **counted}


@pytest.fixture
def kept(services: Services) -> Services:
    """A territory where visits are due, and where each service has purged once."""
    services.me = profile("territory-administrator")
    services.answers[f"membership {BASE}/retention"] = {"rules": [a_rule("accounts", 0), a_rule("proofs", 0)]}
    services.answers[f"booking {BASE}/retention"] = {"rules": [a_rule("visits", 12, 2)]}
    services.answers[f"membership {PURGES}"] = {"items": [a_purge("proofs", "2026-03-01T08:00:00Z")]}
    services.answers[f"booking {PURGES}"] = {"items": [a_purge("visits", "2026-03-02T08:00:00Z")]}
    listed = {"id": PERSON, "what": "visit", "since": "2025-03-31"}
    services.answers[f"booking {BASE}/retention/visits/due"] = {"items": [listed]}
    return services


def sent(kept: Services, act: str) -> list[tuple[str, Any]]:
    """What was commanded: of whom, and what."""
    found = (each for each in kept.seen if each.method == "POST" and each.url.path.endswith(act))
    return [(each.url.host, json.loads(each.content)) for each in found]


async def test_the_page_shows_the_rules_of_all_services_and_their_purges_the_last_first(
    client: Browser, kept: Services
) -> None:
    await sign_in(client)
    text = (await client.get("/retention")).text
    assert text.count("<h1") == 1
    assert text.index("Comptes inutilisés") < text.index("Pièces décidées") < text.index("Visiteurs et exp")
    assert "Règle de visits." in text
    assert text.count('href="/retention/visits"') == 1, "what is due leads on"
    assert 'href="/retention/accounts"' not in text, "and where nothing is due, nothing does"
    made = text[text.index('id="made"') :]
    assert made.index("Visiteurs et expéditeurs") < made.index("Pièces décidées")


async def test_what_is_due_is_listed_and_purged_once_its_number_is_repeated(
    client: Browser, kept: Services
) -> None:
    await sign_in(client)
    text = (await client.get("/retention/visits")).text
    assert PERSON in text
    assert "Purger les 12" in text
    form = {"_csrf_token": await form_token(client, "/retention/visits"), "cut_off_on": "2025-04-02"}
    unmeant = await client.post("/retention/visits/purge", data=form | {"key": PERSON, "number": "11"})
    assert unmeant.status_code == 422
    assert "Tapez 12" in unmeant.text
    assert sent(kept, "/purge") == []
    answer = await client.post("/retention/visits/purge", data=form | {"key": PERSON, "number": " 12 "})
    assert answer.url.path == "/retention"
    assert sent(kept, "/purge") == [("booking", {"cut_off_on": "2025-04-02"})]


async def test_a_refusal_is_shown_with_its_cure(client: Browser, kept: Services) -> None:
    late = {
        "title": "Trop tard",
        "status": 409,
        "code": "cut-off-too-late",
        "detail": "Le 2 avril est après.",
    }
    kept.refusals[f"{BASE}/retention/visits/purge"] = late | {"cure": "Voyez ce qui est échu."}
    await sign_in(client)
    form = {"_csrf_token": await form_token(client, "/retention/visits"), "cut_off_on": "2025-04-02"}
    answer = await client.post("/retention/visits/purge", data=form | {"key": PERSON, "number": "12"})
    assert answer.status_code == 409
    assert "Voyez ce qui est échu." in answer.text


@pytest.mark.parametrize(("typed", "said"), [("24", 24), (" 6 ", 6), ("deux", "deux"), ("-1", "-1")])
async def test_the_months_go_to_whoever_keeps_it(
    client: Browser, kept: Services, typed: str, said: int | str
) -> None:
    await sign_in(client)
    form = {"_csrf_token": await form_token(client, "/retention"), "key": PERSON, "months": typed}
    await client.post("/retention/proofs/months", data=form)
    assert sent(kept, "/months") == [("membership", {"months": said})]


async def test_a_purpose_that_nobody_has_is_not_found(client: Browser, kept: Services) -> None:
    await sign_in(client)
    assert (await client.get("/retention/dreams")).status_code == 404


@pytest.mark.parametrize(
    ("roles", "linked"), [(("territory-administrator",), True), (("hub-manager",), False)]
)
async def test_the_administrator_alone_finds_the_way(
    client: Browser, services: Services, roles: tuple[str, ...], *, linked: bool
) -> None:
    services.me = profile(*roles)
    await sign_in(client)
    assert ('href="/retention"' in (await client.get("/today")).text) is linked


def test_purges_are_shown_the_last_one_first_and_not_all_of_them() -> None:
    purges = [{"purged_at": f"2026-03-0{day}T08:00:00Z"} for day in (2, 9, 5)]
    assert [each["purged_at"][8:10] for each in last_first(purges, 2)] == ["09", "05"]


@pytest.mark.parametrize("number", ["", "1", "012", "12.0", "douze"])
def test_a_purge_is_meant_only_where_its_number_is_repeated(number: str) -> None:
    assert is_meant({"number": "12"}, 12)
    assert not is_meant({"number": number}, 12)
    assert not is_meant({}, 12)

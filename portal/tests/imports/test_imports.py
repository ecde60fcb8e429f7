"""The pages of imports, as an administrator who moves a hub in sees them."""

import json
from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import PERSON, SIREN, Services, profile

from portal.imports.model import acts, progress

IMPORT = "01900000-0000-7000-8000-0000000000d1"
BASE = f"/v1/territories/{SIREN}"
PATH = f"{BASE}/imports/{IMPORT}"
FOUND: dict[str, Any] = {
    "import_id": IMPORT,
    "kind": "members",
    "state": "checked",
    "announced_at": "2026-04-02T07:00:00Z",
    "encoding": "cp1252",
    "separator": ";",
    "columns": [{"title": "Courriel", "known_as": "mail"}, {"title": "Remarque", "known_as": None}],
    "lines": 5000,
    "waiting": 0,
    "sound": 4960,
    "damaged": 40,
    "brought": 0,
    "undone": 0,
    "kept": 0,
    "readable_until": "2026-05-02T07:00:00Z",
}
FINDING = {
    "column": "Courriel",
    "value": "faux",
    "rule": "mail-unreadable",
    "en": "faux is no mail address.",
    "fr": "faux n’est pas une adresse électronique.",
    "cure_en": "Correct it.",
    "cure_fr": "Corrigez-la.",
}


@pytest.fixture
def hub(services: Services) -> Services:
    """A territory whose administrator has sent a file."""
    services.me = profile("territory-administrator")
    services.answers[f"{BASE}/imports"] = {"items": [FOUND]}
    services.answers[PATH] = FOUND
    services.answers[f"{PATH}/damaged"] = {"items": [{"line": 12, "findings": [FINDING]}]}
    return services


async def test_a_file_is_announced_and_sent_and_its_import_shown(client: Browser, hub: Services) -> None:
    await sign_in(client)
    token = {"_csrf_token": await form_token(client, "/imports"), "key": PERSON, "import_id": IMPORT}
    file = {"file": ("adherents.csv", b"Nom;Pr\xe9nom\n", "text/csv")}
    answer = await client.post("/imports", data=token | {"kind": "members"}, files=file)
    assert answer.url.path == f"/imports/{IMPORT}"
    announced, sent = (each for each in hub.seen if each.method == "POST" and "/imports" in each.url.path)
    assert json.loads(announced.content) == {"import_id": IMPORT, "kind": "members"}
    assert (sent.url.path, sent.content) == (f"{PATH}/file", b"Nom;Pr\xe9nom\n")


async def test_a_damaged_line_is_shown_with_its_column_rule_and_cure(client: Browser, hub: Services) -> None:
    await sign_in(client)
    text = (await client.get(f"/imports/{IMPORT}")).text
    assert "Importer 4960 lignes valables" in text
    assert "faux n’est pas une adresse électronique. Corrigez-la." in text
    assert "Windows-1252" in text
    assert "Remarque</strong></div><span>non lue" in text
    assert text.count("<h1") == 1


async def test_while_it_goes_on_the_page_says_how_far_it_is_and_looks_again(
    client: Browser, hub: Services
) -> None:
    hub.answers[PATH] = FOUND | {"state": "running", "sound": 3960, "brought": 1000}
    await sign_in(client)
    text = (await client.get(f"/imports/{IMPORT}")).text
    assert 'value="1000" max="4960"' in text
    assert 'hx-trigger="every 2s"' in text
    assert "Importer" not in text.partition("<main")[2].partition("</main>")[0]


async def test_what_has_been_used_is_named_before_the_rest_is_taken_back(
    client: Browser, hub: Services
) -> None:
    hub.answers[PATH] = FOUND | {"state": "done", "sound": 0, "brought": 4960}
    use = {"line": 3, "party_id": PERSON, "name": "Maël Vidal", "what": ["booked", "membership"]}
    hub.answers[f"{PATH}/uses"] = {"items": [use]}
    await sign_in(client)
    text = (await client.get(f"/imports/{IMPORT}")).text
    assert "Maël Vidal" in text
    assert "a réservé, détient une adhésion" in text
    token = {"_csrf_token": await form_token(client, f"/imports/{IMPORT}"), "key": PERSON}
    await client.post(f"/imports/{IMPORT}/undo", data=token | {"leave_used": "yes"})
    asked = [each for each in hub.seen if each.url.path == f"{PATH}/undo"]
    assert json.loads(asked[-1].content) == {"leave_used": True}


async def test_a_refused_file_is_explained_beside_the_form(client: Browser, hub: Services) -> None:
    refusal = {
        "code": "columns-missing",
        "title": "Colonnes",
        "detail": "Il manque : nom.",
        "cure": "Nommez-les.",
    }
    hub.refusals[f"{PATH}/file"] = refusal
    await sign_in(client)
    token = {"_csrf_token": await form_token(client, "/imports"), "key": PERSON, "import_id": IMPORT}
    file = {"file": ("a.csv", b"x\n1\n", "text/csv")}
    answer = await client.post("/imports", data=token | {"kind": "members"}, files=file)
    assert answer.status_code == 409
    assert "Il manque : nom." in answer.text
    assert '<option value="members" selected>' in answer.text


async def test_only_an_administrator_finds_the_page(client: Browser, services: Services) -> None:
    services.me = profile("hub-manager")
    await sign_in(client)
    assert 'href="/imports"' not in (await client.get("/today")).text


@pytest.mark.parametrize(
    ("changed", "done", "can"),
    [
        ({"state": "checking", "waiting": 1000, "damaged": 40}, (4000, 5000), set()),
        ({"state": "running", "sound": 60, "brought": 4900}, (4900, 4960), set()),
        ({"state": "undoing", "brought": 960, "undone": 4000}, (4000, 4960), set()),
        ({"state": "checked"}, None, {"start"}),
        ({"state": "checked", "sound": 0}, None, set()),
        ({"state": "checked", "readable_until": None}, None, set()),
        ({"state": "done", "brought": 4960}, None, {"undo"}),
        ({"state": "done", "brought": 0}, None, set()),
        ({"state": "undone"}, None, set()),
    ],
)
def test_how_far_an_import_is_and_what_comes_next(
    changed: dict[str, Any], done: tuple[int, int] | None, can: set[str]
) -> None:
    assert progress(FOUND | changed) == done
    assert acts(FOUND | changed) == can

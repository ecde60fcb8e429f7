"""The pages of qualifications, as a member, the hub and a trainer see them."""

import json
from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import PERSON, SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
HOME = "240200477"
OURS = "01900000-0000-7000-8000-00000000000a"
THEIRS = "01900000-0000-7000-8000-00000000000b"
HELD = "01900000-0000-7000-8000-00000000000c"
RECOGNITION = "01900000-0000-7000-8000-00000000000d"
RULES = {
    "machine_class_id": OURS,
    "name": {"fr": "Impression 3D", "en": "3D printing"},
    "levels": [{"fr": "Usage", "en": "Use"}, {"fr": "Réglage", "en": "Tuning"}],
    "valid_months": 24,
    "lapse_months": None,
}
QUALIFICATION = {
    "qualification_id": HELD,
    "person_id": PERSON,
    "given_name": "Noé",
    "family_name": "Vidal",
    "machine_class_id": OURS,
    "class_name": RULES["name"],
    "level": 1,
    "level_name": {"fr": "Usage", "en": "Use"},
    "valid_from": "2026-03-12",
    "valid_until": "2028-03-12",
    "lapses_on": "2026-09-12",
    "state": "held",
    "reason": None,
    "home_territory_id": None,
}


@pytest.fixture
def town(services: Services) -> Services:
    """A class with a trainer and somebody qualified, a partner with a class that is recognised."""
    one = f"{BASE}/machine-classes/{OURS}"
    services.answers[f"{BASE}/machine-classes"] = {"items": [RULES]}
    services.answers[one] = RULES
    trainer = {"machine_class_id": OURS, "person_id": PERSON, "given_name": "Thècle", "family_name": "Roy"}
    services.answers[f"{one}/trainers"] = {"items": [{**trainer, "appointed_from": "2026-03-01"}]}
    services.answers[f"{BASE}/qualifications"] = {"items": [QUALIFICATION]}
    away = {**QUALIFICATION, "home_territory_id": HOME, "state": "coming"}
    services.answers[f"{BASE}/persons/{PERSON}/qualifications"] = {"items": [QUALIFICATION, away]}
    services.answers[f"/v1/platform/groupings/{HOME}"] = {"siren": HOME, "name": "GrandSoissons"}
    partner = {**RULES, "machine_class_id": THEIRS, "territory_id": HOME}
    services.answers[f"{BASE}/partner-machine-classes"] = {"items": [partner]}
    recognition = {
        "recognition_id": RECOGNITION,
        "host_id": SIREN,
        "host_class_id": OURS,
        "home_id": HOME,
        "home_class_id": THEIRS,
        "highest_level": 1,
        "valid_from": "2026-03-01",
        "valid_until": "2027-03-01",
        "ended_on": None,
    }
    services.answers[f"{BASE}/recognitions"] = {"items": [recognition]}
    person = {
        "person_id": PERSON,
        "given_name": "Noé",
        "family_name": "Vidal",
        "mail": "noe@carcassonne.example",
    }
    services.answers[f"{BASE}/persons"] = {"items": [person]}
    return services


def sent(services: Services, path: str) -> dict[str, Any]:
    """The last body that was posted to a path."""
    asked = [each for each in services.seen if each.method == "POST" and each.url.path == path]
    body: dict[str, Any] = json.loads(asked[-1].content)
    return body


async def test_a_member_sees_their_own_and_nothing_of_others(client: Browser, town: Services) -> None:
    await sign_in(client)
    text = (await client.get("/qualifications")).text
    for shown in (
        "Impression 3D · Usage",
        "12 mars 2028",
        "délivrée par GrandSoissons",
        "à venir",
        "24 mois",
    ):
        assert shown in text, shown
    assert text.count("<h1") == 1
    assert "Nouvelle classe" not in text
    assert "Reconnues ici" not in text
    shown = (await client.get(f"/qualifications/{OURS}")).text
    assert "renseignez-vous à l’accueil" in shown
    assert "Noé" not in shown
    assert town.asked[f"GET {BASE}/qualifications"] == 0
    english = await client.get("/qualifications", headers={"Accept-Language": "en"})
    assert "3D printing · Use" in english.text


async def test_the_hub_defines_a_class_and_recognises_another_territorys(
    client: Browser, town: Services
) -> None:
    town.me = profile("hub-manager")
    await sign_in(client)
    text = (await client.get("/qualifications")).text
    assert "jusqu’au niveau 1" in text
    token = {"_csrf_token": await form_token(client, "/qualifications")}
    rules = {"class": THEIRS, "name_fr": "Découpe laser", "level_fr_0": "Usage", "valid_months": "12"}
    done = await client.post("/qualifications/define", data=token | rules)
    assert "Classe définie" in done.text
    assert sent(town, f"{BASE}/machine-classes") == {
        "machine_class_id": THEIRS,
        "name": {"fr": "Découpe laser", "en": "Découpe laser"},
        "levels": [{"fr": "Usage", "en": "Usage"}],
        "valid_months": "12",
    }
    wish = {"theirs": f"{HOME}:{THEIRS}", "ours": OURS, "highest_level": "2", "valid_from": "2026-04-02"}
    await client.post("/qualifications/agree", data=token | wish | {"recognition": RECOGNITION})
    assert sent(town, f"{BASE}/recognitions") == {
        "recognition_id": RECOGNITION,
        "home_territory_id": HOME,
        "home_machine_class_id": THEIRS,
        "machine_class_id": OURS,
        "highest_level": "2",
        "valid_from": "2026-04-02",
        "valid_until": None,
    }
    ending = {"recognition": RECOGNITION, "ended_on": "2026-05-01", "key": "k"}
    ended = await client.post("/qualifications/end", data=token | ending)
    assert "Elle prend fin ce jour-là" in ended.text
    assert sent(town, f"{BASE}/recognitions/{RECOGNITION}/end") == {"ended_on": "2026-05-01"}


async def test_a_refused_recognition_keeps_what_was_chosen_and_says_the_cure(
    client: Browser, town: Services
) -> None:
    town.me = profile("territory-administrator")
    cure = "Faites signer un accord de partage."
    refusal = {"title": "Rien n’est partagé", "status": 409, "code": "x", "detail": "Non.", "cure": cure}
    await sign_in(client)
    token = {"_csrf_token": await form_token(client, "/qualifications")}
    town.refusals[f"{BASE}/recognitions"] = refusal
    town.answers[f"{BASE}/recognitions"] = {"items": []}
    wish = {"theirs": f"{HOME}:{THEIRS}", "ours": OURS, "highest_level": "2", "valid_from": "2026-04-09"}
    answer = await client.post("/qualifications/agree", data=token | wish | {"recognition": RECOGNITION})
    assert answer.status_code == 409
    assert cure in answer.text


async def test_a_trainer_awards_renews_and_withdraws(client: Browser, town: Services) -> None:
    town.me = profile("trainer")
    await sign_in(client)
    text = (await client.get(f"/qualifications/{OURS}")).text
    assert "Noé Vidal" in text
    assert "Nommer un formateur" not in text
    token = {"_csrf_token": await form_token(client, f"/qualifications/{OURS}"), "key": "k"}
    form = {"qualification": HELD, "mail": "Noe@carcassonne.example", "level": "2", "test": "Pièce d’essai"}
    done = await client.post(f"/qualifications/{OURS}/award", data=token | form)
    assert "Délivrée" in done.text
    assert sent(town, f"{BASE}/qualifications") == {
        "qualification_id": HELD,
        "person_id": PERSON,
        "machine_class_id": OURS,
        "level": "2",
        "evidence": {"test": "Pièce d’essai"},
    }
    one = {"qualification": HELD}
    await client.post(f"/qualifications/{OURS}/renew", data=token | one | {"test": "Encore"})
    assert sent(town, f"{BASE}/qualifications/{HELD}/renew") == {"evidence": {"test": "Encore"}}
    await client.post(f"/qualifications/{OURS}/revoke", data=token | one | {"reason": "Sécurité"})
    assert sent(town, f"{BASE}/qualifications/{HELD}/revoke") == {"reason": "Sécurité"}


async def test_a_mail_that_nobody_has_is_refused_and_the_form_keeps_what_was_typed(
    client: Browser, town: Services
) -> None:
    town.me = profile("hub-manager")
    await sign_in(client)
    token = {"_csrf_token": await form_token(client, f"/qualifications/{OURS}"), "key": "k"}
    form = {"qualification": HELD, "mail": "autre@carcassonne.example", "level": "2", "test": "Pièce d’essai"}
    answer = await client.post(f"/qualifications/{OURS}/award", data=token | form)
    assert (answer.status_code, town.asked[f"POST {BASE}/qualifications"]) == (422, 0)
    assert 'value="autre@carcassonne.example"' in answer.text
    assert f'name="qualification" value="{HELD}"' in answer.text


async def test_the_hub_appoints_and_dismisses_who_trains(client: Browser, town: Services) -> None:
    town.me = profile("hub-manager")
    await sign_in(client)
    token = {"_csrf_token": await form_token(client, f"/qualifications/{OURS}"), "key": "k"}
    wish = {"appointing": "yes", "mail": "noe@carcassonne.example"}
    await client.post(f"/qualifications/{OURS}/appoint", data=token | wish)
    trainers = f"{BASE}/machine-classes/{OURS}/trainers"
    assert sent(town, trainers) == {"person_id": PERSON, "appointed_from": "2026-04-02"}
    await client.post(f"/qualifications/{OURS}/dismiss", data=token | {"person": PERSON})
    assert sent(town, f"{trainers}/{PERSON}/dismiss") == {"dismissed_from": "2026-04-02"}
    change = {"changing": "yes", "name_fr": "Impression", "level_fr_0": "Usage", "level_fr_1": "Réglage"}
    await client.post(f"/qualifications/{OURS}/change", data=token | change)
    assert len(sent(town, f"{BASE}/machine-classes/{OURS}/change")["levels"]) == 2

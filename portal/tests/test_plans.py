"""Plans as their holder, the desk and the administrator see them."""

from datetime import date
from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import PERSON, SIREN, Services, profile

from portal.plans.model import acts, command, proofs, terms, waiting

BASE = f"/v1/territories/{SIREN}"
MEMBERSHIP, DOCUMENT = "01900000-0000-7000-8000-0000000000b1", "01900000-0000-7000-8000-0000000000b2"
TODAY = date(2026, 4, 2)
HELD: dict[str, Any] = {
    "membership_id": MEMBERSHIP,
    "plan_id": "01900000-0000-7000-8000-0000000000b3",
    "plan_name": {"fr": "Nomade", "en": "Nomad"},
    "family": "coworking",
    "audience": "student",
    "cadence": "month",
    "valid_from": "2026-03-01",
    "valid_until": None,
    "suspended_from": None,
    "resumed_from": None,
    "state": "live",
    "proof_until": "2026-10-01",
    "funding": None,
    "seats": None,
}
OUTLOOK: dict[str, Any] = {
    "next_cycle": "2026-05-01",
    "earliest_end": "2026-05-02",
    "notice_days": 30,
    "notice_given": False,
    "on_trial": False,
    "renewal_from": None,
    "changes": [],
}
PLAN: dict[str, Any] = {
    "plan_id": HELD["plan_id"],
    "terms": {
        "name": {"fr": "Nomade", "en": "Nomad"},
        "family": "coworking",
        "audiences": ["nomad", "student"],
        "cadence": "month",
        "price_code": "nomad-month",
        "seats": None,
        "trial_days": 0,
        "proofs": [{"audience": "student", "kinds": ["student_card"]}],
    },
}
BOOK: dict[str, Any] = {
    "price_book_id": "01900000-0000-7000-8000-0000000000b4",
    "valid_from": "2026-03-01",
    "prices": [
        {"price_code": "nomad-month", "audience": group, "unit_price": price, "price_mode": "excluding_vat"}
        for group, price in (("student", "30.00"), (None, "90.00"))
    ],
}
CHARGE = {"source": {"id": MEMBERSHIP}, "state": "pending", "amount": {"minor": 3000, "currency": "EUR"}}


@pytest.mark.parametrize(
    ("held", "outlook", "found"),
    [
        ({}, {}, {"change-plan", "pause", "cancel"}),
        ({"state": "ended"}, {}, set()),
        ({"suspended_from": "2026-04-01"}, {}, {"change-plan", "take-up", "cancel"}),
        ({}, {"notice_given": True}, {"change-plan", "pause", "withdraw-notice"}),
        ({}, {"on_trial": True}, {"change-plan", "pause", "confirm-trial"}),
        ({}, {"renewal_from": "2026-04-02"}, {"change-plan", "pause", "cancel", "renew"}),
        ({}, {"renewal_from": "2026-04-03"}, {"change-plan", "pause", "cancel"}),
        ({"seats": 5}, {}, {"change-plan", "pause", "cancel", "seats"}),
    ],
)
def test_a_holder_is_offered_what_can_be_done(
    held: dict[str, Any], outlook: dict[str, Any], found: set[str]
) -> None:
    assert acts(HELD | held, OUTLOOK | outlook, TODAY) == found


def test_what_is_left_empty_is_not_sent_and_numbers_are_numbers() -> None:
    assert command("cancel", {"ended_on": "2026-05-02", "reason": "", "key": "x"}) == {
        "ended_on": "2026-05-02"
    }
    form = {"audiences": "nomad, student", "kinds_plan": "desk", "seats": "5", "notice_days": " "}
    written = terms(form)
    assert written["audiences"] == ["nomad", "student"]
    assert written["entitlements"] == [{"resource_kinds": ["desk"], "paid_by": "plan"}]
    assert written["seats"] == {"included": 5, "most": 5}
    assert "notice_days" not in written
    with pytest.raises(ValueError, match="quinze"):
        terms(form | {"notice_days": "quinze"})


def test_only_what_is_due_for_this_membership_waits_for_an_invoice() -> None:
    other = CHARGE | {"source": {"id": DOCUMENT}}
    assert waiting([CHARGE, other, CHARGE | {"state": "invoiced"}], MEMBERSHIP) == 3000
    assert proofs([PLAN, PLAN]) == [("student", "student_card")]


@pytest.fixture
def town(services: Services) -> Services:
    services.answers |= {
        f"{BASE}/plans": {"items": [PLAN]},
        f"{BASE}/my-memberships": {"items": [HELD]},
        f"{BASE}/memberships/{MEMBERSHIP}/outlook": OUTLOOK,
        f"{BASE}/charges/own": {"items": [CHARGE]},
        f"{BASE}/my-documents": {"items": []},
        f"{BASE}/price-books": {"items": [BOOK, BOOK | {"valid_from": "2099-01-01", "prices": []}]},
        f"{BASE}/documents": {
            "items": [
                {
                    "document_id": DOCUMENT,
                    "person_id": PERSON,
                    "audience": "student",
                    "kind": "student_card",
                    "file_name": "carte.pdf",
                    "state": "submitted",
                }
            ]
        },
    }
    return services


async def test_a_member_sees_the_day_and_the_cost_before_giving_notice(
    client: Browser, town: Services
) -> None:
    assert town.answers
    await sign_in(client)
    answer = await client.get("/plans")
    assert answer.status_code == 200
    assert "2 mai 2026" in answer.text
    assert "30,00" in answer.text
    assert "Justificatifs à examiner" not in answer.text


async def test_a_plan_on_offer_says_what_it_costs_whom(client: Browser, town: Services) -> None:
    assert town.answers
    await sign_in(client)
    page = " ".join((await client.get("/plans")).text.split())
    assert page.index("90,00") < page.index("</b> (étudiant)"), "first what it costs everyone else"
    assert "30,00 € hors taxe</b> (étudiant)" in page


async def test_a_document_reaches_the_service_byte_by_byte(client: Browser, town: Services) -> None:
    await sign_in(client)
    paths = (f"{BASE}/documents", f"{BASE}/documents/{DOCUMENT}/content")
    town.answers |= {path: {"document_id": DOCUMENT, "state": "submitted", "items": []} for path in paths}
    page = (await client.get("/plans")).text
    assert 'enctype="multipart/form-data"' in page
    content = bytes(range(256)) * 1000
    fields = {"_csrf_token": await form_token(client, "/plans"), "proof": "student/student_card"}
    ids = {"document_id": DOCUMENT, "key": "k1"}
    answer = await client.post("/plans/documents", data=fields | ids, files={"file": ("carte.png", content)})
    assert str(answer.url).endswith("done=sent"), answer.text
    (sent,) = [each for each in town.seen if each.url.path == paths[1]]
    assert (sent.content, sent.headers["idempotency-key"]) == (content, "k1")
    (announced,) = [each for each in town.seen if (each.method, each.url.path) == ("POST", paths[0])]
    assert b'"file_name":"carte.png"' in announced.content.replace(b": ", b":")


async def test_the_desk_decides_and_the_administrator_publishes(client: Browser, town: Services) -> None:
    town.me = profile("territory-administrator")
    await sign_in(client)
    answer = await client.get("/plans")
    assert answer.status_code == 200
    assert "carte.pdf" in answer.text
    assert "Publier une formule" in answer.text


async def test_a_document_that_is_refused_is_refused_in_words(client: Browser, town: Services) -> None:
    await sign_in(client)
    town.refusals[f"{BASE}/documents/{DOCUMENT}/content"] = {"code": "out-of-reach", "title": "Pas à vous"}
    answer = await client.get(f"/plans/documents/{DOCUMENT}?why=Tarif")
    assert (answer.status_code, "Pas à vous" in answer.text) == (409, True)

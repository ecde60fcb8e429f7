"""The pages of passes in a browser without script: mine, one of them, buying, and the desk that sells."""

from typing import Any

import pytest
from portal_client import Browser, form_token, sign_in
from services_double import PERSON, SIREN, Services, profile

from portal.passes.model import audiences, for_member, sale, shelves

BASE = f"/v1/territories/{SIREN}"
SITE = "01900000-0000-7000-8000-00000000000a"
LOT = "01900000-0000-7000-8000-0000000000f1"
BOOKING = "01900000-0000-7000-8000-00000000000b"


def a_lot(left: str = "7", **said: Any) -> dict[str, Any]:
    return {
        "lot_id": LOT,
        "name": {"fr": "Carnet de 10 demi-journées", "en": "Pack of 10 half-days"},
        "unit": "half_day",
        "units": "10",
        "left": left,
        "resource_kinds": ["desk"],
        "site_ids": [],
        "valid_from": "2026-03-01",
        "valid_until": "2026-09-01",
        "state": "open",
    } | said


def an_offer(price: str = "60.00", audience: str | None = None, code: str = "pack-10") -> dict[str, Any]:
    return {
        "price_code": code,
        "audience": audience,
        "label": {"fr": "Carnet de 10 demi-journées", "en": "Pack of 10 half-days"},
        "unit_price": price,
        "price_mode": "excluding_vat",
        "opens": {
            "units": 10,
            "unit": "half_day",
            "resource_kinds": ["desk"],
            "site_ids": [],
            "valid_for": 6,
            "valid_per": "month",
        },
        "price_book": "Tarifs 2026",
        "price_book_version": 1,
        "deliberation": {"number": "2026-014"},
    }


def an_entry(kind: str, units: str, balance: str, booking_id: str | None = None) -> dict[str, Any]:
    period = {"start": "2026-04-09T08:00:00Z", "end": "2026-04-09T10:00:00Z", "zone": "Europe/Paris"}
    return {
        "seq": 1,
        "kind": kind,
        "units": units,
        "balance": balance,
        "recorded_at": "2026-04-01T07:00:00Z",
        "booking_id": booking_id,
        "site_name": "Le 302" if booking_id else None,
        "resource_name": "Poste 3" if booking_id else None,
        "period": period if booking_id else None,
    }


@pytest.fixture
def town(services: Services) -> Services:
    """One pass with seven half-days left, two offers, a site, and a nomad's membership."""
    site = {"site_id": SITE, "name": "Le 302", "address": "302 Rue Lamarck", "town_name": "Carcassonne"}
    person = {"person_id": PERSON, "given_name": "Noé", "family_name": "Vidal", "mail": None}
    answers: dict[str, Any] = {
        "/sites": {"items": [{**site, "zone": "Europe/Paris"}]},
        "/credit-lots/own": {"items": [a_lot(), a_lot("0", state="expired")]},
        f"/sites/{SITE}/credit-lots": {"items": [a_lot("10")]},
        "/pass-offers": {"items": [an_offer(), an_offer("45.00", "student")]},
        "/my-memberships": {"items": [{"audience": "nomad", "state": "live", "entitlements": []}]},
        f"/persons/{PERSON}": person,
        f"/passes/{LOT}": a_lot() | {"sale_id": LOT, "state": "sold", "reason": None},
        f"/credit-lots/{LOT}/entries": {
            "items": [an_entry("spent", "-1", "6", BOOKING), an_entry("opened", "10", "10")]
        },
    }
    services.answers |= {f"{BASE}{path}": answer for path, answer in answers.items()}
    return services


async def sent(client: Browser, path: str, **data: str) -> Any:
    return await client.post(path, data={"_csrf_token": await form_token(client), **data})


async def test_a_member_sees_what_is_left_until_when_and_buys_at_their_price(
    client: Browser, town: Services
) -> None:
    await sign_in(client)
    page = (await client.get("/passes")).text
    assert "reste 7 demi-journées" in page
    assert "mardi 1er septembre 2026" in page
    assert "60,00" in page
    assert "45,00" not in page, "the price of students is not theirs"
    assert page.count("<h1") == 1
    done = await sent(client, "/passes", sale_id=LOT, price_code="pack-10", audience="student")
    assert "Le carnet est vendu." in done.text
    [command] = [each for each in town.seen if each.url.path == f"{BASE}/passes"]
    assert b"student" not in command.content, "and yet nobody names an audience for oneself"
    assert LOT.encode() in command.content


async def test_a_balance_that_is_over_leads_to_no_page_for_it_was_not_sold(
    client: Browser, town: Services
) -> None:
    brought = a_lot("0", state="closed", resource_kinds=[], name={"fr": "Solde repris", "en": "Balance"})
    town.answers[f"{BASE}/credit-lots/own"] = {"items": [brought], "next_cursor": None}
    await sign_in(client)
    page = (await client.get("/passes")).text
    assert "Solde repris" in page
    assert f"/passes/{LOT}" not in page


async def test_a_refused_purchase_says_why_and_what_helps(client: Browser, town: Services) -> None:
    town.refusals[f"{BASE}/passes"] = {
        "title": "Aucun tarif",
        "code": "not-a-pass",
        "detail": "pack-10 n’est pas un carnet.",
        "cure": "Choisissez un des carnets proposés.",
    }
    await sign_in(client)
    page = await sent(client, "/passes", sale_id=LOT, price_code="pack-10")
    assert page.status_code == 409
    assert 'role="alert"' in page.text
    assert "Choisissez un des carnets proposés." in page.text


async def test_a_pass_says_what_was_spent_where(client: Browser, town: Services) -> None:
    await sign_in(client)
    page = (await client.get(f"/passes/{LOT}")).text
    assert "<strong>6 demi-journées</strong>" in page, "as booking has it, which knows it first"
    assert "Poste 3, Le 302" in page
    assert "−1 demi-journée" in page
    assert "+10 demi-journées" in page


async def test_the_desk_sells_to_somebody_and_takes_back_what_is_untouched(
    client: Browser, town: Services
) -> None:
    town.me = profile("hub-manager")
    await sign_in(client)
    page = (await client.get(f"/passes/of/{PERSON}")).text
    assert "Carnets de Noé Vidal" in page
    assert "45,00" in page
    assert page.count("<h1") == 1
    await sent(
        client, f"/passes/of/{PERSON}", sale_id=LOT, price_code="pack-10", audience="student", site=SITE
    )
    [command] = [each for each in town.seen if each.url.path == f"{BASE}/passes"]
    assert b"student" in command.content
    done = await sent(client, f"/passes/of/{PERSON}/{LOT}/cancel", key="k-1", reason="Erreur", site=SITE)
    assert "regardez à nouveau" in done.text
    [command] = [each for each in town.seen if each.url.path.endswith("/cancel")]
    assert command.headers["Idempotency-Key"] == "k-1"


async def test_before_confirming_one_sees_what_it_takes_of_which_pass(
    client: Browser, town: Services
) -> None:
    town.answers[f"{BASE}/bookings/{BOOKING}"] = {
        "booking_id": BOOKING,
        "state": "held",
        "site_id": SITE,
        "site_name": "Le 302",
        "resource_id": SITE,
        "resource_name": "Poste 3",
        "period": {"start": "2026-04-09T08:00:00Z", "end": "2026-04-09T10:00:00Z", "zone": "Europe/Paris"},
        "attendees": None,
        "audience": "nomad",
        "paid_by": "credits",
        "price_code": None,
        "expires_at": "2026-04-02T07:10:00Z",
    }
    draw = {"lot_id": LOT, "name": a_lot()["name"], "unit": "hour", "units": "2", "left": "3"}
    town.answers[f"{BASE}/bookings/{BOOKING}/credits"] = {"draws": [draw]}
    await sign_in(client)
    page = (await client.get(f"/book/{BOOKING}")).text
    assert "2 heures de «\u00a0Carnet de 10 demi-journées\u00a0»\u00a0: reste 3 heures" in page


async def test_where_there_is_nothing_the_pages_say_so(client: Browser) -> None:
    await sign_in(client)
    page = await client.get("/passes")
    assert page.status_code == 200
    assert "Vous n’avez aucun carnet à utiliser." in page.text


def test_passes_that_end_first_come_first_and_empty_ones_are_over() -> None:
    later, sooner, empty = a_lot(valid_until="2026-10-01"), a_lot(), a_lot("0")
    assert shelves([later, sooner, empty]) == {"usable": [sooner, later], "over": [empty]}


def test_a_member_is_offered_each_pass_once_at_the_price_of_their_audience() -> None:
    offers = [an_offer(), an_offer("45.00", "student"), an_offer("50.00", "company", "other")]
    student = [{"audience": "student", "state": "live"}]
    assert [each["unit_price"] for each in for_member(offers, student)] == ["45.00"]
    assert for_member(offers, []) == []
    assert audiences(offers) == ["company", "student", "walk_in"]


def test_a_sale_leaves_out_what_was_not_said() -> None:
    body = sale({"sale_id": LOT, "price_code": "pack-10", "audience": ""}, PERSON, SITE)
    assert body == {
        "sale_id": LOT,
        "site_id": SITE,
        "price_code": "pack-10",
        "holder": {"person_id": PERSON},
    }


async def test_of_somebody_who_is_not_here_nothing_else_is_asked(client: Browser, town: Services) -> None:
    town.me = profile("hub-manager")
    await sign_in(client)
    town.refusals[f"{BASE}/persons/{PERSON}"] = {"title": "Introuvable ici.", "code": "not-found"}
    answer = await client.get(f"/passes/of/{PERSON}")
    assert answer.is_client_error
    assert not [path for path in town.asked if "credit-lots" in path], (
        "two refusals at once: one wins by chance"
    )

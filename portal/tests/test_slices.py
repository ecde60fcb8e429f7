"""Planning, booking, invoices and fibre where something is missing: a site, a service, a person."""

from typing import Any

import pytest
from portal_client import Browser, sign_in
from services_double import PERSON, SIREN, Services, profile

BASE = f"/v1/territories/{SIREN}"
SITE = "01900000-0000-7000-8000-00000000000a"
BOOKING = "01900000-0000-7000-8000-00000000000b"
ROOM = {
    "resource_id": "01900000-0000-7000-8000-00000000000c",
    "name": "Salle Canal",
    "kind": "room",
    "capacity": 10,
    "bookable": True,
    "approval_required": False,
    "price_code": "room-hour",
}


def a_person(given_name: str, number: int) -> dict[str, Any]:
    person_id = f"01900000-0000-7000-8000-0000000001{number:02}"
    return {"person_id": person_id, "given_name": given_name, "family_name": "Vidal", "mail": None}


@pytest.fixture
def town(services: Services) -> Services:
    """A territory with one site and a room that is free."""
    site = {"site_id": SITE, "name": "Le 302", "address": "302 Rue Lamarck", "town_name": "Carcassonne"}
    services.answers[f"{BASE}/sites"] = {"items": [{**site, "zone": "Europe/Paris"}]}
    services.answers[f"{BASE}/resources/free"] = {"items": [ROOM]}
    services.answers[f"{BASE}/quotes"] = {"gross": {"minor": 1440, "currency": "EUR"}}
    services.answers[f"{BASE}/bookings/{BOOKING}"] = {
        "booking_id": BOOKING,
        "state": "held",
        "site_id": SITE,
        "site_name": "Le 302",
        "resource_id": ROOM["resource_id"],
        "resource_name": "Salle Canal",
        "period": {"start": "2026-04-09T08:00:00Z", "end": "2026-04-09T09:00:00Z", "zone": "Europe/Paris"},
        "person_id": PERSON,
        "attendees": None,
        "audience": "nomad",
        "paid_by": "money",
        "price_code": "room-hour",
        "expires_at": "2026-04-02T07:10:00Z",
        "flag": None,
    }
    services.answers[f"{BASE}/bookings/{BOOKING}/cancellation-fee"] = {"due_percent": 0, "steps": []}
    return services


@pytest.mark.parametrize(
    "path", ["/planning", "/planning/week", "/book", "/book/choose", "/bookings", "/invoices", "/fibre"]
)
async def test_a_territory_without_anything_says_so_instead_of_failing(client: Browser, path: str) -> None:
    await sign_in(client)
    answer = await client.get(path)
    assert (answer.status_code, 'class="empty"' in answer.text) == (200, True)


async def test_a_booking_can_be_made_while_billing_is_away(client: Browser, town: Services) -> None:
    await sign_in(client)
    town.away.add("billing")
    memberships = [{"state": "live", "audience": "nomad", "entitlements": []}]
    town.answers[f"{BASE}/my-memberships"] = {"items": memberships}
    which = await client.get("/book/choose?day=2026-04-09&start=10:00")
    assert "Choisir Salle Canal" in which.text
    last = await client.get(f"/book/{BOOKING}")
    assert "Confirmer la réservation" in last.text
    assert "Aucun tarif" in last.text
    assert (await client.get(f"/bookings/{BOOKING}")).status_code == 200


async def test_a_page_without_its_service_names_what_is_away(client: Browser, town: Services) -> None:
    await sign_in(client)
    town.away.add("booking")
    answer = await client.get("/planning")
    assert answer.status_code == 503
    assert "<nav" in answer.text, "the way to other pages is still there"


async def test_staff_book_for_the_one_person_whom_the_search_means(client: Browser, town: Services) -> None:
    town.me = profile("hub-manager")
    town.answers[f"{BASE}/persons"] = {"items": [a_person("Noé", 1)]}
    await sign_in(client)
    page = await client.get("/book/choose?who=Noé&audience=student")
    assert f'name="person" value="{a_person("Noé", 1)["person_id"]}"' in page.text
    assert 'name="audience" value="student"' in page.text
    assert "14,40\u00a0€" in page.text, "at the desk, the price is that of the audience"


async def test_staff_choose_between_two_persons_before_they_can_book(client: Browser, town: Services) -> None:
    town.me = profile("hub-manager")
    town.answers[f"{BASE}/persons"] = {"items": [a_person("Noé", 1), a_person("Maud", 2)]}
    await sign_in(client)
    page = await client.get("/book/choose?who=Vidal")
    assert "Maud Vidal" in page.text
    assert "/book/hold" not in page.text


async def test_a_member_books_for_nobody_else_by_changing_the_address(
    client: Browser, town: Services
) -> None:
    town.answers[f"{BASE}/persons"] = {"items": [a_person("Noé", 1)]}
    await sign_in(client)
    await client.get("/book/choose?who=Noé")
    assert town.asked[f"GET {BASE}/persons"] == 0

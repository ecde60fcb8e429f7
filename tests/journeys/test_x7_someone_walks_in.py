"""X7: somebody walks in without account or mail address, is charged like all others, and joins later."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from journey import Json, Person, Platform, until
from portal_person import Browser, browser

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(500)]

SOISSONS = "/v1/territories/240200477"
CHIEF, LATER = "mahaut@soissons.example", "elio@soissons.example"
EVERY_DAY = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]
_FIELD = re.compile(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"')


@dataclass(slots=True)
class Desk:
    """A small hub on a Monday morning, with one desk, a price and a plan."""

    platform: Platform
    manager: Person
    site_id: str
    plan_id: str


@pytest.fixture(scope="module")
def desk(platform: Platform, operator: Person) -> Desk:
    operator.post("membership", SOISSONS, {"kind": "sandbox", "starts_at": "2026-03-02T09:00:00Z"})
    person = {"person_id": str(new_id()), "given_name": "Mahaut", "family_name": "Lenoir", "mail": CHIEF}
    operator.post("membership", f"{SOISSONS}/persons", person)
    role = {"grant_id": str(new_id()), "role": "territory-administrator", "person_id": person["person_id"]}
    operator.post("membership", f"{SOISSONS}/roles", role)
    manager = platform.sign_in(CHIEF)
    _priced(manager)
    return Desk(platform, manager, _place(manager), _plan(manager))


@pytest.fixture
def visit(platform: Platform) -> Iterator[Browser]:
    with browser(platform) as opened:
        yield opened


def test_who_walks_in_is_charged_by_the_same_path_and_keeps_it_all_as_a_member(
    desk: Desk, visit: Browser
) -> None:
    visit.sign_in(CHIEF)
    visit.open("/desk")
    typed = {"site": desk.site_id, "name": "Elio Marchal", "what": "day", "people": "1", "language": "fr"}
    looked = visit.send("/desk", **typed)
    assert "12,00\u00a0€" in looked.text, "10 € and VAT, known before anything is kept"
    form = looked.text.partition('action="/desk/walk-in"')[2].partition("</form>")[0]
    fields = {name: unescape(value) for name, value in _FIELD.findall(form)} | typed
    fields.pop("_csrf_token")
    done = visit.send("/desk/walk-in", **fields)
    assert "Elio Marchal est là." in done.text
    visit.page = looked
    again = visit.send("/desk/walk-in", **fields)
    assert again.url == done.url, "sent twice it is one"

    booking_id, person_id = fields["booking_id"], fields["person_id"]
    charge = _charge(desk.manager, booking_id)
    assert (charge["amount"]["minor"], charge["payer"]["person_id"]) == (1000, person_id)
    bookings = desk.manager.get("booking", f"{SOISSONS}/bookings?person_id={person_id}")["items"]
    assert [(each["booking_id"], each["state"]) for each in bookings] == [(booking_id, "checked_in")]

    visit.open(f"/desk/persons/{person_id}")
    visit.send(f"/desk/persons/{person_id}/mail", mail=LATER, key=str(new_id()))
    joined = visit.send(f"/desk/persons/{person_id}/plan", plan=f"{desk.plan_id} nomad", key=str(new_id()))
    assert "Nomade" in joined.text
    member = desk.platform.sign_in(LATER)
    assert str(member.person_id) == person_id
    own = member.get("booking", f"{SOISSONS}/bookings/own")["items"]
    assert [each["booking_id"] for each in own] == [booking_id], "what was booked is theirs still"
    charges = member.get("billing", f"{SOISSONS}/charges/own")["items"]
    assert booking_id in [each["source"]["id"] for each in charges], "and what is due"


def _charge(manager: Person, booking_id: str) -> Json:
    def charged() -> list[Json]:
        items: list[Json] = manager.get("billing", f"{SOISSONS}/charges?source_id={booking_id}")["items"]
        return items

    return until(charged)[0]


def _place(manager: Person) -> str:
    site: Json = {
        "site_id": str(new_id()),
        "name": "Le Mail",
        "address": "1 rue du Mail",
        "postcode": "02200",
        "town_code": "02722",
    }
    manager.post("membership", f"{SOISSONS}/sites", site)
    hours = {"valid_from": "2026-03-01", "weekly": EVERY_DAY}
    path = f"{SOISSONS}/sites/{site['site_id']}/opening-hours"
    until(lambda: manager.send("POST", "booking", path, hours).is_success)
    place = {"resource_id": str(new_id()), "site_id": site["site_id"], "kind": "desk", "name": "Poste 1"}
    manager.post("booking", f"{SOISSONS}/resources", place | {"capacity": 1, "price_code": "desk-day"})
    return str(site["site_id"])


def _plan(manager: Person) -> str:
    plan = {
        "plan_id": str(new_id()),
        "name": {"fr": "Nomade", "en": "Nomad"},
        "family": "coworking",
        "audiences": ["nomad"],
        "cadence": "month",
        "price_code": "plan-nomad",
        "valid_from": "2026-03-01",
        "entitlements": [{"resource_kinds": ["desk"], "paid_by": "plan"}],
    }
    manager.post("membership", f"{SOISSONS}/plans", plan)
    return str(plan["plan_id"])


def _priced(manager: Person) -> None:
    issuer = {
        "name": "GrandSoissons",
        "identifier": {"scheme": "siren", "value": "240200477", "country": "FR"},
        "regime": "public_regie",
        "address": {"lines": ["1 rue du Mail"], "postcode": "02200", "town": "Soissons", "country": "FR"},
    }
    manager.create("billing", f"{SOISSONS}/issuers", "issuer_id", issuer)
    price = {
        "price_code": "desk-day",
        "label": {"fr": "Poste à la journée", "en": "Desk for the day"},
        "unit": "day",
        "unit_price": "10.00",
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
    }
    book = {
        "price_book_id": str(new_id()),
        "issuer_id": issuer["issuer_id"],
        "name": "Tarifs 2026",
        "valid_from": "2026-03-01",
        "deliberation": {"number": "2026-03", "adopted_on": "2026-02-18", "body": "Conseil"},
        "prices": [price],
    }
    manager.post("billing", f"{SOISSONS}/price-books", book)

"""C4: fibre for the company on the site, from its order to its invoices; other dates, prices and names tell.

Lived in a neighbouring agglomération, whose sandbox begins in February.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from journey import Json, Person, Platform, until
from sandbox_clock import until_it_is

from chassis.ids import new_id
from chassis.testing import new_territory

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(500),
]

LAON = "/v1/territories/200043495"
PROOF = {"down_mbps": 941, "up_mbps": 938, "reference": "PV-2026-0212"}
ADDRESS = {"lines": ["12 Boulevard Gambetta"], "postcode": "02000", "town": "Laon", "country": "FR"}
DELIBERATION = {"number": "2026-003", "adopted_on": "2026-01-20", "body": "Conseil communautaire"}


@dataclass(slots=True)
class Zone:
    """The business zone where fibre is sold, and its people."""

    administrator: Person
    director: Person
    ids: dict[str, str] = field(default_factory=dict)

    def sends(self, by: Person, path: str, body: Json, service: str = "billing") -> Json:
        return by.post(service, LAON + path, body)

    def reads(self, path: str, by: Person | None = None) -> list[Json]:
        items: list[Json] = (by or self.administrator).get("billing", LAON + path)["items"]
        return items

    def clock(self, to: str) -> None:
        self.sends(self.administrator, "/move-clock", {"to": to}, "membership")
        until_it_is(self.administrator.platform, LAON.rpartition("/")[2], to)


@dataclass(slots=True)
class Buyer:
    """Who stands for a company that orders a line."""

    person: Person
    organisation_id: str
    line_id: str = ""


@pytest.fixture(scope="module")
def zone(platform: Platform, operator: Person) -> Zone:
    """Open the territory on 2 February, with a site in a served zone and a monthly price of 500 EUR."""
    operator.post("membership", LAON, {"kind": "sandbox", "starts_at": "2026-02-02T08:00:00Z"})
    people = []
    for mail, name in (("lise@laon.example", "Lise"), ("anatole@laon.example", "Anatole")):
        person_id = registered(operator, name, mail)
        role = {"grant_id": str(new_id()), "person_id": person_id, "role": "territory-administrator"}
        operator.post("membership", f"{LAON}/roles", role)
        people.append(platform.sign_in(mail))
    zone = Zone(administrator=people[0], director=people[1])
    zone.ids = {name: str(new_id()) for name in ("site", "issuer", "book")}
    site = {"address": "12 Boulevard Gambetta", "postcode": "02000", "town_code": "02408"}
    named = site | {"site_id": zone.ids["site"], "name": "Le Comptoir"}
    zone.sends(zone.administrator, "/sites", named, "membership")
    seller = {
        "issuer_id": zone.ids["issuer"],
        "name": "Pays de Laon",
        "identifier": {"scheme": "siren", "value": "200043495", "country": "FR"},
        "regime": "public_regie",
        "address": ADDRESS,
    }
    zone.sends(zone.administrator, "/issuers", seller)
    book = a_version("2026-02-01", "500.00")
    opened = book | {"price_book_id": zone.ids["book"], "issuer_id": zone.ids["issuer"]}
    zone.sends(zone.administrator, "/price-books", opened)
    until(lambda: served(zone))
    return zone


def a_version(valid_from: str, monthly: str) -> Json:
    price = {
        "price_code": "fibre",
        "label": {"fr": "Fibre 1 Gbit/s", "en": "Fibre 1 Gbit/s"},
        "unit": "month",
        "unit_price": monthly,
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
    }
    return {"name": "Fibre", "valid_from": valid_from, "deliberation": DELIBERATION, "prices": [price]}


def registered(by: Person, given_name: str, mail: str) -> str:
    body = {"person_id": str(new_id()), "given_name": given_name, "family_name": "Terral", "mail": mail}
    return str(by.post("membership", f"{LAON}/persons", body)["person_id"])


def served(zone: Zone) -> bool:
    """Say that the site is served, once billing knows it."""
    body: Json = {
        "zone_id": str(new_id()),
        "name": "Zone du Canal",
        "site_ids": [zone.ids["site"]],
        "served_from": "2026-02-01",
        "ports": 8,
    }
    return zone.administrator.send("POST", "billing", f"{LAON}/fibre-zones", body).is_success


def a_buyer(zone: Zone, platform: Platform, name: str, mail: str) -> Buyer:
    """A company with an address, and somebody who stands for it."""
    company = {
        "registration_id": str(new_id()),
        "name": name,
        "country": "FR",
        "identifiers": [{"scheme": "siren", "value": new_territory()}],
        "address": ADDRESS,
    }
    boss = zone.administrator
    known = zone.sends(boss, "/organisations", company, "membership")["organisation_id"]
    affiliation = {
        "affiliation_id": str(new_id()),
        "person_id": registered(boss, "Prune", mail),
        "organisation_id": known,
        "role": "administrator",
        "valid_from": "2026-02-01",
    }
    zone.sends(boss, "/affiliations", affiliation, "membership")
    return Buyer(platform.sign_in(mail), known)


def ordered(zone: Zone, buyer: Buyer, day: str) -> Json:
    """Qualify, order and agree on a visit, as the company does it itself."""
    wanted: Json = {
        "site_id": zone.ids["site"],
        "customer": {"organisation_id": buyer.organisation_id},
        "unit": "Bureau 3",
    }
    buyer.line_id = buyer.person.create("billing", f"{LAON}/fibre-lines", "line_id", wanted)["line_id"]
    path = f"/fibre-lines/{buyer.line_id}"
    order = zone.sends(buyer.person, f"{path}/order", {"price_code": "fibre", "commitment_months": 12})
    visit = {"start": f"{day}T13:00:00Z", "end": f"{day}T15:00:00Z"}
    zone.sends(buyer.person, f"{path}/appointment", visit)
    return order


def activated(zone: Zone, buyer: Buyer, day: str) -> None:
    """Hand the line over on that day, once billing lives in it."""
    zone.clock(f"{day}T14:30:00Z")
    body = {"activated_at": f"{day}T14:00:00Z", "proof": PROOF}
    path = f"{LAON}/fibre-lines/{buyer.line_id}/activate"
    until(lambda: zone.administrator.send("POST", "billing", path, body).is_success)


def charged(zone: Zone, buyer: Buyer) -> dict[str, int]:
    """What the months of a line cost, by first day."""
    items = zone.reads(f"/charges?source_id={buyer.line_id}")
    return {each["service_period"]["start"]: each["amount"]["minor"] for each in items}


def invoiced(zone: Zone, cut_off: str) -> dict[str, Json]:
    """Plan by one, release by the other, seal; return the new invoices by customer."""
    before = {each["invoice_id"] for each in zone.reads("/invoices")}
    run = until(lambda: planned(zone, cut_off)) or {}
    path = f"/bill-runs/{run['bill_run_id']}"
    zone.sends(zone.director, f"{path}/release", {"plan_digest": run["plan_digest"]})
    zone.sends(zone.administrator, f"{path}/seal", {})
    boss = zone.administrator
    until(lambda: boss.get("billing", LAON + path)["state"] == "sealed", 60)
    new = [each for each in zone.reads("/invoices") if each["invoice_id"] not in before]
    return {each["customer"]["organisation_id"]: each for each in new}


def planned(zone: Zone, cut_off: str) -> Json | None:
    body = {"bill_run_id": str(new_id()), "issuer_id": zone.ids["issuer"], "cut_off_on": cut_off}
    response = zone.administrator.send("POST", "billing", f"{LAON}/bill-runs", body)
    run: Json = response.json()
    return run if response.is_success else None


def sums(invoice: Json) -> tuple[int, int, int]:
    return invoice["net"]["minor"], invoice["vat"]["minor"], invoice["gross"]["minor"]


@dataclass(slots=True)
class Lived:
    """Two lines, three months: one from 12 February at 500 EUR, one from 20 March at 480 EUR."""

    zone: Zone
    first: Buyer
    second: Buyer
    orders: list[Json]
    invoices: list[dict[str, Json]]


@pytest.fixture(scope="module")
def lived(zone: Zone, platform: Platform) -> Lived:
    first = a_buyer(zone, platform, "Atelier des Remparts", "prune@atelier.example")
    orders = [ordered(zone, first, "2026-02-12")]
    activated(zone, first, "2026-02-12")
    zone.clock("2026-03-02T08:00:00Z")
    until(lambda: len(charged(zone, first)) == 2)
    invoices = [invoiced(zone, "2026-03-01")]
    cheaper = a_version("2026-03-02", "480.00")
    zone.sends(zone.administrator, f"/price-books/{zone.ids['book']}/publish", cheaper)
    renamed = {"name": "Le Grand Comptoir", "postcode": "02000", "town_code": "02408"}
    renamed["address"] = "12 Boulevard Gambetta"
    path = f"/sites/{zone.ids['site']}/change"
    zone.sends(zone.administrator, path, renamed, "membership")
    second = a_buyer(zone, platform, "Studio du Canal", "prune@studio.example")
    until(lambda: "Grand" in quoted_site(zone, second))
    orders.append(ordered(zone, second, "2026-03-20"))
    activated(zone, second, "2026-03-20")
    zone.clock("2026-04-01T08:00:00Z")
    until(lambda: len(charged(zone, first)) == 3 and len(charged(zone, second)) == 2)
    invoices.append(invoiced(zone, "2026-04-01"))
    return Lived(zone, first, second, orders, invoices)


def quoted_site(zone: Zone, buyer: Buyer) -> str:
    """Ask for a line that nobody orders, to learn what billing calls the site by now."""
    wanted: dict[str, Any] = {
        "line_id": str(new_id()),
        "site_id": zone.ids["site"],
        "customer": {"organisation_id": buyer.organisation_id},
    }
    response = buyer.person.send("POST", "billing", f"{LAON}/fibre-lines", wanted)
    return str(response.json().get("site_name", ""))


def test_a_line_is_invoiced_from_the_day_it_works(lived: Lived) -> None:
    invoice = lived.invoices[0][lived.first.organisation_id]
    assert sums(invoice) == (30357, 6071, 36428), "17 of 28 days of 500 EUR"
    assert set(lived.invoices[0]) == {lived.first.organisation_id}


def test_a_whole_month_costs_the_whole_price(lived: Lived) -> None:
    assert sums(lived.invoices[1][lived.first.organisation_id]) == (50000, 10000, 60000)


def test_another_price_and_another_day_give_another_amount(lived: Lived) -> None:
    assert sums(lived.invoices[1][lived.second.organisation_id]) == (18581, 3716, 22297), "12 of 31 days"
    prices = [each["order"]["offer"]["price"]["unit_price"] for each in lived.orders]
    assert prices == ["500.00", "480.00"]
    assert charged(lived.zone, lived.first)["2026-04-01"] == 50000, "the price of an order stays"
    assert charged(lived.zone, lived.second)["2026-04-01"] == 48000


def test_a_new_name_of_the_site_stands_on_new_invoices_alone(lived: Lived) -> None:
    def said(month: int, buyer: Buyer) -> str:
        invoice_id = lived.invoices[month][buyer.organisation_id]["invoice_id"]
        whole = buyer.person.get("billing", f"{LAON}/invoices/{invoice_id}")
        return str(whole["lines"][0]["detail"]["fr"])

    assert said(0, lived.first).startswith("Le Comptoir, Bureau 3, 12 Boulevard Gambetta, 02000 Laon")
    assert said(1, lived.second).startswith("Le Grand Comptoir, Bureau 3, ")


def test_no_company_sees_the_line_or_the_invoice_of_another(lived: Lived) -> None:
    invoice_id = lived.invoices[0][lived.first.organisation_id]["invoice_id"]
    for path in (f"/fibre-lines/{lived.first.line_id}", f"/invoices/{invoice_id}"):
        assert lived.second.person.send("GET", "billing", LAON + path).status_code == 404
        assert lived.first.person.send("GET", "billing", LAON + path).status_code == 200

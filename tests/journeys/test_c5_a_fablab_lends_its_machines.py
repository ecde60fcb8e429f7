"""C5: a fablab trains its makers, lends its printers to them alone, and charges minutes and material."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import pytest
from journey import Json, Person, Platform, until
from sandbox_clock import until_it_is

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]

SIREN = "200069409"  # CA Saint-Brieuc Armor Agglomération: no other journey opens it
BASE = f"/v1/territories/{SIREN}"
BEGUN = "2026-04-01"
TRAINING: Final = ("2026-04-08T12:00:00Z", "2026-04-08T15:00:00Z")
MINUTE_CENTS, GRAM_CENTS = 10, 4
CLASS: Json = {
    "name": {"fr": "Impression 3D", "en": "3D printing"},
    "levels": [{"fr": "Usage", "en": "Use"}],
    "valid_months": 24,
}


@dataclass(slots=True)
class Fablab:
    """A workshop with one printer, who runs it, who trains there, and two who want to print."""

    platform: Platform
    manager: Person
    trainer: Person
    makers: tuple[Person, Person]
    class_id: str
    printer_id: str
    session_id: str = ""

    def says(self, who: Person, service: str, path: str, body: Json | None = None) -> Json:
        return who.post(service, BASE + path, body)

    def move_clock(self, to: str) -> None:
        self.says(self.manager, "membership", "/move-clock", {"to": to})
        until_it_is(self.platform, SIREN, to)

    def begins(self, maker: Person) -> Json:
        """Return the command by which somebody begins to use the printer."""
        who = {"person_id": str(maker.person_id), "resource_id": self.printer_id}
        return {"usage_id": str(new_id()), **who}

    def charged(self, usage_id: str) -> dict[str, int]:
        """Return what was charged of a use, in cents by price code."""
        items = self.manager.get("billing", f"{BASE}/charges?source_id={usage_id}")["items"]
        return {each["label"]["fr"]: each["amount"]["minor"] for each in items}


def employed(platform: Platform, by: Person, name: str, role: str | None) -> Person:
    """Register somebody, give them a role if any, and sign them in."""
    mail = f"{name.casefold()}@c5.example"
    person: Json = {"person_id": str(new_id()), "given_name": name, "family_name": "L'Établi", "mail": mail}
    by.post("membership", f"{BASE}/persons", person)
    if role:
        grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": role}
        by.post("membership", f"{BASE}/roles", grant)
    return platform.sign_in(mail)


@pytest.fixture(scope="module")
def fablab(platform: Platform, operator: Person) -> Fablab:
    operator.post("membership", BASE, {"kind": "sandbox", "starts_at": f"{BEGUN}T08:00:00Z"})
    manager = employed(platform, operator, "Morgane", "territory-administrator")
    trainer = employed(platform, manager, "Thècle", "trainer")
    makers = employed(platform, manager, "Élodie", None), employed(platform, manager, "Bastien", None)
    class_id = str(new_id())
    manager.post("membership", f"{BASE}/machine-classes", CLASS | {"machine_class_id": class_id})
    for each in (manager, trainer):
        appointed = {"person_id": str(each.person_id), "appointed_from": BEGUN}
        manager.post("membership", f"{BASE}/machine-classes/{class_id}/trainers", appointed)
    award = {"qualification_id": str(new_id()), "machine_class_id": class_id, "evidence": {"test": "Pièce"}}
    manager.post("membership", f"{BASE}/qualifications", award | {"person_id": str(trainer.person_id)})
    _priced(manager)
    _enrolled(manager, makers)
    return _equipped(Fablab(platform, manager, trainer, makers, class_id, str(new_id())))


def test_who_was_trained_prints_and_pays_for_minutes_and_material(fablab: Fablab) -> None:
    maker, _ = fablab.makers
    refused = maker.refused("booking", f"{BASE}/usages", fablab.begins(maker))
    assert refused["code"] == "not-qualified"
    assert refused["values"] == {
        "resource": "Imprimante 3D",
        "machine_class": "Impression 3D",
        "level": "Usage",
    }
    assert "formateur" in refused["cure"] or "trainer" in refused["cure"]

    _train(fablab)
    wanted = fablab.begins(maker)
    use = maker.post("booking", f"{BASE}/usages", wanted)
    taken = fablab.makers[1].refused("booking", f"{BASE}/usages", fablab.begins(fablab.makers[1]))
    assert taken["code"] == "machine-in-use"

    fablab.move_clock("2026-04-08T15:45:00Z")
    stopped_at = datetime.fromisoformat(use["started_at"]) + timedelta(minutes=25, seconds=30)
    used = {"stopped_at": stopped_at.isoformat(), "materials": [{"price_code": "filament", "quantity": "40"}]}
    stop = f"{BASE}/usages/{wanted['usage_id']}/stop"
    own = maker.refused("booking", stop, used)
    assert own["code"] == "forbidden", "who pays does not say when it stopped"
    fablab.says(fablab.manager, "booking", f"/usages/{wanted['usage_id']}/stop", used)
    both = {"printer-minute": 25 * MINUTE_CENTS, "filament": 40 * GRAM_CENTS}
    until(lambda: fablab.charged(wanted["usage_id"]) == both)


def test_a_use_ends_where_the_next_booking_begins(fablab: Fablab) -> None:
    maker, other = fablab.makers
    booking = {
        "booking_id": str(new_id()),
        "resource_id": fablab.printer_id,
        "person_id": str(other.person_id),
        "start": "2026-04-08T16:30:00Z",
        "end": "2026-04-08T17:00:00Z",
    }
    other.post("booking", f"{BASE}/bookings", booking)
    use = maker.post("booking", f"{BASE}/usages", fablab.begins(maker))
    assert datetime.fromisoformat(use["ends_by"]) == datetime.fromisoformat(booking["start"])
    fablab.move_clock("2026-04-08T16:30:30Z")
    until(lambda: _state(maker, use["usage_id"]) == ("stopped", "next_booking"))
    late = maker.refused("booking", f"{BASE}/usages", fablab.begins(maker))
    assert late["code"] == "machine-booked"
    theirs = fablab.begins(other) | {"booking_id": booking["booking_id"]}
    assert other.post("booking", f"{BASE}/usages", theirs)["state"] == "open"


def test_maintenance_that_is_due_keeps_the_printer_from_starting_until_it_is_recorded(fablab: Fablab) -> None:
    maker, other = fablab.makers
    [running] = other.get("booking", f"{BASE}/usages/own?in_state=open")["items"]
    other.post("booking", f"{BASE}/usages/{running['usage_id']}/stop", {})
    rule = {"rule_id": str(new_id()), "resource_id": fablab.printer_id, "name": "Nettoyage de la buse"}
    fablab.says(fablab.manager, "booking", "/maintenance-rules", rule | {"every_hours": 1, "blocks": True})
    fablab.move_clock("2026-04-09T08:00:00Z")
    use = maker.post("booking", f"{BASE}/usages", fablab.begins(maker))
    fablab.move_clock("2026-04-09T09:15:00Z")
    stopped_at = datetime.fromisoformat(use["started_at"]) + timedelta(hours=1)
    stop = f"/usages/{use['usage_id']}/stop"
    fablab.says(fablab.manager, "booking", stop, {"stopped_at": stopped_at.isoformat()})

    refused = maker.refused("booking", f"{BASE}/usages", fablab.begins(maker))
    assert refused["code"] == "maintenance-due"
    assert refused["values"] == {
        "resource": "Imprimante 3D",
        "rule": "Nettoyage de la buse",
        "since": "2026-04-09",
    }
    assert not _lacks_nothing(maker), "and reads why"
    done = {"maintenance_id": str(new_id()), "rule_id": rule["rule_id"], "note": "Buse changée"}
    fablab.says(fablab.manager, "booking", "/maintenances", done)
    assert _lacks_nothing(maker)
    assert maker.post("booking", f"{BASE}/usages", fablab.begins(maker))["state"] == "open"


def _state(maker: Person, usage_id: str) -> tuple[str, str | None]:
    use = maker.get("booking", f"{BASE}/usages/{usage_id}")
    return use["state"], use["reason"]


def _train(fablab: Fablab) -> None:
    """Hold the training: its room, its printer and its trainer are taken; who came is found able."""
    for maker in fablab.makers:
        seat = {"registration_id": str(new_id()), "person_id": str(maker.person_id)}
        fablab.says(maker, "booking", f"/sessions/{fablab.session_id}/registrations", seat)
    during = {"start": TRAINING[0], "end": TRAINING[1], "person_id": str(fablab.makers[0].person_id)}
    wish = {"booking_id": str(new_id()), "resource_id": fablab.printer_id, **during}
    refused = fablab.makers[0].refused("booking", f"{BASE}/bookings", wish)
    assert refused["code"] in {"not-qualified", "time-taken"}
    fablab.move_clock(TRAINING[1])
    seats = f"/sessions/{fablab.session_id}/registrations"
    for each in fablab.trainer.get("booking", BASE + seats)["items"]:
        came = {"position": 0, "present": True, "signed_as": each["person_name"]}
        path = f"/registrations/{each['registration_id']}/note-attendance"
        fablab.says(fablab.trainer, "booking", path, came)
        award = {"qualification_id": str(new_id()), "machine_class_id": fablab.class_id}
        found = {"person_id": each["person_id"], "evidence": {"session_id": fablab.session_id}}
        fablab.says(fablab.trainer, "membership", "/qualifications", award | found)
    for maker in fablab.makers:
        until(partial(_lacks_nothing, maker))


def _lacks_nothing(maker: Person) -> bool:
    [machine] = maker.get("booking", f"{BASE}/machines/own")["items"]
    return machine["lack"] is None


def _equipped(fablab: Fablab) -> Fablab:
    """Open the workshop, put a printer into it, and announce a training on it."""
    manager = fablab.manager
    site: Json = {
        "site_id": str(new_id()),
        "name": "Fablab des Rosaires",
        "address": "2 rue du Port",
        "postcode": "22000",
        "town_code": "22278",
    }
    fablab.says(manager, "membership", "/sites", site)
    weekly = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 6)]
    hours: Json = {"valid_from": BEGUN, "weekly": weekly}
    path = f"{BASE}/sites/{site['site_id']}/opening-hours"
    until(lambda: manager.send("POST", "booking", path, hours).is_success)
    room = {"resource_id": str(new_id()), "site_id": site["site_id"], "kind": "room", "name": "Atelier"}
    fablab.says(manager, "booking", "/resources", room | {"capacity": 8})
    printer = {"resource_id": fablab.printer_id, "kind": "equipment", "name": "Imprimante 3D", "capacity": 1}
    fablab.says(manager, "booking", "/resources", printer | {"site_id": site["site_id"]})
    asked = {"machine_class_id": fablab.class_id, "level": 1, "longest_minutes": 240}
    sold = {
        "minute_price_code": "printer-minute",
        "materials": [{"price_code": "filament", "name": "Filament PLA"}],
    }
    defined = f"{BASE}/resources/{fablab.printer_id}/define-machine"
    until(lambda: manager.send("POST", "booking", defined, asked | sold).is_success)
    leader = {"resource_id": str(new_id()), "person_id": str(fablab.trainer.person_id), "name": "Thècle"}
    fablab.says(manager, "booking", f"/sites/{site['site_id']}/session-leaders", leader)
    session = {
        "kind": "workshop",
        "title": {"fr": "Prise en main", "en": "First print"},
        "resource_id": room["resource_id"],
        "with_resource_ids": [fablab.printer_id],
        "trainer_id": str(fablab.trainer.person_id),
        "dates": [dict(zip(("start", "end"), TRAINING, strict=True))],
        "quotas": [{"name": {"fr": "Membres", "en": "Members"}, "seats": 4}],
    }
    # as soon as booking has heard that the trainer is able herself
    fablab.session_id = manager.create("booking", f"{BASE}/sessions", "session_id", session)["session_id"]
    return fablab


def _enrolled(manager: Person, makers: tuple[Person, ...]) -> None:
    plan = {
        "plan_id": str(new_id()),
        "name": {"fr": "Maker", "en": "Maker"},
        "family": "fablab",
        "audiences": ["nomad"],
        "cadence": "month",
        "price_code": "plan-maker",
        "valid_from": BEGUN,
        "entitlements": [{"resource_kinds": ["equipment"], "paid_by": "plan"}],
    }
    manager.post("membership", f"{BASE}/plans", plan)
    for maker in makers:
        membership = {"membership_id": str(new_id()), "holder": {"person_id": str(maker.person_id)}}
        taken = {"plan_id": plan["plan_id"], "audience": "nomad", "valid_from": BEGUN}
        manager.post("membership", f"{BASE}/memberships", membership | taken)


def _priced(manager: Person) -> None:
    address = {"lines": ["5 rue du 71e RI"], "postcode": "22000", "town": "Saint-Brieuc", "country": "FR"}
    issuer: Json = {"name": "Saint-Brieuc Armor", "regime": "public_regie"}
    seller = {"identifier": {"scheme": "siren", "value": SIREN, "country": "FR"}, "address": address}
    issuer = manager.create("billing", f"{BASE}/issuers", "issuer_id", issuer | seller)
    book: Json = {"price_book_id": str(new_id()), "issuer_id": issuer["issuer_id"], "name": "Tarifs 2026"}
    decided = {"number": "2026-31", "adopted_on": "2026-02-18", "body": "Conseil"}
    prices = [_price("printer-minute", "minute", MINUTE_CENTS), _price("filament", "gram", GRAM_CENTS)]
    dated = {"valid_from": BEGUN, "deliberation": decided}
    manager.post("billing", f"{BASE}/price-books", book | dated | {"prices": prices})


def _price(code: str, unit: str, cents: int) -> Json:
    return {
        "price_code": code,
        "label": {"fr": code, "en": code},
        "unit": unit,
        "unit_price": f"{cents / 100:.2f}",
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
    }

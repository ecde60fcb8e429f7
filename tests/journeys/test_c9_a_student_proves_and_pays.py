"""C9: a student proves it by a document, has the rate until the document ends, and is invoiced so."""

from dataclasses import dataclass

import httpx
import pytest
from journey import Json, Person, Platform, until

from chassis.ids import new_id
from chassis.testing import new_territory

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]

SIREN = "200068120"  # CA Quimper Bretagne Occidentale: no other journey opens it
BASE = f"/v1/territories/{SIREN}"
PDF = b"%PDF-1.7\n% certificat no 8731\n%%EOF\n"


@dataclass(slots=True)
class Hub:
    """A hub that sells one plan at a rate for students, and who acts there."""

    platform: Platform
    administrator: Person
    finance: Person
    student_id: str
    plan_id: str
    issuer_id: str

    def moved(self, to: str) -> None:
        self.administrator = self.platform.sign_in(self.administrator.mail)
        self.finance = self.platform.sign_in(self.finance.mail)
        self.administrator.post("membership", f"{BASE}/move-clock", {"to": to})


def employed(platform: Platform, by: Person, mail: str, family_name: str, role: str) -> Person:
    person: Json = {"person_id": str(new_id()), "given_name": "Alix", "family_name": family_name}
    by.post("membership", f"{BASE}/persons", person | {"mail": mail})
    grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": role}
    by.post("membership", f"{BASE}/roles", grant)
    return platform.sign_in(mail)


@pytest.fixture(scope="module")
def hub(platform: Platform, operator: Person) -> Hub:
    operator.post("membership", BASE, {"kind": "sandbox", "starts_at": "2026-03-01T08:00:00Z"})
    administrator = employed(platform, operator, "alix@c9.example", "d'Hiver", "territory-administrator")
    finance = employed(platform, administrator, "finance@c9.example", "L'Écu", "finance")
    student_id = str(new_id())
    names = {"given_name": "Zoé", "family_name": "Aubry", "mail": "zoe@c9.example"}
    administrator.post("membership", f"{BASE}/persons", {"person_id": student_id, **names})
    seller = {"scheme": "siren", "value": new_territory(), "country": "FR"}
    address = {"lines": ["1 Rue d'Essai"], "postcode": "29000", "town": "Quimper", "country": "FR"}
    issuer: Json = {"issuer_id": str(new_id()), "name": "Régie d'Essai", "regime": "public_regie"}
    finance.post("billing", f"{BASE}/issuers", issuer | {"identifier": seller, "address": address})
    price: Json = {
        "price_code": "nomad",
        "label": {"fr": "Nomade", "en": "Nomad"},
        "unit": "month",
        "prorated": True,
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
    }
    rates = [price | {"unit_price": "90.00"}, price | {"unit_price": "30.00", "audience": "student"}]
    book: Json = {"price_book_id": str(new_id()), "issuer_id": issuer["issuer_id"], "name": "Tarifs"}
    decided = {"number": "2026-004", "adopted_on": "2026-02-12", "body": "Conseil communautaire"}
    dates = {"valid_from": "2026-03-01", "deliberation": decided}
    finance.post("billing", f"{BASE}/price-books", book | dates | {"prices": rates})
    rule = {"audience": "student", "kinds": ["student_card"], "otherwise": "nomad"}
    plan = {
        "plan_id": str(new_id()),
        "name": {"fr": "Nomade", "en": "Nomad"},
        "family": "coworking",
        "audiences": ["nomad", "student"],
        "cadence": "month",
        "price_code": "nomad",
        "valid_from": "2026-03-01",
        "proofs": [rule],
    }
    administrator.post("membership", f"{BASE}/plans", plan)
    return Hub(platform, administrator, finance, student_id, str(plan["plan_id"]), str(issuer["issuer_id"]))


def handed_in(hub: Hub) -> str:
    """Hand a student card in at the desk; accept nothing yet."""
    document_id = str(new_id())
    what = {"person_id": hub.student_id, "audience": "student", "kind": "student_card"}
    body = {"document_id": document_id, "file_name": "carte.pdf", **what}
    hub.administrator.post("membership", f"{BASE}/documents", body)
    sent = httpx.post(
        f"{hub.platform.address('membership')}{BASE}/documents/{document_id}/content",
        content=PDF,
        headers={
            "Authorization": f"Bearer {hub.administrator.token}",
            "Idempotency-Key": str(new_id()),
            "Content-Type": "application/octet-stream",
        },
    )
    assert sent.is_success, sent.text
    return document_id


def test_the_rate_follows_the_proof_to_the_cent(hub: Hub) -> None:
    holder = {"person_id": hub.student_id}
    membership: Json = {"membership_id": str(new_id()), "holder": holder, "plan_id": hub.plan_id}
    membership |= {"audience": "student", "valid_from": "2026-03-12"}
    refused = hub.administrator.refused("membership", f"{BASE}/memberships", membership)
    assert refused["code"] == "proof-awaited"
    assert "/documents" in refused["cure"]
    accept = f"{BASE}/documents/{handed_in(hub)}/accept"
    hub.administrator.post("membership", accept, {"valid_until": "2026-04-16"})
    membership["membership_id"] = str(new_id())  # what was refused under an id stays refused
    hub.administrator.post("membership", f"{BASE}/memberships", membership)
    hub.moved("2026-05-02T08:00:00Z")
    path = f"{BASE}/charges?source_id={membership['membership_id']}&limit=200"
    # 30.00 and 90.00 by the month: March 20 of 31 days, April 15 of 30 days at each rate, May whole
    march = 3000 - 1065  # R(3000 · 31/31) − R(3000 · 11/31) = 3000 − R(1064.516…)
    expected = sorted([march, 1500, 4500, 9000])

    def charged() -> bool:
        items = hub.finance.get("billing", path)["items"]
        return sorted(each["amount"]["minor"] for each in items if each["state"] == "pending") == expected

    until(charged, 90)
    shown = hub.administrator.get("membership", f"{BASE}/memberships/{membership['membership_id']}")
    assert shown["audience"] == "nomad"
    run: Json = {"bill_run_id": str(new_id()), "issuer_id": hub.issuer_id, "cut_off_on": "2026-05-02"}
    hub.finance.post("billing", f"{BASE}/bill-runs", run)
    found = f"{BASE}/bill-runs/{run['bill_run_id']}"
    digest = hub.finance.get("billing", found)["plan_digest"]
    hub.administrator.post("billing", f"{found}/release", {"plan_digest": digest})
    hub.administrator.post("billing", f"{found}/seal", {})
    [invoice] = until(lambda: hub.finance.get("billing", f"{BASE}/invoices")["items"], 90)
    net = march + 1500 + 4500  # May is not over
    assert invoice["gross"]["minor"] == net + round(net * 0.2)

"""X6: a person asks to be forgotten; what was written of them is gone, and a certificate says so."""

from dataclasses import dataclass

import httpx
import pytest
from busy_neighbour import Neighbour
from journey import Json, Person, Platform, until
from parked_and_replayed import lanes, parked, replayed
from sandbox_clock import until_it_is
from traces_left import column, places_of, wrapped_keys

from chassis.ids import new_id
from chassis.testing import new_territory
from contracts.booking import BookingCancelled

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

SIREN = "244400404"  # Nantes Métropole: no other journey opens it
BASE = f"/v1/territories/{SIREN}"
CANARY = "Zyxwanary"
CUT_OFF = "2026-04-02T08:00:00Z"
PDF = b"%PDF-1.7\n% Zyxwanary\n%%EOF\n"
TOLD = {"table:booking.event_log", "table:membership.event_log", "topic:booking.bookings.v1"} | {
    "topic:membership.documents.v1"
}
"""Reasons in words, in events that were told: the certificate counts them."""
LAWFUL = TOLD | {"file:mail", "table:billing.invoices"}
"""And the invoice, and the mails, which were handed over: their sink stands for the person's mailbox."""
SEALED = {"table:membership.event_log", "table:booking.event_log"} | {
    "topic:membership.persons.v1",
    "topic:booking.visits.v1",
}
"""Where sealed texts lie that no key opens any more."""
_NAMES = (
    "SELECT unnest(ARRAY[given_name, family_name, mail, address]) FROM persons WHERE person_id::text = %s"
)
_VISITORS = "SELECT visitor_name FROM visits WHERE host_id::text = %s"


@dataclass(slots=True)
class Hub:
    """A place where somebody lives who is to be forgotten."""

    platform: Platform
    administrator: Person
    finance: Person
    member: Person
    neighbour: Person
    room_id: str
    issuer_id: str

    @property
    def member_id(self) -> str:
        return str(self.member.person_id)


@pytest.fixture(scope="module")
def hub(platform: Platform, operator: Person) -> Hub:
    operator.post("membership", BASE, {"kind": "sandbox", "starts_at": "2026-03-02T08:00:00Z"})
    administrator = _employed(platform, operator, "alix@x6.example", "territory-administrator")
    finance = _employed(platform, administrator, "finance@x6.example", "finance")
    issuer_id = _sells(finance)
    person: Json = {"person_id": str(new_id()), "given_name": CANARY, "family_name": CANARY}
    person |= {"mail": f"{CANARY}@x6.example", "address": f"1 rue {CANARY}"}
    administrator.post("membership", f"{BASE}/persons", person)
    site: Json = {"site_id": str(new_id()), "name": "Lieu d'Essai", "address": "1 Quai"}
    site |= {"postcode": "44000", "town_code": "44109"}
    administrator.post("membership", f"{BASE}/sites", site)
    neighbour: Json = {"person_id": str(new_id()), "given_name": "Brume", "family_name": "d'Hiver"}
    administrator.post("membership", f"{BASE}/persons", neighbour | {"mail": "brume@x6.example"})
    _take_a_plan(administrator, (person["person_id"], neighbour["person_id"]), site["site_id"])
    weekly = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 7)]
    hours = {"valid_from": "2026-03-01", "weekly": weekly}
    path = f"{BASE}/sites/{site['site_id']}/opening-hours"
    until(lambda: administrator.send("POST", "booking", path, hours).is_success, 60)
    room = {"resource_id": str(new_id()), "site_id": site["site_id"], "kind": "room", "name": "Salle"}
    administrator.post("booking", f"{BASE}/resources", room)
    member = platform.sign_in(f"{CANARY}@x6.example")
    brume = platform.sign_in("brume@x6.example")
    lived = Hub(platform, administrator, finance, member, brume, room["resource_id"], issuer_id)
    _lives(lived, site["site_id"])
    return lived


def _employed(platform: Platform, by: Person, mail: str, role: str) -> Person:
    person: Json = {"person_id": str(new_id()), "given_name": "Alix", "family_name": "d'Hiver"}
    by.post("membership", f"{BASE}/persons", person | {"mail": mail})
    grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": role}
    by.post("membership", f"{BASE}/roles", grant)
    return platform.sign_in(mail)


def _sells(finance: Person) -> str:
    address = {"lines": ["1 Rue d'Essai"], "postcode": "44000", "town": "Nantes", "country": "FR"}
    issuer: Json = {"issuer_id": str(new_id()), "name": "Régie d'Essai", "regime": "public_regie"}
    seller = {"scheme": "siren", "value": new_territory(), "country": "FR"}
    finance.post("billing", f"{BASE}/issuers", issuer | {"identifier": seller, "address": address})
    price: Json = {
        "price_code": "nomad",
        "label": {"fr": "Nomade", "en": "Nomad"},
        "unit": "month",
        "prorated": True,
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
        "unit_price": "90.00",
    }
    book: Json = {"price_book_id": str(new_id()), "issuer_id": issuer["issuer_id"], "name": "Tarifs"}
    decided = {"number": "2026-004", "adopted_on": "2026-02-12", "body": "Conseil communautaire"}
    dates = {"valid_from": "2026-03-01", "deliberation": decided}
    finance.post("billing", f"{BASE}/price-books", book | dates | {"prices": [price]})
    return str(issuer["issuer_id"])


def _take_a_plan(administrator: Person, person_ids: tuple[str, ...], site_id: str) -> None:
    plan: Json = {
        "plan_id": str(new_id()),
        "name": {"fr": "Libre", "en": "Free"},
        "family": "coworking",
        "audiences": ["nomad"],
        "cadence": "month",
        "price_code": "nomad",
        "site_ids": [site_id],
        "valid_from": "2026-03-01",
        "entitlements": [{"resource_kinds": ["room"], "paid_by": "plan"}],
    }
    administrator.post("membership", f"{BASE}/plans", plan)
    more = {"audience": "nomad", "site_ids": [site_id], "valid_from": "2026-03-01"}
    for person_id in person_ids:
        taken = {"membership_id": str(new_id()), "holder": {"person_id": person_id}}
        administrator.post("membership", f"{BASE}/memberships", taken | more | {"plan_id": plan["plan_id"]})


def _lives(hub: Hub, site_id: str) -> None:
    """Leave a canary in every text that may be written about a person."""
    booking = {"resource_id": hub.room_id, "person_id": hub.member_id}
    booking |= {"start": "2026-03-04T09:00:00Z", "end": "2026-03-04T11:00:00Z"}
    hub.member.create("booking", f"{BASE}/bookings", "booking_id", booking, 60)
    why = {"reason": f"Appel de {CANARY}"}
    hub.administrator.post("booking", f"{BASE}/bookings/{booking['booking_id']}/cancel", why)
    visit = {"visit_id": str(new_id()), "host_id": hub.member_id, "visitor_name": f"Ami de {CANARY}"}
    visits = f"{BASE}/sites/{site_id}/visits"
    hub.member.post("booking", visits, visit | {"expected_at": "2026-03-04T09:00:00Z"})
    calendar = {"calendar_id": str(new_id()), "kind": "person", "name": f"Agenda de {CANARY}"}
    hub.member.post("booking", f"{BASE}/calendars", calendar)
    document_id = str(new_id())
    what = {"person_id": hub.member_id, "audience": "student", "kind": "student_card"}
    body = {"document_id": document_id, "file_name": f"{CANARY}.pdf"}
    hub.administrator.post("membership", f"{BASE}/documents", body | what)
    document = f"{hub.platform.address('membership')}{BASE}/documents/{document_id}"
    headers = {"Authorization": f"Bearer {hub.administrator.token}", "Idempotency-Key": str(new_id())}
    octets = headers | {"Content-Type": "application/octet-stream"}
    assert httpx.post(f"{document}/content", content=PDF, headers=octets).is_success
    assert httpx.get(f"{document}/content", params={"why": f"Appel de {CANARY}"}, headers=headers).is_success
    reason = {"reason": f"Le nom {CANARY} est illisible"}
    hub.administrator.post("membership", f"{BASE}/documents/{document_id}/refuse", reason)


def test_an_erased_person_is_found_nowhere_but_where_the_certificate_says(hub: Hub) -> None:
    """While somebody else goes on booking, an event about the person waits, and all is said again after."""
    wanted = {"resource_id": hub.room_id, "person_id": str(hub.neighbour.person_id)}
    wanted |= {"start": "2026-04-07T09:00:00Z", "end": "2026-04-07T10:00:00Z"}
    with Neighbour(hub.neighbour, BASE, wanted) as neighbour:
        until(lambda: neighbour.given_up, 60)
        _is_forgotten(hub)
    assert neighbour.failed == []
    own = hub.neighbour.get("booking", f"{BASE}/bookings/own?limit=200")["items"]
    assert {each["state"] for each in own} == {"cancelled"}
    assert {each["booking_id"] for each in own} <= set(neighbour.given_up)


def _is_forgotten(hub: Hub) -> None:
    platform, erasure_id = hub.platform, str(new_id())
    waiting = parked(platform, BookingCancelled.type, CANARY)
    sealed = column(platform, "membership", _NAMES, hub.member_id)
    visitors = column(platform, "booking", _VISITORS, hub.member_id)
    wanted = {"table:notifications.feed_events", "table:notifications.notices", "file:mail"}
    wanted |= {f"table:{service}.lane_event" for service in ("billing", "membership", "notifications")}
    before = until(lambda: found if wanted <= (found := places_of(platform, CANARY)) else None, 60) or set()
    hidden = places_of(platform, *(each for each in (*sealed, *visitors) if each))
    assert len(before | hidden) >= 12, sorted(before | hidden)
    assert wrapped_keys(platform, hub.member_id) == {"membership", "booking", "billing", "notifications"}
    held = _ask(hub, str(new_id()))
    holds = {each["reason"] for each in _settled(hub, held)["holds"]}
    assert holds == {"membership-running", "charge-to-invoice"}
    _settles_up(hub)
    certificate = _ask(hub, erasure_id)["certificate"]
    address = f"{platform.address('membership')}/v1/certificates/{certificate}"
    until(lambda: httpx.get(address).is_success, 60)
    assert places_of(platform, CANARY) <= LAWFUL
    assert places_of(platform, *(each for each in (*sealed, *visitors) if each)) <= SEALED
    assert wrapped_keys(platform, hub.member_id) == set()
    _cannot_come_back(hub, waiting, (*sealed, *visitors))
    said = httpx.get(address).json()
    assert [each["service"] for each in said["receipts"]] == [
        "billing",
        "booking",
        "membership",
        "notifications",
    ]
    [invoiced] = [each for each in said["receipts"][0]["kept"] if each["place"] == "invoices"]
    assert (invoiced["rows"], invoiced["ground"]) == (1, "accounting-law")
    told = {each["service"] for each in said["receipts"] if _grounds(each).get("event_log") == "told-already"}
    assert told >= {"booking", "membership"}, "and yet what was told is named, not passed over"
    assert httpx.get(f"{address}/pdf").content.startswith(b"%PDF-")
    link = httpx.post(f"{platform.address('membership')}/v1/sign-in-links", json={"mail": hub.member.mail})
    assert link.is_success, "whoever asks for a link learns nothing"
    assert hub.administrator.send("GET", "membership", f"{BASE}/persons/{hub.member_id}").status_code == 404


def _cannot_come_back(hub: Hub, waiting: str, hidden: tuple[str, ...]) -> None:
    """Say all of the person again to who knows people; then let the event that waits be skipped."""
    assert replayed(hub.platform, hub.member_id) > 5
    assert wrapped_keys(hub.platform, hub.member_id) == set()
    assert places_of(hub.platform, CANARY) <= LAWFUL
    assert places_of(hub.platform, *(each for each in hidden if each)) <= SEALED
    for lane in lanes(hub.platform, waiting):
        hub.platform.run("lanes", "skip", lane, "--reason", "its beginning was never told")
    assert lanes(hub.platform, waiting) == set()


def _grounds(receipt: Json) -> dict[str, str]:
    return {each["place"]: each["ground"] for each in receipt["kept"]}


def _ask(hub: Hub, erasure_id: str) -> Json:
    body = {"erasure_id": erasure_id, "person_id": hub.member_id}
    return hub.member.post("membership", f"{BASE}/erasures", body)


def _settled(hub: Hub, asked: Json) -> Json:
    """Return the erasure once every service has said what holds it up."""

    def answered() -> Json | None:
        own = hub.member.get("membership", f"{BASE}/my-erasures")["items"]
        [found] = [each for each in own if each["erasure_id"] == asked["erasure_id"]]
        return found if found["state"] != "checking" else None

    return until(answered, 60) or {}


def _settles_up(hub: Hub) -> None:
    """Carry out the cures: end the membership, and have what is due invoiced."""
    taken = hub.administrator.get("membership", f"{BASE}/memberships")["items"]
    [held] = [each for each in taken if each["holder"]["person_id"] == hub.member_id]
    end = {"ended_on": "2026-03-03", "reason": "Départ"}
    hub.administrator.post("membership", f"{BASE}/memberships/{held['membership_id']}/end", end)
    hub.administrator.post("membership", f"{BASE}/move-clock", {"to": CUT_OFF})
    until_it_is(hub.platform, SIREN, CUT_OFF)
    charges = f"{BASE}/charges?source_id={held['membership_id']}"
    until(
        lambda: [each["amount"]["minor"] for each in hub.finance.get("billing", charges)["items"]] == [581],
        60,
    )
    run: Json = {"bill_run_id": str(new_id()), "issuer_id": hub.issuer_id, "cut_off_on": CUT_OFF[:10]}
    hub.finance.post("billing", f"{BASE}/bill-runs", run)
    found = f"{BASE}/bill-runs/{run['bill_run_id']}"
    digest = hub.finance.get("billing", found)["plan_digest"]
    hub.administrator.post("billing", f"{found}/release", {"plan_digest": digest})
    hub.administrator.post("billing", f"{found}/seal", {})
    until(lambda: hub.finance.get("billing", f"{BASE}/invoices")["items"], 90)

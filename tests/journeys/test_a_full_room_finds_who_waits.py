"""A room is full, two people wait: one lets the offer lapse, the other takes it, and it is charged once."""

from dataclasses import dataclass

import pytest
from journey import Json, Person, Platform, until
from sandbox_clock import until_it_is

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]

SIREN = "200042174"  # CA Lorient Agglomération
BASE = f"/v1/territories/{SIREN}"
SLOT = {"start": "2026-03-03T13:00:00Z", "end": "2026-03-03T15:00:00Z"}
WEEKLY = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 6)]
ADDRESS = {"lines": ["2 Quai du Péristyle"], "postcode": "56100", "town": "Lorient", "country": "FR"}
PRICE = {
    "price_code": "room-hour",
    "label": {"fr": "Salle, à l’heure", "en": "Room, by the hour"},
    "unit": "hour",
    "unit_price": "12.00",
    "price_mode": "excluding_vat",
    "vat_category": "S",
    "vat_rate": "20.00",
}


@dataclass(slots=True)
class Quay:
    """The hub once it is open: its people and its one room."""

    platform: Platform
    administrator: Person
    finance: Person
    site_id: str
    room_id: str
    members: dict[str, Person]

    def books(self, who: str) -> str:
        """Book the room, as soon as booking has heard of the membership; return the booking."""
        member = self.members[who]
        made = member.create("booking", f"{BASE}/bookings", "booking_id", self.wish(member), 60)
        return str(made["booking_id"])

    def waits(self, who: str) -> str:
        member = self.members[who]
        made = member.create("booking", f"{BASE}/waitlist", "entry_id", self.wish(member), 60)
        return str(made["entry_id"])

    def wish(self, member: Person) -> Json:
        return {"resource_id": self.room_id, "person_id": str(member.person_id), **SLOT}

    def entry(self, who: str, entry_id: str) -> Json:
        return self.members[who].get("booking", f"{BASE}/waitlist/{entry_id}")

    def clock(self, to: str) -> None:
        self.administrator.post("membership", f"{BASE}/move-clock", {"to": to})
        until_it_is(self.platform, SIREN, to)

    def mails(self, who: str) -> list[str]:
        """The mails about the room that were sent to somebody, in order, by their templates."""
        path = f"{BASE}/messages?person_id={self.members[who].person_id}&limit=200"
        found = self.administrator.get("notifications", path)["items"]
        sent = [each for each in found if each["channel"] == "mail" and each["state"] == "sent"]
        about = [each for each in sent if not each["template"].startswith("membership")]
        return [each["template"] for each in sorted(about, key=lambda each: str(each["queued_at"]))]

    def charges(self, booking_id: str) -> list[Json]:
        found: list[Json] = self.finance.get("billing", f"{BASE}/charges?source_id={booking_id}")["items"]
        return found


def registered(by: Person, name: str, role: str | None = None) -> tuple[str, str]:
    """Register somebody, with a role if one is named; return their id and mail address."""
    mail = f"{name.lower()}@lorient.example"
    person = {"person_id": str(new_id()), "given_name": name, "family_name": "Le Goff", "mail": mail}
    by.post("membership", f"{BASE}/persons", person)
    if role:
        grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": role}
        by.post("membership", f"{BASE}/roles", grant)
    return person["person_id"], mail


def priced(finance: Person) -> None:
    seller = {
        "issuer_id": str(new_id()),
        "name": "Lorient Agglomération",
        "identifier": {"scheme": "siren", "value": SIREN, "country": "FR"},
        "regime": "public_regie",
        "address": ADDRESS,
    }
    finance.post("billing", f"{BASE}/issuers", seller)
    book = {
        "price_book_id": str(new_id()),
        "issuer_id": seller["issuer_id"],
        "name": "Tarifs du Quai",
        "valid_from": "2026-03-01",
        "deliberation": {"number": "2026-007", "adopted_on": "2026-02-03", "body": "Conseil communautaire"},
        "prices": [PRICE],
    }
    finance.post("billing", f"{BASE}/price-books", book)


def joined(administrator: Person, site_id: str, names: tuple[str, ...]) -> list[str]:
    """Let people become members by a plan whose room is paid in money; return their mail addresses."""
    plan = {
        "plan_id": str(new_id()),
        "name": {"fr": "Nomade", "en": "Nomad"},
        "family": "coworking",
        "audiences": ["nomad"],
        "cadence": "month",
        "price_code": "plan-nomad",
        "site_ids": [site_id],
        "valid_from": "2026-03-01",
        "entitlements": [{"resource_kinds": ["room"], "paid_by": "money"}],
    }
    administrator.post("membership", f"{BASE}/plans", plan)
    mails = []
    for name in names:
        person_id, mail = registered(administrator, name)
        membership = {
            "membership_id": str(new_id()),
            "holder": {"person_id": person_id},
            "plan_id": plan["plan_id"],
            "audience": "nomad",
            "site_ids": [site_id],
            "valid_from": "2026-03-01",
        }
        administrator.post("membership", f"{BASE}/memberships", membership)
        mails.append(mail)
    return mails


@pytest.fixture(scope="module")
def quay(platform: Platform, operator: Person) -> Quay:
    """Open the territory as a sandbox on 1 March 2026, with a site, a priced room and three members."""
    operator.post("membership", BASE, {"kind": "sandbox", "starts_at": "2026-03-01T08:00:00Z"})
    _, mail = registered(operator, "Morgane", "territory-administrator")
    administrator = platform.sign_in(mail)
    _, mail = registered(administrator, "Erwan", "finance")
    finance = platform.sign_in(mail)
    site = {"site_id": str(new_id()), "name": "Le Quai", "address": "2 Quai du Péristyle"}
    administrator.post("membership", f"{BASE}/sites", site | {"postcode": "56100", "town_code": "56121"})
    priced(finance)
    hours = {"valid_from": "2026-03-01", "weekly": WEEKLY}
    path = f"{BASE}/sites/{site['site_id']}/opening-hours"
    until(lambda: administrator.send("POST", "booking", path, hours).is_success, 60)
    room = {"resource_id": str(new_id()), "site_id": site["site_id"], "kind": "room", "capacity": 8}
    administrator.post(
        "booking", f"{BASE}/resources", room | {"name": "Salle Rade", "price_code": "room-hour"}
    )
    names = ("Nolwenn", "Malo", "Enora")
    mails = joined(administrator, site["site_id"], names)
    members = {name: platform.sign_in(mail) for name, mail in zip(names, mails, strict=True)}
    return Quay(platform, administrator, finance, site["site_id"], str(room["resource_id"]), members)


def test_who_lets_the_offer_lapse_hands_it_to_the_next_who_is_charged_once(quay: Quay) -> None:
    taken = quay.books("Nolwenn")
    first, second = quay.waits("Malo"), quay.waits("Enora")
    assert quay.entry("Enora", second)["ahead"] == 1
    quay.members["Nolwenn"].post("booking", f"{BASE}/bookings/{taken}/cancel")
    offered = until(lambda: quay.entry("Malo", first)["offer"], 60)
    assert quay.entry("Enora", second)["state"] == "waiting"
    until(lambda: "waitlist-offer" in quay.mails("Malo"), 60)

    quay.clock("2026-03-01T09:30:00Z")
    until(lambda: quay.entry("Enora", second)["state"] == "offered", 60)
    assert quay.entry("Malo", first)["state"] == "expired"
    late = quay.members["Malo"].refused("booking", f"{BASE}/waitlist/{first}/accept")
    assert late["code"] == "not-waiting"

    accepted = quay.members["Enora"].post("booking", f"{BASE}/waitlist/{second}/accept")
    booking_id = accepted["offer"]["booking_id"]
    assert booking_id != offered["booking_id"]
    booking = quay.members["Enora"].get("booking", f"{BASE}/bookings/{booking_id}")
    assert (booking["state"], booking["paid_by"]) == ("confirmed", "money")

    charge = until(lambda: quay.charges(booking_id), 60)
    assert [each["amount"]["minor"] for each in charge] == [2400]
    assert quay.charges(offered["booking_id"]) == [], "an offer that lapsed is charged to nobody"
    until(lambda: quay.mails("Malo") == ["waitlist-offer", "waitlist-passed-on"], 60)
    until(lambda: quay.mails("Enora") == ["waitlist-offer", "booking-confirmed"], 60)
    day = quay.administrator.get("booking", f"{BASE}/sites/{quay.site_id}/waitlist?day=2026-03-03")["items"]
    assert [each["person_name"] for each in day] == ["Malo Le Goff", "Enora Le Goff"]
    assert [each["state"] for each in day] == ["expired", "accepted"]

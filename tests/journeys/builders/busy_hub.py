"""A hub with many desks and priced hours, its staff and members: where a rush of bookings happens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product

from journey import Json, Person, Platform, until

from chassis.ids import new_id

SIREN = "200041317"  # CA du Niortais
BASE = f"/v1/territories/{SIREN}"
DESKS = 20
FIRST_DAY, LAST_DAY = date(2026, 3, 3), date(2026, 6, 30)
_WEEKLY = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 6)]
_ADDRESS = {"lines": ["4 Rue du Donjon"], "postcode": "79000", "town": "Niort", "country": "FR"}
_DELIBERATION = {"number": "2026-021", "adopted_on": "2026-02-12", "body": "Conseil communautaire"}
_PRICE = {
    "price_code": "desk-hour",
    "label": {"fr": "Poste, à l’heure", "en": "Desk, by the hour"},
    "unit": "hour",
    "unit_price": "3.50",
    "price_mode": "excluding_vat",
    "vat_category": "S",
    "vat_rate": "20.00",
}


@dataclass(slots=True)
class BusyHub:
    """The hub once it is open: who acts there, who can be booked for, which desks there are."""

    platform: Platform
    operator: Person
    people: dict[str, Person] = field(default_factory=dict)
    site_id: str = field(default_factory=lambda: str(new_id()))
    plan_id: str = field(default_factory=lambda: str(new_id()))
    members: list[str] = field(default_factory=list)
    desks: list[str] = field(default_factory=list)

    def open(self) -> "BusyHub":
        """Open the territory as a sandbox on 1 March 2026, with a site, prices, members and desks."""
        self.operator.post("membership", BASE, {"kind": "sandbox", "starts_at": "2026-03-01T08:00:00Z"})
        self._employs("administrator", "territory-administrator", self.operator)
        for who in ("finance", "hub-manager"):
            self._employs(who, who, self.people["administrator"])
        where = {"address": "4 Rue du Donjon", "postcode": "79000", "town_code": "79191"}
        site = {"site_id": self.site_id, "name": "La Ruche du Donjon", **where}
        self.people["administrator"].post("membership", f"{BASE}/sites", site)
        self._sells()
        self._takes_members()
        self._sets_desks()
        return self

    def wanted(self) -> Iterator[Json]:
        """Yield bookings that do not meet: an hour of a desk each, for one member after the other."""
        for number, (start, desk) in enumerate(product(_hours(), self.desks)):
            yield {
                "booking_id": str(new_id()),
                "resource_id": desk,
                "person_id": self.members[number % len(self.members)],
                "start": start.isoformat(),
                "end": (start + timedelta(hours=1)).isoformat(),
            }

    def renew(self, *who: str) -> None:
        """Sign these in again: an access token is good for ten minutes."""
        for each in who:
            self.people[each].token = self.platform.sign_in(self.people[each].mail).token

    def _employs(self, who: str, role: str, by: Person) -> None:
        mail = f"{who}@ruche.example"
        person = {"person_id": str(new_id()), "given_name": "Camille", "family_name": who.title()}
        by.post("membership", f"{BASE}/persons", person | {"mail": mail})
        grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": role}
        by.post("membership", f"{BASE}/roles", grant)
        self.people[who] = self.platform.sign_in(mail)

    def _sells(self) -> None:
        seller = {
            "issuer_id": str(new_id()),
            "name": "CA du Niortais",
            "identifier": {"scheme": "siren", "value": SIREN, "country": "FR"},
            "regime": "public_regie",
            "address": _ADDRESS,
        }
        self.people["finance"].post("billing", f"{BASE}/issuers", seller)
        book = {
            "price_book_id": str(new_id()),
            "issuer_id": seller["issuer_id"],
            "name": "Tarifs de la Ruche",
            "valid_from": "2026-03-01",
            "deliberation": _DELIBERATION,
            "prices": [_PRICE],
        }
        self.people["finance"].post("billing", f"{BASE}/price-books", book)

    def _takes_members(self) -> None:
        """Members without a mail address: what happens to them is told to nobody."""
        administrator = self.people["administrator"]
        plan = {
            "plan_id": self.plan_id,
            "name": {"fr": "Nomade", "en": "Nomad"},
            "family": "coworking",
            "audiences": ["nomad"],
            "cadence": "month",
            "price_code": "plan-nomad",
            "site_ids": [self.site_id],
            "valid_from": "2026-03-01",
            "entitlements": [{"resource_kinds": ["desk"], "paid_by": "money"}],
        }
        administrator.post("membership", f"{BASE}/plans", plan)
        for number in range(8):
            person = {"person_id": str(new_id()), "given_name": "Alix", "family_name": f"Merle-{number}"}
            administrator.post("membership", f"{BASE}/persons", person)
            membership = {
                "membership_id": str(new_id()),
                "holder": {"person_id": person["person_id"]},
                "plan_id": self.plan_id,
                "audience": "nomad",
                "site_ids": [self.site_id],
                "valid_from": "2026-03-01",
            }
            administrator.post("membership", f"{BASE}/memberships", membership)
            self.members.append(person["person_id"])

    def _sets_desks(self) -> None:
        manager = self.people["hub-manager"]
        hours = {"valid_from": "2026-03-01", "weekly": _WEEKLY}
        path = f"{BASE}/sites/{self.site_id}/opening-hours"
        until(lambda: manager.send("POST", "booking", path, hours).is_success, 60)
        for number in range(DESKS):
            desk = {"resource_id": str(new_id()), "site_id": self.site_id, "kind": "desk", "capacity": 1}
            named = {"name": f"Poste {number + 1}", "price_code": "desk-hour"}
            manager.post("booking", f"{BASE}/resources", desk | named)
            self.desks.append(str(desk["resource_id"]))


def _hours() -> Iterator[datetime]:
    """Yield the hours of working days, UTC, in which the hub is open in Paris in winter and in summer."""
    day = FIRST_DAY
    while day <= LAST_DAY:
        if day.isoweekday() <= 5:
            yield from (datetime(day.year, day.month, day.day, hour, tzinfo=UTC) for hour in range(8, 17))
        day += timedelta(days=1)

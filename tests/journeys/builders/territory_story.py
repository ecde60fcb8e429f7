"""Lives one territory's month through the public API: each act by the person whose act it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import httpx
from journey import Json, Person, Platform, until
from sandbox_clock import until_it_is
from territory_fablab import makes
from territory_offers import offers
from territory_series import repeats
from territory_week import after_the_bills, before_the_bills

from chassis.ids import new_id
from chassis.testing import new_territory

TOPICS = (
    "booking.bookings.v1",
    "membership.memberships.v1",
    "billing.charges.v1",
    "billing.invoices.v1",
)
_TOKENS = ("access_token", "refresh_token")
_OPENED, _BILLED = "2026-03-01T08:00:00Z", "2026-04-02T08:00:00Z"
_DELIBERATION = {"number": "2026-014", "adopted_on": "2026-02-18", "body": "Conseil communautaire"}
_PREFERENCE = {"kind": "membership", "channel": "inbox", "wanted": True}
RULES = {
    "hold_minutes": 15,
    "check_in_opens_minutes": 15,
    "grace_minutes": 30,
    "free_cancel_hours": 24,
    "late_due_percent": 50,
    "no_show_due_percent": 100,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a story is lived, and the names that only its territory may see."""

    siren: str
    name: str
    town: tuple[str, str, str]  # code, postcode, name
    canary: str


@dataclass(slots=True)
class Caller(Person):
    """Somebody signed in who keeps a connection open: what they ask is many a thing."""

    client: httpx.Client

    def send(
        self, method: str, service: str, path: str, body: Json | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(new_id())
        return self.client.request(method, self.platform.address(service) + path, json=body, headers=headers)


@dataclass(frozen=True, slots=True)
class Said:
    """One command that somebody sent and that was accepted."""

    person: Person
    service: str
    path: str  # under the territory
    body: Json
    answer: Json


@dataclass(slots=True)
class Story:
    """What happened in one territory: its people, the ids of its things, every command that was sent."""

    platform: Platform
    place: Place
    operator: Caller
    ids: dict[str, str] = field(default_factory=dict)  # by the name that addresses give them
    people: dict[str, Caller] = field(default_factory=dict)
    renewals: dict[str, str] = field(default_factory=dict)  # each one's refresh token
    said: list[Said] = field(default_factory=list)
    key: str = ""  # the partner's

    @property
    def base(self) -> str:
        return f"/v1/territories/{self.place.siren}"

    def say(self, who: str, service: str, path: str, body: Json | None = None) -> Json:
        """Have somebody send a command that must be accepted."""
        person = self.operator if who == "operator" else self.people[who]
        answer = person.post(service, f"{self.base}{path}", body)
        self.said.append(Said(person, service, path, body or {}, answer))
        return answer

    def say_once_heard(self, who: str, service: str, path: str, body: Json) -> Json:
        """Have somebody send a command as soon as the service has heard what it needs to know."""
        person = self.people[who]
        response = until(lambda: _accepted(person, service, f"{self.base}{path}", body), 60)
        answer: Json = response.json() if response.content else {}
        self.said.append(Said(person, service, path, body, answer))
        return answer

    def see(self, who: str, service: str, path: str) -> Json:
        return self.people[who].get(service, f"{self.base}{path}")

    def new(self, name: str) -> str:
        """Draw an id for a thing that addresses call by this name."""
        self.ids[name] = str(new_id())
        return self.ids[name]

    def role_of(self, person: Person) -> str:
        """Return by which name somebody stands among the people; the operator acts as an administrator."""
        return next((who for who, one in self.people.items() if one is person), "administrator")

    def mail(self, who: str) -> str:
        return f"{who}.{self.place.canary.lower()}@{self.place.name.lower()}.example"

    def named(self, who: str) -> str:
        """Return a family name that only this territory may see, found nowhere else."""
        return f"{self.place.canary}-{who.title()}"

    def marks(self) -> set[str]:
        """Return every id and name by which this territory's things would be known again elsewhere."""
        people = {str(person.person_id) for person in self.people.values()}
        given = {value for said in self.said for value in ids_in({"body": said.body, "answer": said.answer})}
        platform_wide = {str(self.operator.person_id)}
        return (people | given | set(self.ids.values()) | {self.place.canary}) - platform_wide

    def renew(self) -> None:
        """Have everybody ask for a new access token: one is good for ten minutes."""
        address = self.platform.address("membership") + "/v1/sign-ins/refresh"
        for who, person in self.people.items():
            answer = person.client.post(address, json={"refresh_token": self.renewals[who]})
            person.token, self.renewals[who] = (answer.json()[each] for each in _TOKENS)

    def lived(self) -> Self:
        """Live the whole month, from the opening to the sealed invoices."""
        self._opens()
        self._sells()
        self._takes_members()
        self._books()
        before_the_bills(self)
        self._brings_fibre()
        self._tells_partners()
        self._bills()
        for more in (after_the_bills, repeats, makes, offers):
            more(self)
        return self

    def _opens(self) -> None:
        self.say("operator", "membership", "", {"kind": "sandbox", "starts_at": _OPENED})
        network = {"network_id": self.new("network_id"), "name": f"Réseau {self.place.canary}"}
        formed: Json = {"kind": "territories", "territory_ids": [self.place.siren], "formed_on": "2026-03-01"}
        self.operator.post("membership", "/v1/platform/networks", network | formed)
        self._registers("administrator", by="operator")
        self._grants("administrator", "territory-administrator", by="operator")
        self._signs_in("administrator")
        code, postcode, town = self.place.town
        where = {"address": "302 Rue Lamarck", "postcode": postcode, "town_code": code}
        site = {"site_id": self.new("site_id"), "name": f"Lieu {self.place.canary}", **where}
        self.say("administrator", "membership", "/sites", site)
        path = f"/sites/{self.ids['site_id']}/change"
        self.say("administrator", "membership", path, {"name": town, **where})
        wanted = {"import_id": self.new("import_id"), "source": "tiers-lieux-2019"}
        self.say("administrator", "membership", "/site-imports", wanted | {"dry_run": True})
        for who, role in (("finance", "finance"), ("contact", "partner"), ("desk", "hub-manager")):
            self._registers(who)
            self._grants(who, role)
            self._signs_in(who)
        self._registers("member")
        self._signs_in("member")
        self._knows_companies()

    def _registers(self, who: str, by: str = "administrator") -> None:
        body = {"person_id": str(new_id()), "given_name": who.title(), "family_name": self.named(who)}
        self.say(by, "membership", "/persons", body | {"mail": self.mail(who), "address": "1 Rue du Port"})
        self.ids["person_id"] = body["person_id"]

    def _grants(self, who: str, role: str, by: str = "administrator") -> None:
        body = {"grant_id": self.new("grant_id"), "person_id": self.ids["person_id"], "role": role}
        self.say(by, "membership", "/roles", body)

    def _signs_in(self, who: str) -> None:
        self.people[who], self.renewals[who] = signed_in(self.platform, self.operator.client, self.mail(who))

    def _knows_companies(self) -> None:
        """The operator of the site, and a company tied to it that nobody stands for."""
        company, branch = (self._company(f"{self.place.canary} {kind}") for kind in ("SAS", "Agence"))
        self.ids |= {"organisation_id": company, "branch_id": branch}
        link = {"link_id": self.new("link_id"), "other_id": branch, "kind": "single_undertaking_with"}
        path = f"/organisations/{company}/links"
        self.say("administrator", "membership", path, link | {"valid_from": "2026-03-01"})
        person = {"person_id": str(self.people["member"].person_id), "organisation_id": company}
        affiliation = {"affiliation_id": self.new("affiliation_id"), "role": "administrator", **person}
        self.say("administrator", "membership", "/affiliations", affiliation | {"valid_from": "2026-03-01"})
        runner = {"operator_id": self.new("operator_id"), "organisation_id": company}
        self.say("administrator", "membership", "/operators", runner)
        entrusted = {
            "delegation_id": self.new("delegation_id"),
            "operator_id": runner["operator_id"],
            "site_ids": [self.ids["site_id"]],
            "acts": ["resources", "bookings"],
            "valid_from": "2026-03-01",
        }
        self.say("administrator", "membership", "/delegations", entrusted)

    def _company(self, name: str) -> str:
        address = {"lines": ["1 Quai"], "postcode": "11000", "town": "Carcassonne", "country": "FR"}
        body: Json = {"registration_id": str(new_id()), "name": name, "country": "FR", "address": address}
        body["identifiers"] = [{"scheme": "siren", "value": new_territory()}]
        return str(self.say("administrator", "membership", "/organisations", body)["organisation_id"])

    def _sells(self) -> None:
        seller = {
            "issuer_id": self.new("issuer_id"),
            "name": self.place.name,
            "identifier": {"scheme": "siren", "value": self.place.siren, "country": "FR"},
            "regime": "public_regie",
            "address": {"lines": ["1 Place"], "postcode": "11000", "town": "Ville", "country": "FR"},
        }
        self.say("finance", "billing", "/issuers", seller)
        units = {"large-room": "hour", "plan-nomad": "month", "fibre-1g": "month"}
        version = {
            "name": f"Tarifs {self.place.canary}",
            "valid_from": "2026-03-01",
            "deliberation": _DELIBERATION,
            "prices": [_price(code, unit) for code, unit in units.items()],
        }
        book = {"price_book_id": self.new("price_book_id"), "issuer_id": seller["issuer_id"]}
        self.say("finance", "billing", "/price-books", book | version)

    def _takes_members(self) -> None:
        plan = {
            "plan_id": self.new("plan_id"),
            "name": {"fr": "Nomade", "en": "Nomad"},
            "family": "coworking",
            "audiences": ["nomad"],
            "cadence": "month",
            "price_code": "plan-nomad",
            "site_ids": [self.ids["site_id"]],
            "valid_from": "2026-03-01",
            "entitlements": [{"resource_kinds": ["room"], "paid_by": "money"}],
        }
        self.say("administrator", "membership", "/plans", plan)
        self.ids["person_id"] = str(self.people["member"].person_id)
        membership = {
            "membership_id": self.new("membership_id"),
            "holder": {"person_id": self.ids["person_id"]},
            "plan_id": plan["plan_id"],
            "audience": "nomad",
            "site_ids": [self.ids["site_id"]],
            "valid_from": "2026-03-01",
        }
        self.say("administrator", "membership", "/memberships", membership)

    def _books(self) -> None:
        site = self.ids["site_id"]
        weekly = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 7)]
        hours = {"valid_from": "2026-03-01", "weekly": weekly}
        self.say_once_heard("desk", "booking", f"/sites/{site}/opening-hours", hours)
        self.say("desk", "booking", f"/sites/{site}/booking-rules", RULES)
        for name in ("spare_id", "resource_id"):
            self._opens_room(self.new(name))
        spare, outage = self.ids["spare_id"], {"start": "2026-03-10T08:00:00Z", "reason": "Travaux"}
        self.say("desk", "booking", f"/resources/{spare}/take-out-of-service", outage)
        cancelled, held, kept = (self._booking(day, self.new(name)) for day, name in _DAYS)
        self.say_once_heard("member", "booking", "/bookings", cancelled)
        self.say("member", "booking", f"/bookings/{cancelled['booking_id']}/cancel", {"reason": "Grippe"})
        self.say("member", "booking", "/bookings/held", held)
        self.say("desk", "booking", "/bookings", kept)
        waits = self._booking("2026-03-16", self.new("entry_id"), "entry_id")
        self.say("member", "booking", "/waitlist", waits)
        self.say("member", "notifications", "/preferences/own/set", _PREFERENCE)

    def _opens_room(self, resource_id: str) -> None:
        room = {"site_id": self.ids["site_id"], "kind": "room", "name": f"Salle {self.place.canary}"}
        priced = room | {"resource_id": resource_id, "capacity": 10, "price_code": "large-room"}
        self.say("desk", "booking", "/resources", priced)

    def _booking(self, day: str, its_id: str, named: str = "booking_id") -> Json:
        return {
            named: its_id,
            "resource_id": self.ids["resource_id"],
            "person_id": str(self.people["member"].person_id),
            "start": f"{day}T09:00:00Z",
            "end": f"{day}T11:00:00Z",
        }

    def _brings_fibre(self) -> None:
        zone = {"zone_id": self.new("zone_id"), "name": "Zone", "site_ids": [self.ids["site_id"]]}
        self.say("desk", "billing", "/fibre-zones", zone | {"served_from": "2026-03-01", "ports": 8})
        for customer in ("organisation_id", "branch_id"):
            line: Json = {"line_id": self.new("line_id"), "site_id": self.ids["site_id"]}
            line["customer"] = {"organisation_id": self.ids[customer]}
            self.say_once_heard("desk", "billing", "/fibre-lines", line)
            path = f"/fibre-lines/{line['line_id']}"
            self.say("desk", "billing", f"{path}/order", {"price_code": "fibre-1g"})
            visit = {"start": "2026-03-03T09:00:00Z", "end": "2026-03-03T11:00:00Z"}
            self.say("desk", "billing", f"{path}/appointment", visit)
            proof = {"down_mbps": 941, "up_mbps": 938, "reference": "PV-2026-0312"}
            self.say("desk", "billing", f"{path}/activate", {"proof": proof})

    def _tells_partners(self) -> None:
        partner = {"partner_id": self.new("partner_id"), "name": f"Partenaire {self.place.canary}"}
        contact = {"contact_person_id": str(self.people["contact"].person_id)}
        self.say_once_heard("administrator", "notifications", "/partners", partner | contact)
        path = f"/partners/{partner['partner_id']}"
        agreement = {
            "agreement_id": self.new("agreement_id"),
            "topics": list(TOPICS),
            "pseudonyms": True,
            "purpose": "Statistiques",
            "valid_from": "2026-01-01",
        }
        self.say("administrator", "notifications", f"{path}/agreements", agreement)
        issued = self.say("administrator", "notifications", f"{path}/keys", {"key_id": self.new("key_id")})
        self.key = issued["key"]

    def _bills(self) -> None:
        """The clock moves past the month; one person plans, another releases, the timer seals."""
        until(lambda: self._charges(3), 60)
        self.say("administrator", "membership", "/move-clock", {"to": _BILLED})
        until_it_is(self.platform, self.place.siren, _BILLED)
        until(lambda: self._charges(6), 60)
        run = {"bill_run_id": self.new("bill_run_id"), "issuer_id": self.ids["issuer_id"]}
        planned = self.say("finance", "billing", "/bill-runs", run | {"cut_off_on": "2026-04-02"})
        path = f"/bill-runs/{run['bill_run_id']}"
        self.say("administrator", "billing", f"{path}/release", {"plan_digest": planned["plan_digest"]})
        self.say("administrator", "billing", f"{path}/seal")
        until(lambda: self.see("finance", "billing", path)["state"] == "sealed", 60)
        invoices = self.see("finance", "billing", "/invoices")["items"]
        self.say("member", "booking", "/bookings", self._booking("2026-05-04", self.new("coming_id")))
        own = self.see("member", "billing", "/invoices/own")["items"]
        self.ids["invoice_id"] = own[0]["invoice_id"]
        self.ids["charge_id"] = self.see("member", "billing", "/charges/own")["items"][0]["charge_id"]
        until(lambda: self._heard_of_invoices(len(invoices)), 60)

    def _charges(self, count: int) -> bool:
        return len(self.see("finance", "billing", "/charges")["items"]) >= count

    def _heard_of_invoices(self, count: int) -> bool:
        """Whether notifications has fed and told all that billing said."""
        administrator = self.people["administrator"]
        batch = administrator.send("GET", "notifications", f"{self.base}/events?limit=200").json()
        invoiced = [event for event in batch if event["type"].startswith("maillage.billing.Invoice")]
        own = self.see("member", "notifications", "/messages/own?limit=200")["items"]
        return len(invoiced) >= count and len(own) > 0


@dataclass(frozen=True, slots=True)
class Two:
    """Two territories after a month, each of them lived by its own people."""

    here: Story
    there: Story

    def both_ways(self) -> Iterator[tuple[Story, Story]]:
        yield self.here, self.there
        yield self.there, self.here


_DAYS = (("2026-03-12", "cancelled_id"), ("2026-03-13", "held_id"), ("2026-03-16", "booking_id"))


def signed_in(platform: Platform, client: httpx.Client, mail: str) -> tuple[Caller, str]:
    """Sign somebody in by the code of a mail; return them, and what renews their token."""
    tokens = platform.run("token", mail)
    caller = Caller(platform, mail, UUID(tokens["person_id"]), tokens["access_token"], client)
    return caller, tokens["refresh_token"]


def ids_in(value: Any) -> set[str]:
    """Return every text in a value that reads as an id of ours."""
    if isinstance(value, dict):
        return set().union(*(ids_in(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(ids_in(each) for each in value))
    is_id = isinstance(value, str) and len(value) == len(str(new_id())) and value.count("-") == 4
    return {value} if is_id else set()


def _accepted(person: Person, service: str, path: str, body: Json) -> Any:
    response = person.send("POST", service, path, body)
    return response if response.is_success else None


def _price(code: str, unit: str) -> Json:
    return {
        "price_code": code,
        "label": {"fr": code, "en": code},
        "unit": unit,
        "unit_price": "12.00",
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
    }

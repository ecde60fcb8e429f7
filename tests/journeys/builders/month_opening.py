"""Opens the « 302 » for a month as the oracle's tables say: people, plans, prices, rules, resources."""

from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from journey import Json, Platform, until
from month_tables import (
    CHECK_IN_OPENS,
    GRACE,
    INCLUDED,
    LATE,
    MISSED_PERCENT,
    PEOPLE,
    TARIFFS,
    THINGS,
    VAT_PERCENT,
)
from territory_story import Caller, signed_in

from chassis.ids import new_id
from chassis.testing import new_territory

SIREN = "200035715"
BASE = f"/v1/territories/{SIREN}"
_BEGUN = "2026-03-01"
_ADDRESS = {"lines": ["302 Rue Lamarck"], "postcode": "11000", "town": "Carcassonne", "country": "FR"}
_WEEKLY = [{"weekday": day, "opens": "08:30", "closes": "19:00"} for day in range(1, 6)]
_STAFF = {"administrator": "territory-administrator", "finance": "finance", "desk": "hub-manager"}
_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Opened:
    """The hub, who is signed in, and by which ids the platform knows what the oracle names."""

    platform: Platform
    client: httpx.Client
    site_id: str = ""
    issuer_id: str = ""
    people: dict[str, Caller] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    payers: dict[str, str] = field(default_factory=dict)  # by the id of whoever pays
    memberships: dict[str, str] = field(default_factory=dict)  # their payers
    _renewals: dict[str, str] = field(default_factory=dict)

    def post(self, who: str, service: str, path: str, body: Json | None = None) -> Json:
        return self.people[who].post(service, f"{BASE}{path}", body)

    def get(self, who: str, service: str, path: str) -> Json:
        return self.people[who].get(service, f"{BASE}{path}")

    def sign_in(self, who: str, mail: str) -> None:
        self.people[who], self._renewals[who] = signed_in(self.platform, self.client, mail)

    def renew(self) -> None:
        """Have everybody ask for a new access token: one is good for ten minutes."""
        address = self.platform.address("membership") + "/v1/sign-ins/refresh"
        for who, person in self.people.items():
            answer = self.client.post(address, json={"refresh_token": self._renewals[who]}).json()
            person.token, self._renewals[who] = answer["access_token"], answer["refresh_token"]

    def registers(self, by: str, name: str, mail: str | None = None) -> str:
        given_name, _, family_name = name.partition(" ")
        body: Json = {"person_id": str(new_id()), "given_name": given_name, "family_name": family_name}
        self.post(by, "membership", "/persons", body | ({"mail": mail} if mail else {}))
        return str(body["person_id"])


def opened(platform: Platform, client: httpx.Client) -> Opened:
    """Open the territory as a sandbox on 1 March 2026 and make the hub ready."""
    hub = Opened(platform, client)
    hub.sign_in("operator", "operator@maillage.example")
    hub.post("operator", "membership", "", {"kind": "sandbox", "starts_at": f"{_BEGUN}T08:00:00Z"})
    for who, role in _STAFF.items():
        by, mail = "operator" if who == "administrator" else "administrator", f"{who}@le302.example"
        person_id = hub.registers(by, f"{who.title()} L’Hermitte", mail)
        hub.post(
            by, "membership", "/roles", {"grant_id": str(new_id()), "person_id": person_id, "role": role}
        )
        hub.sign_in(who, mail)
    wanted = {"import_id": str(new_id()), "source": "tiers-lieux-2019", "dry_run": False}
    hub.post("administrator", "membership", "/site-imports", wanted)
    [site] = hub.get("administrator", "membership", "/sites")["items"]
    hub.site_id = site["site_id"]
    _sells(hub)
    _equips(hub)
    _takes_members(hub)
    return hub


def _sells(hub: Opened) -> None:
    seller = {
        "name": "Carcassonne Agglo",
        "identifier": {"scheme": "siren", "value": SIREN, "country": "FR"},
        "regime": "public_regie",
        "address": _ADDRESS,
    }
    finance = hub.people["finance"]
    hub.issuer_id = finance.create("billing", f"{BASE}/issuers", "issuer_id", seller)["issuer_id"]
    version = {
        "name": "Tarifs 2026",
        "valid_from": _BEGUN,
        "deliberation": {"number": "2026-014", "adopted_on": "2026-02-18", "body": "Conseil communautaire"},
        "prices": [
            _price(code, audience, *price)
            for code, tariff in TARIFFS.items()
            for audience, price in tariff.prices.items()
        ],
    }
    book = {"price_book_id": str(new_id()), "issuer_id": hub.issuer_id}
    hub.post("finance", "billing", "/price-books", book | version)


def _price(code: str, audience: str | None, amount: str, with_vat: bool) -> Json:  # noqa: FBT001 - a column of the table
    return {
        "price_code": code,
        "audience": audience,
        "label": {"fr": code, "en": code},
        "unit": TARIFFS[code].unit,
        "unit_price": amount,
        "price_mode": "including_vat" if with_vat else "excluding_vat",
        "vat_category": "S",
        "vat_rate": f"{VAT_PERCENT}.00",
    }


def _equips(hub: Opened) -> None:
    hours = {"valid_from": _BEGUN, "weekly": _WEEKLY}
    path = f"{BASE}/sites/{hub.site_id}/opening-hours"
    until(lambda: hub.people["desk"].send("POST", "booking", path, hours).is_success)
    for key, thing in THINGS.items():
        hub.things[key] = str(new_id())
        body: Json = {
            "resource_id": hub.things[key],
            "site_id": hub.site_id,
            "kind": thing.kind,
            "name": thing.name,
            "capacity": 10,
            "price_code": thing.code,
        }
        parts = [hub.things[leaf] for leaf in sorted(thing.leaves) if leaf != key]
        if parts:
            body |= {"part_ids": parts, "turnaround_minutes": thing.turnaround // _MINUTE}
        hub.post("desk", "booking", "/resources/composed" if parts else "/resources", body)
    policy = {
        "policy_id": str(new_id()),
        "scope_id": hub.site_id,
        "in_force_from": _BEGUN,
        "terms": {
            "name": "Règlement du 302",
            "cancellation": [{"hours_before": hours, "due_percent": due} for hours, due in LATE],
            "check_in_opens_minutes": CHECK_IN_OPENS // _MINUTE,
            "grace_minutes": GRACE // _MINUTE,
            "no_show_due_percent": MISSED_PERCENT,
        },
    }
    hub.post("desk", "booking", "/policies", policy)


def _takes_members(hub: Opened) -> None:
    """Let everybody join, and wait until booking knows that they may book."""
    plans = {audience: _plan(hub, audience) for audience in ("nomad", "student", "company")}
    holders: dict[str, dict[str, str]] = {}
    for who, someone in PEOPLE.items():
        if not someone.member:
            continue
        mail = f"{who}@le302.example"
        person_id = hub.registers("desk", someone.name, mail)
        if someone.payer == who:
            holders[who] = {"person_id": person_id}
        else:
            holders.setdefault(someone.payer, {"organisation_id": _company(hub)})
            _belongs(hub, person_id, holders[someone.payer]["organisation_id"])
        hub.sign_in(who, mail)
    audiences = {someone.payer: someone.audience for someone in PEOPLE.values() if someone.member}
    for payer, holder in holders.items():
        body: Json = {
            "membership_id": str(new_id()),
            "holder": holder,
            "plan_id": plans[audiences[payer]],
            "audience": audiences[payer],
            "site_ids": [hub.site_id],
            "valid_from": _BEGUN,
        }
        hub.post("administrator", "membership", "/memberships", body)
        hub.payers |= dict.fromkeys(holder.values(), payer)
        hub.memberships[body["membership_id"]] = payer
    for who in (who for who, someone in PEOPLE.items() if someone.member):
        _may_book(hub, who)


def _plan(hub: Opened, audience: str) -> str:
    included = INCLUDED.get(audience)
    rights: list[Json] = [
        {"resource_kinds": [kind], "paid_by": "money"} for kind in ("room", "desk", "office")
    ]
    if included:
        kind, unit, quantity = included
        counted = {"quantity": str(quantity), "unit": unit, "per": "month"}
        rights.append({"resource_kinds": [kind], "paid_by": "plan", **counted})
    plan = {
        "plan_id": str(new_id()),
        "name": {"fr": audience.title(), "en": audience.title()},
        "family": "coworking",
        "audiences": [audience],
        "cadence": "month",
        "price_code": f"plan-{audience}",
        "valid_from": _BEGUN,
        "entitlements": rights,
    }
    hub.post("administrator", "membership", "/plans", plan)
    return str(plan["plan_id"])


def _company(hub: Opened) -> str:
    body: Json = {
        "registration_id": str(new_id()),
        "name": "Atelier du Canal",
        "country": "FR",
        "identifiers": [{"scheme": "siren", "value": new_territory()}],
        "address": _ADDRESS,
    }
    return str(hub.post("administrator", "membership", "/organisations", body)["organisation_id"])


def _belongs(hub: Opened, person_id: str, organisation_id: str) -> None:
    body = {
        "affiliation_id": str(new_id()),
        "person_id": person_id,
        "organisation_id": organisation_id,
        "role": "administrator",
        "valid_from": _BEGUN,
    }
    hub.post("administrator", "membership", "/affiliations", body)


def _may_book(hub: Opened, who: str) -> None:
    """Wait until somebody can keep a desk in April; then give it back."""
    wanted = {
        "resource_id": hub.things["desk-1"],
        "person_id": str(hub.people[who].person_id),
        "start": "2026-04-07T08:00:00Z",
        "end": "2026-04-07T09:00:00Z",
    }
    held = hub.people[who].create("booking", f"{BASE}/bookings/held", "booking_id", wanted, 60)
    booking_id = held["booking_id"]
    hub.post(who, "booking", f"/bookings/{booking_id}/cancel")

"""A small hub as its people made it through the public API: what every page of the portal has to show."""

from dataclasses import dataclass
from typing import Any

import httpx
from journey import Json, Person, Platform, until
from sandbox_clock import until_it_is

from chassis.ids import new_id
from chassis.testing import new_territory

TERRITORY = "200035715"
BASE = f"/v1/territories/{TERRITORY}"
WEEKDAYS = [{"weekday": day, "opens": "08:30", "closes": "19:00"} for day in range(1, 6)]
DELIBERATION = {"number": "2026-014", "adopted_on": "2026-02-18", "body": "Conseil communautaire"}
ROOMS = (("Salle Canal", 10, "room-hour"), ("Salle Cité", 12, "room-hour"), ("Studio", 4, "studio-hour"))
RULES = {
    "hold_minutes": 600,  # as long as a browser may look at it
    "check_in_opens_minutes": 30,
    "grace_minutes": 30,
    "free_cancel_hours": 24,
    "late_due_percent": 50,
    "no_show_due_percent": 100,
}
MAILS = {
    "hub": "ines@carcassonne.example",
    "finance": "gael@carcassonne.example",
    "member": "noe@carcassonne.example",
    "partner": "lou@partenaire.example",
}


@dataclass(slots=True)
class Hub:
    """The « 302 » on 2 April 2026, after its first month."""

    platform: Platform
    people: dict[str, Person]
    site_id: str = ""
    rooms: tuple[str, ...] = ()
    organisation_id: str = ""
    line_id: str = ""
    asked_line_id: str = ""
    visited_line_id: str = ""
    held_id: str = ""
    invoice_id: str = ""
    booking_id: str = ""
    policy_id: str = ""
    import_id: str = ""
    series_id: str = ""
    door_token: str = ""
    closure_id: str = ""
    document_id: str = ""
    class_id: str = ""
    pass_id: str = ""
    session_id: str = ""
    certificate: str = ""
    held_certificate: str = ""


def lived(platform: Platform) -> Hub:
    """Open the territory on 1 March, live a month of the « 302 », and stop on 2 April."""
    hub = Hub(platform, {})
    _open(hub)
    _equip(hub)
    _sell(hub)
    _join(hub)
    _book_march(hub)
    _connect(hub)
    clock_moved(hub, "2026-04-02T07:00:00Z")
    _invoice(hub)
    _book_april(hub)
    hub.invoice_id = _own(hub, "billing", "invoices")[0]["invoice_id"]
    coming = [
        each
        for each in _own(hub, "booking", "bookings")
        if each["state"] == "confirmed" and not each["series_id"]
    ]
    hub.booking_id = coming[0]["booking_id"]
    return hub


def _own(hub: Hub, service: str, what: str) -> list[Json]:
    items: list[Json] = hub.people["member"].get(service, f"{BASE}/{what}/own")["items"]
    return items


def _open(hub: Hub) -> None:
    operator = hub.platform.sign_in("operator@maillage.example")
    operator.post("membership", BASE, {"kind": "sandbox", "starts_at": "2026-03-01T08:00:00Z"})
    first = registered(operator, "Inès", "d’Arnouze", MAILS["hub"])
    _granted(operator, first, "territory-administrator")
    hub.people["hub"] = hub.platform.sign_in(MAILS["hub"])
    finance = registered(hub.people["hub"], "Gaël", "Ollivier", MAILS["finance"])
    _granted(hub.people["hub"], finance, "finance")
    hub.people["finance"] = hub.platform.sign_in(MAILS["finance"])
    contact = registered(hub.people["hub"], "Lou", "Ferrand", MAILS["partner"])
    _granted(hub.people["hub"], contact, "partner")
    hub.people["partner"] = hub.platform.sign_in(MAILS["partner"])
    _agree(hub, contact)


def _agree(hub: Hub, contact: str) -> None:
    """Let the partner hear of bookings."""
    chief = hub.people["hub"]
    account = {"name": "Office de tourisme", "contact_person_id": contact}
    chief.create("notifications", f"{BASE}/partners", "partner_id", account)
    agreement = {
        "agreement_id": str(new_id()),
        "topics": ["booking.bookings.v1"],
        "purpose": "Affluence",
        "valid_from": "2026-03-01",
    }
    chief.post("notifications", f"{BASE}/partners/{account['partner_id']}/agreements", agreement)


def _equip(hub: Hub) -> None:
    chief = hub.people["hub"]
    wanted = {"import_id": str(new_id()), "source": "tiers-lieux-2019", "dry_run": False}
    chief.post("membership", f"{BASE}/site-imports", wanted)
    [site] = chief.get("membership", f"{BASE}/sites")["items"]
    hub.site_id = site["site_id"]
    path = f"{BASE}/sites/{hub.site_id}/opening-hours"
    hours = {"valid_from": "2026-03-01", "weekly": WEEKDAYS}
    until(lambda: chief.send("POST", "booking", path, hours).is_success)
    chief.post("booking", f"{BASE}/sites/{hub.site_id}/booking-rules", RULES)
    rooms = [(name, "room", places, code) for name, places, code in ROOMS]
    desks = [(f"Poste {number}", "desk", 1, "desk-day") for number in range(1, 4)]
    hub.rooms = tuple(furnished(hub, *each) for each in [*rooms, *desks])
    hub.policy_id = str(new_id())
    terms = {
        "name": "Associations",
        "audiences": ["association"],
        "approval": {"needed": "always", "deadline_hours": 48},
        "cancellation": [{"hours_before": 24, "due_percent": 50}],
        "quotas": [{"per": "person", "counted": "hours", "limit": 10, "window": "week"}],
    }
    policy = {"policy_id": hub.policy_id, "scope_id": hub.site_id, "in_force_from": "2026-03-01"}
    chief.post("booking", f"{BASE}/policies", {**policy, "terms": terms})
    hub.import_id = _sent_file(chief)


def _sent_file(chief: Person) -> str:
    """Have a file looked at: one line is sound, one is damaged."""
    import_id, content = str(new_id()), "Nom;Prénom;Courriel\nVidal;Maël;mael@reprise.example\nRoux;;faux\n"
    chief.post("membership", f"{BASE}/imports", {"import_id": import_id, "kind": "members"})
    url = f"{chief.platform.address('membership')}{BASE}/imports/{import_id}/file"
    headers = {"Authorization": f"Bearer {chief.token}", "Idempotency-Key": str(new_id())}
    assert httpx.post(url, content=content.encode(), headers=headers).is_success
    until(lambda: chief.get("membership", f"{BASE}/imports/{import_id}")["state"] == "checked")
    return import_id


def furnished(hub: Hub, name: str, kind: str, capacity: int, price_code: str) -> str:
    """Put a room or a desk into the hub; return its id."""
    body: Json = {
        "resource_id": str(new_id()),
        "site_id": hub.site_id,
        "kind": kind,
        "name": name,
        "capacity": capacity,
        "price_code": price_code,
    }
    hub.people["hub"].post("booking", f"{BASE}/resources", body)
    return str(body["resource_id"])


def _sell(hub: Hub) -> None:
    """Publish prices, and a plan that includes desks."""
    chief = hub.people["hub"]
    issuer = {
        "issuer_id": str(new_id()),
        "name": "Carcassonne Agglo",
        "identifier": {"scheme": "siren", "value": TERRITORY, "country": "FR"},
        "regime": "public_regie",
        "address": {
            "lines": ["1 Rue Pierre Germain"],
            "postcode": "11000",
            "town": "Carcassonne",
            "country": "FR",
        },
    }
    chief.post("billing", f"{BASE}/issuers", issuer)
    book = {
        "price_book_id": str(new_id()),
        "issuer_id": issuer["issuer_id"],
        "name": "Tarifs 2026",
        "valid_from": "2026-03-01",
        "deliberation": DELIBERATION,
        "prices": [
            _price("room-hour", "Salle de réunion", "Meeting room", "hour", "12.00"),
            _price("desk-day", "Poste à la journée", "Desk for the day", "day", "10.00"),
            _price("plan-nomad", "Formule nomade", "Nomad plan", "month", "90.00"),
            _price("fibre-1g", "Fibre 1 Gbit/s", "Fibre 1 Gbit/s", "month", "500.00"),
        ],
    }
    chief.post("billing", f"{BASE}/price-books", book)


def _price(code: str, french: str, english: str, unit: str, amount: str) -> Json:
    return {
        "price_code": code,
        "label": {"fr": french, "en": english},
        "unit": unit,
        "unit_price": amount,
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
    }


def _join(hub: Hub) -> None:
    """Noé joins as a nomad, and administers the company that pays."""
    chief = hub.people["hub"]
    member = registered(chief, "Noé", "Vidal", MAILS["member"])
    company = {
        "registration_id": str(new_id()),
        "name": "Wildix France",
        "country": "FR",
        "identifiers": [{"scheme": "siren", "value": new_territory()}],
        "address": {
            "lines": ["302 Rue Lamarck"],
            "postcode": "11000",
            "town": "Carcassonne",
            "country": "FR",
        },
    }
    hub.organisation_id = chief.post("membership", f"{BASE}/organisations", company)["organisation_id"]
    affiliation = {
        "affiliation_id": str(new_id()),
        "person_id": member,
        "organisation_id": hub.organisation_id,
        "role": "administrator",
        "valid_from": "2026-03-01",
    }
    chief.post("membership", f"{BASE}/affiliations", affiliation)
    plan_id = str(new_id())
    opened = [
        {"resource_kinds": ["desk"], "paid_by": "plan"},
        {"resource_kinds": ["room", "equipment"], "paid_by": "money"},
    ]
    plan = {
        "plan_id": plan_id,
        "name": {"fr": "Nomade", "en": "Nomad"},
        "family": "coworking",
        "audiences": ["nomad"],
        "cadence": "month",
        "price_code": "plan-nomad",
        "valid_from": "2026-03-01",
        "entitlements": opened,
    }
    chief.post("membership", f"{BASE}/plans", plan)
    taken = {
        "membership_id": str(new_id()),
        "holder": {"person_id": member},
        "payer": {"organisation_id": hub.organisation_id},
        "plan_id": plan_id,
        "audience": "nomad",
        "valid_from": "2026-03-01",
    }
    chief.post("membership", f"{BASE}/memberships", taken)
    hub.people["member"] = hub.platform.sign_in(MAILS["member"])


def _book_march(hub: Hub) -> None:
    member = hub.people["member"]
    visit: Json = {"host_id": str(member.person_id), "visitor_name": "Azalaïs Roque"}
    visit |= {"expected_at": "2026-03-01T14:00:00Z"}
    member.create("booking", f"{BASE}/sites/{hub.site_id}/visits", "visit_id", visit)
    booked(hub, "2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z", 0)
    clock_moved(hub, "2026-03-02T09:05:00Z")
    items = hub.people["member"].get("booking", f"{BASE}/bookings/own")["items"]
    hub.people["hub"].post("booking", f"{BASE}/bookings/{items[0]['booking_id']}/check-in")


def _book_april(hub: Hub) -> None:
    """Today and tomorrow: rooms and a desk, one of them given up; a studio whose price is to come."""
    booked(hub, "2026-04-02T07:30:00Z", "2026-04-02T09:00:00Z", 0)
    booked(hub, "2026-04-02T12:00:00Z", "2026-04-02T16:00:00Z", 1)
    booked(hub, "2026-04-03T06:30:00Z", "2026-04-03T17:00:00Z", 3)
    booked(hub, "2026-04-03T13:00:00Z", "2026-04-03T14:00:00Z", 2)
    _waits(hub, "2026-04-03T13:00:00Z", "2026-04-03T14:00:00Z", 2)
    given_up = booked(hub, "2026-04-06T08:00:00Z", "2026-04-06T09:00:00Z", 0)
    _waits(hub, "2026-04-06T08:00:00Z", "2026-04-06T09:00:00Z", 0)
    hub.people["member"].post("booking", f"{BASE}/bookings/{given_up}/cancel")
    hub.held_id = booked(hub, "2026-04-07T08:00:00Z", "2026-04-07T09:00:00Z", 0, "bookings/held")
    _repeat(hub)


def _repeat(hub: Hub) -> None:
    """Six days of the second room, closed on two of them; and a screen at the first one's door."""
    chief, member = hub.people["hub"], hub.people["member"]
    series = {
        "series_id": str(new_id()),
        "resource_id": hub.rooms[1],
        "person_id": str(member.person_id),
        "rule": "FREQ=DAILY;COUNT=6",
        "first": "2026-04-14T16:00",
        "minutes": 60,
    }
    hub.series_id = member.post("booking", f"{BASE}/series", series)["series_id"]
    link = {
        "calendar_id": str(new_id()),
        "kind": "resource",
        "resource_id": hub.rooms[0],
        "name": "Porte de la salle Canal",
    }
    hub.door_token = chief.post("booking", f"{BASE}/calendars", link)["token"]


def booked(hub: Hub, start: str, end: str, place: int, how: str = "bookings") -> str:
    """Book for the member, as soon as booking has heard of the membership; return the booking's id."""
    member = hub.people["member"]
    wanted: Json = {
        "resource_id": hub.rooms[place],
        "person_id": str(member.person_id),
        "start": start,
        "end": end,
    }
    return str(member.create("booking", f"{BASE}/{how}", "booking_id", wanted)["booking_id"])


def _waits(hub: Hub, start: str, end: str, place: int) -> None:
    """Put the member on the list for what is taken; of two, one is then offered."""
    member = hub.people["member"]
    wish = {"resource_id": hub.rooms[place], "person_id": str(member.person_id), "start": start, "end": end}
    member.post("booking", f"{BASE}/waitlist", {"entry_id": str(new_id()), **wish})


def _connect(hub: Hub) -> None:
    """A fibre line for the company, active since 12 March; another one asked for."""
    chief, member = hub.people["hub"], hub.people["member"]
    zone = {
        "name": "Saint-Jean de l’Arnouze",
        "site_ids": [hub.site_id],
        "served_from": "2026-03-01",
        "ports": 8,
    }
    chief.create("billing", f"{BASE}/fibre-zones", "zone_id", zone)
    hub.line_id = _asked_line(hub, "Bureau 12")
    path = f"{BASE}/fibre-lines/{hub.line_id}"
    member.post("billing", f"{path}/order", {"price_code": "fibre-1g", "commitment_months": 12})
    visit = {"start": "2026-03-12T09:00:00Z", "end": "2026-03-12T11:00:00Z"}
    chief.post("billing", f"{path}/appointment", visit)
    clock_moved(hub, "2026-03-12T11:00:00Z")
    proof = {"down_mbps": 941, "up_mbps": 938, "reference": "PV-2026-0312"}
    chief.post("billing", f"{path}/activate", {"proof": proof})
    hub.asked_line_id = _asked_line(hub, "Bureau 14")
    hub.visited_line_id = _asked_line(hub, "Bureau 16")
    path = f"{BASE}/fibre-lines/{hub.visited_line_id}"
    member.post("billing", f"{path}/order", {"price_code": "fibre-1g"})
    visit = {"start": "2026-04-09T09:00:00Z", "end": "2026-04-09T11:00:00Z"}
    member.post("billing", f"{path}/appointment", visit)


def _asked_line(hub: Hub, unit: str) -> str:
    body: Json = {
        "site_id": hub.site_id,
        "customer": {"organisation_id": hub.organisation_id},
        "unit": unit,
    }
    asked = hub.people["member"].create("billing", f"{BASE}/fibre-lines", "line_id", body)
    return str(asked["line_id"])


def _invoice(hub: Hub) -> None:
    """Plan, release and seal the bill run of March, once all of its charges are there."""
    chief, finance = hub.people["hub"], hub.people["finance"]
    until(lambda: len(chief.get("billing", f"{BASE}/charges")["items"]) >= 4, timeout=60)
    [issuer] = chief.get("billing", f"{BASE}/issuers")["items"]
    wanted = {"bill_run_id": str(new_id()), "issuer_id": issuer["issuer_id"], "cut_off_on": "2026-04-01"}
    run = chief.post("billing", f"{BASE}/bill-runs", wanted)
    path = f"{BASE}/bill-runs/{run['bill_run_id']}"
    finance.post("billing", f"{path}/release", {"plan_digest": run["plan_digest"]})
    finance.post("billing", f"{path}/seal")
    until(lambda: hub.people["member"].get("billing", f"{BASE}/invoices/own")["items"], timeout=60)


def clock_moved(hub: Hub, to: str) -> None:
    """Move the sandbox's clock, and wait until every service follows."""
    hub.people["hub"].post("membership", f"{BASE}/move-clock", {"to": to})
    until_it_is(hub.platform, TERRITORY, to)


def registered(by: Person, given_name: str, family_name: str, mail: str, base: str = BASE) -> str:
    body = {"person_id": str(new_id()), "given_name": given_name, "family_name": family_name, "mail": mail}
    person = by.post("membership", f"{base}/persons", body)
    return str(person["person_id"])


def _granted(by: Person, person_id: str, role: str, **narrowed: Any) -> None:
    body = {"grant_id": str(new_id()), "person_id": person_id, "role": role, **narrowed}
    by.post("membership", f"{BASE}/roles", body)

"""C1, C2: the « 302 » opens in Carcassonne, run by La Mêlée; a nomad joins and books."""

from dataclasses import dataclass
from typing import Any

import pytest
from journey import Json, Person, Platform, until

from chassis.ids import new_id
from chassis.testing import new_territory

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]

CARCASSONNE = "/v1/territories/200035715"
WEEKDAYS = [{"weekday": day, "opens": "08:30", "closes": "19:00"} for day in range(1, 6)]
NOMAD: Json = {
    "name": {"fr": "Nomade", "en": "Nomad"},
    "family": "coworking",
    "audiences": ["nomad", "student"],
    "cadence": "month",
    "price_code": "plan-nomad",
    "valid_from": "2026-03-01",
    "entitlements": [
        {
            "resource_kinds": ["desk", "room"],
            "paid_by": "plan",
            "quantity": "2",
            "unit": "hour",
            "per": "month",
        }
    ],
}


@dataclass(slots=True)
class Hub:
    """The « 302 » once it is open: who runs it and what can be booked there."""

    platform: Platform
    administrator: Person
    staff: Person
    site_id: str
    rooms: dict[str, str]
    plan_id: str


def registered(by: Person, given_name: str, family_name: str, mail: str | None = None) -> str:
    body: Json = {"person_id": str(new_id()), "given_name": given_name, "family_name": family_name}
    person = by.post("membership", f"{CARCASSONNE}/persons", body | ({"mail": mail} if mail else {}))
    return str(person["person_id"])


def granted(by: Person, person_id: str, role: str, **narrowed: str) -> None:
    body = {"grant_id": str(new_id()), "person_id": person_id, "role": role, **narrowed}
    by.post("membership", f"{CARCASSONNE}/roles", body)


def room(staff: Person, site_id: str, name: str, capacity: int, *parts: str) -> str:
    body: Json = {
        "resource_id": str(new_id()),
        "site_id": site_id,
        "kind": "room",
        "name": name,
        "capacity": capacity,
    }
    if parts:
        composed = body | {"part_ids": list(parts), "turnaround_minutes": 15}
        staff.post("booking", f"{CARCASSONNE}/resources/composed", composed)
    else:
        staff.post("booking", f"{CARCASSONNE}/resources", body)
    return str(body["resource_id"])


@pytest.fixture(scope="module")
def hub(platform: Platform, operator: Person) -> Hub:
    """Open the territory as a sandbox on 1 March 2026, bring its site in, entrust it to La Mêlée."""
    operator.post("membership", CARCASSONNE, {"kind": "sandbox", "starts_at": "2026-03-01T08:00:00Z"})
    first = registered(operator, "Inès", "d'Arnouze", "ines@carcassonne.example")
    granted(operator, first, "territory-administrator")
    administrator = platform.sign_in("ines@carcassonne.example")
    wanted = {"import_id": str(new_id()), "source": "tiers-lieux-2019", "dry_run": False}
    imported = administrator.post("membership", f"{CARCASSONNE}/site-imports", wanted)
    assert (imported["rows_read"], imported["opened"]) == (1512, 1)
    [site] = administrator.get("membership", f"{CARCASSONNE}/sites")["items"]
    assert (site["name"], site["town_name"], site["matched_by"]) == ("Le 302", "Carcassonne", "insee_metro")
    staff = entrusted(platform, administrator, site["site_id"])
    hours = {"valid_from": "2026-03-01", "weekly": WEEKDAYS}
    path = f"{CARCASSONNE}/sites/{site['site_id']}/opening-hours"
    until(lambda: staff.send("POST", "booking", path, hours).is_success, timeout=30)
    canal = room(staff, site["site_id"], "Salle Canal", 10)
    cite = room(staff, site["site_id"], "Salle Cité", 10)
    large = room(staff, site["site_id"], "Grande salle", 24, canal, cite)
    plan_id = str(new_id())
    administrator.post("membership", f"{CARCASSONNE}/plans", NOMAD | {"plan_id": plan_id})
    rooms = {"canal": canal, "cite": cite, "large": large}
    return Hub(platform, administrator, staff, site["site_id"], rooms, plan_id)


def entrusted(platform: Platform, administrator: Person, site_id: str) -> Person:
    """Let La Mêlée run the site, and sign in one of its staff."""
    company = {"registration_id": str(new_id()), "name": "La Mêlée", "country": "FR"}
    siren = {"identifiers": [{"scheme": "siren", "value": new_territory()}]}
    organisation = administrator.post("membership", f"{CARCASSONNE}/organisations", company | siren)
    operator_id = str(new_id())
    body = {"operator_id": operator_id, "organisation_id": organisation["organisation_id"]}
    administrator.post("membership", f"{CARCASSONNE}/operators", body)
    delegation = {
        "delegation_id": str(new_id()),
        "operator_id": operator_id,
        "site_ids": [site_id],
        "acts": ["resources", "bookings", "memberships", "persons"],
        "valid_from": "2026-03-01",
    }
    administrator.post("membership", f"{CARCASSONNE}/delegations", delegation)
    person_id = registered(administrator, "Solène", "L'Hermitte", "solene@lamelee.example")
    granted(administrator, person_id, "operator-staff", site_id=site_id, operator_id=operator_id)
    return platform.sign_in("solene@lamelee.example")


@pytest.fixture(scope="module")
def nomad(hub: Hub) -> Person:
    """A nomad worker, member of the « 302 » since 1 March."""
    person_id = registered(hub.administrator, "Noé", "Vidal", "noe@carcassonne.example")
    membership = {
        "membership_id": str(new_id()),
        "holder": {"person_id": person_id},
        "plan_id": hub.plan_id,
        "audience": "nomad",
        "site_ids": [hub.site_id],
        "valid_from": "2026-03-01",
    }
    hub.staff.post("membership", f"{CARCASSONNE}/memberships", membership)
    return hub.platform.sign_in("noe@carcassonne.example")


def a_booking(person: Person, resource_id: str, start: str, end: str) -> Json:
    return {
        "booking_id": str(new_id()),
        "resource_id": resource_id,
        "person_id": str(person.person_id),
        "start": f"2026-03-{start}:00Z",
        "end": f"2026-03-{end}:00Z",
    }


def booked(person: Person, wanted: Json) -> Json:
    """Book, as soon as booking has heard of the membership."""

    def accepted() -> Any:
        response = person.send("POST", "booking", f"{CARCASSONNE}/bookings", wanted)
        return response if response.is_success else None

    booking: Json = (until(accepted, timeout=30)).json()
    return booking


def test_a_member_books_under_the_plan_and_a_composed_room_takes_its_parts(hub: Hub, nomad: Person) -> None:
    wanted = a_booking(nomad, hub.rooms["large"], "03T09:00", "03T10:00")
    booking = booked(nomad, wanted)
    assert (booking["state"], booking["paid_by"], booking["audience"]) == ("confirmed", "plan", "nomad")
    again = nomad.send("POST", "booking", f"{CARCASSONNE}/bookings", wanted)
    assert (again.status_code, again.json()) == (200, booking), "the same request again is the same booking"
    rival = a_booking(nomad, hub.rooms["canal"], "03T09:30", "03T11:00")
    refusal = nomad.refused("booking", f"{CARCASSONNE}/bookings", rival)
    assert refusal["code"] == "slot-taken"
    free = refusal["values"]["alternatives"][0]
    taken = rival | {key: free[key] for key in ("resource_id", "start", "end")}
    assert (booked(nomad, taken))["state"] == "confirmed", "what is offered can be had"


def test_staff_see_names_and_members_do_not(hub: Hub, nomad: Person) -> None:
    booking = booked(nomad, a_booking(nomad, hub.rooms["cite"], "04T09:00", "04T10:00"))
    path = f"{CARCASSONNE}/sites/{hub.site_id}/planning"
    seen = hub.staff.get("booking", f"{path}/named?day=2026-03-04")
    names = {entry["person_name"] for resource in seen["resources"] for entry in resource["taken"]}
    assert names == {"Noé Vidal"}
    stranger_id = registered(hub.administrator, "Maud", "Roux", "maud@carcassonne.example")
    hub.staff.post(
        "membership",
        f"{CARCASSONNE}/memberships",
        {
            "membership_id": str(new_id()),
            "holder": {"person_id": stranger_id},
            "plan_id": hub.plan_id,
            "audience": "student",
            "site_ids": [hub.site_id],
            "valid_from": "2026-03-01",
        },
    )
    stranger = hub.platform.sign_in("maud@carcassonne.example")
    assert "Vidal" not in stranger.send("GET", "booking", f"{path}?day=2026-03-04").text
    denied = stranger.send("GET", "booking", f"{CARCASSONNE}/bookings/{booking['booking_id']}")
    missing = stranger.send("GET", "booking", f"{CARCASSONNE}/bookings/{new_id()}")
    assert denied.status_code == missing.status_code == 404


def test_nobody_who_does_not_come_keeps_the_room(hub: Hub, nomad: Person) -> None:
    """The sandbox's clock moves past the time allowed; the rest of the period is free again."""
    booking = booked(nomad, a_booking(nomad, hub.rooms["large"], "05T13:00", "05T17:00"))
    hub.administrator.post("membership", f"{CARCASSONNE}/move-clock", {"to": "2026-03-05T13:45:00Z"})
    path = f"{CARCASSONNE}/bookings/{booking['booking_id']}"
    until(lambda: nomad.get("booking", path)["state"] == "no_show", timeout=60)
    walk_in = a_booking(nomad, hub.rooms["canal"], "05T15:00", "05T16:00")
    assert (booked(nomad, walk_in))["state"] == "confirmed"


def test_what_was_acknowledged_survives_the_death_of_each_service(hub: Hub, nomad: Person) -> None:
    booking = booked(nomad, a_booking(nomad, hub.rooms["canal"], "06T09:00", "06T10:00"))
    for part in ("booking", "membership", "kafka", "postgres"):
        hub.platform.run("kill", part)

    until(hub.platform.is_ready, 90)
    found = nomad.get("booking", f"{CARCASSONNE}/bookings/{booking['booking_id']}")
    assert found["state"] == "confirmed"


def test_another_territory_sees_nothing_of_it(hub: Hub, operator: Person) -> None:
    calais = "/v1/territories/200090751"
    operator.post("membership", calais, {"kind": "real"})
    person = {
        "person_id": str(new_id()),
        "given_name": "Ève",
        "family_name": "Blondel",
        "mail": "eve@calais.example",
    }
    operator.post("membership", f"{calais}/persons", person)
    role = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": "territory-administrator"}
    operator.post("membership", f"{calais}/roles", role)
    eve = hub.platform.sign_in("eve@calais.example")
    for path in ("persons", "sites", "memberships"):
        assert eve.send("GET", "membership", f"{CARCASSONNE}/{path}").status_code == 403
        assert "Vidal" not in eve.send("GET", "membership", f"{calais}/{path}").text
    assert [one["family_name"] for one in eve.get("membership", f"{calais}/persons")["items"]] == ["Blondel"]

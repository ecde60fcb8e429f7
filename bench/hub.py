"""Opens one hub on the whole platform, through its public API: a member who books, a partner who listens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import programs  # noqa: F401 - puts the journeys' builders on the path, for what follows

# isort: split
from journey import Json, Person, Platform, until

from chassis.clock import utc_now
from chassis.ids import new_id

SIREN = "200035715"
BASE = f"/v1/territories/{SIREN}"
ROOMS = 8
HOURS = range(9, 16)  # of the day, UTC: inside the opening hours in summer and in winter
_MEMBER = "member@bench.example"


@dataclass(slots=True)
class Hub:
    """A hub that is open, and what has to be known to book in it and to hear of it."""

    member: Person
    rooms: list[str]
    partner_key: str

    def bookings(self) -> Iterator[Json]:
        """Draw bookings that may all be made: another room, hour or day each time."""
        day = utc_now().replace(minute=0, second=0, microsecond=0)
        while True:
            day += timedelta(days=1)
            for hour in HOURS:
                for room in self.rooms:
                    yield self._booking(room, day.replace(hour=hour))

    def _booking(self, room: str, start: datetime) -> Json:
        return {
            "booking_id": str(new_id()),
            "resource_id": room,
            "person_id": str(self.member.person_id),
            "start": start.isoformat().replace("+00:00", "Z"),
            "end": (start + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
        }


def open_hub(platform: Platform) -> Hub:
    """Open a territory, a site with rooms, a plan, a membership and a partner's agreement."""
    operator = platform.sign_in("operator@maillage.example")
    operator.post("membership", BASE, {"kind": "real"})
    manager = _appointed(platform, operator, "Maud", "territory-administrator")
    desk = _appointed(platform, manager, "Solène", "hub-manager")
    site_id = str(new_id())
    where = {"address": "302 Rue Lamarck", "postcode": "11000", "town_code": "11069"}
    manager.post("membership", f"{BASE}/sites", {"site_id": site_id, "name": "Le 302", **where})
    rooms = _rooms(desk, site_id)
    member_id = _registered(manager, "Noé", _MEMBER)
    _membership(manager, site_id, member_id)
    hub = Hub(platform.sign_in(_MEMBER), rooms, _partner(manager))
    first = next(hub.bookings())
    until(lambda: hub.member.send("POST", "booking", f"{BASE}/bookings", first).is_success, 60)
    return hub


def _appointed(platform: Platform, by: Person, given_name: str, role: str) -> Person:
    """Register somebody, give them a role, and sign them in."""
    mail = f"{role}@bench.example"
    person_id = _registered(by, given_name, mail)
    grant = {"grant_id": str(new_id()), "person_id": person_id, "role": role}
    by.post("membership", f"{BASE}/roles", grant)
    return platform.sign_in(mail)


def _registered(by: Person, given_name: str, mail: str) -> str:
    person_id = str(new_id())
    body = {"person_id": person_id, "given_name": given_name, "family_name": "Vidal", "mail": mail}
    by.post("membership", f"{BASE}/persons", body)
    return person_id


def _rooms(desk: Person, site_id: str) -> list[str]:
    weekly = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 8)]
    hours = {"valid_from": _today(), "weekly": weekly}
    path = f"{BASE}/sites/{site_id}/opening-hours"
    until(lambda: desk.send("POST", "booking", path, hours).is_success, 60)
    rooms = [str(new_id()) for _ in range(ROOMS)]
    for number, room in enumerate(rooms, 1):
        body = {"resource_id": room, "site_id": site_id, "kind": "room", "name": f"Salle {number}"}
        desk.post("booking", f"{BASE}/resources", body | {"capacity": 10})
    return rooms


def _membership(manager: Person, site_id: str, member_id: str) -> None:
    plan_id, hours = str(new_id()), {"quantity": "9999", "unit": "hour", "per": "month"}
    plan = {
        "plan_id": plan_id,
        "name": {"fr": "Nomade", "en": "Nomad"},
        "family": "coworking",
        "audiences": ["nomad"],
        "cadence": "month",
        "price_code": "plan-nomad",
        "valid_from": _today(),
        "entitlements": [{"resource_kinds": ["room"], "paid_by": "plan", **hours}],
    }
    manager.post("membership", f"{BASE}/plans", plan)
    membership = {
        "membership_id": str(new_id()),
        "holder": {"person_id": member_id},
        "plan_id": plan_id,
        "audience": "nomad",
        "site_ids": [site_id],
        "valid_from": _today(),
    }
    manager.post("membership", f"{BASE}/memberships", membership)


def _partner(manager: Person) -> str:
    partner_id = str(new_id())
    body = {"partner_id": partner_id, "name": "Observatoire"}
    path = f"{BASE}/partners"
    until(lambda: manager.send("POST", "notifications", path, body).is_success, 60)
    agreement = {
        "agreement_id": str(new_id()),
        "topics": ["booking.bookings.v1"],
        "pseudonyms": True,
        "purpose": "Statistiques",
        "valid_from": "2026-01-01",
    }
    manager.post("notifications", f"{path}/{partner_id}/agreements", agreement)
    issued = manager.post("notifications", f"{path}/{partner_id}/keys", {"key_id": str(new_id())})
    return str(issued["key"])


def _today() -> str:
    return utc_now().date().isoformat()

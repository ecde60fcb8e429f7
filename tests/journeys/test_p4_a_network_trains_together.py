"""P4: Morlaix holds a course, keeps seats for Fougères, and the people of Fougères find and take them."""

from dataclasses import dataclass

import pytest
from journey import Json, Person, Platform, until

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]

MORLAIX, FOUGERES, AURAY = "242900835", "200072452", "200043123"  # no other journey opens them
HOST, HOME, THIRD = (f"/v1/territories/{siren}" for siren in (MORLAIX, FOUGERES, AURAY))


@dataclass(slots=True)
class Network:
    """Three territories; the first two have agreed to share their sessions."""

    host: Person
    learners: list[Person]
    stranger: Person
    room_id: str

    def session(self, seats: int = 1, start: str = "2026-04-08T12:00:00Z", **more: object) -> Json:
        """Return the command for a course with so many seats for Fougères, and one for whoever comes."""
        kept = {"name": {"fr": "Fougères"}, "seats": seats, "territory_ids": [FOUGERES]}
        return {
            "session_id": str(new_id()),
            "kind": "course",
            "title": {"fr": "L'atelier numérique", "en": "The digital workshop"},
            "resource_id": self.room_id,
            "dates": [{"start": start, "end": start.replace("T12", "T15")}],
            "quotas": [{"name": {"fr": "Tous"}, "seats": 1}, kept],
            **more,
        }


def somebody(platform: Platform, by: Person, base: str, name: str, role: str | None = None) -> Person:
    """Register somebody, give them a role if any, and sign them in."""
    mail = f"{name.casefold()}@p4.example"
    person: Json = {"person_id": str(new_id()), "given_name": name, "family_name": "Le Goff", "mail": mail}
    by.post("membership", f"{base}/persons", person)
    if role:
        grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": role}
        by.post("membership", f"{base}/roles", grant)
    return platform.sign_in(mail)


@pytest.fixture(scope="module")
def network(platform: Platform, operator: Person) -> Network:
    for base in (HOST, HOME, THIRD):
        operator.post("membership", base, {"kind": "sandbox", "starts_at": "2026-04-01T08:00:00Z"})
    host = somebody(platform, operator, HOST, "Enora", "territory-administrator")
    learners = [somebody(platform, operator, HOME, name) for name in ("Maël", "Nolwenn")]
    stranger = somebody(platform, operator, THIRD, "Yann")
    both = {"network_id": str(new_id()), "territory_ids": [MORLAIX, FOUGERES]}
    formed = {"name": "Réseau d'Armorique", "kind": "territories", "formed_on": "2026-03-01"}
    operator.post("membership", "/v1/platform/networks", both | formed)
    shared = {"agreement_id": str(new_id()), "kind": "sessions", "valid_from": "2026-03-01"}
    operator.post("membership", "/v1/platform/sharing-agreements", both | shared)
    return Network(host, learners, stranger, _room(host))


def test_a_seat_kept_for_another_town_is_found_taken_and_given_back_there(network: Network) -> None:
    first, second = network.learners
    course = network.session()
    network.host.create("booking", f"{HOST}/sessions", "session_id", course)
    [found] = until(lambda: first.get("booking", f"{HOME}/shared-sessions")["items"])
    assert (found["session_id"], found["host_territory_id"]) == (course["session_id"], MORLAIX)
    assert (found["seats"], found["site_name"]) == (1, "Le Quai")
    assert network.stranger.get("booking", f"{THIRD}/shared-sessions")["items"] == []

    path = f"{HOME}/shared-sessions/{course['session_id']}/seats"
    seat = first.post("booking", path, _ask(first))
    assert seat["state"] == "granted"
    full = second.refused("booking", path, _ask(second))
    assert full["code"] == "shared-session-full"
    assert full["values"]["seats"] == 1

    [attendee] = network.host.get("booking", f"{HOST}/sessions/{course['session_id']}/registrations")["items"]
    assert (attendee["person_id"], attendee["home_territory_id"]) == (str(first.person_id), FOUGERES)
    first.post("booking", f"{HOME}/shared-seats/{seat['shared_seat_id']}/give-up")
    assert second.post("booking", path, _ask(second))["state"] == "granted", "the cure works"


def test_a_course_that_is_called_off_ends_the_seats_elsewhere_with_its_reason(network: Network) -> None:
    learner = network.learners[0]
    course = network.session(start="2026-04-09T12:00:00Z")
    network.host.post("booking", f"{HOST}/sessions", course)
    path = f"{HOME}/shared-sessions/{course['session_id']}/seats"
    asked = _ask(learner)
    learner.create("booking", path, "shared_seat_id", asked)
    why = {"reason": "Formatrice empêchée"}
    network.host.post("booking", f"{HOST}/sessions/{course['session_id']}/cancel", why)

    def told() -> bool:
        own = learner.get("booking", f"{HOME}/shared-seats/own")["items"]
        [seat] = [each for each in own if each["shared_seat_id"] == asked["shared_seat_id"]]
        return (seat["state"] != "granted", seat["session"]["words"]) == (True, why["reason"])

    until(told)


def test_seats_are_kept_for_no_town_without_an_agreement_and_shared_for_no_price(network: Network) -> None:
    for_strangers = network.session(start="2026-04-10T12:00:00Z")
    for_strangers["quotas"][1]["territory_ids"] = [AURAY]
    refused = network.host.refused("booking", f"{HOST}/sessions", for_strangers)
    assert refused["code"] == "sessions-not-shared"
    assert AURAY in str(refused["values"]["territory_ids"])
    priced = network.session(start="2026-04-10T12:00:00Z", price_code="course-hour")
    assert network.host.refused("booking", f"{HOST}/sessions", priced)["code"] == "priced-session-not-shared"


def _ask(person: Person) -> Json:
    return {"shared_seat_id": str(new_id()), "person_id": str(person.person_id)}


def _room(host: Person) -> str:
    site: Json = {
        "site_id": str(new_id()),
        "name": "Le Quai",
        "address": "3 quai de Léon",
        "postcode": "29600",
        "town_code": "29151",
    }
    host.post("membership", f"{HOST}/sites", site)
    weekly = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 6)]
    path = f"{HOST}/sites/{site['site_id']}/opening-hours"
    until(
        lambda: host.send("POST", "booking", path, {"valid_from": "2026-04-01", "weekly": weekly}).is_success
    )
    room = {"resource_id": str(new_id()), "site_id": site["site_id"], "kind": "room", "name": "Salle Quai"}
    host.post("booking", f"{HOST}/resources", room | {"capacity": 8})
    return str(room["resource_id"])

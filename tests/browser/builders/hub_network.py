"""The network of the « 302 »: Narbonne holds a workshop, and keeps a seat of it for Carcassonne."""

from hub_story import BASE, TERRITORY, Hub, registered
from journey import Json, Person, until

from chassis.ids import new_id

NARBONNE = "241100593"  # Le Grand Narbonne
HOST = f"/v1/territories/{NARBONNE}"
TITLE = {"fr": "Atelier vidéo à Narbonne", "en": "Video workshop in Narbonne"}


def joined(hub: Hub) -> Hub:
    """Let both towns agree, and the workshop be seen from here."""
    operator = hub.platform.sign_in("operator@maillage.example")
    operator.post("membership", HOST, {"kind": "sandbox", "starts_at": "2026-04-02T07:30:00Z"})
    mail = "maud@narbonne.example"
    grant = {"grant_id": str(new_id()), "role": "territory-administrator"}
    grant["person_id"] = registered(operator, "Maud", "Delmas", mail, HOST)
    operator.post("membership", f"{HOST}/roles", grant)
    both = {"network_id": str(new_id()), "territory_ids": [TERRITORY, NARBONNE]}
    formed = {"name": "Réseau de l’Aude", "kind": "territories", "formed_on": "2026-03-01"}
    operator.post("membership", "/v1/platform/networks", both | formed)
    shared = {"agreement_id": str(new_id()), "kind": "sessions", "valid_from": "2026-03-01"}
    operator.post("membership", "/v1/platform/sharing-agreements", both | shared)
    _holds(hub.platform.sign_in(mail))
    until(lambda: hub.people["member"].get("booking", f"{BASE}/shared-sessions")["items"])
    return hub


def _holds(host: Person) -> None:
    site: Json = {"site_id": str(new_id()), "name": "IN’ESS", "address": "30 avenue du Dr Paul Pompidor"}
    host.post("membership", f"{HOST}/sites", site | {"postcode": "11100", "town_code": "11262"})
    weekly = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 6)]
    hours = {"valid_from": "2026-04-01", "weekly": weekly}
    path = f"{HOST}/sites/{site['site_id']}/opening-hours"
    until(lambda: host.send("POST", "booking", path, hours).is_success)
    room: Json = {"resource_id": str(new_id()), "site_id": site["site_id"], "kind": "room", "name": "Plateau"}
    host.post("booking", f"{HOST}/resources", room | {"capacity": 8})
    course: Json = {
        "kind": "workshop",
        "title": TITLE,
        "resource_id": room["resource_id"],
        "dates": [{"start": "2026-04-17T12:00:00Z", "end": "2026-04-17T15:00:00Z"}],
        "quotas": [
            {"name": {"fr": "Tous", "en": "Everybody"}, "seats": 4},
            {"name": {"fr": "Carcassonne"}, "seats": 1, "territory_ids": [TERRITORY]},
        ],
    }
    host.create("booking", f"{HOST}/sessions", "session_id", course)

"""The fablab of the « 302 »: machines and who may use them, a pass, sessions, and somebody forgotten."""

import httpx
from hub_story import BASE, DELIBERATION, Hub, booked, clock_moved, furnished, registered
from journey import Json, Person, until

from chassis.ids import new_id

_LASER = {"fr": "Découpe laser", "en": "Laser cutting"}
_TEST = {"test": "Découpe d’un engrenage sans aide"}


def opened(hub: Hub) -> Hub:
    """Open the fablab; say which class, pass, session and certificate the pages are about."""
    trainer = _train(hub)
    cutter, printer = _equip(hub)
    _sell(hub)
    _hold(hub, trainer, printer)
    _use(hub, cutter)
    _forget(hub)
    return hub


def _train(hub: Hub) -> Person:
    """Thècle trains for the laser cutter, and finds Noé able to use it."""
    chief, hub.class_id = hub.people["hub"], str(new_id())
    thecle = registered(chief, "Thècle", "Aubrac", "thecle@carcassonne.example")
    role = {"grant_id": str(new_id()), "person_id": thecle, "role": "trainer"}
    chief.post("membership", f"{BASE}/roles", role)
    levels = [{"fr": "Usage", "en": "Use"}, {"fr": "Réglage", "en": "Tuning"}]
    rules: Json = {"machine_class_id": hub.class_id, "name": _LASER, "levels": levels, "valid_months": 24}
    chief.post("membership", f"{BASE}/machine-classes", rules)
    appointed = {"person_id": thecle, "appointed_from": "2026-04-01"}
    chief.post("membership", f"{BASE}/machine-classes/{hub.class_id}/trainers", appointed)
    trainer = hub.platform.sign_in("thecle@carcassonne.example")
    award: Json = {"qualification_id": str(new_id()), "machine_class_id": hub.class_id, "evidence": _TEST}
    award |= {"person_id": str(hub.people["member"].person_id), "level": 1}
    trainer.post("membership", f"{BASE}/qualifications", award)
    return trainer


def _equip(hub: Hub) -> tuple[str, str]:
    """A cutter for the qualified, an engraver for who may tune it, a printer for all; name the outer two."""
    materials = [
        {"price_code": "plywood-3", "name": "Contreplaqué 3 mm"},
        {"price_code": "acrylic-5", "name": "Plexiglas 5 mm"},
    ]
    level = {"machine_class_id": hub.class_id, "level": 1}
    cutter = _machine(hub, "Découpeuse laser", level | {"materials": materials})
    _machine(hub, "Graveuse laser", level | {"level": 2})
    filament = {"price_code": "filament", "name": "Filament PLA"}
    return cutter, _machine(hub, "Imprimante 3D", {"materials": [filament]})


def _machine(hub: Hub, name: str, terms: Json) -> str:
    chief = hub.people["hub"]
    machine: Json = {"resource_id": str(new_id()), "site_id": hub.site_id, "kind": "equipment", "name": name}
    chief.post("booking", f"{BASE}/resources", machine | {"capacity": 1})
    path = f"{BASE}/resources/{machine['resource_id']}/define-machine"
    said = {"longest_minutes": 240, "minute_price_code": "machine-minute", **terms}
    until(lambda: chief.send("POST", "booking", path, said).is_success)
    return str(machine["resource_id"])


def _sell(hub: Hub) -> None:
    """Noé buys ten hours of the video room, and spends two of them."""
    chief, member, hub.pass_id = hub.people["hub"], hub.people["member"], str(new_id())
    [issuer] = chief.get("billing", f"{BASE}/issuers")["items"]
    vat = {"price_mode": "excluding_vat", "vat_category": "S", "vat_rate": "20.00"}
    pack: Json = {
        "price_code": "pack-10",
        "label": {"fr": "Carnet de 10 heures de vidéo", "en": "Pack of 10 video hours"},
        "unit": "piece",
        "unit_price": "100.00",
        "opens": {
            "units": 10,
            "unit": "hour",
            "resource_kinds": ["room"],
            "price_codes": ["video-hour"],
            "valid_for": 6,
            "valid_per": "month",
        },
    }
    student = pack | {"unit_price": "70.00", "audience": "student"}
    minute: Json = {
        "price_code": "machine-minute",
        "label": {"fr": "Minute de machine", "en": "Machine minute"},
        "unit": "minute",
        "unit_price": "0.30",
    }
    video = {"label": {"fr": "Régie vidéo", "en": "Video room"}, "unit": "hour", "unit_price": "11.00"}
    book: Json = {"price_book_id": str(new_id()), "issuer_id": issuer["issuer_id"], "name": "Fablab 2026"}
    book |= {"valid_from": "2026-04-01", "deliberation": DELIBERATION}
    prices = [price | vat for price in (pack, student, minute, video | {"price_code": "video-hour"})]
    chief.post("billing", f"{BASE}/price-books", book | {"prices": prices})
    hub.rooms += (furnished(hub, "Vidéo", "room", 3, "video-hour"),)
    sale = {"sale_id": hub.pass_id, "site_id": hub.site_id, "price_code": "pack-10"}
    member.post("billing", f"{BASE}/passes", sale | {"holder": {"person_id": str(member.person_id)}})
    until(lambda: member.get("booking", f"{BASE}/credit-lots/own")["items"])
    booked(hub, "2026-04-08T08:00:00Z", "2026-04-08T10:00:00Z", -1)


def _hold(hub: Hub, trainer: Person, printer: str) -> None:
    """A course that Noé and a guest attend and Maya would; an evening for which he waits."""
    chief, member = hub.people["hub"], hub.people["member"]
    leads = {"resource_id": str(new_id()), "person_id": str(trainer.person_id), "name": "Thècle Aubrac"}
    chief.post("booking", f"{BASE}/sites/{hub.site_id}/session-leaders", leads)
    maya = _found(chief, "Maya")
    course: Json = {
        "kind": "course",
        "title": {"fr": "Premiers pas en impression 3D", "en": "First steps in 3D printing"},
        "description_fr": "On dessine un engrenage, on règle la machine, on l’imprime.",
        "description_en": "We draw a gear, set the machine and print it.",
        "with_resource_ids": [printer],
        "trainer_id": str(trainer.person_id),
        "minimum": 2,
        "decide_at": "2026-04-02T07:20:00Z",
    }
    seats = [_seats("Pour tous", "For everybody", 2), _seats("Étudiants", "Students", 2, "student")]
    hub.session_id = _session(
        hub, course, seats, ("2026-04-02T07:25", "09:30"), ("2026-04-10T12:00", "15:00")
    )
    evening = {"kind": "event", "title": {"fr": "Soirée des makers", "en": "Makers’ evening"}}
    full = _session(hub, evening, [_seats("Pour tous", "For everybody", 1)], ("2026-04-16T15:00", "16:30"))
    _registered(chief, full, maya, audience="walk_in")
    _registered(member, full, str(member.person_id), wait=True)
    _registered(member, hub.session_id, str(member.person_id), guests=["Oriane Castel"])
    _registered(chief, hub.session_id, maya, audience="walk_in", wait=True)


def _found(chief: Person, given_name: str) -> str:
    persons = chief.get("membership", f"{BASE}/persons")["items"]
    return next(str(each["person_id"]) for each in persons if each["given_name"] == given_name)


def _seats(french: str, english: str, seats: int, *audiences: str) -> Json:
    return {"name": {"fr": french, "en": english}, "audiences": audiences, "seats": seats}


def _session(hub: Hub, what: Json, quotas: list[Json], *dates: tuple[str, str]) -> str:
    when = [{"start": f"{start}:00Z", "end": f"{start[:10]}T{end}:00Z"} for start, end in dates]
    session: Json = {
        "session_id": str(new_id()),
        "resource_id": hub.rooms[2],
        "quotas": quotas,
        "dates": when,
    }
    hub.people["hub"].post("booking", f"{BASE}/sessions", session | what)
    return str(session["session_id"])


def _registered(by: Person, session_id: str, person_id: str, **more: object) -> None:
    body: Json = {"registration_id": str(new_id()), "person_id": person_id, **more}
    by.post("booking", f"{BASE}/sessions/{session_id}/registrations", body)


def _use(hub: Hub, cutter: str) -> None:
    """Noé cuts since a few minutes, and says that a board has warped; the course has begun."""
    member = hub.people["member"]
    usage: Json = {"resource_id": cutter, "person_id": str(member.person_id)}
    member.create("booking", f"{BASE}/usages", "usage_id", usage)
    incident: Json = {"incident_id": str(new_id()), "resource_id": cutter, "severity": "note"}
    member.post("booking", f"{BASE}/incidents", incident | {"words": "Une planche a gondolé"})
    _maintain(hub, cutter)
    clock_moved(hub, "2026-04-02T07:26:00Z")


def _maintain(hub: Hub, cutter: str) -> None:
    """The optics are cleaned every month: last in February, so that it is due; the filter was changed."""
    chief = hub.people["hub"]
    rules = (("Nettoyage de l’optique", 1, "2026-02-20T09:00:00Z"), ("Filtre à fumées", 6, None))
    for name, months, done_at in rules:
        rule: Json = {"rule_id": str(new_id()), "resource_id": cutter, "name": name}
        chief.post(
            "booking", f"{BASE}/maintenance-rules", rule | {"every_hours": 200, "every_months": months}
        )
        done: Json = {"maintenance_id": str(new_id()), "rule_id": rule["rule_id"], "note": "Fait à l’atelier"}
        chief.post("booking", f"{BASE}/maintenances", done | {"done_at": done_at})


def _forget(hub: Hub) -> None:
    """Hélia is forgotten; Noé asks for it too, but his membership runs."""
    mail = "helia@passage.example"
    registered(hub.people["hub"], "Hélia", "Garance", mail)
    hub.certificate = _asked(hub.platform.sign_in(mail))
    address = f"{hub.platform.address('membership')}/v1/certificates/{hub.certificate}"
    until(lambda: httpx.get(address).is_success, timeout=60)
    member = hub.people["member"]
    hub.held_certificate = _asked(member)
    until(lambda: member.get("membership", f"{BASE}/my-erasures")["items"][0]["state"] == "held", timeout=60)


def _asked(person: Person) -> str:
    erasure = {"erasure_id": str(new_id()), "person_id": str(person.person_id)}
    return str(person.post("membership", f"{BASE}/erasures", erasure)["certificate"])

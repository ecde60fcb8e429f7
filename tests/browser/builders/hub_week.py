"""The first week of April at the « 302 »: what the desk, the team and a company have to see to."""

import httpx
from hub_story import BASE, Hub, booked, registered
from journey import Json

from chassis.ids import new_id

_CARD = b"%PDF-1.7\n% carte d'etudiant\n%%EOF\n"
_TEAM = ("Équipe", "Team", "company", "plan-nomad")
_STUDENT = ("Étudiant", "Student", "student", "plan-nomad")


def begun(hub: Hub) -> Hub:
    """Let the week begin; say which closure and which document the pages are about."""
    _offer(hub)
    _prove(hub)
    _receive(hub)
    _ask(hub)
    _close(hub)
    return hub


def _offer(hub: Hub) -> None:
    """A plan for students, who prove it; a plan with seats, one of them Maya's."""
    rule = {"audience": "student", "kinds": ["student_card", "school_certificate"], "otherwise": "nomad"}
    _plan(hub, _STUDENT, {"audiences": ["nomad", "student"], "proofs": [rule], "trial_days": 15})
    seats = {"seats": {"included": 2, "most": 5, "settled_days": 7}, "notice_days": 30, "term_months": 12}
    team = _plan(hub, _TEAM, seats)
    chief, company = hub.people["hub"], {"organisation_id": hub.organisation_id}
    maya = registered(chief, "Maya", "Colin", "maya@carcassonne.example")
    colleague = {"affiliation_id": str(new_id()), "person_id": maya, "role": "employee", **company}
    chief.post("membership", f"{BASE}/affiliations", colleague | {"valid_from": "2026-03-01"})
    held = {"membership_id": str(new_id()), "holder": company, "plan_id": team, "audience": "company"}
    chief.post("membership", f"{BASE}/memberships", held | {"valid_from": "2026-04-02"})
    seat = {"seat_id": str(new_id()), "person_id": maya, "given_from": "2026-04-02"}
    chief.post("membership", f"{BASE}/memberships/{held['membership_id']}/seats", seat)


def _plan(hub: Hub, called: tuple[str, str, str, str], more: Json) -> str:
    french, english, audience, price = called
    plan: Json = {
        "plan_id": str(new_id()),
        "name": {"fr": french, "en": english},
        "family": "coworking",
        "audiences": [audience],
        "cadence": "month",
        "price_code": price,
        "valid_from": "2026-04-01",
    }
    hub.people["hub"].post("membership", f"{BASE}/plans", plan | more)
    return str(plan["plan_id"])


def _prove(hub: Hub) -> None:
    """Noé hands a student card in; nobody has looked at it yet."""
    member, hub.document_id = hub.people["member"], str(new_id())
    what = {"person_id": str(member.person_id), "audience": "student", "kind": "student_card"}
    body = {"document_id": hub.document_id, "file_name": "carte-étudiante.pdf", **what}
    member.post("membership", f"{BASE}/documents", body)
    sent = httpx.post(
        f"{hub.platform.address('membership')}{BASE}/documents/{hub.document_id}/content",
        content=_CARD,
        headers={
            "Authorization": f"Bearer {member.token}",
            "Idempotency-Key": str(new_id()),
            "Content-Type": "application/octet-stream",
        },
    )
    assert sent.is_success, sent.text


def _receive(hub: Hub) -> None:
    """A visitor who is inside and one who is expected; a parcel and a letter that wait."""
    member, desk = hub.people["member"], hub.people["hub"]
    at = f"{BASE}/sites/{hub.site_id}"
    for name, hour in (("Oriane Castel", "08"), ("Bertille d’Aubrac", "12")):
        visit: Json = {"visit_id": str(new_id()), "host_id": str(member.person_id), "visitor_name": name}
        member.post("booking", f"{at}/visits", visit | {"expected_at": f"2026-04-02T{hour}:30:00Z"})
        if hour == "08":
            desk.post("booking", f"{BASE}/visits/{visit['visit_id']}/arrive")
    company, person = {"organisation_id": hub.organisation_id}, {"person_id": str(member.person_id)}
    for kind, addressee, sender in (("parcel", person, "Librairie du Pont"), ("letter", company, None)):
        taken: Json = {"delivery_id": str(new_id()), "kind": kind, "addressee": addressee, "sender": sender}
        desk.post("booking", f"{at}/deliveries", taken)


def _ask(hub: Hub) -> None:
    """A hall that is booked with approval only; Noé asks for it, and Gaël may decide beside the team."""
    chief = hub.people["hub"]
    hall: Json = {
        "resource_id": str(new_id()),
        "site_id": hub.site_id,
        "kind": "room",
        "name": "Grande halle",
    }
    chief.post("booking", f"{BASE}/resources", hall | {"capacity": 80, "price_code": "room-hour"})
    hub.rooms += (str(hall["resource_id"]),)
    policy: Json = {
        "policy_id": str(new_id()),
        "scope_id": hall["resource_id"],
        "in_force_from": "2026-04-02",
        "terms": {
            "name": "Grande halle",
            "longest_minutes": 480,
            "approval": {"needed": "always", "deadline_hours": 24},
            "cancellation": [
                {"hours_before": 72, "due_percent": 30},
                {"hours_before": 24, "due_percent": 100},
            ],
            "strikes": {"no_shows": 3, "within_days": 90, "suspended_days": 30},
        },
    }
    chief.post("booking", f"{BASE}/policies", policy)
    decides: Json = {"person_id": str(hub.people["finance"].person_id)}
    decides |= {"scope_id": hall["resource_id"], "valid_from": "2026-04-02", "valid_until": "2026-06-30"}
    chief.create("booking", f"{BASE}/approval-delegations", "delegation_id", decides)
    booked(hub, "2026-04-08T12:00:00Z", "2026-04-08T16:00:00Z", len(hub.rooms) - 1)


def _close(hub: Hub) -> None:
    """Two days of painting in the second room, which hit what was booked; school holidays; a bridge day."""
    chief = hub.people["hub"]
    closure: Json = {"closure_id": str(new_id()), "site_id": hub.site_id, "resource_id": hub.rooms[1]}
    days = {"first_day": "2026-04-15", "last_day": "2026-04-16"}
    chief.post("booking", f"{BASE}/closures", closure | days | {"reason": "Travaux de peinture"})
    hub.closure_id = str(closure["closure_id"])
    holidays: Json = {"subscription_id": str(new_id()), "site_id": hub.site_id}
    followed = holidays | {"closure_set": "school-holidays-c"}
    hours = {"openings": [{"opens": "09:00", "closes": "17:00"}]}
    chief.post("booking", f"{BASE}/closure-subscriptions", followed | hours)
    bridge = {"day": "2026-05-15", "openings": [], "reason": "Pont de l’Ascension"}
    chief.post("booking", f"{BASE}/sites/{hub.site_id}/exceptions", bridge)

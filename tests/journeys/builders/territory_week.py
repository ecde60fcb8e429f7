"""Lets a territory's people live a week at their hub: rules, closures, visitors, parcels, proofs, seats."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from chassis.ids import new_id

if TYPE_CHECKING:
    import httpx
    from journey import Json
    from territory_story import Caller, Story

_CARD: Final = b"%PDF-1.4 a student's card"
_BREAK: Final = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Ville//FR
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20260801
DTEND;VALUE=DATE:20260816
SUMMARY:Fermeture annuelle
END:VEVENT
END:VCALENDAR
"""


def before_the_bills(story: Story) -> None:
    """Set rules for a workshop, and miss a booking there: a strike by the time that bills are made."""
    site, workshop = story.ids["site_id"], story.new("workshop_id")
    room = {"resource_id": workshop, "site_id": site, "kind": "room", "name": f"Atelier {story.place.canary}"}
    story.say("desk", "booking", "/resources", room | {"capacity": 8, "price_code": "large-room"})
    terms = {
        "name": f"Règlement {story.place.canary}",
        "approval": {"needed": "above", "above_hours": 3, "deadline_hours": 720},
        "strikes": {"no_shows": 3, "within_days": 90, "suspended_days": 30},
    }
    policy = {"policy_id": story.new("policy_id"), "scope_id": workshop, "in_force_from": "2026-03-01"}
    story.say("desk", "booking", "/policies", policy | {"terms": terms})
    story.ids["scope_id"] = workshop
    story.say("member", "booking", "/bookings", _use(story, "missed_id", "2026-03-17", 9, 10))


def after_the_bills(story: Story) -> None:
    """Ask, delegate, close, follow holidays, receive visitors and parcels, prove, seat, enrol."""
    site, member = story.ids["site_id"], str(story.people["member"].person_id)
    story.say("member", "booking", "/bookings", _use(story, "asked_id", "2026-05-06", 9, 14))
    deputy = {"delegation_id": str(new_id()), "person_id": str(story.people["finance"].person_id)}
    mandate = {"scope_id": story.ids["workshop_id"], "valid_from": "2026-04-02"}
    story.say("desk", "booking", "/approval-delegations", deputy | mandate)
    room = {"site_id": site, "resource_id": story.ids["resource_id"]}
    days = {"first_day": "2026-05-04", "last_day": "2026-05-04", "reason": "Peinture"}
    story.say("desk", "booking", "/closures", {"closure_id": story.new("closure_id"), **room, **days})
    taken_in = {"set_id": str(new_id()), "name": f"Congés {story.place.canary}", "calendar": _BREAK}
    story.say("desk", "booking", "/closure-sets", taken_in)
    followed = {"subscription_id": str(new_id()), "site_id": site, "closure_set": "imported"}
    story.say("desk", "booking", "/closure-subscriptions", followed | {"set_id": taken_in["set_id"]})
    visit = {"visit_id": str(new_id()), "host_id": member, "visitor_name": story.named("visitor")}
    story.say("member", "booking", f"/sites/{site}/visits", visit | {"expected_at": "2026-04-02T13:00:00Z"})
    story.say("desk", "booking", f"/visits/{visit['visit_id']}/arrive", {})
    parcel = {"delivery_id": str(new_id()), "kind": "parcel", "addressee": {"person_id": member}}
    story.say("desk", "booking", f"/sites/{site}/deliveries", parcel)
    device = {"device_id": str(new_id()), "site_id": site, "name": "Accueil"}
    secret = {"secret_sha256": hashlib.sha256(b"a secret").hexdigest()}
    story.say("desk", "membership", "/desk-devices", device | secret)
    _proves(story, member)
    _seats(story, member)


def _use(story: Story, name: str, day: str, start: int, end: int) -> Json:
    return {
        "booking_id": story.new(name),
        "resource_id": story.ids["workshop_id"],
        "person_id": str(story.people["member"].person_id),
        "start": f"{day}T{start:02}:00:00Z",
        "end": f"{day}T{end:02}:00:00Z",
    }


def _proves(story: Story, member: str) -> None:
    """Hand a document in; it is looked at."""
    document = {"document_id": story.new("document_id"), "person_id": member, "audience": "student"}
    told = {"kind": "student_card", "file_name": f"carte-{story.place.canary}.pdf"}
    story.say("member", "membership", "/documents", document | told)
    path = f"/documents/{document['document_id']}/content"
    assert _handed_in(story.people["member"], story.base + path).is_success
    looked = story.people["administrator"].send("GET", "membership", f"{story.base}{path}?why=Tarif")
    assert looked.content == _CARD


def _handed_in(person: Caller, path: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": str(new_id())}
    address = person.platform.address("membership") + path
    return person.client.post(address, content=_CARD, headers=headers)


def _seats(story: Story, member: str) -> None:
    """Let the company take a plan with seats, and give one away."""
    plan = {
        "plan_id": str(new_id()),
        "name": {"fr": "Équipe", "en": "Team"},
        "family": "coworking",
        "audiences": ["company"],
        "cadence": "month",
        "price_code": "plan-nomad",
        "valid_from": "2026-04-02",
        "seats": {"included": 2, "most": 3},
    }
    story.say("administrator", "membership", "/plans", plan)
    company = {
        "membership_id": story.new("membership_id"),
        "holder": {"organisation_id": story.ids["organisation_id"]},
        "plan_id": plan["plan_id"],
        "audience": "company",
        "valid_from": "2026-04-02",
    }
    story.say("administrator", "membership", "/memberships", company)
    seat = {"seat_id": str(new_id()), "person_id": member, "given_from": "2026-04-02"}
    story.say("administrator", "membership", f"/memberships/{company['membership_id']}/seats", seat)

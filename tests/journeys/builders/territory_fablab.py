"""Lets a territory have a workshop: a class of machines, its trainer, a machine in use, a controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.ids import new_id

if TYPE_CHECKING:
    from journey import Json, Person
    from territory_story import Story


NEIGHBOURS = {"241100593": "248000531", "200069037": "200071892"}
"""A town for each story that has no other part in it."""


def makes(story: Story) -> None:
    """Qualify the member for a machine, let them use it, and have another town's qualifications count."""
    member, desk = (str(story.people[who].person_id) for who in ("member", "desk"))
    own = story.new("machine_class_id")
    story.say("administrator", "membership", "/machine-classes", _class(own, story.place.canary))
    appointed = {"person_id": desk, "appointed_from": "2026-04-02"}
    story.say("administrator", "membership", f"/machine-classes/{own}/trainers", appointed)
    award = {"qualification_id": story.new("qualification_id"), "machine_class_id": own, "person_id": member}
    evidence = {"test": f"Pièce {story.place.canary}"}
    story.say("desk", "membership", "/qualifications", award | {"evidence": evidence})
    _recognises(story, own)
    _uses(story, member, own)
    _watches(story, member)


def _class(machine_class_id: str, canary: str) -> Json:
    levels = [{"fr": "Usage", "en": "Use"}]
    name = {"fr": f"Impression {canary}", "en": f"Printing {canary}"}
    return {"machine_class_id": machine_class_id, "name": name, "levels": levels, "valid_months": 24}


def _recognises(story: Story, own: str) -> None:
    """Agree with a town next door, which has no other part in the story."""
    operator, neighbour = story.operator, NEIGHBOURS[story.place.siren]
    theirs = story.new("home_machine_class_id")
    base = f"/v1/territories/{neighbour}"
    operator.post("membership", base, {"kind": "sandbox", "starts_at": "2026-04-02T08:00:00Z"})
    administrator = _administrator(story, base)
    administrator.post("membership", f"{base}/machine-classes", _class(theirs, story.place.canary))
    both = {"network_id": str(new_id()), "territory_ids": [story.place.siren, neighbour]}
    formed = {"kind": "territories", "name": f"Fablabs {story.place.canary}", "formed_on": "2026-03-01"}
    operator.post("membership", "/v1/platform/networks", both | formed)
    for kind in ("qualification", "sessions"):
        shared = {"agreement_id": str(new_id()), "kind": kind, "valid_from": "2026-03-01"}
        operator.post("membership", "/v1/platform/sharing-agreements", both | shared)
    counted = {"home_territory_id": neighbour, "home_machine_class_id": theirs, "machine_class_id": own}
    agreed = {"recognition_id": story.new("recognition_id"), "valid_from": "2026-04-02"}
    story.say("administrator", "membership", "/recognitions", agreed | counted)


def _administrator(story: Story, base: str) -> Person:
    mail = story.mail("neighbour")
    person = {"person_id": str(new_id()), "given_name": "Ada", "family_name": "Nemours", "mail": mail}
    story.operator.post("membership", f"{base}/persons", person)
    grant = {"grant_id": str(new_id()), "person_id": person["person_id"], "role": "territory-administrator"}
    story.operator.post("membership", f"{base}/roles", grant)
    return story.platform.sign_in(mail)


def _uses(story: Story, member: str, machine_class_id: str) -> None:
    printer, site = story.new("machine_id"), story.ids["site_id"]
    known = {"resource_id": printer, "site_id": site, "kind": "equipment", "capacity": 1}
    story.say("desk", "booking", "/resources", known | {"name": f"Imprimante {story.place.canary}"})
    asks = {"machine_class_id": machine_class_id, "level": 1, "longest_minutes": 240}
    story.say_once_heard("desk", "booking", f"/resources/{printer}/define-machine", asks)
    usage = {"usage_id": story.new("usage_id"), "resource_id": printer, "person_id": member}
    payer = {"audience": "nomad", "payer": {"person_id": member}}
    story.say_once_heard("desk", "booking", "/usages", usage | payer)
    story.say("desk", "booking", f"/usages/{usage['usage_id']}/heartbeat", {})
    _maintains(story, printer)


def _maintains(story: Story, printer: str) -> None:
    """Set two rules for the printer, retire one, and note that the other was followed."""
    rule = {"resource_id": printer, "every_months": 6, "name": f"Buse {story.place.canary}", "blocks": True}
    for name in ("retired_id", "rule_id"):
        story.say("desk", "booking", "/maintenance-rules", rule | {"rule_id": story.new(name)})
    story.say("desk", "booking", f"/maintenance-rules/{story.ids['retired_id']}/retire", {})
    done = {"maintenance_id": story.new("maintenance_id"), "rule_id": story.ids["rule_id"]}
    story.say("desk", "booking", "/maintenances", done | {"note": f"Changée par {story.place.canary}"})


def _watches(story: Story, member: str) -> None:
    """Let a controller in at the machines, and give the member a badge that it knows."""
    site = {"site_id": story.ids["site_id"]}
    controller = {"controller_id": story.new("controller_id"), "name": f"Atelier {story.place.canary}"}
    known = story.say("desk", "booking", "/controllers", controller | site)
    story.ids["controller_token"] = known["token"]
    badge = {"badge_id": story.new("badge_id"), "person_id": member, "code": "04A1"}
    story.say("desk", "booking", "/badges", badge | site)

"""Looks at what the partner sees: its own key opens the events of its agreement, and nothing of anybody."""

from __future__ import annotations

import json

from maillage.demo.stage import Stage
from maillage.demo.wire import BASE, Json


async def issue_key(stage: Stage, kept: str) -> str:
    """Have the partner's contact issue a key, once: it is shown in that answer alone."""
    contact, partner_id = stage.by("partner"), stage.id("partner")
    if kept:
        return kept
    shown = await contact.get("notifications", f"/partners/{partner_id}")
    body = {"key_id": stage.id("partner key", len(shown["keys"]))}
    answer = await contact.act("notifications", f"/partners/{partner_id}/keys", body)
    return str(answer.get("key") or "")


async def check_partner(stage: Stage, key: str) -> None:
    """Read as the partner's system does, by its key."""
    events = await _read(stage, key)
    check = stage.facts.check
    types = {each["type"].split(".")[1] for each in events}
    check(
        "partner-reads",
        "The partner reads bookings and resources, and nothing else",
        ["booking"],
        sorted(types),
    )
    told = {each["data"]["booking_id"] for each in events if each["type"].endswith("BookingConfirmed.v1")}
    missing = [each.visit.name for each in stage.bookings if each.booking_id not in told]
    check("partner-complete", "Bookings that the partner was not told of", [], missing)
    people = {who.person_id for who in (*stage.cast.persons.values(), *stage.cast.staff.values())}
    text = json.dumps(events)
    check("partner-blind", "Persons whom these events identify", 0, sum(person in text for person in people))
    elsewhere = {"Authorization": f"Bearer {key}"}
    answer = await stage.wire.request(
        "GET", "notifications", BASE.replace("200035715", "200090751") + "/events", None, elsewhere
    )
    check("partner-elsewhere", "The key opens no other territory", 401, answer.status)


async def _read(stage: Stage, key: str) -> list[Json]:
    found: list[Json] = []
    while True:
        after = f"&after={found[-1]['id']}" if found else ""
        path = f"{BASE}/events?limit=200{after}"
        answer = await stage.wire.request(
            "GET", "notifications", path, None, {"Authorization": f"Bearer {key}"}
        )
        page: list[Json] = answer.body if answer.accepted else []
        found += page
        if not page:
            return found

"""Lets a territory sell passes and seats, bring a file over, forget somebody, keep by its own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journey import until

from chassis.ids import new_id

if TYPE_CHECKING:
    from journey import Json
    from territory_story import Story


def offers(story: Story) -> None:
    """Sell a pass and spend of it, hold a session, import a file, ask that the partner be forgotten."""
    member = str(story.people["member"].person_id)
    _sells_a_pass(story, member)
    _holds_a_session(story, member)
    _brings_a_file(story)
    erasure = {"erasure_id": story.new("erasure_id"), "person_id": str(story.people["contact"].person_id)}
    story.say("administrator", "membership", "/erasures", erasure)  # nobody confirms it: they stay
    for service, purpose in (("membership", "proofs"), ("booking", "visits")):
        story.say("administrator", service, f"/retention/{purpose}/months", {"months": 9})


def _sells_a_pass(story: Story, member: str) -> None:
    """Sell one hour, and spend it: what the member books later is charged as before."""
    ways = {"ways": ["credits", "plan", "money"]}
    story.say("administrator", "booking", "/payment-order", ways)
    book = {"price_book_id": str(new_id()), "issuer_id": story.ids["issuer_id"], "valid_from": "2026-04-02"}
    deliberation = {"number": "2026-021", "adopted_on": "2026-03-18", "body": "Conseil communautaire"}
    version = {"name": f"Carnets {story.place.canary}", "deliberation": deliberation, "prices": [_pack()]}
    story.say("finance", "billing", "/price-books", book | version)
    sale = {"sale_id": story.new("sale_id"), "site_id": story.ids["site_id"], "price_code": "pack-1"}
    story.say_once_heard("desk", "billing", "/passes", sale | {"holder": {"person_id": member}})
    story.ids["lot_id"] = sale["sale_id"]
    until(lambda: story.see("member", "booking", "/credit-lots/own")["items"], 60)
    use = {"booking_id": story.new("credited_id"), "person_id": member}
    hours = {"start": "2026-05-07T09:00:00Z", "end": "2026-05-07T10:00:00Z"}
    room = {"resource_id": story.ids["resource_id"]}
    story.say("member", "booking", "/bookings", use | room | hours)


def _pack() -> Json:
    opens = {"units": 1, "unit": "hour", "resource_kinds": ["room"], "price_codes": ["large-room"]}
    return {
        "price_code": "pack-1",
        "label": {"fr": "Carnet d’une heure", "en": "Pack of one hour"},
        "unit": "piece",
        "unit_price": "60.00",
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": "20.00",
        "opens": opens | {"valid_for": 6, "valid_per": "month"},
    }


def _holds_a_session(story: Story, member: str) -> None:
    """Have the desk lead a workshop, for which the member registers."""
    desk = str(story.people["desk"].person_id)
    leader = {"resource_id": story.new("leaf_id"), "person_id": desk, "name": f"Meneur {story.place.canary}"}
    story.say("administrator", "booking", f"/sites/{story.ids['site_id']}/session-leaders", leader)
    session = {
        "session_id": story.new("session_id"),
        "kind": "workshop",
        "title": {"fr": f"Découpe {story.place.canary}"},
        "resource_id": story.ids["resource_id"],
        "trainer_id": desk,
        "dates": [{"start": "2026-05-08T09:00:00Z", "end": "2026-05-08T11:00:00Z"}],
        "quotas": [{"name": {"fr": "Places"}, "seats": 8}],
    }
    story.say("desk", "booking", "/sessions", session)
    seat = {"registration_id": story.new("registration_id"), "person_id": member}
    story.say("member", "booking", f"/sessions/{session['session_id']}/registrations", seat)


def _brings_a_file(story: Story) -> None:
    """Bring in one member and leave one damaged line behind; who was brought in joins the story's company."""
    sheet = {"import_id": story.new("sheet_id"), "kind": "members"}
    story.say("administrator", "membership", "/imports", sheet)
    path, administrator = f"/imports/{sheet['import_id']}", story.people["administrator"]
    rows = f"Nom;Prénom;Courriel\n{story.place.canary}-Sheet;Zoé;{story.mail('sheet')}\n;Maël;personne\n"
    address = story.platform.address("membership") + story.base + path + "/file"
    headers = {"Authorization": f"Bearer {administrator.token}", "Idempotency-Key": str(new_id())}
    sent = administrator.client.post(address, content=rows.encode(), headers=headers)
    assert sent.is_success, sent.text
    until(lambda: story.see("administrator", "membership", path)["damaged"] == 1, 60)
    story.say("administrator", "membership", f"{path}/start")
    until(lambda: story.see("administrator", "membership", path)["brought"] == 1, 60)
    people = story.see("administrator", "membership", f"/persons?search={story.place.canary}-Sheet")["items"]
    joins = {"affiliation_id": str(new_id()), "role": "employee", "person_id": people[0]["person_id"]}
    company = {"organisation_id": story.ids["organisation_id"], "valid_from": "2026-04-02"}
    story.say("administrator", "membership", "/affiliations", joins | company)

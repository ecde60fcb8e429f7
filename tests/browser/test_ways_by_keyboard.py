"""What people do by hand in a week, by keyboard alone and without script, refusals and cures too."""

from collections.abc import Callable
from typing import Any

import portal_visits
import pytest
from hub_story import BASE, Hub, booked, registered
from journey import Json, until
from portal_visits import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Step = list[Any]
Keys = Callable[..., list[Json]]


@pytest.fixture
def keys(portal: str, screenshots: str, request: pytest.FixtureRequest) -> Keys:
    """Type steps as somebody, in English; return where each press led."""

    def typed(visitor: Visitor, *steps: Step) -> list[Json]:
        order = {
            "base": portal,
            "visitor": {"name": visitor.name, "cookies": dict(visitor.cookies)},
            "language": "en",
            "name": request.node.name,
            "steps": steps,
            "screenshots": screenshots,
        }
        trail: list[Json] = portal_visits.run("keys.mjs", order)["trail"]
        return trail

    return typed


@pytest.fixture
def arrives(hub: Hub, portal: str) -> Callable[[str, str], Visitor]:
    """Sign somebody else in to the portal, by their name and mail address."""
    return lambda name, mail: portal_visits.signed_in(portal, name, mail, hub.platform.data / "mail")


def test_who_waits_is_told_what_is_free_and_takes_what_becomes_free(
    hub: Hub, visitors: dict[str, Visitor], keys: Keys
) -> None:
    wish = f"/waitlist/join?site={hub.site_id}&resource={hub.rooms[0]}&start=10:00&minutes=60&day="
    put = ["press", "Put me on the list"]
    refused, cure = keys(visitors["member"], ["go", f"{wish}2026-04-21"], put, ["press", "Book Salle Canal"])
    assert "free" in refused["text"]
    assert cure["path"] == "/book/choose", "what is free can be had at once"

    taken = booked(hub, "2026-04-20T08:00:00Z", "2026-04-20T09:00:00Z", 0)
    [joined] = keys(visitors["member"], ["go", f"{wish}2026-04-20"], put)
    assert "On the list" in joined["text"]
    member = hub.people["member"]
    member.post("booking", f"{BASE}/bookings/{taken}/cancel")
    until(lambda: "2026-04-20T08:00:00Z" in _offered(hub), 60)
    offer = _offered(hub)["2026-04-20T08:00:00Z"]
    [accepted] = keys(visitors["member"], ["go", "/waitlist"], ["press", "Take Salle Canal"])
    assert "It is booked." in accepted["text"]
    until(lambda: member.get("booking", f"{BASE}/bookings/{offer}")["state"] == "confirmed")


def _offered(hub: Hub) -> dict[str, str]:
    """The bookings that are kept for the member who waits, by their start."""
    entries = hub.people["member"].get("booking", f"{BASE}/waitlist/own")["items"]
    offers = [each["offer"] for each in entries if each["state"] == "offered"]
    return {each["period"]["start"]: each["booking_id"] for each in offers}


def test_a_document_that_proves_a_rate_is_looked_at_and_accepted(
    hub: Hub, visitors: dict[str, Visitor], keys: Keys
) -> None:
    [done] = keys(
        visitors["hub"],
        ["go", "/plans"],
        ["type", "First day it proves nothing", "08312027"],
        ["press", "Accept"],
    )
    assert done["path"] == "/plans"
    [document] = hub.people["member"].get("membership", f"{BASE}/my-documents")["items"]
    assert (document["state"], document["valid_until"]) == ("accepted", "2027-08-31")


def test_a_trainer_awards_what_a_machine_asks_for(
    hub: Hub, keys: Keys, arrives: Callable[[str, str], Visitor]
) -> None:
    page, fold = f"/qualifications/{hub.class_id}", ["open", "Award a qualification"]
    test = ["type", "Test passed", "Cut a gear without help"]
    trainer = arrives("trainer", "thecle@carcassonne.example")
    refused, awarded = keys(
        trainer,
        ["go", page],
        fold,
        ["type", "Mail address", "nobody@carcassonne.example"],
        test,
        ["press", "Award it"],
        ["type", "Mail address", "maya@carcassonne.example"],
        test,
        ["press", "Award it"],
    )
    assert "Nobody here has this mail address" in refused["text"]
    assert "Awarded: it holds from today on." in awarded["text"]
    assert "Maya Colin" in awarded["text"]


def test_a_machine_is_stopped_and_what_it_took_is_said(
    hub: Hub, visitors: dict[str, Visitor], keys: Keys
) -> None:
    [stopped] = keys(
        visitors["member"],
        ["go", f"/machines?site={hub.site_id}"],
        ["type", "Contreplaqué 3 mm", "2"],
        ["press", "Stop Découpeuse laser"],
    )
    assert "No machine is in use." in stopped["text"]
    refused, started = keys(
        visitors["member"],
        ["go", f"/machines?site={hub.site_id}"],
        ["press", "Start Imprimante 3D"],
        ["press", "Start Découpeuse laser"],
    )
    assert "Imprimante 3D is booked by somebody else" in refused["text"], "by the course that is held"
    assert "No machine is in use." not in started["text"]


def test_a_seat_in_another_town_is_found_taken_and_given_up(visitors: dict[str, Visitor], keys: Keys) -> None:
    asked, given = keys(
        visitors["member"],
        ["go", "/network"],
        ["press", "Ask for a seat: Video workshop in Narbonne"],
        ["press", "Give it up: Video workshop in Narbonne"],
    )
    assert "The seat is yours" in asked["text"]
    assert "It is given up." in given["text"]


def test_somebody_asks_to_be_forgotten_twice_and_holds_the_certificate(
    hub: Hub, keys: Keys, arrives: Callable[[str, str], Visitor]
) -> None:
    mail = "oscar@passage.example"
    registered(hub.people["hub"], "Oscar", "Sicre", mail)
    oscar, erase = arrives("oscar", mail), ["press", "Erase what is known of me"]
    unsure, sure = keys(oscar, ["go", "/my-data"], erase, ["tick", "Yes, I want to be forgotten"], erase)
    assert "was not ticked" in unsure["text"]
    assert sure["path"].startswith("/erased/")
    token = sure["path"].removeprefix("/erased/")
    address = f"/v1/certificates/{token}"
    until(lambda: hub.people["hub"].send("GET", "membership", address).is_success, 60)


def test_what_is_old_is_purged_once_its_number_is_typed(visitors: dict[str, Visitor], keys: Keys) -> None:
    what = "Visitors and senders"
    few, shown, refused, purged = keys(
        visitors["hub"],
        ["go", "/retention"],
        ["open", f"Keep it for longer or shorter: {what}"],
        ["type", "Months", "1"],
        ["press", "Set the months"],
        ["press", f"See what is due: {what}"],
        ["type", "How many go", "7"],
        ["press", "Purge 1"],
        ["type", "How many go", "1"],
        ["press", "Purge 1"],
    )
    assert (few["path"], shown["path"]) == ("/retention", "/retention/visits")
    assert "the number that was typed is not the one that is due" in refused["text"]
    assert "1 purged" in purged["text"]


def test_a_file_is_looked_at_brought_in_and_taken_back(
    hub: Hub, visitors: dict[str, Visitor], keys: Keys
) -> None:
    text = "Nom;Prénom;Courriel\nAlbigès;Guilhem;guilhem@reprise.example\nRoux;;faux\n"
    [sent] = keys(
        visitors["hub"],
        ["go", "/imports"],
        ["type", "What the file holds", "Members"],
        ["file", "CSV file", {"name": "membres.csv", "text": text}],
        ["press", "Look at the file"],
    )
    state = _state(hub, sent["path"])
    until(lambda: state() == "checked")
    brought = keys(visitors["hub"], ["go", sent["path"]], ["press", "Bring in 1 sound line"])
    assert "line 3" in brought[-1]["text"], "the damaged one is named"
    until(lambda: state() == "done")
    keys(visitors["hub"], ["go", sent["path"]], ["press", "Take all of it back"])
    until(lambda: state() == "undone")


def _state(hub: Hub, path: str) -> Callable[[], str]:
    """Return what says how far an import is."""
    return lambda: str(hub.people["hub"].get("membership", BASE + path)["state"])

"""Booking in three steps, by keyboard and without script; sent twice it is one; taken, another is offered."""

import re
import sys
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import httpx
import portal_visits
import pytest
from hub_story import BASE, Hub, booked
from portal_visits import Visitor

MOST_BYTES = 600_000  # of the whole way on a phone: three seconds of a 3G line
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

_FORM = re.compile(r'<form action="([^"]+)" method="post">(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')


def forms(page: httpx.Response, action: str) -> list[dict[str, str]]:
    """Return the fields of the page's forms that go to an address, as they would be sent."""
    found = _FORM.findall(page.text)
    return [
        {name: unescape(value) for name, value in _FIELD.findall(inside)}
        for address, inside in found
        if address == action
    ]


@pytest.fixture
def member(portal: str, visitors: dict[str, Visitor]) -> Iterator[httpx.Client]:
    cookies = dict(visitors["member"].cookies)
    with httpx.Client(base_url=portal, cookies=cookies, timeout=30) as client:
        client.headers["Accept-Language"] = "fr"
        yield client


def test_three_steps_by_keyboard_and_without_script_make_a_booking(
    hub: Hub, portal: str, visitors: dict[str, Visitor]
) -> None:
    order = {
        "base": portal,
        "visitor": {"name": "member", "cookies": dict(visitors["member"].cookies)},
        "from": "/planning?day=2026-04-09",
        "takes": [
            "Réserver Salle Canal à 10:00",
            "Voir ce qui est libre",
            "Choisir Salle Canal",
            "Confirmer la réservation",
        ],
    }
    what, which, confirm, done = portal_visits.run("booking.mjs", order)["trail"]
    assert (what["path"], which["path"]) == ("/book", "/book/choose")
    assert "14,40\u00a0€" in which["text"], "the price is known before anything is taken"
    assert "14,40\u00a0€" in confirm["text"], "and before the last button"
    assert done["path"] == confirm["path"].replace("/book/", "/bookings/")
    booking = hub.people["member"].get("booking", f"{BASE}{done['path']}")
    assert (booking["state"], booking["period"]["start"]) == ("confirmed", "2026-04-09T08:00:00Z")


def test_three_taps_on_a_phone_with_a_3g_line_make_a_booking(
    hub: Hub, portal: str, visitors: dict[str, Visitor], screenshots: str
) -> None:
    order = {
        "base": portal,
        "visitor": {"name": "member", "cookies": dict(visitors["member"].cookies)},
        "from": "/book?day=2026-04-15&start=10:00&minutes=60&kind=room",
        "takes": ["Voir ce qui est libre", "Choisir Salle Canal", "Confirmer la réservation"],
        "screenshots": screenshots,
    }
    took = portal_visits.run("phone.mjs", order)
    which, confirm, done = took["trail"]
    assert which["path"] == "/book/choose"
    assert done["path"] == confirm["path"].replace("/book/", "/bookings/")
    assert {each["wide"] for each in took["trail"]} == {360}, "nothing to scroll sideways for"
    assert took["bytes"] < MOST_BYTES, took
    sys.stdout.write(f"three taps at 3G: {took['seconds']:.1f} s, {took['bytes']:,} bytes\n")
    assert hub.people["member"].get("booking", f"{BASE}{done['path']}")["state"] == "confirmed"


def test_a_choice_that_is_sent_twice_is_one_booking(hub: Hub, member: httpx.Client) -> None:
    page = member.get("/book/choose?day=2026-04-10&start=10:00&minutes=60&kind=room")
    choice = forms(page, "/book/hold")[0]
    first, second = (member.post("/book/hold", data=choice) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    step = first.headers["location"]
    [last] = forms(member.get(step), f"{step}/confirm")
    done = {member.post(f"{step}/confirm", data=last).headers["location"] for _ in range(2)}
    assert len(done) == 1
    own = hub.people["member"].get("booking", f"{BASE}/bookings/own?limit=200")["items"]
    assert len([each for each in own if each["period"]["start"] == "2026-04-10T08:00:00Z"]) == 1


def test_what_was_taken_meanwhile_leads_to_what_is_free(hub: Hub, member: httpx.Client) -> None:
    page = member.get(f"/book/choose?day=2026-04-13&start=10:00&minutes=60&resource={hub.rooms[0]}")
    choice = next(each for each in forms(page, "/book/hold") if each["resource"] == hub.rooms[0])
    booked(hub, "2026-04-13T08:00:00Z", "2026-04-13T09:00:00Z", 0)
    refused = member.post("/book/hold", data=choice)
    assert (refused.status_code, "Libre à la place" in refused.text) == (409, True)
    instead = forms(refused, "/book/hold")[0]
    assert (instead["resource"], instead["start"]) != (choice["resource"], choice["start"])
    taken = member.post("/book/hold", data=instead)
    assert taken.status_code == 303, "what is offered can be had"
    assert urlsplit(taken.headers["location"]).path.startswith("/book/")


def test_a_booking_is_moved_and_given_up(hub: Hub, member: httpx.Client) -> None:
    booking_id = booked(hub, "2026-04-14T08:00:00Z", "2026-04-14T09:00:00Z", 0)
    path = f"/bookings/{booking_id}"
    [form] = re.findall(rf'action="{path}/move".*?</form>', member.get(path).text, re.DOTALL)
    fields = dict(_FIELD.findall(form)) | {"start": "11:00", "minutes": "90"}
    assert member.post(f"{path}/move", data=fields).headers["location"] == f"{path}?done=moved"
    moved = hub.people["member"].get("booking", f"{BASE}{path}")["period"]
    assert (moved["start"], moved["end"]) == ("2026-04-14T09:00:00Z", "2026-04-14T10:30:00Z")
    [cancel] = forms(member.get(path), f"{path}/cancel")
    assert member.post(f"{path}/cancel", data=cancel).headers["location"] == f"{path}?done=cancelled"
    assert hub.people["member"].get("booking", f"{BASE}{path}")["state"] == "cancelled"

"""The portal on real services: people sign in, the desk receives, the hub manager follows what happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest
from journey import Json, Person, Platform, until
from portal_person import Browser, browser

from chassis.ids import new_id

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(500),
]

BEAUVAISIS = "/v1/territories/200067999"
EVERY_DAY = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]


@dataclass(slots=True)
class Desk:
    """A small hub on a Monday morning in March, with a booking that begins just now."""

    platform: Platform
    manager: Person
    booking_id: str


@pytest.fixture(scope="module")
def desk(platform: Platform, operator: Person) -> Desk:
    operator.post("membership", BEAUVAISIS, {"kind": "sandbox", "starts_at": "2026-03-02T09:00:00Z"})
    person_id = _registered(operator, "Maud", "Lenoir", "maud@beauvaisis.example")
    grant = {"grant_id": str(new_id()), "person_id": person_id, "role": "territory-administrator"}
    operator.post("membership", f"{BEAUVAISIS}/roles", grant)
    manager = platform.sign_in("maud@beauvaisis.example")
    return Desk(platform, manager, _booked(manager, _room(manager)))


@pytest.fixture
def visit(platform: Platform) -> Iterator[Browser]:
    with browser(platform) as opened:
        yield opened


def test_a_mailed_code_signs_in_and_a_wrong_one_does_not(desk: Desk, visit: Browser) -> None:
    letter = visit.letter("maud@beauvaisis.example")
    wrong = f"{(int(letter.code) + 1) % 1_000_000:06d}"
    refused = visit.send("/sign-in/code", code=wrong)
    assert refused.status_code == 401
    assert "Demandez un nouveau courriel." in refused.text
    arrived = visit.send("/sign-in/code", code=letter.code)
    assert arrived.url.path == "/today"
    assert "Bonjour Maud Lenoir" in arrived.text


def test_a_mailed_link_signs_in_once_by_its_button(desk: Desk, visit: Browser) -> None:
    letter = visit.letter("maud@beauvaisis.example")
    for _ in range(2):  # a mail scanner looks, and looks again
        page = visit.open(letter.link)
        assert "Un appui, et vous êtes connecté." in page.text
    token = letter.link.partition("token=")[2]
    assert visit.send("/sign-in/link", token=token).url.path == "/today"
    visit.send("/sign-out")
    assert visit.open("/today").url.path == "/sign-in"
    visit.open(letter.link)
    assert visit.send("/sign-in/link", token=token).status_code == 401


def test_the_desk_receives_whoever_comes_and_the_feed_tells_it(desk: Desk, visit: Browser) -> None:
    day = visit.sign_in("maud@beauvaisis.example")
    assert "0 sur 1 sont là" in day.text
    feed = visit.open("/live")
    address = feed.text.partition('data-stream="')[2].partition('"')[0]
    with visit.client.stream("GET", address, timeout=60) as stream:
        visit.open("/today")
        came = visit.send("/today/check-in", booking=desk.booking_id, key=str(new_id()))
        assert "1 sur 1 sont là" in came.text
        assert any("<strong>BookingCheckedIn</strong>" in line for line in _lines(stream))
    assert "BookingCheckedIn" in visit.open("/live").text
    visit.page = day  # a button of a page that is out of date: the refusal stands on the page, in its words
    refused = visit.send("/today/check-in", booking=desk.booking_id, key=str(new_id()))
    assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)
    assert "1 sur 1 sont là" in refused.text


def _lines(stream: httpx.Response) -> Iterator[str]:
    """Read the stream until it has told of an arrival."""
    for line in stream.iter_lines():
        yield line
        if "BookingCheckedIn" in line:
            return


def _registered(by: Person, given_name: str, family_name: str, mail: str) -> str:
    body = {"person_id": str(new_id()), "given_name": given_name, "family_name": family_name, "mail": mail}
    return str(by.post("membership", f"{BEAUVAISIS}/persons", body)["person_id"])


def _room(manager: Person) -> str:
    site: Json = {
        "site_id": str(new_id()),
        "name": "La Fabrique",
        "address": "1 place de la Gare",
        "postcode": "60000",
        "town_code": "60057",
    }
    manager.post("membership", f"{BEAUVAISIS}/sites", site)
    hours = {"valid_from": "2026-03-01", "weekly": EVERY_DAY}
    path = f"{BEAUVAISIS}/sites/{site['site_id']}/opening-hours"
    until(lambda: manager.send("POST", "booking", path, hours).is_success)
    room = {"resource_id": str(new_id()), "site_id": site["site_id"], "kind": "room", "name": "Salle Basse"}
    manager.post("booking", f"{BEAUVAISIS}/resources", room | {"capacity": 8})
    return str(room["resource_id"])


def _booked(manager: Person, resource_id: str) -> str:
    now = datetime.fromisoformat(manager.get("membership", BEAUVAISIS)["now"])
    start = (now + timedelta(minutes=10)).replace(second=0, microsecond=0)
    booking = {
        "resource_id": resource_id,
        "person_id": str(manager.person_id),
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
        "audience": "company",
    }
    made = manager.create("booking", f"{BEAUVAISIS}/bookings", "booking_id", booking)
    return str(made["booking_id"])

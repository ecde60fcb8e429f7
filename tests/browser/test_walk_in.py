"""Who walks in is taken in by keyboard alone and without script: a name, Enter, Enter."""

import portal_visits
import pytest
from hub_story import BASE, Hub
from portal_visits import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_a_name_and_two_enters_take_somebody_in(
    hub: Hub, portal: str, visitors: dict[str, Visitor], screenshots: str
) -> None:
    order = {
        "base": portal,
        "visitor": {"name": "hub", "cookies": dict(visitors["hub"].cookies)},
        "from": "/desk",
        "types": ["Aliénor Passant", ""],
        "screenshots": screenshots,
    }
    look, done = portal_visits.run("walk_in.mjs", order)["trail"]
    assert look["path"] == "/desk"
    assert "12,00\u00a0€" in look["text"], "the price is known before anything is kept"
    assert "Aliénor Passant est là." in done["text"]
    booking_id = done["path"].removeprefix("/desk/receipt/")
    booking = hub.people["hub"].get("booking", f"{BASE}/bookings/{booking_id}")
    assert (booking["state"], booking["audience"]) == ("checked_in", "walk_in")

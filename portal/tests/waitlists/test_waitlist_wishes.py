"""What a visitor waits for, read from what a form or an address says."""

from datetime import UTC, date, datetime

import pytest

from portal.book.model import Wish
from portal.waitlists.model import Wait, command, ends, minutes_left, shelves, wait

PARIS = "Europe/Paris"
WISH = Wish("here", date(2026, 4, 9), "14:00", 90, "room", resource_id="r")


def test_a_wish_without_play_is_one_period() -> None:
    wanted = wait(WISH, {})
    assert wanted.is_exact
    body = command(wanted, "id", "me", PARIS)
    assert (body["start"], body["end"]) == ("2026-04-09T12:00:00+00:00", "2026-04-09T13:30:00+00:00")
    assert (body["resource_id"], body["person_id"], "window" in body) == ("r", "me", False)


def test_a_wish_with_play_is_a_window_and_names_the_kind_where_it_names_no_resource() -> None:
    anything = Wish("here", date(2026, 4, 9), "14:00", 90, "desk", people=3)
    body = command(wait(anything, {"last_day": "2026-04-11", "closes": "18:00"}), "id", "me", PARIS)
    assert body["window"] == {
        "first_day": "2026-04-09",
        "last_day": "2026-04-11",
        "opens": "14:00",
        "closes": "18:00",
        "minutes": 90,
    }
    assert (body["site_id"], body["kind"], body["attendees"]) == ("here", "desk", 3)
    assert "resource_id" not in body


@pytest.mark.parametrize("last_day", ["", "soon", "2026-04-01"])
def test_a_last_day_that_is_none_or_before_the_first_is_the_first(last_day: str) -> None:
    assert wait(WISH, {"last_day": last_day}) == Wait(WISH, date(2026, 4, 9), "15:30")


def test_what_would_go_past_midnight_ends_at_midnight() -> None:
    assert ends(Wish("here", date(2026, 4, 9), "23:30", 90)) == "24:00"


def test_staff_wait_for_somebody_as_what_they_come() -> None:
    theirs = Wish("here", date(2026, 4, 9), "14:00", 60, person="them", audience="student", resource_id="r")
    body = command(wait(theirs, {}), "id", "me", PARIS)
    assert (body["person_id"], body["audience"]) == ("them", "student")


def test_entries_stand_on_the_shelf_of_their_state_and_offers_say_what_is_left() -> None:
    now = datetime(2026, 4, 9, 10, tzinfo=UTC)
    entries = [{"state": state} for state in ("waiting", "offered", "expired", "accepted")]
    assert [len(each) for each in shelves(entries).values()] == [1, 1, 2]
    assert minutes_left({"offer": {"expires_at": "2026-04-09T10:41:30Z"}}, now) == 41
    assert minutes_left({"offer": {"expires_at": "2026-04-09T09:00:00Z"}}, now) == 0

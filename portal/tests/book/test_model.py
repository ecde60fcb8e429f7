"""What a visitor asks to book, read from what a form or an address says."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from portal.book.model import Wish, command, length, lengths, preferred, priced, right, starts, wish

NOW = datetime(2026, 4, 2, 7, 10, tzinfo=UTC)
PARIS = "Europe/Paris"


def read(now: datetime = NOW, /, **asked: str) -> Wish:
    return wish(asked, ["here", "there"], now, PARIS)


def test_a_wish_without_words_is_an_hour_from_the_next_half_hour_on() -> None:
    assert read() == Wish("here", date(2026, 4, 2), "09:30", 60)


def test_late_in_the_evening_the_next_morning_is_proposed() -> None:
    evening = datetime(2026, 4, 2, 19, 40, tzinfo=UTC)
    assert (read(evening).day, read(evening).start) == (date(2026, 4, 3), "09:00")
    night = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    assert (read(night).day, read(night).start) == (date(2026, 4, 2), "09:00")


def test_what_is_said_is_taken_and_what_cannot_be_read_is_not() -> None:
    asked = read(site="there", day="2026-04-09", start="14:15", minutes="90", kind="desk", people="4")
    assert asked == Wish("there", date(2026, 4, 9), "14:15", 90, "desk", 4)
    odd = read(site="nowhere", day="soon", start="25:00", minutes="-3", kind="castle", people="many")
    assert odd == read()


def test_a_wish_survives_the_way_through_an_address() -> None:
    asked = read(site="there", day="2026-04-09", start="14:15", people="4", resource="r", audience="nomad")
    assert read(**dict(parse_qsl(asked.query))) == asked


def test_wall_time_becomes_an_instant_of_the_site() -> None:
    asked = read(day="2026-04-09", start="10:00", minutes="90")
    assert asked.begins(PARIS) == datetime(2026, 4, 9, 8, tzinfo=UTC)
    assert asked.ends(PARIS) == datetime(2026, 4, 9, 9, 30, tzinfo=UTC)
    assert asked.begins("Indian/Reunion") == datetime(2026, 4, 9, 6, tzinfo=UTC)


def test_an_alternative_is_the_same_wish_at_its_time_and_place() -> None:
    offer = {"resource_id": "cite", "start": "2026-04-09T09:15:00Z", "end": "2026-04-09T10:15:00Z"}
    instead = read(day="2026-04-09", start="10:00", people="4").instead(offer, PARIS)
    assert (instead.resource_id, instead.start, instead.minutes) == ("cite", "11:15", 60)
    assert instead.people == 4
    assert read(**instead.fields) == instead, "its form asks for exactly that"


def test_times_and_lengths_offered_hold_the_chosen_one() -> None:
    assert "11:15" in starts("11:15")
    assert (75, "1 h 15") in lengths(75)
    assert [length(minutes) for minutes in (30, 60, 90)] == ["30 min", "1 h", "1 h 30"]


def test_booking_is_told_who_comes_and_nothing_that_was_left_out() -> None:
    mine = command(read(resource="r"), "id", "me", PARIS)
    assert (mine["person_id"], "audience" in mine, "attendees" in mine) == ("me", False, False)
    theirs = command(read(resource="r", person="them", audience="student"), "id", "me", PARIS)
    assert (theirs["person_id"], theirs["audience"]) == ("them", "student")


def test_what_was_asked_for_comes_first() -> None:
    free = [{"resource_id": "a"}, {"resource_id": "b"}]
    assert [each["resource_id"] for each in preferred(free, "b")] == ["b", "a"]


def a_membership(state: str = "live", **paid_by: str) -> dict[str, Any]:
    entitlements = [{"resource_kinds": [kind], "paid_by": paid} for kind, paid in paid_by.items()]
    return {"state": state, "audience": "nomad", "entitlements": entitlements}


def test_the_plan_is_preferred_to_money() -> None:
    memberships = [a_membership(room="money"), a_membership(room="plan", desk="money")]
    assert right(memberships, "room") == ("nomad", "plan")
    assert right(memberships, "desk") == ("nomad", "money")


@pytest.mark.parametrize("memberships", [[], [a_membership("ended", room="plan")]], ids=["none", "ended"])
def test_without_a_live_membership_no_price_is_guessed(memberships: list[dict[str, Any]]) -> None:
    assert right(memberships, "room") == ("", "")


def test_a_hold_is_priced_as_it_will_be_charged() -> None:
    booking = {
        "price_code": "room-hour",
        "period": {"start": "2026-04-09T08:00:00Z", "end": "2026-04-09T09:00:00Z"},
        "paid_by": "plan",
        "audience": "nomad",
        "site_id": "here",
    }
    asked = priced(booking)
    assert asked is not None
    assert (asked["audience"], asked["lines"][0]["paid_by"]) == ("nomad", "plan")
    assert priced({**booking, "price_code": None}) is None

"""What a form asks a series for, and how dates are grouped."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.series.model import command, is_to_come, repetition, together

TUESDAY = date(2026, 10, 27)


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({}, "FREQ=WEEKLY;BYDAY=TU"),
        ({"rhythm": "fortnightly", "count": "10"}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=10"),
        ({"rhythm": "daily", "until": "2026-12-24"}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261224"),
        ({"rhythm": "monthly"}, "FREQ=MONTHLY;BYMONTHDAY=27"),
        ({"rhythm": "weekday-of-month"}, "FREQ=MONTHLY;BYDAY=4TU"),
        ({"rhythm": "hourly", "count": "-1", "until": "soon"}, "FREQ=WEEKLY;BYDAY=TU"),
        ({"count": "5", "until": "2026-12-24"}, "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261224"),
    ],
)
def test_a_form_becomes_a_rule(asked: dict[str, str], rule: str) -> None:
    assert repetition(asked, TUESDAY).rule == rule


def test_a_fifth_weekday_of_a_month_is_its_last() -> None:
    assert repetition({"rhythm": "weekday-of-month"}, date(2026, 9, 29)).rule == "FREQ=MONTHLY;BYDAY=-1TU"


def test_every_working_day_from_a_saturday_is_every_day() -> None:
    assert repetition({"rhythm": "daily"}, date(2026, 10, 31)).rule == "FREQ=DAILY"


def test_a_series_is_asked_with_what_one_date_would_be() -> None:
    fields = {
        "booking_id": "b",
        "resource_id": "r",
        "person_id": "p",
        "start": "x",
        "end": "y",
        "attendees": 3,
    }
    asked = command(fields, repetition({}, TUESDAY), "s", "whatever")
    assert asked == {
        "resource_id": "r",
        "person_id": "p",
        "attendees": 3,
        "series_id": "s",
        "rule": "FREQ=WEEKLY;BYDAY=TU",
        "mode": "skip",
    }


def test_of_each_series_the_next_date_is_shown_with_how_many_follow() -> None:
    bookings: list[dict[str, Any]] = [
        {"booking_id": "a", "series_id": "s"},
        {"booking_id": "b", "series_id": None},
        {"booking_id": "c", "series_id": "s"},
        {"booking_id": "d"},
        {"booking_id": "e", "series_id": "t"},
        {"booking_id": "f", "series_id": "s"},
    ]
    assert [(each["booking_id"], more) for each, more in together(bookings)] == [
        ("a", 2),
        ("b", 0),
        ("d", 0),
        ("e", 0),
    ]


def test_what_has_begun_is_no_longer_to_come() -> None:
    date_ = {"period": {"start": "2026-10-27T17:00:00Z"}}
    assert not is_to_come(date_, datetime(2026, 10, 27, 17, tzinfo=UTC))
    assert is_to_come(date_, datetime(2026, 10, 27, 16, 59, tzinfo=UTC))

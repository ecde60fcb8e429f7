"""Hours as people write them, and what staff decide for bookings that a closure hits."""

from datetime import date
from typing import Any

import pytest

from portal.openings.model import decided, hours, week, weekly, written


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("08:30–12:00, 14:00–19:00", [("08:30", "12:00"), ("14:00", "19:00")]),
        ("8-12; 14h30 - 19h", [("08:00", "12:00"), ("14:30", "19:00")]),
        ("8\u00a0h\u00a030–12\u00a0h", [("08:30", "12:00")]),
        ("0:00-24:00", [("00:00", "24:00")]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, read: list[tuple[str, str]]) -> None:
    assert [(each["opens"], each["closes"]) for each in hours(text)] == read


@pytest.mark.parametrize("text", ["le matin", "8", "25-26", "8:75-9", "8-12-14"])
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        hours(text)


def test_a_week_that_is_written_is_read_back() -> None:
    defined: list[dict[str, Any]] = [
        {
            "valid_from": "2026-01-01",
            "valid_until": "2026-03-01",
            "weekly": [{"weekday": 1, "opens": "07:00", "closes": "08:00"}],
        },
        {
            "valid_from": "2026-03-01",
            "valid_until": None,
            "weekly": [
                {"weekday": 1, "opens": "14:00", "closes": "19:00"},
                {"weekday": 1, "opens": "08:30", "closes": "12:00"},
            ],
        },
    ]
    shown = week(defined, date(2026, 4, 2))
    assert (shown[1], shown[2]) == ("08:30–12:00, 14:00–19:00", "")
    assert weekly({f"day-{day}": text for day, text in shown.items()}) == [
        {"weekday": 1, "opens": "08:30", "closes": "12:00"},
        {"weekday": 1, "opens": "14:00", "closes": "19:00"},
    ]
    assert week(defined, date(2026, 2, 1))[1] == "07:00–08:00"
    assert written([]) == ""


def test_what_staff_choose_for_each_booking_becomes_moves_and_cancellations() -> None:
    form = {"key": "k", "booking-a": "", "booking-b": "cancel", "booking-c": "room|2026-05-01|2026-05-02"}
    moves, cancelled = decided(form)
    assert moves == [{"booking_id": "c", "resource_id": "room", "start": "2026-05-01", "end": "2026-05-02"}]
    assert cancelled == ["b"]

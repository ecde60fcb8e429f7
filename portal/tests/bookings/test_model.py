"""Bookings to come and past, and what can be done with each."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.bookings.model import acts, cost_of, path, shelves

NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)


def a_booking(start: str, end: str, state: str = "confirmed") -> dict[str, Any]:
    return {
        "booking_id": f"{start}-{state}",
        "state": state,
        "period": {"start": f"2026-04-02T{start}:00Z", "end": f"2026-04-02T{end}:00Z"},
    }


def test_the_next_one_comes_first_and_the_last_one_heads_the_past() -> None:
    found = [
        a_booking("14:00", "15:00"),
        a_booking("10:00", "11:00"),
        a_booking("06:00", "07:00", "completed"),
        a_booking("07:00", "08:00", "no_show"),
        a_booking("12:00", "13:00", "cancelled"),
    ]
    sorted_ = shelves(found, NOW)
    assert [each["booking_id"][:5] for each in sorted_.coming] == ["10:00", "14:00"]
    assert [each["booking_id"][:5] for each in sorted_.past] == ["12:00", "07:00", "06:00"]


def test_a_booking_that_runs_is_still_to_come() -> None:
    assert shelves([a_booking("08:00", "10:00", "checked_in")], NOW).coming


@pytest.mark.parametrize(
    ("booking", "expected"),
    [
        (a_booking("15:00", "16:00"), {"cancel", "move"}),
        (a_booking("09:30", "10:00"), {"cancel", "move", "arrive"}),
        (a_booking("08:50", "10:00"), {"cancel", "arrive"}),
        (a_booking("15:00", "16:00", "held"), {"cancel", "confirm"}),
        (a_booking("15:00", "16:00", "cancelled"), set()),
        (a_booking("08:00", "10:00", "checked_in"), {"leave", "undo"}),
    ],
    ids=["later", "soon", "running", "held", "cancelled", "arrived"],
)
def test_what_can_be_done_depends_on_state_and_time(booking: dict[str, Any], expected: set[str]) -> None:
    assert acts(booking, NOW) == expected


def test_a_path_shows_what_is_behind_and_ahead() -> None:
    assert path("confirmed") == [
        ("held", "gone"),
        ("confirmed", "here"),
        ("checked_in", "ahead"),
        ("completed", "ahead"),
    ]


@pytest.mark.parametrize(("state", "before"), [("cancelled", 2), ("no_show", 2), ("expired", 1)])
def test_a_path_that_was_left_ends_where_it_was_left(state: str, before: int) -> None:
    found = path(state)
    assert found[-1] == (state, "ended")
    assert len(found) == before + 1


def test_a_booking_has_its_own_charge_or_none() -> None:
    charges: list[dict[str, Any]] = [{"source": {"id": "other"}}, {"source": {"id": "this"}, "amount": 1}]
    assert cost_of("this", charges) == charges[1]
    assert cost_of("unknown", charges) is None

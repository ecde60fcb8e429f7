"""The day of a site: half hours, what is free of them, whose the others are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.planning.model import opening_hours, sheet

NIGHT = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)  # half past midnight in Paris, the day to be shown
READER = "reader"


def a_resource(*taken: dict[str, Any], hours: str = "09:00–12:00") -> dict[str, Any]:
    return {
        "resource_id": "canal",
        "name": "Salle Canal",
        "kind": "room",
        "capacity": 10,
        "opening_hours": hours,
        "taken": list(taken),
    }


def a_use(start: str, end: str, **said: Any) -> dict[str, Any]:
    return {"start": f"2026-04-02T{start}:00Z", "end": f"2026-04-02T{end}:00Z", "state": "taken", **said}


def a_planning(*resources: dict[str, Any], day: str = "2026-04-02") -> dict[str, Any]:
    return {
        "site_id": "site",
        "site_name": "Le 302",
        "day": day,
        "zone": "Europe/Paris",
        "resources": list(resources),
    }


def cells(planning: dict[str, Any], now: datetime = NIGHT) -> list[tuple[str, str, str]]:
    [row] = sheet(planning, now, READER).rows
    return [(cell.kind, cell.start, cell.until) for cell in row.cells]


def test_resources_stand_in_the_order_in_which_people_count() -> None:
    named = [a_resource() | {"name": name} for name in ("Poste 10", "poste 2", "Salle Cité", "Bureau 1")]
    rows = sheet(a_planning(*named), NIGHT, READER).rows
    assert [row.name for row in rows] == ["Bureau 1", "poste 2", "Poste 10", "Salle Cité"]


def test_rows_stand_together_by_kind_and_a_new_kind_comes_last() -> None:
    kinds = ("desk", "kiln", "room", "desk")
    planning = a_planning(*(a_resource() | {"name": f"{n}", "kind": kind} for n, kind in enumerate(kinds)))
    groups = sheet(planning, NIGHT, READER).groups
    assert [(kind, [row.name for row in rows]) for kind, rows in groups] == [
        ("room", ["2"]),
        ("desk", ["0", "3"]),
        ("kiln", ["1"]),
    ]


def test_each_free_half_hour_is_a_choice_of_its_own_and_a_booking_is_one_cell() -> None:
    planning = a_planning(a_resource(a_use("07:30", "09:00")))
    assert cells(planning) == [
        ("free", "09:00", "09:30"),
        ("taken", "09:30", "11:00"),
        ("free", "11:00", "11:30"),
        ("free", "11:30", "12:00"),
    ]


def test_two_bookings_side_by_side_stay_two() -> None:
    planning = a_planning(a_resource(a_use("07:00", "08:00"), a_use("08:00", "10:00")))
    assert cells(planning) == [("taken", "09:00", "10:00"), ("taken", "10:00", "12:00")]


def test_a_quarter_of_an_hour_takes_its_half_hour() -> None:
    assert cells(a_planning(a_resource(a_use("07:15", "07:30"))))[0] == ("taken", "09:00", "09:30")


def test_what_is_past_cannot_be_chosen_any_more() -> None:
    now = datetime(2026, 4, 2, 8, 1, tzinfo=UTC)
    assert [kind for kind, _, _ in cells(a_planning(a_resource()), now)] == ["past", "free", "free", "free"]
    assert cells(a_planning(a_resource()), now)[0] == ("past", "09:00", "10:30")


def test_a_closed_lunch_is_neither_free_nor_past() -> None:
    planning = a_planning(a_resource(hours="09:00–10:00, 11:00–12:00"))
    assert ("closed", "10:00", "11:00") in cells(planning)


def test_a_day_without_hours_is_closed_and_still_has_a_head() -> None:
    shown = sheet(a_planning(a_resource(hours="")), NIGHT, READER)
    assert not shown.is_open
    assert shown.hours[0] == ("08:00", 1)
    assert sum(halves for _, halves in shown.hours) == shown.rows[0].cells[0].span


def test_the_reader_sees_whose_a_booking_is_only_where_it_is_said() -> None:
    own = a_use("07:00", "07:30", booking_id="b", person_id=READER)
    other = a_use("08:00", "08:30")
    [row] = sheet(a_planning(a_resource(own, other)), NIGHT, READER).rows
    taken = [cell for cell in row.cells if cell.kind == "taken"]
    assert [(cell.own, cell.uses[0].booking_id) for cell in taken] == [(True, "b"), (False, "")]


def test_the_list_joins_free_halves_and_leaves_out_what_is_closed() -> None:
    [row] = sheet(a_planning(a_resource(a_use("08:00", "08:30"))), NIGHT, READER).rows
    assert [(cell.kind, cell.start, cell.until) for cell in row.stretches] == [
        ("free", "09:00", "10:00"),
        ("taken", "10:00", "10:30"),
        ("free", "10:30", "12:00"),
    ]
    assert row.share == 17


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_the_day_on_which_clocks_change_is_shown_in_wall_time(day: str) -> None:
    noon = datetime.fromisoformat(f"{day}T10:00:00Z" if day == "2026-03-29" else f"{day}T11:00:00Z")
    use = {"start": noon.isoformat(), "end": noon.replace(minute=30).isoformat(), "state": "taken"}
    planning = a_planning(a_resource(use, hours="11:30–13:00"), day=day)
    assert ("taken", "12:00", "12:30") in cells(planning, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_booking_over_midnight_fills_the_edge_of_the_day() -> None:
    over = {"start": "2026-04-01T20:00:00Z", "end": "2026-04-02T07:30:00Z", "state": "taken"}
    assert cells(a_planning(a_resource(over)))[0] == ("taken", "09:00", "09:30")


def test_hours_are_read_as_booking_names_them() -> None:
    assert opening_hours("08:30–12:00, 14:00–24:00") == [(510, 720), (840, 1440)]
    assert opening_hours("") == []

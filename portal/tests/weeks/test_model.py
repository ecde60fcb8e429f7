"""A week of a site, as a table and as a list."""

from datetime import UTC, date, datetime
from typing import Any

from portal.planning.model import sheet
from portal.weeks.model import clock, days_of, monday_of, week

MONDAY = date(2026, 10, 19)


def a_day(day: date, hours: str, *taken: tuple[str, str]) -> Any:
    uses = [
        {"start": f"{day}T{start}:00Z", "end": f"{day}T{end}:00Z", "booking_id": start, "state": "confirmed"}
        for start, end in taken
    ]
    room = {"resource_id": "r", "name": "Salle", "kind": "room", "capacity": 8}
    planning = {
        "site_id": "s",
        "site_name": "Le 302",
        "day": day.isoformat(),
        "zone": "Europe/Paris",
        "resources": [room | {"opening_hours": hours, "taken": uses}],
    }
    return sheet(planning, datetime(2026, 10, 1, tzinfo=UTC), "")


def test_a_week_begins_on_monday_whatever_day_is_asked() -> None:
    for day in days_of(MONDAY):
        assert monday_of(day) == MONDAY
    assert (days_of(MONDAY)[0], days_of(MONDAY)[-1]) == (MONDAY, date(2026, 10, 25))


def test_each_use_stands_once_under_its_day_and_what_is_closed_says_so() -> None:
    days = days_of(MONDAY)
    sheets = [a_day(day, "" if day.weekday() > 4 else "08:00–20:00") for day in days]
    sheets[1] = a_day(days[1], "08:00–20:00", ("12:00", "13:15"), ("07:00", "08:30"))
    (row,) = week(sheets).rows
    assert [None if uses is None else [clock(use) for use in uses] for uses in row.days] == [
        [],
        ["09:00–10:30", "14:00–15:15"],
        [],
        [],
        [],
        None,
        None,
    ]
    lines = dict(week(sheets).lines)
    assert [(line.begin, line.resource) for line in lines[days[1]]] == [
        ("09:00", "Salle"),
        ("14:00", "Salle"),
    ]
    assert (week(sheets).before, week(sheets).after) == (date(2026, 10, 12), date(2026, 10, 26))

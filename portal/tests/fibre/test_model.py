"""How far a fibre line got, what comes next, and what it can be ordered at."""

from datetime import date
from typing import Any

import pytest

from portal.fibre.model import customers, monthly, next_step, stages, visit


def test_a_line_that_works_has_every_stage_behind_it() -> None:
    assert {place for _, place in stages("active")} == {"gone"}


def test_a_line_on_its_way_shows_where_it_is() -> None:
    assert [place for _, place in stages("ordered")] == ["gone", "here", "ahead", "ahead"]
    assert stages("not_eligible") == [("not_eligible", "ended")]


@pytest.mark.parametrize(
    ("state", "member", "desk"),
    [
        ("qualified", "order", "order"),
        ("ordered", "appointment", "appointment"),
        ("appointment_booked", "appointment", "activate"),
        ("active", "", ""),
        ("not_eligible", "", ""),
    ],
)
def test_each_is_offered_the_step_that_is_theirs(state: str, member: str, desk: str) -> None:
    assert next_step({"state": state}, activates=False) == member
    assert next_step({"state": state}, activates=True) == desk


def a_version(valid_from: str, *prices: tuple[str, str], book: str = "book") -> dict[str, Any]:
    sold = [{"price_code": code, "unit": unit} for code, unit in prices]
    return {"price_book_id": book, "valid_from": valid_from, "prices": sold}


def test_a_line_is_ordered_at_a_price_by_month_that_is_no_plans() -> None:
    version = a_version("2026-03-01", ("fibre-1g", "month"), ("plan-nomad", "month"), ("room", "hour"))
    found = monthly([version], ["plan-nomad"], date(2026, 4, 2))
    assert [each["price_code"] for each in found] == ["fibre-1g"]


def test_the_version_in_force_on_the_day_is_the_one_that_counts() -> None:
    versions = [
        a_version("2026-03-01", ("old", "month")),
        a_version("2026-04-01", ("new", "month")),
        a_version("2026-05-01", ("next", "month")),
        a_version("2026-01-01", ("other", "month"), book="another"),
    ]
    found = monthly(versions, [], date(2026, 4, 2))
    assert {each["price_code"] for each in found} == {"new", "other"}


def test_a_visit_lasts_two_hours_from_wall_time() -> None:
    start, end = visit("2026-04-09", "10:00", "Europe/Paris")
    assert (start, end) == ("2026-04-09T08:00:00+00:00", "2026-04-09T10:00:00+00:00")
    with pytest.raises(ValueError, match="isoformat"):
        visit("", "10:00", "Europe/Paris")


def test_a_person_orders_for_the_organisations_they_deal_with() -> None:
    memberships = [{"holder": {"organisation_id": None}, "payer": {"organisation_id": "wildix"}}]
    lines = [{"customer": {"organisation_id": "other"}}, {"customer": {"person_id": "me"}}]
    assert customers(memberships, lines, {"wildix": "Wildix France"}) == {
        "wildix": "Wildix France",
        "other": "",
    }

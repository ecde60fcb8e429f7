"""How far a purge reaches: to the day some months ago, never to anything that the months still keep."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.retention import (
    CutOffTooLate,
    MonthsOutOfBounds,
    Rule,
    check_cut_off,
    check_months,
    cut_off,
)
from contracts.values import Wording

SAID = Wording(fr="Ce qui s’essaie.", en="What is tried.")
RULE = Rule("trials", SAID, SAID, months=12, least=1, most=36)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("today", "months", "day"),
    [
        (date(2026, 3, 12), 12, date(2025, 3, 12)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2028, 2, 29), 48, date(2024, 2, 29)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 12, 31), 1, date(2026, 11, 30)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
    ],
)
def test_the_cut_off_is_the_same_day_of_its_month_or_the_last_one_there_is(
    today: date, months: int, day: date
) -> None:
    assert cut_off(today, months) == day


@given(today=DAYS, months=st.integers(1, 120))
def test_the_cut_off_lies_exactly_that_many_months_back_and_no_day_late(today: date, months: int) -> None:
    found = cut_off(today, months)
    assert (today.year - found.year) * 12 + today.month - found.month == months
    assert found.day <= today.day


@given(today=DAYS, later=st.integers(0, 400), months=st.integers(1, 60))
def test_what_was_due_once_stays_due(today: date, later: int, months: int) -> None:
    after = date.fromordinal(today.toordinal() + later)
    assert cut_off(today, months) <= cut_off(after, months)


def test_a_purge_reaches_no_further_than_the_rule_and_may_reach_less_far() -> None:
    today = date(2028, 2, 29)
    check_cut_off(RULE, 12, date(2027, 2, 28), today)
    check_cut_off(RULE, 12, date(2020, 1, 1), today)
    with pytest.raises(CutOffTooLate) as refused:
        check_cut_off(RULE, 12, date(2027, 3, 1), today)
    assert refused.value.values == {
        "purpose": "trials",
        "months": 12,
        "latest": "2027-02-28",
        "cut_off_on": "2027-03-01",
    }


@pytest.mark.parametrize(("months", "taken"), [(0, False), (1, True), (36, True), (37, False), (-5, False)])
def test_a_territory_sets_its_months_within_the_bounds(months: int, *, taken: bool) -> None:
    if taken:
        check_months(RULE, months)
        return
    with pytest.raises(MonthsOutOfBounds) as refused:
        check_months(RULE, months)
    assert refused.value.said() == f"For trials, 1 to 36 months can be set, not {months}."
    assert refused.value.cure_said("fr") == "Donnez un nombre de 1 à 36."

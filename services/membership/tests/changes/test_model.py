"""The calendar of memberships: terms of months, billing periods, the terms that hold on a day."""

import json
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from people_builders import PLAN

from membership.agreed.model import Agreed, Change, months_after, next_cycle, on, with_change
from membership.plans.model import PlanVersion, Terms

DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))
TERMS = Terms.model_validate_json(json.dumps(PLAN))


def terms(audience: str) -> Agreed:
    return Agreed(PlanVersion(plan_id=UUID(int=5), version=1, terms=TERMS), audience)


@given(DAYS, st.integers(1, 60))
def test_some_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(0, 1200), st.sampled_from(["day", "month", "year"]))
def test_the_next_billing_period_begins_after_today_and_none_begins_between(
    first: date, after: int, cadence: str
) -> None:
    day = first + timedelta(days=after)
    found = next_cycle(cadence, day, first)
    between = [day + timedelta(days=n) for n in range(1, (found - day).days)]

    def begins(each: date) -> bool:
        anniversaries = {months_after(first, 12 * n) for n in range(10)}
        return {"day": True, "month": each.day == 1, "year": each in anniversaries}[cadence]

    assert found > day
    assert begins(found)
    assert not any(begins(each) for each in between)


@given(st.lists(st.tuples(DAYS, st.sampled_from(["a", "b", "c"])), max_size=6), DAYS)
def test_the_terms_of_a_day_are_those_agreed_last_for_it(told: list[tuple[date, str]], day: date) -> None:
    changes: tuple[Change, ...] = ()
    for start, audience in told:
        changes = with_change(changes, Change(start, terms(audience), "asked"))
    # told again, one after the other: each holds from its day on, until one told later holds
    expected = next((audience for start, audience in reversed(told) if start <= day), "first")
    assert on(terms("first"), changes, day).audience == expected

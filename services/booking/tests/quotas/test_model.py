"""Quotas against a counter that knows nothing but a list of days."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.policies.model import Quota
from booking.quotas.model import QuotaTooSmall, QuotaUsedUp, check, window

BEGIN = date(2026, 3, 20)  # the days around it hold a clock change, a month's end and a leap-free February
DAYS = st.integers(0, 45).map(lambda n: BEGIN + timedelta(days=n))
WISHES = st.lists(st.tuples(DAYS, st.integers(1, 4), st.booleans()), max_size=40)
CALENDAR = st.sampled_from(["day", "week", "month"]).map(lambda window: {"window": window})
ROLLING = st.integers(1, 14).map(lambda days: {"window": "rolling", "days": days})


def a_quota(**said: Any) -> Quota:
    return Quota.model_validate(
        {"per": "person", "counted": "bookings", "limit": 3, "window": "week", **said}
    )


def same_window(quota: Quota, one: date, other: date) -> bool:
    """Whether two days of a calendar window count together, by the names of day, week and month."""
    if quota.window == "day":
        return one == other
    if quota.window == "week":
        return one.isocalendar()[:2] == other.isocalendar()[:2]
    return (one.year, one.month) == (other.year, other.month)


def broken(quota: Quota, taken: list[tuple[date, int]]) -> bool:
    """Whether some window holds more than the limit: each is looked at, unit by unit."""
    if quota.days:
        starts = [BEGIN + timedelta(days=n) for n in range(-20, 70)]
        ends = [(first, first + timedelta(days=quota.days)) for first in starts]
        return any(sum(n for day, n in taken if a <= day < b) > quota.limit for a, b in ends)
    return any(sum(n for day, n in taken if same_window(quota, day, each)) > quota.limit for each, _ in taken)


@given(said=CALENDAR | ROLLING, limit=st.integers(1, 8), wishes=WISHES)
def test_what_a_quota_admits_is_what_a_counter_of_days_admits(
    said: dict[str, Any], limit: int, wishes: list[tuple[date, int, bool]]
) -> None:
    quota = a_quota(**said, limit=limit)
    taken: list[tuple[date, int]] = []
    for day, units, gives_back in wishes:
        used: dict[date, int] = {}
        for each, n in taken:
            used[each] = used.get(each, 0) + n
        fits = not broken(quota, [*taken, (day, units)])
        if fits:
            check(quota, "Salles", day, units, used)
            taken.append((day, units))
        else:
            with pytest.raises(QuotaTooSmall if units > limit else QuotaUsedUp) as refused:
                check(quota, "Salles", day, units, used)
            frees = date.fromisoformat(str(refused.value.values.get("frees", date.max)))
            assert frees > day
            assert not quota.days or units > limit or not broken(quota, [*taken, (frees, units)])
        if gives_back and taken:
            taken.pop(0)


def test_hours_are_counted_in_seconds_and_said_in_hours() -> None:
    quota = a_quota(counted="hours", limit=10)
    check(quota, "Salles", BEGIN, 3600, {BEGIN: 9 * 3600})
    with pytest.raises(QuotaUsedUp) as refused:
        check(quota, "Salles", BEGIN, 5400, {BEGIN: 9 * 3600})
    assert refused.value.values == {
        "policy": "Salles",
        "limit": 10,
        "counted": "hours",
        "per": "person",
        "window": "week",
        "wanted": "1.5",
        "used": "9",
        "frees": "2026-03-23",
    }


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ({"window": "day"}, "2026-03-29", "2026-03-29"),
        ({"window": "week"}, "2026-03-23", "2026-03-29"),
        ({"window": "month"}, "2026-03-01", "2026-03-31"),
        ({"window": "rolling", "days": 7}, "2026-03-23", "2026-04-04"),
    ],
)
def test_a_window_has_its_days(said: dict[str, Any], first: str, last: str) -> None:
    assert [day.isoformat() for day in window(a_quota(**said), date(2026, 3, 29))] == [first, last]


def test_a_window_that_rolls_names_its_days_and_no_other_does() -> None:
    for said in ({"window": "rolling"}, {"window": "week", "days": 7}):
        with pytest.raises(ValueError, match="rolling window"):
            a_quota(**said)

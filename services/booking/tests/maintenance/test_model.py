"""When maintenance is due: hours summed over uses, months to the ends of months, whichever is first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.maintenance.model import (
    MaintenanceRuleOver,
    MaintenanceToCome,
    Rule,
    Use,
    check_done,
    months_after,
    standing,
)
from booking.sites.model import Site

SET = datetime(2026, 3, 2, 8, tzinfo=UTC)
SITE = Site(UUID(int=3), "Le 302", "Europe/Paris")
RULE = Rule(
    rule_id=UUID(int=1),
    resource_id=UUID(int=2),
    resource_name="Découpeuse laser",
    site_id=UUID(int=3),
    name="Nettoyage de l’optique",
    every_hours=10,
    every_months=None,
    blocks=True,
    set_at=SET,
)
MONTHLY = replace(RULE, every_hours=None, every_months=1)
days = st.dates(date(2000, 1, 1), date(2080, 12, 31))
worked = st.lists(st.integers(0, 400), max_size=30)


def uses(*minutes: int) -> list[Use]:
    """One use a day, from the day after the rule was set on."""
    return [Use(SET + timedelta(days=n), each) for n, each in enumerate(minutes, 1)]


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@given(worked, st.integers(1, 100), st.randoms(use_true_random=False))
def test_hours_are_the_sum_of_the_minutes_in_whatever_order_they_are_told(
    minutes: list[int], hours: int, random: Random
) -> None:
    told = uses(*minutes)
    random.shuffle(told)
    found = standing(replace(RULE, every_hours=hours), None, told, SET + timedelta(days=60), SITE)
    assert found.minutes == sum(minutes)
    assert (found.state == "due") == (sum(minutes) >= hours * 60)
    assert (found.state == "fine") == (sum(minutes) < hours * 48)
    assert found.blocks == (found.state == "due")


@given(worked, st.integers(1, 100))
def test_it_is_due_since_the_day_of_the_use_that_filled_the_hours(minutes: list[int], hours: int) -> None:
    found = standing(replace(RULE, every_hours=hours), None, uses(*minutes), SET + timedelta(days=60), SITE)
    if found.due_since is not None:
        before = (found.due_since - SET.date()).days - 1
        assert sum(minutes[:before]) < hours * 60 <= sum(minutes[: before + 1])


@pytest.mark.parametrize(("minutes", "state"), [(479, "fine"), (480, "soon"), (599, "soon"), (600, "due")])
def test_four_fifths_of_the_hours_are_soon_and_all_of_them_due(minutes: int, state: str) -> None:
    assert standing(RULE, None, uses(minutes), SET + timedelta(days=2), SITE).state == state


@given(days, st.integers(1, 120))
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    next_day = found + timedelta(days=1)
    assert found.day == day.day or (found.day < day.day and next_day.day == 1)


@given(days, days, st.integers(1, 120))
def test_a_later_day_is_never_due_earlier(one: date, other: date, months: int) -> None:
    first, last = sorted((one, other))
    assert months_after(first, months) <= months_after(last, months)


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_the_ends_of_months_are_known(day: date, months: int, due: date) -> None:
    assert months_after(day, months) == due


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 3, 18), "fine"),
        (date(2026, 3, 19), "soon"),
        (date(2026, 4, 1), "soon"),
        (date(2026, 4, 2), "due"),
    ],
)
def test_fourteen_days_before_the_day_is_soon_and_the_day_itself_due(today: date, state: str) -> None:
    found = standing(MONTHLY, None, [], on(today), SITE)
    assert (found.state, found.due_on) == (state, date(2026, 4, 2))


def test_never_done_counts_from_when_it_was_set_and_done_from_then() -> None:
    assert standing(MONTHLY, None, [], SET, SITE).due_on == date(2026, 4, 2)
    done = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # at half past midnight on 1 April in Paris
    assert standing(MONTHLY, done, [], done, SITE).due_on == date(2026, 5, 1)


def test_of_hours_and_months_the_first_that_is_over_counts() -> None:
    both = replace(RULE, every_months=1)
    by_hours = standing(both, None, uses(600), on(date(2026, 4, 5)), SITE)
    assert by_hours.due_since == date(2026, 3, 3)
    by_months = standing(both, None, uses(10), on(date(2026, 4, 5)), SITE)
    assert by_months.due_since == date(2026, 4, 2)


def test_what_blocks_does_so_from_midnight_of_its_day_on_or_at_once() -> None:
    to_come = standing(MONTHLY, None, [], SET, SITE)
    assert to_come.blocks_from(SET, SITE) == datetime(2026, 4, 1, 22, tzinfo=UTC)
    now = on(date(2026, 5, 1))
    assert standing(MONTHLY, None, [], now, SITE).blocks_from(now, SITE) == now
    assert standing(replace(MONTHLY, blocks=False), None, [], now, SITE).blocks_from(now, SITE) is None
    assert standing(RULE, None, [], SET, SITE).blocks_from(SET, SITE) is None


def test_the_refusal_names_the_machine_the_rule_and_since_when() -> None:
    refusal = standing(MONTHLY, None, [], on(date(2026, 5, 1)), SITE).refuse()
    assert refusal.values == {
        "resource": "Découpeuse laser",
        "rule": "Nettoyage de l’optique",
        "since": "2026-04-02",
    }
    assert "02/04/2026" in refusal.said("fr")


def test_what_was_retired_is_over_and_what_is_to_come_was_not_done() -> None:
    over = RULE.retired(SET, SITE)
    with pytest.raises(MaintenanceRuleOver):
        over.retired(SET, SITE)
    check_done(SET, SET, SITE)
    with pytest.raises(MaintenanceToCome):
        check_done(SET + timedelta(seconds=1), SET, SITE)

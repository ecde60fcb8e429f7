"""Whatever the seed and the months, what is asked for can be had: nobody stands in anybody's way."""

from __future__ import annotations

from collections import Counter

import pytest

from maillage.demo.agenda import rivals_day, visits
from maillage.demo.cast import LEAVER, cast
from maillage.demo.draws import Draws
from maillage.demo.months import Month
from maillage.demo.stage import Booked
from maillage.demo.tables import LARGE
from maillage.demo.using import overlaps

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-05", "2026-08", "2027-02", "2028-02", "2030-12")
SEEDS = range(3)


def draws_of(seed: int, month: str) -> Draws:
    return Draws(seed, Month.named(month))


@pytest.mark.parametrize("month", MONTHS)
def test_no_two_visits_overlap(month: str) -> None:
    for seed in SEEDS:
        draws = draws_of(seed, month)
        people = cast(draws)
        for asked, often in ((draws.month, 6), (draws.month.next, 2)):
            found = visits(draws, people, asked, often)
            booked = [Booked(visit, visit.name, "", {}) for visit in found]
            assert overlaps(booked) == 0
            assert len({visit.name for visit in found}) == len(found) > 60
            assert {Month(visit.day.replace(day=1)) for visit in found} == {asked}


def test_overlapping_visits_are_counted_and_given_up_ones_are_not() -> None:
    draws = draws_of(302, "2026-03")
    visit = next(each for each in visits(draws, cast(draws), draws.month, 6) if each.thing == LARGE)
    twice = [Booked(visit, "one", "", {}), Booked(visit, "other", "", {})]
    assert overlaps(twice) == 2, "the large room is made of two"


@pytest.mark.parametrize("month", MONTHS)
def test_every_fate_is_met(month: str) -> None:
    for seed in SEEDS:
        draws = draws_of(seed, month)
        fates = Counter(visit.fate for visit in visits(draws, cast(draws), draws.month, 6))
        assert set(fates) == {"comes", "absent", "given up", "given up late"}
        assert fates["comes"] > 100


@pytest.mark.parametrize("month", MONTHS)
def test_nobody_meets_in_a_room_on_the_day_of_the_rivals(month: str) -> None:
    draws = draws_of(302, month)
    found = visits(draws, cast(draws), draws.month, 6)
    rooms = [visit for visit in found if visit.thing in ("canal", "cite", LARGE)]
    assert rooms
    assert rivals_day(draws.month) not in {visit.day for visit in rooms}


def test_who_joins_late_or_leaves_comes_only_while_a_member() -> None:
    draws = draws_of(302, "2026-03")
    people = cast(draws)
    first, second = (visits(draws, people, month, 6) for month in (draws.month, draws.month.next))
    for visit in first:
        assert visit.day.day >= people.persons[visit.person].since
    assert all(visit.day.day <= 15 for visit in second if visit.person == LEAVER)
    assert any(visit.person == LEAVER for visit in second)

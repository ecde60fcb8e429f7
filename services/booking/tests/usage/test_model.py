"""When a use ends and how long it was: the soonest bound, and never more than both clocks say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.usage.model import Clocks, Limits, StoppedBeforeStart, Usage, UsageOver
from contracts.values import Party

NINE = datetime(2035, 3, 6, 9, tzinfo=UTC)
_ID = UUID(int=1)
minutes = st.integers(0, 10_000).map(lambda count: timedelta(minutes=count))


def a_usage(ends_by: datetime = NINE + timedelta(hours=4)) -> Usage:
    return Usage(
        usage_id=_ID,
        state="open",
        resource_id=_ID,
        resource_name="Imprimante 3D",
        site_id=_ID,
        zone="Europe/Paris",
        machine_class_id=None,
        person_id=_ID,
        payer=Party(person_id=_ID),
        audience="nomad",
        membership_id=None,
        booking_id=None,
        let_in_by="member",
        started_at=NINE,
        really_started_at=NINE - timedelta(days=900),
        ends_by=ends_by,
    )


def clocks(business: timedelta, real: timedelta | None = None) -> Clocks:
    """Both clocks so long after the start."""
    usage = a_usage()
    return Clocks(usage.started_at + business, usage.really_started_at + (business if real is None else real))


@given(minutes, st.none() | minutes, minutes)
def test_a_use_ends_at_the_soonest_of_its_bounds(
    closes: timedelta, claimed: timedelta | None, longest: timedelta
) -> None:
    limits = Limits(NINE + closes, NINE + claimed if claimed is not None else None, longest)
    bounds = {"closing": closes, "longest": longest, "next_booking": claimed}
    told = limits.end(NINE)
    assert told.at == NINE + min(each for each in bounds.values() if each is not None)
    assert bounds[told.reason] == told.at - NINE


@given(minutes, minutes, minutes)
def test_without_an_instant_a_use_lasts_no_longer_than_either_clock_or_its_bound(
    business: timedelta, real: timedelta, bound: timedelta
) -> None:
    usage = a_usage(NINE + bound)
    stopped = usage.stopped(None, clocks(business, real), (), "stopped")
    assert stopped.minutes == min(business, real, bound) // timedelta(minutes=1)


def test_a_clock_moved_by_a_month_in_the_middle_charges_no_more_than_what_passed() -> None:
    moved = clocks(timedelta(days=30), timedelta(minutes=7, seconds=59))
    assert a_usage().stopped(None, moved, (), "stopped").minutes == 7


@given(minutes, minutes)
def test_an_instant_that_the_machine_tells_counts_up_to_now_and_to_the_bound(
    told: timedelta, now: timedelta
) -> None:
    stopped = a_usage().stopped(NINE + told, clocks(now), (), "stopped")
    assert stopped.minutes == min(told, now, timedelta(hours=4)) // timedelta(minutes=1)


def test_a_use_cannot_have_stopped_before_it_began() -> None:
    with pytest.raises(StoppedBeforeStart):
        a_usage().stopped(NINE - timedelta(seconds=1), clocks(timedelta(hours=1)), (), "stopped")


def test_a_use_is_stopped_once_and_yet_one_that_was_given_up_is_settled() -> None:
    later = clocks(timedelta(hours=1))
    heard = a_usage().heard(NINE + timedelta(minutes=10), later)
    silent = heard.silent()
    assert (silent.state, silent.minutes, silent.reason) == ("aborted", 10, "offline")
    settled = silent.stopped(NINE + timedelta(minutes=25), later, (), "settled")
    assert (settled.state, settled.minutes) == ("stopped", 25)
    with pytest.raises(UsageOver):
        settled.stopped(None, later, (), "stopped")
    with pytest.raises(UsageOver):
        silent.heard(None, later)


def test_a_late_sign_does_not_take_back_an_earlier_one() -> None:
    now = clocks(timedelta(hours=1))
    heard = replace(a_usage(), heard_at=NINE + timedelta(minutes=30)).heard(NINE, now)
    assert heard.heard_at == NINE + timedelta(minutes=30)

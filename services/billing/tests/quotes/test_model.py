"""How many units a use takes, and what they cost."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from billing_builders import a_price, at
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.quotes.model import Span, Stretch, cost, cycle_of, month_of
from contracts.values import CivilPeriod


def a_span(start: str, end: str) -> Span:
    return Span(start=at(start), end=at(end), zone="Europe/Paris")


@pytest.mark.parametrize(
    ("unit", "start", "end", "quantity"),
    [
        ("hour", "2026-03-12 09:00", "2026-03-12 10:30", "1.5000"),
        ("hour", "2026-03-12 09:00", "2026-03-12 09:20", "0.3333"),
        ("hour", "2026-03-29 01:00", "2026-03-29 04:00", "2.0000"),
        ("half_day", "2026-03-12 09:00", "2026-03-12 13:00", "1.0000"),
        ("half_day", "2026-03-12 13:00", "2026-03-12 18:00", "1.0000"),
        ("half_day", "2026-03-12 09:00", "2026-03-12 18:00", "2.0000"),
        ("half_day", "2026-03-12 14:00", "2026-03-13 10:00", "2.0000"),
        ("day", "2026-03-12 09:00", "2026-03-12 10:00", "1.0000"),
        ("day", "2026-03-12 09:00", "2026-03-14 00:00", "2.0000"),
        ("booking", "2026-03-12 09:00", "2026-03-12 18:00", "1.0000"),
        ("month", "2026-03-20 09:00", "2026-04-02 18:00", "2.0000"),
    ],
)
def test_units_are_true_hours_and_touched_days_at_the_place(
    unit: str, start: str, end: str, quantity: str
) -> None:
    assert str(cost(a_price(unit=unit), a_span(start, end)).quantity) == quantity


def test_an_amount_is_exact_where_its_shown_quantity_is_rounded() -> None:
    third = cost(a_price(amount="3000.00"), a_span("2026-03-12 09:00", "2026-03-12 09:20"))
    assert (str(third.quantity), third.minor) == ("0.3333", 100_000)


def test_a_percentage_is_taken_of_the_price_as_it_was_rounded() -> None:
    half = cost(a_price(amount="10.01"), a_span("2026-03-12 09:00", "2026-03-12 10:00"), 50)
    assert (str(half.quantity), half.minor, half.rule) == ("0.5000", 501, "units-times-price-due-percent")


@pytest.mark.parametrize(
    ("first", "minor"),
    [("2026-03-12", 32_258), ("2026-02-12", 30_357), ("2026-04-01", 50_000), ("2026-03-31", 1_613)],
)
def test_a_month_begun_on_a_day_costs_its_days(first: str, minor: int) -> None:
    month = month_of(dt.date.fromisoformat(first))
    begun = Stretch(period=month, pieces=(CivilPeriod(start=dt.date.fromisoformat(first), end=month.end),))
    assert cost(a_price(unit="month", amount="500.00", prorated=True), begun).minor == minor
    assert cost(a_price(unit="month", amount="500.00"), begun).minor == 50_000


@settings(max_examples=1000, deadline=None)
@given(st.integers(1, 200_000), st.integers(1, 100_000), st.integers(0, 100))
def test_hours_cost_price_times_hours_rounded_half_up(cents: int, minutes: int, percent: int) -> None:
    price = Decimal(cents) / 100
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    span = Span(start=start, end=start + dt.timedelta(minutes=minutes), zone="Europe/Paris")
    whole = (Decimal(cents) * minutes / 60).quantize(Decimal(1), ROUND_HALF_UP)
    expected = (whole * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert cost(a_price(amount=str(price)), span, percent).minor == expected


@pytest.mark.parametrize(
    ("cadence", "day", "anchor", "start", "end"),
    [
        ("month", "2026-03-12", "2026-03-12", "2026-03-01", "2026-04-01"),
        ("month", "2026-12-31", "2026-01-31", "2026-12-01", "2027-01-01"),
        ("day", "2026-03-12", "2026-03-01", "2026-03-12", "2026-03-13"),
        ("year", "2026-03-12", "2026-03-12", "2026-03-12", "2027-03-12"),
        ("year", "2027-03-11", "2026-03-12", "2026-03-12", "2027-03-12"),
        ("year", "2025-02-28", "2024-02-29", "2025-02-28", "2026-02-28"),
        ("year", "2028-02-28", "2024-02-29", "2027-02-28", "2028-02-29"),
    ],
)
def test_a_cycle_holds_its_day(cadence: str, day: str, anchor: str, start: str, end: str) -> None:
    found = cycle_of(cadence, dt.date.fromisoformat(day), dt.date.fromisoformat(anchor))
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)


@settings(max_examples=1000, deadline=None)
@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2032, 12, 31)),
    st.integers(0, 2000),
    st.sampled_from(["day", "month", "year"]),
)
def test_cycles_follow_one_another_without_gap_or_overlap(anchor: dt.date, later: int, cadence: str) -> None:
    day = anchor + dt.timedelta(days=later)
    cycle = cycle_of(cadence, day, anchor)
    assert cycle.start <= day < cycle.end
    assert cycle_of(cadence, cycle.end, anchor).start == cycle.end
    assert cycle_of(cadence, cycle.end - dt.timedelta(days=1), anchor) == cycle

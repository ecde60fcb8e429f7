"""Amounts, decimals, identifiers and times as they travel."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.money import CurrenciesDiffer, Money, Quantity, UnitPrice, VatRate
from contracts.values import (
    PLATFORM,
    CivilPeriod,
    Identifier,
    Instant,
    LocalTime,
    Party,
    Period,
    TerritoryId,
    is_siren,
)

minors = st.integers(min_value=-(10**12), max_value=10**12)


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


@given(st.lists(minors, max_size=20))
def test_a_total_is_the_sum_of_the_minor_units(amounts: list[int]) -> None:
    assert Money.total([euros(amount) for amount in amounts], "EUR") == euros(sum(amounts))


@given(minors, minors)
def test_subtraction_undoes_addition(one: int, other: int) -> None:
    assert euros(one) + euros(other) - euros(other) == euros(one)
    assert -euros(one) + euros(one) == euros(0)
    assert (euros(one) < euros(other), euros(one) <= euros(other)) == (one < other, one <= other)


def test_amounts_of_two_currencies_do_not_mix() -> None:
    francs = Money(minor=100, currency="CHF")
    for act in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(CurrenciesDiffer, match="EUR and CHF"):
            act(euros(100), francs)


def test_an_amount_that_a_json_reader_would_round_is_refused() -> None:
    assert euros(2**53 - 1).minor == 9007199254740991
    with pytest.raises(ValidationError):
        euros(2**53)


@pytest.mark.parametrize(("kind", "places"), [(Quantity, 4), (UnitPrice, 6), (VatRate, 2)])
def test_a_decimal_travels_as_text_and_keeps_every_digit(kind: Any, places: int) -> None:
    adapter = TypeAdapter[Decimal](kind)
    finest = Decimal(1).scaleb(-places)
    assert adapter.dump_json(adapter.validate_python(finest)) == f'"0.{"1".zfill(places)}"'.encode()
    assert adapter.validate_json(adapter.dump_json(finest)) == finest
    with pytest.raises(ValidationError):
        adapter.validate_python(finest / 10)


@pytest.mark.parametrize("written", ["1.5", '"1e3"', '"NaN"', '"1,5"', '""', '"1.23456"', '"١"', "true"])
def test_a_quantity_that_is_no_plain_decimal_text_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Decimal](Quantity).validate_json(written)


def test_a_large_decimal_is_written_without_exponent() -> None:
    assert TypeAdapter[Decimal](Quantity).dump_json(Decimal("1E+3")) == b'"1000"'


@pytest.mark.parametrize("siren", ["200035715", "200090751", "245901160", "240200477", "200072031", PLATFORM])
def test_real_groupings_have_a_valid_siren(siren: str) -> None:
    assert TypeAdapter(TerritoryId).validate_python(siren) == siren


@pytest.mark.parametrize("text", ["200035716", "20003571", "2000357150", "20003571a", "٢٠٠٠٣٥٧١٥", ""])
def test_what_fails_the_check_is_no_siren(text: str) -> None:
    assert not is_siren(text)
    with pytest.raises(ValidationError):
        TypeAdapter(TerritoryId).validate_python(text)


@given(st.integers(0, 999_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_mistyped_digit_never_passes(number: int, place: int, shift: int) -> None:
    text = f"{number:09d}"
    mistyped = f"{text[:place]}{(int(text[place]) + shift) % 10}{text[place + 1 :]}"
    assert not (is_siren(text) and is_siren(mistyped))


def test_an_instant_is_kept_in_utc_whatever_the_offset_it_came_in() -> None:
    adapter = TypeAdapter[datetime](Instant)
    paris = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    assert adapter.dump_json(adapter.validate_python(paris)) == b'"2026-03-29T01:30:00Z"'


@pytest.mark.parametrize("written", ['"2026-03-12T08:30:00"', '"9999-12-31T23:59:59-05:00"', '"soon"'])
def test_an_instant_without_zone_or_outside_the_calendar_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[datetime](Instant).validate_json(written)


def test_a_period_ends_after_it_starts() -> None:
    noon = datetime(2026, 3, 12, 12, tzinfo=UTC)
    assert Period(start=noon, end=noon + timedelta(minutes=1), zone="Europe/Paris").start == noon
    assert CivilPeriod(start=date(2026, 3, 12), end=date(2026, 4, 1)).end == date(2026, 4, 1)
    with pytest.raises(ValidationError, match="ends after it starts"):
        Period(start=noon, end=noon, zone="Europe/Paris")
    with pytest.raises(ValidationError, match="ends after it starts"):
        CivilPeriod(start=date(2026, 4, 1), end=date(2026, 4, 1))


@pytest.mark.parametrize(
    ("text", "valid"), [("08:30", True), ("24:00", True), ("24:01", False), ("8:30", False)]
)
def test_a_local_time_is_hours_and_minutes(text: str, *, valid: bool) -> None:
    adapter = TypeAdapter[str](LocalTime)
    if valid:
        assert adapter.validate_python(text) == text
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)


def test_a_party_is_one_person_or_one_organisation() -> None:
    someone = UUID(int=1)
    assert Party(person_id=someone) != Party(organisation_id=someone)
    with pytest.raises(ValidationError, match="one person or one organisation"):
        Party()
    with pytest.raises(ValidationError, match="one person or one organisation"):
        Party(person_id=someone, organisation_id=someone)


def test_a_siren_is_checked_and_a_foreign_number_is_taken_as_it_is() -> None:
    assert Identifier(scheme="register", value="TN 2167/A", country="IT").value == "TN 2167/A"
    assert Identifier(scheme="siren", value="200035715", country="FR").value == "200035715"
    with pytest.raises(ValidationError, match="no SIREN"):
        Identifier(scheme="siren", value="200035716", country="FR")

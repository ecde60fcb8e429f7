"""How days, periods and amounts read."""

from decimal import Decimal

import pytest

from notifications.wording.model import amount, day, days, moment, money, span

NB, NN = "\u00a0", "\u202f"


def test_a_day_is_named_in_both_languages() -> None:
    assert day("2026-03-12", "fr") == "jeudi 12 mars 2026"
    assert day("2026-03-12", "en") == "Thursday 12 March 2026"


def test_a_moment_names_its_day_where_the_clocks_of_the_zone_show_it() -> None:
    assert moment("2026-03-12T23:30:00Z", "Europe/Paris", "fr") == f"vendredi 13 mars 2026 à 0{NB}h{NB}30"
    assert moment("2026-03-12T08:05:00Z", "Europe/Paris", "en") == "Thursday 12 March 2026, 9:05"


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert day("2026-08-01", "fr") == "samedi 1er août 2026"


def test_a_stretch_of_days_names_its_last_day_not_the_one_after() -> None:
    assert days("2026-03-12", "2026-04-01", "fr") == "du jeudi 12 mars 2026 au mardi 31 mars 2026"
    assert days("2026-03-12", "2026-03-13", "en") == "Thursday 12 March 2026"


@pytest.mark.parametrize(
    ("start", "end", "zone", "language", "text"),
    [
        (
            "2026-03-12T08:00:00Z",
            "2026-03-12T10:30:00Z",
            "Europe/Paris",
            "fr",
            f"jeudi 12 mars 2026 de 9{NB}h{NB}00 à 11{NB}h{NB}30",
        ),
        (
            "2026-03-12T08:00:00Z",
            "2026-03-12T10:30:00Z",
            "Indian/Reunion",
            "en",
            "Thursday 12 March 2026, 12:00 to 14:30",
        ),
        # the clocks of Paris go forward on the night of 29 March 2026
        (
            "2026-03-29T00:30:00Z",
            "2026-03-29T01:30:00Z",
            "Europe/Paris",
            "en",
            "Sunday 29 March 2026, 1:30 to 3:30",
        ),
        (
            "2026-03-12T21:00:00Z",
            "2026-03-12T23:00:00Z",
            "Europe/Paris",
            "fr",
            f"jeudi 12 mars 2026 de 22{NB}h{NB}00 à 24{NB}h{NB}00",
        ),
        (
            "2026-03-12T21:00:00Z",
            "2026-03-13T09:00:00Z",
            "Europe/Paris",
            "fr",
            f"du jeudi 12 mars 2026 à 22{NB}h{NB}00 au vendredi 13 mars 2026 à 10{NB}h{NB}00",
        ),
        (
            "2026-03-12T21:00:00Z",
            "2026-03-13T09:00:00Z",
            "Europe/Paris",
            "en",
            "from Thursday 12 March 2026, 22:00, to Friday 13 March 2026, 10:00",
        ),
    ],
)
def test_a_period_reads_as_the_clocks_of_its_place_show_it(
    start: str, end: str, zone: str, language: str, text: str
) -> None:
    assert span(start, end, zone, language) == text


@pytest.mark.parametrize(
    ("minor", "currency", "french", "english"),
    [
        (38710, "EUR", f"387,10{NB}€", "€387.10"),
        (123456789, "EUR", f"1{NN}234{NN}567,89{NB}€", "€1,234,567.89"),
        (-5, "EUR", f"−0,05{NB}€", "−€0.05"),
        (0, "EUR", f"0,00{NB}€", "€0.00"),
        (1500, "JPY", f"1{NN}500{NB}JPY", f"JPY{NB}1,500"),
        (9900, "CHF", f"99,00{NB}CHF", f"CHF{NB}99.00"),
    ],
)
def test_money_is_written_as_each_language_writes_it(
    minor: int, currency: str, french: str, english: str
) -> None:
    assert money(minor, currency, "fr") == french
    assert money(minor, currency, "en") == english


def test_an_amount_keeps_decimals_beyond_cents_and_never_fewer() -> None:
    assert amount("500", "EUR", "en") == "€500.00"
    assert amount("0.0125", "EUR", "fr") == f"0,0125{NB}€"
    assert amount(Decimal(1000), "EUR", "en") == "€1,000.00"

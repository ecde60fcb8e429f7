"""A cell is read as people write it, or named as damaged."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from membership.cells.model import amount, country, day, mail, phone, text, word


@given(st.dates())
def test_a_day_is_read_the_french_way_and_the_iso_way(found: date) -> None:
    assert day(found.isoformat()) == found
    assert day(f"{found.day}/{found.month}/{found.year:04}") == found
    assert day(f"{found.day:02}.{found.month:02}.{found.year:04}") == found


@given(st.decimals("0.01", "10000000", places=2))
def test_an_amount_is_read_with_comma_or_point_and_spaces(found: Decimal) -> None:
    assert amount(f"{found:,}".replace(",", "\u202f").replace(".", ",") + " €") == found
    assert amount(str(found)) == found


@pytest.mark.parametrize(
    ("parse", "cell", "code"),
    [
        (day, "31/02/2026", "day-unreadable"),
        (day, "02-03-2026", "day-unreadable"),
        (day, "2026", "day-unreadable"),
        (amount, "0", "amount-unreadable"),
        (amount, "-5", "amount-unreadable"),
        (amount, "1,234", "amount-unreadable"),
        (amount, "NaN", "amount-unreadable"),
        (amount, "1e9", "amount-unreadable"),
        (amount, "dix", "amount-unreadable"),
        (mail, "a@b", "mail-unreadable"),
        (mail, "a b@c.fr", "mail-unreadable"),
        (mail, "a@b.fr, c@d.fr", "mail-unreadable"),
        (mail, f"{'a' * 250}@b.fr", "mail-unreadable"),
        (mail, "a\u200b@b.fr", "mail-unreadable"),
        (phone, "04 68 bis", "phone-unreadable"),
        (phone, "(----)", "phone-unreadable"),
        (country, "Belgique", "country-unreadable"),
        (text(3), "abcd", "text-too-long"),
        (text(30), "a\u200bb", "text-too-long"),
        (text(30), "a\nb", "text-too-long"),
        (word({"oui": True}), "non", "word-unknown"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_rule(parse: Callable[[str], Any], cell: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(cell)
    assert refused.value.code == code


def test_what_people_write_is_taken_as_they_mean_it() -> None:
    assert phone("04  68\u00a010 10 10".replace("\u00a0", " ")) == "04 68 10 10 10"
    assert (country("France"), country("be")) == ("FR", "BE")
    assert word({"oui": True})("OUI") is True
    assert text(10, lines=True)("1 rue\r\nX") == "1 rue\nX"
    assert text(10)("e\u0301te\u0301") == "été"

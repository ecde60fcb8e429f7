"""Rules of persons: how names and addresses are compared, and whose mail address may be set."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from membership.persons.model import (
    Details,
    comparable_mail,
    may_change_mail,
    search_terms,
    wanted_terms,
    words,
)

ZOE = Details("Zoé", "d'Arc-Lœuillet", "fr", mail="Zoe@Example.org", phone="+33 6 12 34 56 78")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'Étoile d'Or", ["l", "etoile", "d", "or"]),
        ("Lœuillet-Ægir", ["loeuillet", "aegir"]),
        ("STRAẞE", ["strasse"]),
        ("  ", []),
        ("O’Neil_Łukasz 2", ["o", "neil", "łukasz", "2"]),
    ],
)
def test_names_are_compared_word_by_word_without_case_or_accents(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "search", ["zoe", "ZOÉ", "z arc", "loeu", "Lœuillet", "zoe@EXAMPLE.org", "06 12 34 56 78"]
)
def test_a_person_is_found_by_any_beginning_of_a_name_by_mail_and_by_phone(search: str) -> None:
    assert wanted_terms(search) <= search_terms(ZOE)


@pytest.mark.parametrize("search", ["oe", "zoea", "example.org", "06 12 34 56 79", "z@example.org", "!?"])
def test_nothing_else_finds_them(search: str) -> None:
    assert not wanted_terms(search) <= search_terms(ZOE)


def test_a_search_for_nothing_asks_for_no_term() -> None:
    assert wanted_terms("  ") == set()


@example("🄐", 1)  # made of a capital letter, and none itself
@given(st.text(min_size=1, max_size=40), st.integers(min_value=1, max_value=40))
def test_every_beginning_of_every_name_finds_its_bearer(name: str, length: int) -> None:
    details = Details(name, "x", "en")
    for word in words(name):
        beginning = word[:length]
        if not (beginning.isascii() and beginning.isdecimal()):  # six figures are read as a phone number
            assert wanted_terms(beginning) <= search_terms(details)


def test_mail_addresses_are_compared_whole_and_without_case() -> None:
    assert comparable_mail(" Zoe@EXAMPLE.org ") == "zoe@example.org"
    assert comparable_mail("zoe+hub@example.org") != comparable_mail("zoe@example.org")


@pytest.mark.parametrize(
    ("signed_in", "holds_roles", "allowed"),
    [(False, False, True), (True, False, False), (False, True, False), (True, True, False)],
)
def test_staff_set_a_mail_address_only_where_nobody_could_act_by_it(
    *, signed_in: bool, holds_roles: bool, allowed: bool
) -> None:
    assert may_change_mail(signed_in=signed_in, holds_roles=holds_roles) is allowed

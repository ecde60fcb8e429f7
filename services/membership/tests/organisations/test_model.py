"""Rules of organisations: identifiers as registers write them, and ties without circles."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from membership.organisations.model import (
    GivenIdentifier,
    IdentifiersDisagree,
    Link,
    LinkCircular,
    LinkEmpty,
    LinkEndsEarlier,
    LinkWithItself,
    RegisterNumberInvalid,
    SirenInvalid,
    VatNumberInvalid,
    ended,
    identifiers,
    linked,
)

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
DAY = date(2026, 3, 1)


def an_identifier(scheme: str, value: str, country: str | None = None) -> GivenIdentifier:
    return GivenIdentifier.model_validate({"scheme": scheme, "value": value, "country": country})


def a_link(here: UUID, there: UUID, kind: str = "branch_of", start: int = 0, end: int | None = None) -> Link:
    until = DAY + timedelta(days=end) if end is not None else None
    return Link(UUID(int=9), here, there, kind, DAY + timedelta(days=start), until)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (an_identifier("siren", "200 035 715"), [("siren", "FR", "200035715")]),
        (
            an_identifier("vat", "fr 70.200035715"),
            [("siren", "FR", "200035715"), ("vat", "FR", "FR70200035715")],
        ),
        (an_identifier("vat", "IT 07643520567"), [("vat", "IT", "IT07643520567")]),
        (an_identifier("vat", "EL094259216"), [("vat", "GR", "EL094259216")]),
        (an_identifier("register", " tn - 187632 ", "it"), [("register", "IT", "TN - 187632")]),
    ],
)
def test_identifiers_are_kept_as_their_registers_write_them(
    given: GivenIdentifier, expected: list[tuple[str, str, str]]
) -> None:
    assert [(one.scheme, one.country, one.value) for one in identifiers([given, given])] == expected


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (an_identifier("siren", "200035716"), SirenInvalid),
        (an_identifier("siren", "20003571"), SirenInvalid),
        (an_identifier("siren", "'; --"), SirenInvalid),
        (an_identifier("vat", "IT00000000001"), VatNumberInvalid),
        (an_identifier("vat", "CH123456789"), VatNumberInvalid),
        (an_identifier("vat", ""), VatNumberInvalid),
        (an_identifier("register", "B 123"), RegisterNumberInvalid),
        (an_identifier("register", "B 123", "FR"), RegisterNumberInvalid),
        (an_identifier("register", " ", "IT"), RegisterNumberInvalid),
        (an_identifier("register", "x" * 41, "IT"), RegisterNumberInvalid),
    ],
)
def test_what_is_no_identifier_is_refused_with_what_was_read(
    given: GivenIdentifier, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as refused:
        identifiers([given])
    assert refused.value.values["value"] == given.value
    assert refused.value.cure_said("fr")


def test_a_french_vat_number_and_a_siren_of_another_company_disagree() -> None:
    with pytest.raises(IdentifiersDisagree):
        identifiers([an_identifier("siren", "200090751"), an_identifier("vat", "FR70200035715")])


def test_the_surest_identifier_comes_first() -> None:
    found = identifiers([an_identifier("vat", "IT07643520567"), an_identifier("register", "TN-1", "IT")])
    assert [one.scheme for one in found] == ["register", "vat"]


@pytest.mark.parametrize(
    ("new", "links", "refusal"),
    [
        (a_link(A, A), [], LinkWithItself),
        (a_link(A, B, end=0), [], LinkEmpty),
        (a_link(A, B), [a_link(B, A)], LinkCircular),
        (a_link(A, B), [a_link(B, C), a_link(C, A, "subsidiary_of")], LinkCircular),
    ],
)
def test_a_tie_that_cannot_be_is_refused(new: Link, links: list[Link], refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        linked(new, links)


@pytest.mark.parametrize(
    ("new", "links"),
    [
        (a_link(A, B), [a_link(A, C)]),
        (a_link(A, B, start=10), [a_link(B, A, end=10)]),
        (a_link(A, B, "single_undertaking_with"), [a_link(B, A, "single_undertaking_with")]),
        (a_link(A, B), [a_link(C, B), a_link(B, C, "single_undertaking_with")]),
    ],
)
def test_a_tie_that_makes_no_circle_on_any_day_holds(new: Link, links: list[Link]) -> None:
    assert linked(new, links) == new


def test_a_tie_ends_after_it_began_and_before_it_would_have() -> None:
    assert ended(a_link(A, B), DAY + timedelta(days=1)).valid_until == DAY + timedelta(days=1)
    with pytest.raises(LinkEmpty):
        ended(a_link(A, B), DAY)
    with pytest.raises(LinkEndsEarlier):
        ended(a_link(A, B, end=5), DAY + timedelta(days=5))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8))
def test_ties_accepted_one_by_one_never_close_a_circle(pairs: list[tuple[int, int]]) -> None:
    kept: list[Link] = []
    for here, there in pairs:
        try:
            kept.append(linked(a_link(UUID(int=here), UUID(int=there)), kept))
        except (LinkCircular, LinkWithItself):
            continue
    parents = {link.organisation_id: set[UUID]() for link in kept}
    for link in kept:
        parents[link.organisation_id].add(link.other_id)
    for _ in range(len(parents)):  # take away whoever has no parent left, again and again
        roots = {each for each in parents if not parents[each] & parents.keys()}
        parents = {each: above for each, above in parents.items() if each not in roots}
    assert parents == {}

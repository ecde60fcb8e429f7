"""Rules of affiliations: on no day does an organisation have people and no administrator."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.affiliations.model import (
    AdministratorMissing,
    Affiliation,
    AffiliationEmpty,
    AffiliationEndsEarlier,
    Role,
    affiliated,
    ended,
    first_day_without_administrator,
)

DAY = date(2026, 3, 1)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def an_affiliation(role: Role = "employee", start: int = 0, end: int | None = None) -> Affiliation:
    until = day(end) if end is not None else None
    return Affiliation(UUID(int=1), UUID(int=2), UUID(int=3), role, day(start), until)


def test_the_first_one_is_an_administrator() -> None:
    with pytest.raises(AdministratorMissing) as refused:
        affiliated(an_affiliation(), [])
    assert refused.value.values == {"day": "2026-03-01"}
    boss = an_affiliation("administrator")
    assert affiliated(boss, []) == boss


@pytest.mark.parametrize(
    ("others", "first"),
    [
        ([an_affiliation("administrator", 0, 10)], 10),
        ([an_affiliation("administrator", 1)], 0),
        ([an_affiliation("administrator", 0, 5), an_affiliation("administrator", 6)], 5),
        ([an_affiliation("representative")], 0),
        ([an_affiliation("administrator", 0, 5), an_affiliation("administrator", 5)], None),
    ],
)
def test_whoever_stays_longer_than_the_administrators_is_refused_from_that_day(
    others: list[Affiliation], first: int | None
) -> None:
    expected = day(first) if first is not None else None
    assert first_day_without_administrator([*others, an_affiliation()]) == expected


def test_the_last_administrator_leaves_last() -> None:
    boss, employee = an_affiliation("administrator"), an_affiliation("employee", 0, 20)
    with pytest.raises(AdministratorMissing):
        ended(boss, day(19), [employee])
    assert ended(boss, day(20), [employee]).valid_until == day(20)
    assert ended(boss, day(5), [an_affiliation("administrator", 3), employee]).valid_until == day(5)


def test_an_affiliation_lasts_at_least_a_day_and_never_longer_than_said() -> None:
    with pytest.raises(AffiliationEmpty):
        affiliated(an_affiliation("administrator", 0, 0), [])
    with pytest.raises(AffiliationEmpty):
        ended(an_affiliation("administrator"), day(0), [])
    with pytest.raises(AffiliationEndsEarlier):
        ended(an_affiliation("administrator", 0, 5), day(5), [])


periods = st.builds(
    lambda role, start, length: an_affiliation(role, start, None if length is None else start + length),
    st.sampled_from(["administrator", "representative", "employee"]),
    st.integers(0, 30),
    st.none() | st.integers(1, 30),
)


@given(st.lists(periods, max_size=6))
def test_the_first_bad_day_is_what_going_through_every_day_finds(affiliations: list[Affiliation]) -> None:
    def is_bad(number: int) -> bool:
        roles = {one.role for one in affiliations if one.covers(day(number))}
        return bool(roles) and "administrator" not in roles

    slowly = next((day(number) for number in range(70) if is_bad(number)), None)
    assert first_day_without_administrator(affiliations) == slowly

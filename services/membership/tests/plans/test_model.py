"""Rules of plans: versions in order, one of them taken on a day."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_builders import PLAN
from pydantic import ValidationError

from membership.plans.model import (
    Entitlement,
    FamilyFixed,
    PlanRetiredAlready,
    PlanVersion,
    RetirementInThePast,
    Terms,
    VersionOutOfOrder,
    following,
    retired,
    taken_on,
)


def some_terms(**more: Any) -> Terms:
    return Terms.model_validate_json(json.dumps(PLAN | more))


def a_version(number: int = 1, valid_from: str = "2026-01-01", retired_on: date | None = None) -> PlanVersion:
    terms = some_terms(valid_from=valid_from)
    return PlanVersion(plan_id=UUID(int=1), version=number, terms=terms, retired_on=retired_on)


@pytest.mark.parametrize(
    "wrong",
    [
        {"resource_kinds": []},
        {"resource_kinds": ["desk"], "quantity": "10"},
        {"resource_kinds": ["desk"], "quantity": "10", "unit": "day"},
        {"resource_kinds": ["desk"], "unit": "day", "per": "month"},
        {"resource_kinds": ["desk"], "quantity": "0", "unit": "day", "per": "month"},
        {"resource_kinds": ["desk"], "quantity": "10", "unit": "days", "per": "month"},
        {"resource_kinds": ["L'atelier"]},
    ],
)
def test_an_entitlement_counts_whole_or_not_at_all(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Entitlement.model_validate_json(json.dumps({"paid_by": "plan"} | wrong))


def test_versions_follow_one_another_within_a_family() -> None:
    assert following([], some_terms()) == 1
    assert following([a_version()], some_terms()) == 2
    with pytest.raises(VersionOutOfOrder):
        following([a_version(1, "2026-06-01")], some_terms())
    with pytest.raises(FamilyFixed):
        following([a_version()], some_terms(family="office"))
    with pytest.raises(PlanRetiredAlready):
        following([a_version(retired_on=date(2026, 9, 1))], some_terms())


def test_a_plan_is_retired_once_and_not_for_days_that_passed() -> None:
    today = date(2026, 3, 1)
    assert retired(a_version(), today, today).retired_on == today
    with pytest.raises(RetirementInThePast):
        retired(a_version(), date(2026, 2, 28), today)
    with pytest.raises(PlanRetiredAlready):
        retired(a_version(retired_on=today), today, today)


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5), st.dates(date(2026, 1, 1)))
def test_the_version_taken_is_the_last_one_that_has_begun(starts: list[date], day: date) -> None:
    versions = [a_version(number, str(start)) for number, start in enumerate(sorted(starts), start=1)]
    taken = taken_on(versions, day)
    begun = sum(start <= day for start in starts)
    assert (taken.version if taken else 0) == begun


def test_a_retired_plan_is_taken_until_the_day_before() -> None:
    versions = [a_version(retired_on=date(2026, 9, 1))]
    assert taken_on(versions, date(2026, 8, 31)) == versions[0]
    assert taken_on(versions, date(2026, 9, 1)) is None

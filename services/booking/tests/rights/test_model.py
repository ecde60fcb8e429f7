"""By which right a use is made: the whole period, at its own date, and the plan before money."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from booking.rights.model import (
    Membership,
    MembershipNotThen,
    MembershipSuspendedThen,
    NoMembership,
    NotAffiliatedThen,
    PlanOpensNot,
    Use,
    cycle,
    units,
    usable,
)
from chassis.errors import Refused
from contracts.membership import Entitlement
from contracts.values import Party

PERSON, SITE, ORGANISATION = UUID(int=1), UUID(int=2), UUID(int=3)
NOON = datetime(2026, 3, 12, 11, tzinfo=UTC)


def a_use(start: datetime = NOON, hours: float = 1, kind: str = "room") -> Use:
    return Use(PERSON, SITE, kind, start, start + timedelta(hours=hours), "Europe/Paris")


def a_membership(**changes: Any) -> Membership:
    values: dict[str, Any] = {
        "membership_id": UUID(int=10),
        "organisation_id": None,
        "payer": Party(person_id=PERSON),
        "audience": "nomad",
        "plan_id": UUID(int=11),
        "plan_version": 1,
        "plan_name": "L'Essentielle",
        "site_ids": (),
        "entitlements": (Entitlement(resource_kinds=("room",), paid_by="plan"),),
        "valid": (date(2026, 3, 1), date(2026, 4, 1)),
    }
    return Membership(**values | changes)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"valid": (date(2026, 3, 12), date(2026, 3, 13))}, None),
        ({"valid": (date(2026, 3, 13), None)}, MembershipNotThen),
        ({"valid": (date(2026, 3, 1), date(2026, 3, 12))}, MembershipNotThen),
        ({"suspensions": ((date(2026, 3, 12), None),)}, MembershipSuspendedThen),
        ({"suspensions": ((date(2026, 3, 1), date(2026, 3, 12)),)}, None),
        ({"suspensions": ((date(2026, 3, 13), None),)}, None),
        ({"site_ids": (UUID(int=99),)}, PlanOpensNot),
        ({"site_ids": (UUID(int=99), SITE)}, None),
        ({"entitlements": (Entitlement(resource_kinds=("desk",), paid_by="plan"),)}, PlanOpensNot),
        ({"organisation_id": ORGANISATION}, NotAffiliatedThen),
        ({"organisation_id": ORGANISATION, "affiliated": ((date(2026, 3, 12), None),)}, None),
        (
            {"organisation_id": ORGANISATION, "affiliated": ((date(2026, 1, 1), date(2026, 3, 12)),)},
            NotAffiliatedThen,
        ),
    ],
)
def test_a_right_is_judged_at_the_date_of_use(changes: dict[str, Any], refusal: type[Refused] | None) -> None:
    found = a_membership(**changes).obstacle(a_use())
    assert type(found) is (refusal or type(None))


def test_the_whole_period_must_be_covered_on_civil_days_of_the_site() -> None:
    ending = a_membership(valid=(date(2026, 3, 1), date(2026, 3, 13)))
    evening = datetime(2026, 3, 12, 22, tzinfo=UTC)  # 23:00 in Paris
    assert ending.obstacle(a_use(evening, 1)) is None
    assert isinstance(ending.obstacle(a_use(evening, 1.1)), MembershipNotThen)


def test_nobody_without_membership_and_the_closest_reason_is_named() -> None:
    with pytest.raises(NoMembership):
        usable([], a_use())
    over = a_membership(valid=(date(2025, 1, 1), date(2025, 2, 1)))
    with pytest.raises(MembershipSuspendedThen) as refused:
        usable([over, a_membership(suspensions=((date(2026, 3, 1), None),))], a_use())
    assert "L'Essentielle" in refused.value.said("fr")


def test_a_plan_that_includes_the_use_comes_first_then_the_person_s_own() -> None:
    money = (Entitlement(resource_kinds=("room",), paid_by="money"),)
    belongs = ((date(2026, 1, 1), None),)
    own_money = a_membership(membership_id=UUID(int=21), entitlements=money)
    of_company = a_membership(membership_id=UUID(int=22), organisation_id=ORGANISATION, affiliated=belongs)
    own = a_membership(membership_id=UUID(int=23))
    found = usable([own_money, of_company, own], a_use())
    assert [each.membership_id.int for each in found] == [23, 22, 21]
    assert usable([own_money, of_company, own], a_use(), UUID(int=21)) == [own_money]


@pytest.mark.parametrize(
    ("unit", "start", "hours", "expected"),
    [
        ("hour", NOON, 1.5, "1.5"),
        ("hour", NOON, 1 / 3, "0.3333"),
        ("hour", datetime(2026, 10, 24, 22, tzinfo=UTC), 25, "25"),
        ("day", NOON, 1, "1"),
        ("day", datetime(2026, 3, 12, 22, tzinfo=UTC), 1, "1"),
        ("day", datetime(2026, 3, 12, 22, tzinfo=UTC), 2, "2"),
        ("half_day", NOON, 1, "1"),
        ("half_day", NOON, 1.1, "2"),
        ("half_day", datetime(2026, 3, 12, 12, tzinfo=UTC), 2, "1"),
        ("half_day", datetime(2026, 3, 12, 7, tzinfo=UTC), 24, "3"),
        ("booking", NOON, 8, "1"),
        (None, NOON, 8, "1"),
    ],
)
def test_a_use_takes_units_as_the_plan_counts_them(
    unit: str | None, start: datetime, hours: float, expected: str
) -> None:
    assert units(unit, a_use(start, hours)) == Decimal(expected)


def test_a_quantity_starts_anew_each_day_week_or_month() -> None:
    valid = (date(2026, 2, 10), date(2027, 2, 10))
    thursday = date(2026, 12, 31)
    assert cycle("day", thursday, valid) == (thursday, date(2027, 1, 1))
    assert cycle("week", thursday, valid) == (date(2026, 12, 28), date(2027, 1, 4))
    assert cycle("month", thursday, valid) == (date(2026, 12, 1), date(2027, 1, 1))
    assert cycle("term", thursday, valid) == cycle(None, thursday, valid) == valid

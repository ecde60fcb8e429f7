"""What a territory may delegate, for how long."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from membership.operators import model
from membership.operators.model import EndDelegation, GrantDelegation, Operator

SITE, OTHER = UUID(int=1), UUID(int=2)
LA_MELEE = Operator(operator_id=UUID(int=3), organisation_id=UUID(int=4), name="La Mêlée")
START, END = date(2026, 3, 1), date(2026, 9, 1)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def a_grant(**changes: Any) -> GrantDelegation:
    fields: dict[str, Any] = {
        "delegation_id": UUID(int=5),
        "operator_id": LA_MELEE.operator_id,
        "site_ids": {SITE},
        "acts": {"memberships", "bookings"},
        "deed": "Convention 2026-04",
        "valid_from": START,
        "valid_until": END,
    }
    return GrantDelegation(**(fields | changes))


def test_a_delegation_names_its_operator_sites_acts_and_days() -> None:
    delegation = model.granted(a_grant(site_ids={OTHER, SITE}), LA_MELEE, {SITE, OTHER})
    assert (delegation.operator_name, delegation.deed) == ("La Mêlée", "Convention 2026-04")
    assert delegation.site_ids == (SITE, OTHER)
    assert delegation.acts == ("bookings", "memberships")
    assert (delegation.valid_from, delegation.valid_until, delegation.takings_of) == (START, END, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"site_ids": {SITE, OTHER}}, "sites-unknown"),
        ({"valid_until": START}, "delegation-empty"),
        ({"valid_until": date(2026, 2, 28)}, "delegation-empty"),
        ({"acts": {"prices"}}, "takings-unsaid"),
        ({"acts": {"invoices", "bookings"}}, "takings-unsaid"),
        ({"takings_of": "operator"}, "takings-without-act"),
    ],
)
def test_what_cannot_be_delegated_is_refused_by_name(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        model.granted(a_grant(**changes), LA_MELEE, {SITE})
    assert refusal.value.code == code
    assert refusal.value.said("fr") != refusal.value.said("en")
    assert refusal.value.cure_said("fr")


@pytest.mark.parametrize("takings_of", ["territory", "operator"])
def test_who_sells_says_whose_the_takings_are(takings_of: str) -> None:
    wanted = a_grant(acts={"prices"}, takings_of=takings_of)
    assert model.granted(wanted, LA_MELEE, {SITE}).takings_of == takings_of


@pytest.mark.parametrize("bad", [{"acts": set()}, {"site_ids": set()}, {"acts": {"everything"}}])
def test_a_delegation_covers_known_acts_on_some_site(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        a_grant(**bad)


@given(today=days, on=days)
def test_a_delegation_ends_within_itself_and_never_in_the_past(today: date, on: date) -> None:
    delegation = model.granted(a_grant(), LA_MELEE, {SITE})
    if max(today, START) <= on <= END:
        assert model.ended(delegation, EndDelegation(ended_on=on), today).ended_on == on
        return
    with pytest.raises(model.EndOutsideDelegation):
        model.ended(delegation, EndDelegation(ended_on=on), today)


def test_a_delegation_ends_once() -> None:
    delegation = model.granted(a_grant(), LA_MELEE, {SITE})
    over = model.ended(delegation, EndDelegation(ended_on=END, reason="Fin de la convention"), START)
    with pytest.raises(model.DelegationAlreadyEnded):
        model.ended(over, EndDelegation(ended_on=END), START)


def test_a_delegation_without_end_may_end_on_any_day_to_come() -> None:
    delegation = model.granted(a_grant(valid_until=None), LA_MELEE, {SITE})
    far = date(2040, 1, 1)
    assert model.ended(delegation, EndDelegation(ended_on=far), START).ended_on == far

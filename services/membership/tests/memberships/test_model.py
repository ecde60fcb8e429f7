"""Rules of memberships: what may be taken, when it rests, and when it ends."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from people_builders import PLAN

from chassis.errors import Refused
from contracts.values import Party
from membership.memberships import model
from membership.memberships.model import Membership, Proof, Wish
from membership.plans.model import PlanVersion, Terms

DAY = date(2026, 3, 1)
A, B = UUID(int=1), UUID(int=2)
ZOE = Party(person_id=UUID(int=9))


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def a_plan(**more: Any) -> PlanVersion:
    return PlanVersion(
        plan_id=UUID(int=5), version=3, terms=Terms.model_validate_json(json.dumps(PLAN | more))
    )


def a_wish(**more: Any) -> Wish:
    wish = Wish("nomad", (), DAY, None, None, None)
    return replace(wish, **more)


def confirmed(plan: PlanVersion | None, wish: Wish) -> Membership:
    return model.confirmed((UUID(int=7), ZOE, ZOE), plan, wish)


def a_membership(until: int | None = None, notice_days: int = 0) -> Membership:
    valid_until = day(until) if until is not None else None
    return confirmed(a_plan(notice_days=notice_days), a_wish(valid_until=valid_until))


@pytest.mark.parametrize(
    ("plan", "wish", "refusal"),
    [
        (None, a_wish(), model.PlanNotOnSale),
        (a_plan(), a_wish(plan_version=2), model.PlanVersionPassed),
        (a_plan(), a_wish(audience="company"), model.AudienceNotOfPlan),
        (a_plan(site_ids=[str(A)]), a_wish(site_ids=(A, B)), model.SitesOutsidePlan),
        (a_plan(proof={"fr": "Carte", "en": "Card"}), a_wish(), model.ProofMissing),
        (a_plan(), a_wish(proof=Proof(document="Card", valid_until=day(30))), model.ProofEndsEarlier),
        (
            a_plan(),
            a_wish(proof=Proof(document="Card", valid_until=day(30)), valid_until=day(31)),
            model.ProofEndsEarlier,
        ),
        (a_plan(), a_wish(valid_until=DAY), model.MembershipEmpty),
    ],
)
def test_what_the_plan_does_not_allow_is_refused_in_both_languages(
    plan: PlanVersion | None, wish: Wish, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as refused:
        confirmed(plan, wish)
    for language in ("en", "fr"):
        assert "{" not in refused.value.said(language)
        assert refused.value.cure_said(language)


def test_a_membership_holds_where_asked_else_where_the_plan_does() -> None:
    assert confirmed(a_plan(site_ids=[str(B), str(A)]), a_wish()).site_ids == (A, B)
    assert confirmed(a_plan(site_ids=[str(A), str(B)]), a_wish(site_ids=(B, B))).site_ids == (B,)
    assert confirmed(a_plan(), a_wish()).site_ids == ()


def test_a_plan_by_the_day_ends_after_a_day_and_others_renew_themselves() -> None:
    assert confirmed(a_plan(cadence="day"), a_wish()).valid_until == day(1)
    assert confirmed(a_plan(cadence="day"), a_wish(valid_until=day(3))).valid_until == day(3)
    assert confirmed(a_plan(), a_wish()).valid_until is None


def test_a_proven_membership_ends_with_its_proof() -> None:
    proof = Proof(document="Carte d'étudiant", valid_until=day(30))
    student = a_plan(proof={"fr": "Carte d'étudiant", "en": "Student card"})
    assert confirmed(student, a_wish(proof=proof, valid_until=day(30))).proof == proof
    assert confirmed(student, a_wish(proof=Proof(document="Card"))).valid_until is None


def test_the_state_of_a_membership_day_by_day() -> None:
    membership = replace(a_membership(until=40), suspended_from=day(10), resumed_from=day(20))
    states = [membership.state(day(number)) for number in (-1, 0, 9, 10, 19, 20, 39, 40)]
    assert states == ["to-come", "live", "live", "suspended", "suspended", "live", "live", "ended"]


def test_a_membership_rests_from_today_on_and_goes_on() -> None:
    resting = model.suspended(a_membership(), day(10), day(5))
    assert (resting.suspended_from, resting.resumed_from) == (day(10), None)
    with pytest.raises(model.MembershipSuspendedAlready):
        model.suspended(resting, day(12), day(5))
    going_on = model.resumed(resting, day(20), day(12))
    assert going_on.resumed_from == day(20)
    with pytest.raises(model.MembershipNotSuspended):
        model.resumed(going_on, day(21), day(12))
    with pytest.raises(model.MembershipSuspendedAlready):
        model.suspended(going_on, day(19), day(12))
    assert model.suspended(going_on, day(20), day(12)).suspended_from == day(20)
    assert model.resumed(resting, day(10), day(5)).resumed_from == day(10), "it never rested"


@pytest.mark.parametrize(("on", "today"), [(4, 5), (-1, -5)])
def test_days_that_passed_and_days_before_it_began_do_not_rest(on: int, today: int) -> None:
    with pytest.raises(model.DayInThePast):
        model.suspended(a_membership(), day(on), day(today))


def test_nothing_happens_to_a_membership_that_is_over() -> None:
    over = a_membership(until=10)
    resting = replace(over, suspended_from=day(2))
    for act, membership in (
        (model.suspended, over),
        (model.ended, over),
        (model.cancelled, over),
        (model.resumed, resting),
    ):
        with pytest.raises(model.MembershipOver):
            act(membership, day(10), day(5))


def test_the_territory_ends_it_from_today_on_and_the_holder_with_notice() -> None:
    membership = a_membership(notice_days=30)
    assert model.ended(membership, day(5), day(5)).valid_until == day(5)
    with pytest.raises(model.DayInThePast):
        model.ended(membership, day(4), day(5))
    assert model.cancelled(membership, None, day(5)).valid_until == day(35)
    assert model.cancelled(membership, day(50), day(5)).valid_until == day(50)
    with pytest.raises(model.NoticeTooShort) as refused:
        model.cancelled(membership, day(34), day(5))
    assert refused.value.values == {"notice_days": 30, "earliest": str(day(35))}


def test_before_it_begins_it_is_taken_back_whole() -> None:
    assert model.cancelled(a_membership(), None, day(-10)).valid_until == DAY
    assert model.ended(a_membership(), DAY, day(-10)).valid_until == DAY

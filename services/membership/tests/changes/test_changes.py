"""A membership changes its plan, rests as its holder wishes, goes on after its end, and is tried out once."""

import pytest
from life_builders import Life
from membership_builders import code

from chassis.ids import new_id


async def test_a_plan_changes_with_the_next_month_or_at_once(life: Life) -> None:
    person_id, plan_id, other = (
        await life.people.person(),
        await life.people.plan(),
        await life.people.plan(),
    )
    membership_id = await life.confirmed(plan_id, person_id)
    await life.on("2026-03-11")
    await life.done(f"memberships/{membership_id}/change-plan", plan_id=str(other))
    await life.done(f"memberships/{membership_id}/change-plan", plan_id=str(other), when="at_once")
    later, now = await life.told("MembershipPlanChanged", membership_id)
    assert (later["changed_from"], now["changed_from"]) == ("2026-04-01", "2026-03-11")
    assert (now["plan_id"], now["reason"]) == (str(other), "asked")
    assert (await life.shown(membership_id))["plan_id"] == str(other)
    again = await life.people.post(
        f"memberships/{membership_id}/change-plan", plan_id=str(other), when="at_once"
    )
    assert (again.status_code, code(again)) == (409, "terms-already")


async def test_a_member_changes_their_own_plan_and_nobody_else_s(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan()
    membership_id = await life.confirmed(plan_id, person_id)
    path = f"memberships/{membership_id}/change-plan"
    stranger = life.people.myself(new_id())
    assert (await life.people.post(path, stranger, audience="student")).status_code == 404
    await life.done(path, life.people.myself(person_id), audience="student", when="at_once")
    assert (await life.shown(membership_id))["audience"] == "student"
    funded = {"payer": {"organisation_id": str(await life.people.organisation())}, "convention": "C-1"}
    refused = await life.people.post(
        f"memberships/{membership_id}/fund",
        life.people.myself(person_id),
        funding=funded,
        funded_from="2026-04-01",
    )
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"family": "office"}, "other-family"),
        ({"valid_from": "2027-01-01"}, "plan-not-on-sale"),
        ({"audiences": ["company"]}, "audience-not-of-plan"),
    ],
)
async def test_what_is_no_change_of_plan_is_refused(
    life: Life, more: dict[str, object], refusal: str
) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan()
    other = await life.people.plan(**more)
    membership_id = await life.confirmed(plan_id, person_id)
    answer = await life.people.post(f"memberships/{membership_id}/change-plan", plan_id=str(other))
    assert code(answer) == refusal


async def test_there_is_one_trial_per_holder_and_family_for_ever_and_it_ends_by_itself(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(trial_days=14)
    membership_id = await life.confirmed(plan_id, person_id, trial=True)
    (told,) = await life.told("MembershipConfirmed", membership_id)
    assert (told["valid_until"], told["free_until"]) == ("2026-03-15", "2026-03-15")
    await life.on("2026-03-15")
    assert (await life.shown(membership_id))["state"] == "ended"
    body = {"holder": {"person_id": str(person_id)}, "plan_id": str(plan_id), "audience": "nomad"}
    ids = {"membership_id": str(new_id()), "valid_from": "2026-04-01"}
    again = await life.people.post("memberships", **body, **ids, trial=True)
    assert (again.status_code, code(again)) == (409, "trial-taken")
    assert (await life.people.post("memberships", **body, **ids)).status_code == 201
    untried = await life.people.plan()
    none = await life.people.post("memberships", **(body | {"plan_id": str(untried)}), **ids, trial=True)
    assert code(none) == "trial-not-offered"


async def test_a_trial_that_is_confirmed_goes_on_and_is_charged_from_its_end(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(trial_days=14)
    membership_id = await life.confirmed(plan_id, person_id, trial=True)
    await life.done(f"memberships/{membership_id}/confirm-trial", life.people.myself(person_id))
    (told,) = await life.told("MembershipRenewed", membership_id)
    assert (told["how"], told["valid_until"], told["free_until"]) == ("trial_confirmed", None, "2026-03-15")
    late = await life.people.post(f"memberships/{membership_id}/confirm-trial")
    assert code(late) == "no-trial-under-way"


async def test_a_fixed_term_is_offered_again_and_lapses_when_nobody_accepts(life: Life) -> None:
    plan_id = await life.people.plan(term_months=3, renewal_days=10)
    one, two = await life.people.person(), await life.people.person("Ève")
    accepts, lapses = await life.confirmed(plan_id, one), await life.confirmed(plan_id, two)
    assert (await life.shown(accepts))["valid_until"] == "2026-06-01"
    early = await life.people.post(f"memberships/{accepts}/renew")
    assert code(early) == "renewal-not-offered"
    await life.on("2026-05-22")
    (offered,) = await life.told("MembershipRenewalOffered", accepts)
    assert (offered["answer_by"], offered["renewed_until"]) == ("2026-06-01", "2026-09-01")
    await life.done(f"memberships/{accepts}/renew", life.people.myself(one))
    await life.on("2026-06-01")
    assert (await life.shown(accepts))["valid_until"] == "2026-09-01"
    assert (await life.shown(lapses))["state"] == "ended"
    assert code(await life.people.post(f"memberships/{lapses}/renew")) == "membership-over"


async def test_a_notice_is_withdrawn_before_its_day_and_not_after(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(notice_days=30)
    membership_id = await life.confirmed(plan_id, person_id)
    me = life.people.myself
    await life.done(f"memberships/{membership_id}/cancel", me(person_id))
    assert (await life.shown(membership_id))["valid_until"] == "2026-03-31"
    await life.done(f"memberships/{membership_id}/withdraw-notice", me(person_id))
    (told,) = await life.told("MembershipRenewed", membership_id)
    assert (told["how"], told["valid_until"]) == ("notice_withdrawn", None)
    refused = await life.people.post(f"memberships/{membership_id}/withdraw-notice", me(person_id))
    assert code(refused) == "no-notice-given"
    await life.done(f"memberships/{membership_id}/cancel", me(person_id))
    await life.on("2026-03-31")
    late = await life.people.post(f"memberships/{membership_id}/withdraw-notice", me(person_id))
    assert code(late) == "membership-over"


async def test_an_end_that_the_territory_decided_is_not_withdrawn_by_the_holder(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan()
    membership_id = await life.confirmed(plan_id, person_id)
    await life.done(f"memberships/{membership_id}/end", ended_on="2026-04-01", reason="Impayés")
    refused = await life.people.post(
        f"memberships/{membership_id}/withdraw-notice", life.people.myself(person_id)
    )
    assert code(refused) == "no-notice-given"


async def test_a_membership_taken_up_again_had_no_rights_between(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan()
    membership_id = await life.confirmed(plan_id, person_id)
    await life.done(f"memberships/{membership_id}/end", ended_on="2026-03-10", reason="Départ")
    early = await life.people.post(f"memberships/{membership_id}/reactivate", reactivated_from="2026-03-05")
    assert code(early) == "membership-not-over"
    await life.on("2026-04-02")
    await life.done(f"memberships/{membership_id}/reactivate", reactivated_from="2026-04-05")
    (told,) = await life.told("MembershipRenewed", membership_id)
    assert told["without"] == {"start": "2026-03-10", "end": "2026-04-05"}
    assert (await life.shown(membership_id))["state"] == "suspended"
    await life.on("2026-04-05")
    assert (await life.shown(membership_id))["state"] == "live"


async def test_a_place_taken_meanwhile_is_not_taken_up_again(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan()
    first = await life.confirmed(plan_id, person_id)
    await life.done(f"memberships/{first}/end", ended_on="2026-03-10", reason="Départ")
    await life.confirmed(plan_id, person_id, valid_from="2026-03-10")
    await life.on("2026-04-02")
    refused = await life.people.post(f"memberships/{first}/reactivate", reactivated_from="2026-04-05")
    assert code(refused) == "membership-overlaps"


async def test_a_holder_ends_their_own_pause_and_not_a_suspension_of_the_hub(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan()
    membership_id = await life.confirmed(plan_id, person_id)
    me = life.people.myself
    await life.done(f"memberships/{membership_id}/pause", me(person_id), suspended_from="2026-03-10")
    await life.done(f"memberships/{membership_id}/take-up", me(person_id), resumed_from="2026-03-20")
    await life.done(f"memberships/{membership_id}/suspend", suspended_from="2026-04-01", reason="Impayés")
    refused = await life.people.post(
        f"memberships/{membership_id}/take-up", me(person_id), resumed_from="2026-04-10"
    )
    assert code(refused) == "not-paused"


async def test_the_outlook_names_the_days_that_count(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(notice_days=30)
    membership_id = await life.confirmed(plan_id, person_id)
    await life.on("2026-03-11")
    found = (
        await life.people.get(f"memberships/{membership_id}/outlook", life.people.myself(person_id))
    ).json()
    assert (found["next_cycle"], found["earliest_end"], found["notice_days"]) == (
        "2026-04-01",
        "2026-04-10",
        30,
    )


async def test_a_partner_s_share_is_told_and_is_not_the_payer_s_own(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan()
    partner = {"organisation_id": str(await life.people.organisation())}
    membership_id = await life.confirmed(plan_id, person_id)
    share = {"payer": partner, "percent": 60, "until": "2026-09-01", "convention": "CONV-2026-017"}
    path = f"memberships/{membership_id}/fund"
    await life.done(path, funding=share, funded_from="2026-04-01")
    (told,) = await life.told("MembershipPlanChanged", membership_id)
    assert (told["changed_from"], told["reason"]) == ("2026-04-01", "funding")
    assert (told["funding"]["percent"], told["funding"]["until"]) == (60, "2026-09-01")
    own = share | {"payer": {"person_id": str(person_id)}}
    refused = await life.people.post(path, funding=own, funded_from="2026-04-01")
    assert (refused.status_code, code(refused)) == (422, "funding-from-payer")
    past = await life.people.post(path, funding=None, funded_from="2026-02-01")
    assert code(past) == "day-in-the-past"
    unknown = share | {"payer": {"organisation_id": str(new_id())}}
    assert (await life.people.post(path, funding=unknown, funded_from="2026-04-01")).status_code == 404

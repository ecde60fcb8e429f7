"""Who may do what: every role against every action, place and owner, over a policy of one action per case."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.decisions import ROLES, Decision, Grant, Policy, Principal, Reach, Role, Target, decide
from contracts.values import PLATFORM

HERE, THERE = "200035715", "200043123"
ME, SOMEONE = UUID(int=1), UUID(int=2)
SITE, OTHER_SITE = UUID(int=11), UUID(int=12)
OPERATOR, OTHER_OPERATOR = UUID(int=21), UUID(int=22)

ACTIONS = {f"{role}:{reach}": (role, reach) for role, reach in product(ROLES, ("any", "own"))}
POLICY: Policy = {
    role: {action: reach for action, (holder, reach) in ACTIONS.items() if holder == role}  # type: ignore[misc]
    for role in ROLES
}
PLACES = list(product((HERE, THERE, PLATFORM), (None, SITE, OTHER_SITE), (None, OPERATOR, OTHER_OPERATOR)))


def me(*grants: Grant) -> Principal:
    return Principal(ME, grants)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_does_its_own_actions_in_its_territory_and_nothing_else(role: Role) -> None:
    grant = Grant(PLATFORM if role == "platform-operator" else HERE, role)
    for action, (holder, reach) in ACTIONS.items():
        for territory, owner in product((HERE, THERE, PLATFORM), (ME, SOMEONE, None)):
            decision = decide(POLICY, me(grant), action, Target(territory, owner_id=owner))
            in_reach = role == "platform-operator" or territory == HERE
            expected = role == holder and in_reach and (reach == "any" or owner == ME)
            assert decision.allowed is expected, (action, territory, owner)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "platform-operator"])
def test_what_a_grant_names_narrows_it(role: Role) -> None:
    for (site, operator), place in product(product((None, SITE), (None, OPERATOR)), PLACES):
        target = Target(*place)
        allowed = decide(POLICY, me(Grant(HERE, role, site, operator)), f"{role}:any", target).allowed
        same_site = site is None or target.site_id == SITE
        unnamed_but_on_its_site = target.operator_id is None and site is not None
        same_operator = operator is None or target.operator_id == OPERATOR or unnamed_but_on_its_site
        assert allowed is (target.territory_id == HERE and same_site and same_operator), (
            site,
            operator,
            place,
        )


def test_a_platform_operator_of_one_territory_is_none() -> None:
    action = "platform-operator:any"
    assert not decide(POLICY, me(Grant(HERE, "platform-operator")), action, Target(HERE)).allowed


def test_without_any_grant_everything_is_denied() -> None:
    for action, place in product(ACTIONS, PLACES):
        assert decide(POLICY, me(), action, Target(*place, owner_id=ME)) == Decision("no-role-here")


def test_an_action_that_no_policy_lists_is_denied_to_every_role() -> None:
    for role in ROLES:
        grants = Grant(HERE, role), Grant(PLATFORM, role)
        assert not decide(POLICY, me(*grants), "unheard:of", Target(HERE, owner_id=ME)).allowed


@pytest.mark.parametrize(
    ("grants", "reason"),
    [
        ([Grant(THERE, "finance")], "no-role-here"),
        ([Grant(HERE, "finance")], "role-lacks-action"),
        ([Grant(HERE, "finance"), Grant(HERE, "member", OTHER_SITE)], "elsewhere"),
        ([Grant(HERE, "member", OTHER_SITE), Grant(HERE, "member")], "not-own"),
        ([Grant(HERE, "member"), Grant(HERE, "member", SITE)], "not-own"),
    ],
)
def test_a_denial_gives_the_reason_that_came_closest(grants: list[Grant], reason: str) -> None:
    decision = decide(POLICY, me(*grants), "member:own", Target(HERE, SITE, owner_id=SOMEONE))
    assert decision.reason == reason


grants_drawn = st.builds(
    Grant,
    st.sampled_from([HERE, THERE, PLATFORM]),
    st.sampled_from(ROLES),
    st.sampled_from([None, SITE, OTHER_SITE]),
    st.sampled_from([None, OPERATOR, OTHER_OPERATOR]),
)
reaches: st.SearchStrategy[Reach] = st.sampled_from(["any", "own"])
policies = st.dictionaries(
    st.sampled_from(ROLES), st.dictionaries(st.sampled_from(["a:b", "c:d"]), reaches, max_size=2)
)
targets = st.builds(
    Target,
    st.just(HERE),
    st.sampled_from([None, SITE, OTHER_SITE]),
    st.sampled_from([None, OPERATOR, OTHER_OPERATOR]),
    st.sampled_from([None, ME, SOMEONE]),
)


@given(policies, st.lists(grants_drawn, max_size=4), targets)
def test_a_denial_said_to_hold_for_every_target_never_depends_on_the_object(
    policy: Policy, grants: list[Grant], target: Target
) -> None:
    blind = decide(policy, me(*grants), "a:b", Target(HERE))
    informed = decide(policy, me(*grants), "a:b", target)
    assert blind.holds_for_every_target == informed.holds_for_every_target
    if blind.holds_for_every_target:
        assert blind == informed


@given(policies, st.lists(grants_drawn, max_size=3), grants_drawn, targets)
def test_another_grant_never_takes_a_right_away(
    policy: Policy, grants: list[Grant], more: Grant, target: Target
) -> None:
    before = decide(policy, me(*grants), "a:b", target).allowed
    assert decide(policy, me(more, *grants), "a:b", target).allowed >= before

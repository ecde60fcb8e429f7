"""Who may do what: every role against every action, on one's own and on others' bookings."""

from uuid import UUID

import pytest

from booking.policy import POLICY
from chassis.decisions import ROLES, Grant, Principal, Role, Target, decide
from contracts.values import PLATFORM

HERE, ELSEWHERE = "200035715", "200090751"
ME, SOMEONE = UUID(int=1), UUID(int=2)
SITE, OTHER_SITE = UUID(int=3), UUID(int=4)
OPERATOR, OTHER_OPERATOR = UUID(int=5), UUID(int=6)

DESK: tuple[Role, ...] = ("territory-administrator", "hub-manager", "operator-staff")
ALL: set[Role] = set(ROLES)
MAY_ON_ANY: dict[str, set[Role]] = {
    "resource:manage": set(DESK),
    "resource:read": ALL,
    "booking:create": set(DESK),
    "booking:change": set(DESK),
    "booking:read": {*DESK, "finance"},
    "booking:list": {*DESK, "finance"},
    "booking:desk": set(DESK),
    "booking:decide": set(DESK),
    "fee:waive": set(DESK),
    "policy:manage": set(DESK),
    "strike:lift": set(DESK),
    "calendar:make": set(DESK),
    "calendar:revoke": set(DESK),
    "visit:invite": set(DESK),
    "usage:start": set(DESK),
    "usage:stop": set(DESK),
    "badge:give": set(DESK),
    "session:manage": set(DESK),
    "session:lead": set(DESK),
    "session:read": ALL,
    "registration:create": set(DESK),
    "registration:change": set(DESK),
    "registration:read": set(DESK),
    "retention:see": {"territory-administrator"},
    "retention:set": {"territory-administrator"},
    "retention:purge": {"territory-administrator"},
}
OF_THE_DESK = [action for action, roles in MAY_ON_ANY.items() if roles >= set(DESK)]
OWN = (
    "booking:create",
    "booking:change",
    "booking:read",
    "booking:decide",
    "calendar:make",
    "calendar:revoke",
    "visit:invite",
    "usage:start",
    "usage:stop",
    "registration:create",
    "registration:change",
    "registration:read",
)
MAY_ON_OWN = MAY_ON_ANY | {action: MAY_ON_ANY[action] | {"member"} for action in OWN}
MAY_ON_OWN["session:lead"] = {*DESK, "member", "trainer"}


def grant(role: Role, site_id: UUID | None = None, operator_id: UUID | None = None) -> Principal:
    territory = PLATFORM if role == "platform-operator" else HERE
    return Principal(ME, (Grant(territory, role, site_id, operator_id),))


def test_the_table_below_speaks_of_every_role_and_action() -> None:
    assert set(POLICY) == ALL
    assert {action for allowed in POLICY.values() for action in allowed} == set(MAY_ON_ANY)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", MAY_ON_ANY)
def test_each_role_does_what_the_table_says_and_nothing_else(role: Role, action: str) -> None:
    others, own = Target(HERE, SITE, owner_id=SOMEONE), Target(HERE, SITE, owner_id=ME)
    assert decide(POLICY, grant(role), action, others).allowed == (role in MAY_ON_ANY[action])
    assert decide(POLICY, grant(role), action, own).allowed == (role in MAY_ON_OWN[action])


@pytest.mark.parametrize("role", [role for role in ROLES if role != "platform-operator"])
@pytest.mark.parametrize("action", MAY_ON_ANY)
def test_no_role_of_one_territory_counts_in_another(role: Role, action: str) -> None:
    assert not decide(POLICY, grant(role), action, Target(ELSEWHERE, SITE, owner_id=ME)).allowed


@pytest.mark.parametrize("role", DESK)
@pytest.mark.parametrize("action", OF_THE_DESK)
def test_a_role_at_one_site_counts_at_no_other(role: Role, action: str) -> None:
    there = grant(role, site_id=SITE)
    assert decide(POLICY, there, action, Target(HERE, SITE)).allowed
    assert not decide(POLICY, there, action, Target(HERE, OTHER_SITE)).allowed
    assert not decide(POLICY, there, action, Target(HERE)).allowed


@pytest.mark.parametrize("action", OF_THE_DESK)
def test_staff_of_an_operator_act_where_the_act_is_delegated_to_it(action: str) -> None:
    staff = grant("operator-staff", SITE, OPERATOR)
    assert decide(POLICY, staff, action, Target(HERE, SITE, OPERATOR)).allowed
    assert not decide(POLICY, staff, action, Target(HERE, SITE, OTHER_OPERATOR)).allowed
    assert not decide(POLICY, staff, action, Target(HERE, SITE, UUID(int=0))).allowed

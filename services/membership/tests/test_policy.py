"""Every role against every action of membership: the table is the whole of what is allowed."""

import re
from pathlib import Path

import pytest

import membership
from chassis.db import PLATFORM
from chassis.decisions import ROLES, Grant, Principal, Role, Target, decide
from chassis.ids import new_id
from membership.policy import POLICY

OPERATOR, ADMINISTRATOR, HUB, STAFF, FINANCE = (
    "platform-operator",
    "territory-administrator",
    "hub-manager",
    "operator-staff",
    "finance",
)
ALLOWED: dict[str, set[str]] = {
    "affiliation:create": {ADMINISTRATOR, HUB, STAFF},
    "affiliation:end": {ADMINISTRATOR, HUB, STAFF},
    "affiliation:list": {ADMINISTRATOR, HUB, STAFF, FINANCE},
    "delegation:end": {ADMINISTRATOR},
    "delegation:grant": {ADMINISTRATOR},
    "delegation:list": {ADMINISTRATOR, HUB, FINANCE},
    "document:list": {ADMINISTRATOR, HUB, STAFF},
    "document:open": {ADMINISTRATOR, HUB, STAFF},
    "document:review": {ADMINISTRATOR, HUB, STAFF},
    "document:submit": {ADMINISTRATOR, HUB, STAFF},
    "document:views": {ADMINISTRATOR},
    "desk-device:enrol": {ADMINISTRATOR, HUB, STAFF},
    "desk-device:list": {ADMINISTRATOR, HUB, STAFF},
    "desk-device:revoke": {ADMINISTRATOR, HUB, STAFF},
    "erasure:confirm": {OPERATOR},
    "erasure:list": {ADMINISTRATOR, OPERATOR},
    "erasure:request": {ADMINISTRATOR},
    "import:run": {ADMINISTRATOR},
    "import:see": {ADMINISTRATOR},
    "machine-class:define": {ADMINISTRATOR, HUB},
    "membership:cancel": {ADMINISTRATOR, HUB, STAFF},
    "membership:change-plan": {ADMINISTRATOR, HUB, STAFF},
    "membership:confirm": {ADMINISTRATOR, HUB, STAFF},
    "membership:end": {ADMINISTRATOR, HUB, STAFF},
    "membership:fund": {ADMINISTRATOR, HUB},
    "membership:list": {ADMINISTRATOR, HUB, STAFF, FINANCE},
    "membership:pause": {ADMINISTRATOR, HUB, STAFF},
    "membership:reactivate": {ADMINISTRATOR, HUB, STAFF},
    "membership:renew": {ADMINISTRATOR, HUB, STAFF},
    "membership:resume": {ADMINISTRATOR, HUB, STAFF},
    "membership:see": {ADMINISTRATOR, HUB, STAFF, FINANCE},
    "membership:suspend": {ADMINISTRATOR, HUB, STAFF},
    "network:form": {OPERATOR},
    "network:join": {ADMINISTRATOR},
    "network:leave": {ADMINISTRATOR},
    "network:list": {OPERATOR},
    "network:list-own": {ADMINISTRATOR},
    "operator:list": {ADMINISTRATOR, HUB, FINANCE},
    "operator:register": {ADMINISTRATOR},
    "organisation:change": {ADMINISTRATOR, HUB, STAFF},
    "organisation:link": {ADMINISTRATOR, HUB},
    "organisation:list": {ADMINISTRATOR, HUB, STAFF, FINANCE},
    "organisation:register": {ADMINISTRATOR, HUB, STAFF},
    "organisation:see": {ADMINISTRATOR, HUB, STAFF, FINANCE},
    "person:change": {ADMINISTRATOR, HUB, STAFF},
    "person:list": {ADMINISTRATOR, HUB, STAFF, FINANCE, "trainer"},
    "person:register": {ADMINISTRATOR, HUB, STAFF, OPERATOR},
    "person:see": {ADMINISTRATOR, HUB, STAFF, FINANCE},
    "plan:publish": {ADMINISTRATOR},
    "plan:retire": {ADMINISTRATOR},
    "qualification:award": {ADMINISTRATOR, HUB, STAFF, "trainer"},
    "qualification:list": {ADMINISTRATOR, HUB, STAFF, "trainer"},
    "qualification:revoke": {ADMINISTRATOR, HUB, STAFF, "trainer"},
    "qualification:see": {ADMINISTRATOR, HUB, STAFF, "trainer"},
    "recognition:agree": {ADMINISTRATOR, HUB},
    "recognition:end": {ADMINISTRATOR, HUB},
    "recognition:list": {ADMINISTRATOR, HUB, STAFF, "trainer"},
    "processing:see": {ADMINISTRATOR},
    "retention:purge": {ADMINISTRATOR},
    "retention:see": {ADMINISTRATOR},
    "retention:set": {ADMINISTRATOR},
    "role:grant": {ADMINISTRATOR},
    "role:grant-administrator": {OPERATOR},
    "role:grant-platform": {OPERATOR},
    "role:list": {ADMINISTRATOR, OPERATOR},
    "role:list-platform": {OPERATOR},
    "role:withdraw": {ADMINISTRATOR},
    "role:withdraw-administrator": {OPERATOR},
    "role:withdraw-platform": {OPERATOR},
    "seat:give": {ADMINISTRATOR, HUB, STAFF},
    "seat:list": {ADMINISTRATOR, HUB, STAFF, FINANCE},
    "seat:take": {ADMINISTRATOR, HUB, STAFF},
    "sharing-agreement:end": {OPERATOR},
    "sharing-agreement:sign": {OPERATOR},
    "site:change": {ADMINISTRATOR, HUB},
    "site:import": {ADMINISTRATOR},
    "site:open": {ADMINISTRATOR},
    "territory:list": {OPERATOR},
    "territory:move-clock": {OPERATOR, ADMINISTRATOR},
    "territory:open": {OPERATOR},
    "trainer:appoint": {ADMINISTRATOR, HUB},
    "trainer:list": {ADMINISTRATOR, HUB, STAFF, "trainer"},
}
ALLOWED_OWN: dict[str, set[str]] = {
    "document:open": {"member"},
    "document:submit": {"member"},
    "document:views": {"member"},
    "erasure:request": {"member"},
    "membership:change-plan": {"member"},
    "membership:pause": {"member"},
    "membership:renew": {"member"},
    "seat:give": {"member"},
    "seat:list": {"member"},
    "seat:take": {"member"},
    "membership:cancel": {"member"},
    "membership:see": {"trainer", "jury", "member", "partner"},
    "person:change": {FINANCE, "trainer", "jury", "member", "partner"},
    "person:see": {"trainer", "jury", "member", "partner"},
    "qualification:see": {"jury", FINANCE, "member", "partner"},
}
HERE, ELSEWHERE = "200035715", "200090751"


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_here_and_nothing_elsewhere(role: Role, action: str) -> None:
    place = PLATFORM if role == OPERATOR else HERE
    me, somebody = Principal(new_id(), (Grant(place, role),)), new_id()
    may, may_own = role in ALLOWED[action], role in ALLOWED_OWN.get(action, set())
    assert decide(POLICY, me, action, Target(HERE, owner_id=somebody)).allowed == may
    assert decide(POLICY, me, action, Target(HERE, owner_id=me.person_id)).allowed == (may or may_own)
    assert decide(POLICY, me, action, Target(ELSEWHERE)).allowed == (may and role == OPERATOR)


def test_every_action_that_a_door_asks_for_is_in_the_table_and_no_other() -> None:
    package = Path(next(iter(membership.__path__)))
    doors = "\n".join(file.read_text() for file in package.glob("*/api.py"))
    assert set(re.findall(r'"((?:[a-z]+-)*[a-z]+:(?:[a-z]+-)*[a-z]+)"', doors)) - {"territory:see"} == set(
        ALLOWED
    )


def test_a_role_without_a_line_may_nothing() -> None:
    assert {role for role, actions in POLICY.items() if not actions} == set()
    nobody = Principal(new_id())
    assert not any(decide(POLICY, nobody, action, Target(HERE)).allowed for action in ALLOWED)

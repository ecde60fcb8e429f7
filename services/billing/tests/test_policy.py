"""Every role against every action of billing: the table is the whole of what is allowed."""

import re
from pathlib import Path

import pytest

import billing
from billing.policy import POLICY
from chassis.db import PLATFORM
from chassis.decisions import ROLES, Grant, Principal, Role, Target, decide
from chassis.ids import new_id

ADMINISTRATOR, FINANCE, HUB, MEMBER = "territory-administrator", "finance", "hub-manager", "member"
KEEPS_ACCOUNTS, CONNECTS = {ADMINISTRATOR, FINANCE}, {ADMINISTRATOR, HUB}
ALLOWED: dict[str, set[str]] = {
    "bill-run:plan": KEEPS_ACCOUNTS,
    "bill-run:release": KEEPS_ACCOUNTS,
    "bill-run:seal": KEEPS_ACCOUNTS,
    "bill-run:see": KEEPS_ACCOUNTS,
    "charge:list": KEEPS_ACCOUNTS | CONNECTS,
    "charge:see": KEEPS_ACCOUNTS | CONNECTS,
    "charge:waive": KEEPS_ACCOUNTS,
    "fibre-line:activate": CONNECTS,
    "fibre-line:list": KEEPS_ACCOUNTS | CONNECTS,
    "fibre-line:order": CONNECTS,
    "fibre-line:see": KEEPS_ACCOUNTS | CONNECTS,
    "fibre-zone:serve": CONNECTS,
    "invoice:list": KEEPS_ACCOUNTS | CONNECTS,
    "invoice:see": KEEPS_ACCOUNTS | CONNECTS,
    "issuer:register": KEEPS_ACCOUNTS,
    "issuer:see": KEEPS_ACCOUNTS | CONNECTS,
    "ledger:see": KEEPS_ACCOUNTS,
    "pass:cancel": KEEPS_ACCOUNTS | CONNECTS,
    "pass:list": KEEPS_ACCOUNTS | CONNECTS | {"operator-staff"},
    "pass:see": KEEPS_ACCOUNTS | CONNECTS | {"operator-staff"},
    "pass:sell": KEEPS_ACCOUNTS | CONNECTS | {"operator-staff"},
    "price-book:publish": KEEPS_ACCOUNTS,
}
ALLOWED_OWN = {"charge:see", "fibre-line:order", "fibre-line:see", "invoice:see", "pass:see", "pass:sell"}
HERE, ELSEWHERE = "200035715", "200090751"


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_here_and_nothing_elsewhere(role: Role, action: str) -> None:
    place = PLATFORM if role == "platform-operator" else HERE
    me, somebody = Principal(new_id(), (Grant(place, role),)), new_id()
    may, may_own = role in ALLOWED[action], role == MEMBER and action in ALLOWED_OWN
    assert decide(POLICY, me, action, Target(HERE, owner_id=somebody)).allowed == may
    assert decide(POLICY, me, action, Target(HERE, owner_id=me.person_id)).allowed == (may or may_own)
    assert not decide(POLICY, me, action, Target(ELSEWHERE, owner_id=me.person_id)).allowed


def test_every_action_that_a_door_asks_for_is_in_the_table_and_no_other() -> None:
    doors = "\n".join(file.read_text() for file in Path(billing.__file__).parent.glob("*/api.py"))
    asked = set(re.findall(r'Act\(\s*"([a-z:-]+)"', doors))
    assert asked == set(ALLOWED) == {action for allowed in POLICY.values() for action in allowed}

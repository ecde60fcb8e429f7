"""Who may do what in notifications: every role, every action."""

from typing import get_args

import pytest

from chassis.decisions import Role
from notifications.policy import POLICY

ACTIONS = {
    "feed:read": {"territory-administrator": "any", "hub-manager": "any", "partner": "own"},
    "message:list": {"territory-administrator": "any", "hub-manager": "any"},
    "template:read": {"territory-administrator": "any", "hub-manager": "any", "finance": "any"},
    "partner:open": {"territory-administrator": "any"},
    "partner:list": {"territory-administrator": "any"},
    "partner:see": {"territory-administrator": "any", "partner": "own"},
    "partner:sign-agreement": {"territory-administrator": "any"},
    "partner:end-agreement": {"territory-administrator": "any"},
    "partner:keys": {"territory-administrator": "any", "partner": "own"},
}
OWN = {"inbox:read", "preference:read", "preference:set"}
EVERYBODY = set(get_args(Role)) - {"platform-operator"}


@pytest.mark.parametrize("role", get_args(Role))
def test_each_role_may_do_what_the_table_says_and_no_more(role: Role) -> None:
    expected = {action: reach[role] for action, reach in ACTIONS.items() if role in reach}
    own = dict.fromkeys(OWN, "own") if role in EVERYBODY else {}
    assert POLICY.get(role, {}) == expected | own


def test_the_platforms_operator_reads_nobodys_messages() -> None:
    assert "platform-operator" not in POLICY

"""The portal shows a page to whom the services would answer: its sets of roles are theirs."""

import pytest

import billing.policy
import booking.policy
import membership.policy
import notifications.policy
from chassis.decisions import Policy
from portal import session

SERVICES = (billing.policy, booking.policy, membership.policy, notifications.policy)


def may(policy: Policy, action: str) -> set[str]:
    """The roles that may do it to anybody's things."""
    return {role for role, actions in policy.items() if actions.get(action) == "any"}


@pytest.mark.parametrize(
    ("page", "policy", "action"),
    [
        ("_STAFF", booking.policy.POLICY, "booking:list"),
        ("_DESK", booking.policy.POLICY, "booking:desk"),
        ("_RUNS", notifications.policy.POLICY, "message:list"),
        ("_TRAINS", membership.policy.POLICY, "qualification:list"),
        ("_MONEY", billing.policy.POLICY, "bill-run:release"),
    ],
)
def test_a_page_is_shown_to_whom_the_service_answers(page: str, policy: Policy, action: str) -> None:
    assert getattr(session, page) == may(policy, action)


def test_a_role_that_the_portal_does_not_know_exists_nowhere() -> None:
    known = session._STAFF | session._RUNS | session._TRAINS | session._MONEY | {"member", "partner"}  # noqa: SLF001 - what is compared
    shown_nothing = {"platform-operator", "jury"}
    assert {role for service in SERVICES for role in service.POLICY} == known | shown_nothing

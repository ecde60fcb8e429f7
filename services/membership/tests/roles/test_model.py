"""Rules of roles: where each is given, what narrows it, and which one stays."""

from uuid import UUID

import pytest

from chassis.errors import Refused
from membership.roles.model import (
    LastAdministrator,
    OperatorMissing,
    Role,
    RoleNotNarrowed,
    RoleOfAnotherPlace,
    check_grant,
    check_withdrawal,
)

SITE, OPERATOR = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("role", "on_platform", "site_id", "operator_id", "refusal"),
    [
        ("platform-operator", False, None, None, RoleOfAnotherPlace),
        ("hub-manager", True, None, None, RoleOfAnotherPlace),
        ("territory-administrator", False, SITE, None, RoleNotNarrowed),
        ("finance", False, None, OPERATOR, RoleNotNarrowed),
        ("operator-staff", False, SITE, None, OperatorMissing),
    ],
)
def test_a_role_that_cannot_be_given_so_is_refused(
    role: Role,
    on_platform: bool,  # noqa: FBT001 - a case of the table
    site_id: UUID | None,
    operator_id: UUID | None,
    refusal: type[Refused],
) -> None:
    with pytest.raises(refusal) as refused:
        check_grant(role, on_platform=on_platform, site_id=site_id, operator_id=operator_id)
    assert refused.value.values == {"role": role}


def test_the_other_roles_are_given_whole_or_narrowed() -> None:
    check_grant("platform-operator", on_platform=True, site_id=None, operator_id=None)
    check_grant("hub-manager", on_platform=False, site_id=SITE, operator_id=None)
    check_grant("operator-staff", on_platform=False, site_id=SITE, operator_id=OPERATOR)
    check_grant("finance", on_platform=False, site_id=None, operator_id=None)


def test_only_the_last_administrator_cannot_go() -> None:
    check_withdrawal("hub-manager", 0)
    check_withdrawal("territory-administrator", 1)
    with pytest.raises(LastAdministrator):
        check_withdrawal("territory-administrator", 0)

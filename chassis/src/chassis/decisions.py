"""Decides who may do what, where and to whose things: one pure function, deny by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID

from contracts.values import PLATFORM

Role = Literal[
    "platform-operator",
    "territory-administrator",
    "finance",
    "hub-manager",
    "operator-staff",
    "trainer",
    "jury",
    "member",
    "partner",
]
Reach = Literal["any", "own"]
Reason = Literal["no-role-here", "role-lacks-action", "elsewhere", "not-own", "granted"]

Policy = Mapping[Role, Mapping[str, Reach]]
"""What each role may do, as the service lists it: action, such as `thing:remove`, to whose things."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
STAFF: Final = frozenset(ROLES) - {"member", "partner"}

_REASONS: Final[tuple[Reason, ...]] = get_args(Reason)  # from the plainest denial to the grant


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a person in one territory; `site_id` and `operator_id` narrow it."""

    territory_id: str
    role: Role
    site_id: UUID | None = None
    operator_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as their token says; `by_pin` when they signed in at a shared desk by six digits alone."""

    person_id: UUID
    grants: tuple[Grant, ...] = ()
    by_pin: bool = False

    def acts_in(self, territory_id: str) -> bool:
        """Say whether any of their roles counts in the territory."""
        return any(_counts_in(grant, territory_id) for grant in self.grants)


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is about, as far as a decision needs it."""

    territory_id: str
    site_id: UUID | None = None
    operator_id: UUID | None = None
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, why, and the role that gave it."""

    reason: Reason
    role: Role | None = None

    @property
    def allowed(self) -> bool:
        return self.reason == "granted"

    @property
    def holds_for_every_target(self) -> bool:
        """Whether no object of the territory could change this denial, so that none need be looked up."""
        return self.reason in ("no-role-here", "role-lacks-action")


def decide(policy: Policy, principal: Principal, action: str, target: Target) -> Decision:
    """Allow the action if one of the principal's grants does; else give the denial that came closest.

    A platform operator's grant is held on the platform and counts in every territory, for the actions the
    policy lists. A grant with a site reaches that site only; one with an operator and no site reaches only
    what that operator runs.
    """
    found = Decision("no-role-here")
    for grant in principal.grants:
        reason = _reason(policy, principal, grant, action, target)
        if _REASONS.index(reason) > _REASONS.index(found.reason):
            found = Decision(reason, grant.role)
    return found


def _reason(policy: Policy, principal: Principal, grant: Grant, action: str, target: Target) -> Reason:
    if not _counts_in(grant, target.territory_id):
        return "no-role-here"
    reach = policy.get(grant.role, {}).get(action)
    if reach is None:
        return "role-lacks-action"
    if not _covers(grant, target):
        return "elsewhere"
    if reach == "own" and target.owner_id != principal.person_id:
        return "not-own"
    return "granted"


def _counts_in(grant: Grant, territory_id: str) -> bool:
    if grant.role == "platform-operator":
        return grant.territory_id == PLATFORM
    return grant.territory_id == territory_id


def _covers(grant: Grant, target: Target) -> bool:
    if grant.site_id is not None and grant.site_id != target.site_id:
        return False
    if grant.operator_id is None or grant.operator_id == target.operator_id:
        return True
    return target.operator_id is None and grant.site_id is not None

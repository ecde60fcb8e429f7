"""Decides which role may do what in membership: one table, deny by default."""

from collections.abc import Mapping
from typing import Final

from chassis.decisions import ROLES, Policy, Reach, Role

_OPERATOR: Final[Role] = "platform-operator"
_ADMINISTRATOR: Final[Role] = "territory-administrator"
_DESK: Final[tuple[Role, ...]] = (_ADMINISTRATOR, "hub-manager", "operator-staff")
_BOOKS: Final[tuple[Role, ...]] = (*_DESK, "finance")
_TRAINS: Final[tuple[Role, ...]] = (*_DESK, "trainer")

WHO_MAY: Final[Mapping[str, tuple[Role, ...]]] = {
    "affiliation:create": _DESK,
    "affiliation:end": _DESK,
    "affiliation:list": _BOOKS,
    "delegation:end": (_ADMINISTRATOR,),
    "delegation:grant": (_ADMINISTRATOR,),
    "delegation:list": (_ADMINISTRATOR, "hub-manager", "finance"),
    "document:list": _DESK,
    "document:open": _DESK,
    "document:review": _DESK,
    "document:submit": _DESK,
    "document:views": (_ADMINISTRATOR,),
    "desk-device:enrol": _DESK,
    "desk-device:list": _DESK,
    "desk-device:revoke": _DESK,
    "erasure:confirm": (_OPERATOR,),
    "erasure:list": (_ADMINISTRATOR, _OPERATOR),
    "erasure:request": (_ADMINISTRATOR,),
    "import:run": (_ADMINISTRATOR,),
    "import:see": (_ADMINISTRATOR,),
    "machine-class:define": (_ADMINISTRATOR, "hub-manager"),
    "membership:cancel": _DESK,
    "membership:change-plan": _DESK,
    "membership:confirm": _DESK,
    "membership:end": _DESK,
    "membership:fund": (_ADMINISTRATOR, "hub-manager"),
    "membership:list": _BOOKS,
    "membership:pause": _DESK,
    "membership:reactivate": _DESK,
    "membership:renew": _DESK,
    "membership:resume": _DESK,
    "membership:see": _BOOKS,
    "membership:suspend": _DESK,
    "network:form": (_OPERATOR,),
    "network:join": (_ADMINISTRATOR,),
    "network:leave": (_ADMINISTRATOR,),
    "network:list": (_OPERATOR,),
    "network:list-own": (_ADMINISTRATOR,),
    "operator:list": (_ADMINISTRATOR, "hub-manager", "finance"),
    "operator:register": (_ADMINISTRATOR,),
    "organisation:change": _DESK,
    "organisation:link": (_ADMINISTRATOR, "hub-manager"),
    "organisation:list": _BOOKS,
    "organisation:register": _DESK,
    "organisation:see": _BOOKS,
    "person:change": _DESK,
    "person:list": (*_BOOKS, "trainer"),
    "person:register": (*_DESK, _OPERATOR),
    "person:see": _BOOKS,
    "plan:publish": (_ADMINISTRATOR,),
    "plan:retire": (_ADMINISTRATOR,),
    "qualification:award": _TRAINS,
    "qualification:list": _TRAINS,
    "qualification:revoke": _TRAINS,
    "qualification:see": _TRAINS,
    "recognition:agree": (_ADMINISTRATOR, "hub-manager"),
    "recognition:end": (_ADMINISTRATOR, "hub-manager"),
    "recognition:list": _TRAINS,
    "processing:see": (_ADMINISTRATOR,),
    "retention:purge": (_ADMINISTRATOR,),
    "retention:see": (_ADMINISTRATOR,),
    "retention:set": (_ADMINISTRATOR,),
    "role:grant": (_ADMINISTRATOR,),
    "role:grant-administrator": (_OPERATOR,),
    "role:grant-platform": (_OPERATOR,),
    "role:list": (_ADMINISTRATOR, _OPERATOR),
    "role:list-platform": (_OPERATOR,),
    "role:withdraw": (_ADMINISTRATOR,),
    "role:withdraw-administrator": (_OPERATOR,),
    "role:withdraw-platform": (_OPERATOR,),
    "seat:give": _DESK,
    "seat:list": _BOOKS,
    "seat:take": _DESK,
    "sharing-agreement:end": (_OPERATOR,),
    "sharing-agreement:sign": (_OPERATOR,),
    "site:change": (_ADMINISTRATOR, "hub-manager"),
    "site:import": (_ADMINISTRATOR,),
    "site:open": (_ADMINISTRATOR,),
    "territory:list": (_OPERATOR,),
    "territory:move-clock": (_OPERATOR, _ADMINISTRATOR),
    "territory:open": (_OPERATOR,),
    "trainer:appoint": (_ADMINISTRATOR, "hub-manager"),
    "trainer:list": _TRAINS,
}
"""Who may do it to anything in their reach: the platform, the territory, or the site of their role."""

WHO_MAY_OWN: Final[Mapping[str, tuple[Role, ...]]] = {
    "document:open": ("member",),
    "document:submit": ("member",),
    "document:views": ("member",),
    "erasure:request": ("member",),
    "membership:cancel": ("member",),
    "membership:change-plan": ("member",),
    "membership:pause": ("member",),
    "membership:renew": ("member",),
    "seat:give": ("member",),
    "seat:list": ("member",),
    "seat:take": ("member",),
    "membership:see": ("trainer", "jury", "member", "partner"),
    "person:change": ("finance", "trainer", "jury", "member", "partner"),
    "person:see": ("trainer", "jury", "member", "partner"),
    "qualification:see": ("jury", "finance", "member", "partner"),
}
"""Who may do it to what is their own."""


def _reaches(role: Role) -> dict[str, Reach]:
    own: dict[str, Reach] = {action: "own" for action, roles in WHO_MAY_OWN.items() if role in roles}
    return own | {action: "any" for action, roles in WHO_MAY.items() if role in roles}


POLICY: Final[Policy] = {role: _reaches(role) for role in ROLES}

"""Decides what each role may do in booking, and to whose bookings."""

from typing import Final

from chassis.decisions import Policy, Reach

_DESK: Final[dict[str, Reach]] = {
    "resource:manage": "any",
    "resource:read": "any",
    "booking:create": "any",
    "booking:change": "any",
    "booking:read": "any",
    "booking:list": "any",
    "booking:desk": "any",
    "booking:decide": "any",
    "fee:waive": "any",
    "policy:manage": "any",
    "strike:lift": "any",
    "calendar:make": "any",
    "calendar:revoke": "any",
    "visit:invite": "any",
    "usage:start": "any",
    "usage:stop": "any",
    "session:manage": "any",
    "session:lead": "any",
    "session:read": "any",
    "registration:create": "any",
    "registration:change": "any",
    "registration:read": "any",
    "badge:give": "any",
}

_ADMINISTERS: Final[dict[str, Reach]] = {
    **_DESK,
    "retention:see": "any",
    "retention:set": "any",
    "retention:purge": "any",
}

POLICY: Final[Policy] = {
    "platform-operator": {"resource:read": "any", "session:read": "any"},
    "territory-administrator": _ADMINISTERS,
    "hub-manager": _DESK,
    "operator-staff": _DESK,
    "finance": {"resource:read": "any", "booking:read": "any", "booking:list": "any", "session:read": "any"},
    "trainer": {"resource:read": "any", "session:read": "any", "session:lead": "own"},
    "jury": {"resource:read": "any", "session:read": "any"},
    "member": {
        "resource:read": "any",
        "booking:create": "own",
        "booking:change": "own",
        "booking:read": "own",
        "booking:decide": "own",
        "calendar:make": "own",
        "calendar:revoke": "own",
        "visit:invite": "own",
        "usage:start": "own",
        "usage:stop": "own",
        "session:lead": "own",
        "session:read": "any",
        "registration:create": "own",
        "registration:change": "own",
        "registration:read": "own",
    },
    "partner": {"resource:read": "any", "session:read": "any"},
}

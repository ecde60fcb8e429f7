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
}

POLICY: Final[Policy] = {
    "platform-operator": {"resource:read": "any"},
    "territory-administrator": _DESK,
    "hub-manager": _DESK,
    "operator-staff": _DESK,
    "finance": {"resource:read": "any", "booking:read": "any", "booking:list": "any"},
    "trainer": {"resource:read": "any"},
    "jury": {"resource:read": "any"},
    "member": {
        "resource:read": "any",
        "booking:create": "own",
        "booking:change": "own",
        "booking:read": "own",
    },
    "partner": {"resource:read": "any"},
}

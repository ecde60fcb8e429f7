"""Decides what each role may do in notifications, and to whose things."""

from typing import Final

from chassis.decisions import Policy, Reach

_OWN: Final[dict[str, Reach]] = {
    "inbox:read": "own",
    "preference:read": "own",
    "preference:set": "own",
}
_RUNS_THE_PLACE: Final[dict[str, Reach]] = {
    "feed:read": "any",
    "message:list": "any",
    "template:read": "any",
}

POLICY: Final[Policy] = {
    "territory-administrator": {
        **_OWN,
        **_RUNS_THE_PLACE,
        "partner:end-agreement": "any",
        "partner:keys": "any",
        "partner:list": "any",
        "partner:open": "any",
        "partner:see": "any",
        "partner:sign-agreement": "any",
    },
    "hub-manager": {**_OWN, **_RUNS_THE_PLACE},
    "finance": {**_OWN, "template:read": "any"},
    "operator-staff": _OWN,
    "trainer": _OWN,
    "jury": _OWN,
    "member": _OWN,
    "partner": {**_OWN, "feed:read": "own", "partner:keys": "own", "partner:see": "own"},
}

"""Decides which role may do what in billing, and to whose things: one table, deny by default."""

from typing import Final

from chassis.decisions import Policy, Reach

_SEES_AND_SELLS: Final[dict[str, Reach]] = {
    "issuer:see": "any",
    "charge:list": "any",
    "charge:see": "any",
    "fibre-line:list": "any",
    "fibre-line:see": "any",
    "invoice:list": "any",
    "invoice:see": "any",
    "pass:list": "any",
    "pass:see": "any",
    "pass:sell": "any",
    "pass:cancel": "any",
}
_KEEPS_ACCOUNTS: Final[dict[str, Reach]] = {
    **_SEES_AND_SELLS,
    "issuer:register": "any",
    "price-book:publish": "any",
    "charge:waive": "any",
    "ledger:see": "any",
    "bill-run:see": "any",
    "bill-run:plan": "any",
    "bill-run:release": "any",
    "bill-run:seal": "any",
}
_CONNECTS: Final[dict[str, Reach]] = {
    **_SEES_AND_SELLS,
    "fibre-zone:serve": "any",
    "fibre-line:order": "any",
    "fibre-line:activate": "any",
}

POLICY: Final[Policy] = {
    "territory-administrator": {**_KEEPS_ACCOUNTS, **_CONNECTS},
    "finance": _KEEPS_ACCOUNTS,
    "hub-manager": _CONNECTS,
    "operator-staff": {"pass:list": "any", "pass:see": "any", "pass:sell": "any"},
    "member": {
        "charge:see": "own",
        "fibre-line:order": "own",
        "fibre-line:see": "own",
        "invoice:see": "own",
        "pass:see": "own",
        "pass:sell": "own",
    },
}

"""Decides without a network whether a badge may start a machine: by signature, time and revocations."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from joserfc.jws import JWSRegistry

_ALGORITHMS: Final = ["Ed25519"]
_TYPE: Final = "machine-permission+jwt"
_HEADERS: Final = JWSRegistry(algorithms=_ALGORITHMS)


class NotLetIn(Exception):
    """Why a badge does not start a machine, in a word."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A permission whose signature is good, at this moment."""

    permission_id: str
    until: datetime


def badge_digest(territory_id: str, code: str) -> str:
    """Return what a permission knows a badge by."""
    return hashlib.sha256(f"badge\0{territory_id}\0{code.strip().upper()}".encode()).hexdigest()


def permit(held: Mapping[str, Any], machine: str, badge: str, now: datetime) -> Permit:
    """Return the permission that lets a badge start a machine now; raises NotLetIn.

    `held` is what was fetched last: permissions, keys, revocations. A permission is believed for its
    signature alone, wherever it lies.
    """
    reasons = ["unknown_badge"]
    for claims in _good(held["permissions"], held["keys"]):
        if (claims["machine"], claims["badge"]) != (machine, badge):
            continue
        if claims["jti"] in held["revoked"]:
            reasons.append("revoked")
            continue
        until = _window_end(claims, now)
        if until is None:
            reasons.append("not_now")
            continue
        return Permit(claims["jti"], until)
    raise NotLetIn(reasons[-1])


def _good(tokens: Iterable[str], keys: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield what the permissions say that a key of the platform signed."""
    trusted = KeySet([OKPKey.import_key(dict(each)) for each in keys if each["kty"] == "OKP"])
    for token in tokens:
        try:
            decoded = jwt.decode(token, trusted, algorithms=_ALGORITHMS, registry=_HEADERS)
        except (JoseError, ValueError):
            continue
        if decoded.header.get("typ") == _TYPE:
            yield decoded.claims


def _window_end(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return when a use that begins now has to end: with its window, or after the longest use."""
    if not claims["nbf"] <= now.timestamp() < claims["exp"]:
        return None
    for start, end in claims["windows"]:
        if datetime.fromisoformat(start) <= now < datetime.fromisoformat(end):
            longest = datetime.fromtimestamp(now.timestamp() + 60 * claims["minutes"], tz=now.tzinfo)
            return min(datetime.fromisoformat(end), longest)
    return None

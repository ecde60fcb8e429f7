"""Decides what an access token is worth: ES256 alone, ten minutes, from our issuer."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from chassis.clock import utc_now
from chassis.decisions import ROLES, Grant, Principal
from chassis.errors import CatchingUp, Unauthenticated
from chassis.ids import new_id
from chassis.secret_files import secret_in

LIFETIME: Final = timedelta(minutes=10)
LEEWAY: Final = 60  # seconds that the clocks of two machines may differ
KEY_FILE: Final = "token-key.pem"
PREVIOUS_KEY_FILE: Final = "token-key.previous.pem"

_ALGORITHMS: Final = ["ES256"]
_TYPE: Final = "at+jwt"  # RFC 9068, so that no other token of the issuer passes for an access token
_PIN: Final = "pin"  # RFC 8176
_LONGEST_TOKEN: Final = 16_384
_REMEMBERED: Final = 10_000

Jwks = Mapping[str, Any]
"""Public keys as RFC 7517 writes them: {"keys": [...]}."""


class Signer:
    """The issuer's hand: holds the private key, signs access tokens, publishes what verifies them."""

    def __init__(self, issuer: str, key: ECKey, *previous: ECKey) -> None:
        self._issuer = issuer
        self._key = key
        self._published = (key, *previous)

    @classmethod
    def in_directory(cls, issuer: str, secrets_dir: Path) -> Self:
        """Sign with `token-key.pem`, drawn with mode 0600 where it is missing.

        To change keys, rename it to `token-key.previous.pem` and start again: tokens signed before stay good.
        """
        key = ECKey.import_key(secret_in(secrets_dir / KEY_FILE, _new_key))
        old = secrets_dir / PREVIOUS_KEY_FILE
        previous = [ECKey.import_key(old.read_bytes())] if old.exists() else []
        return cls(issuer, key, *previous)

    def sign(self, principal: Principal, *, at: datetime | None = None) -> str:
        """Return an access token, good for ten minutes from now or from `at`."""
        issued = int((at or utc_now()).timestamp())
        claims = {
            "iss": self._issuer,
            "sub": str(principal.person_id),
            "iat": issued,
            "exp": issued + int(LIFETIME.total_seconds()),
            "jti": str(new_id()),
            "roles": [_role(grant) for grant in principal.grants],
        }
        if principal.by_pin:
            claims["amr"] = [_PIN]
        header = {"alg": "ES256", "typ": _TYPE, "kid": self._key.thumbprint()}
        return jwt.encode(header, claims, self._key, algorithms=_ALGORITHMS)

    def jwks(self) -> Jwks:
        """Return the public keys, as `/.well-known/jwks.json` shows them."""
        return {"keys": [_public(key) for key in self._published]}


class Verifier:
    """What tells good tokens from bad ones, by the issuer's public keys, held in memory.

    `renew` is asked when a token names a key not held: it calls `trust` and returns True, or returns False
    when the issuer cannot be reached.
    """

    def __init__(
        self,
        issuer: str,
        *,
        renew: Callable[[], Awaitable[bool]] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.issuer = issuer
        self.renew = renew
        self._clock = clock
        self._keys: dict[str, ECKey] = {}
        self._known: dict[bytes, tuple[float, Principal]] = {}

    @property
    def remembered(self) -> int:
        """How many tokens are remembered as good."""
        return len(self._known)

    def trust(self, jwks: Jwks) -> None:
        """Take these keys in place of those held; raises ValueError when none of them is a P-256 key."""
        usable = [key for key in jwks["keys"] if key.get("kty") == "EC" and key.get("crv") == "P-256"]
        imported = [
            ECKey.import_key({name: key[name] for name in ("kty", "crv", "x", "y")}) for key in usable
        ]
        if not imported:
            raise ValueError("the issuer publishes no P-256 key")
        keys = {key.thumbprint(): key for key in imported}
        if keys.keys() != self._keys.keys():
            self._known.clear()
        self._keys = keys

    async def principal(self, token: str) -> Principal:
        """Return who the token speaks for.

        Raises Unauthenticated, or CatchingUp when the issuer's keys cannot be had just now.
        """
        if len(token) > _LONGEST_TOKEN:
            raise Unauthenticated
        now = self._clock().timestamp()
        name = hashlib.sha256(token.encode()).digest()
        known = self._known.get(name)
        if known and now < known[0]:
            return known[1]
        claims = await self._claims(token)
        principal = _principal(claims)
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[name] = claims["exp"] + LEEWAY, principal
        return principal

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            return self._checked(token)
        except InvalidKeyIdError as error:
            if self.renew is None:
                raise Unauthenticated from error
        if not await self.renew():
            raise CatchingUp(retry_after=5)
        return self._checked_or_refused(token)

    def _checked_or_refused(self, token: str) -> dict[str, Any]:
        try:
            return self._checked(token)
        except InvalidKeyIdError as error:
            raise Unauthenticated from error

    def _checked(self, token: str) -> dict[str, Any]:
        """Return the claims of a token that is good now; raises InvalidKeyIdError for a key not held."""
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=_ALGORITHMS, registry=_HEADERS)
            now = int(self._clock().timestamp())
            self._expected(now).validate(decoded.claims)
        except InvalidKeyIdError:
            raise
        except (JoseError, ValueError, TypeError, KeyError, OverflowError) as error:
            raise Unauthenticated from error
        return decoded.claims

    def _expected(self, now: int) -> JWTClaimsRegistry:
        there: ClaimsOption = {"essential": True}
        issuer: ClaimsOption = {"essential": True, "value": self.issuer}
        return JWTClaimsRegistry(now, LEEWAY, iss=issuer, sub=there, iat=there, exp=there, jti=there)

    def _key_of(self, token: Any) -> ECKey:
        header = token.headers()
        if header.get("typ") != _TYPE or header.get("alg") not in _ALGORITHMS:
            raise ValueError("no access token of ours")
        key = self._keys.get(header.get("kid"))
        if key is None:
            raise InvalidKeyIdError("no such key")
        return key


_HEADERS: Final = JWSRegistry(algorithms=_ALGORITHMS)


def _new_key() -> bytes:
    return ECKey.generate_key("P-256").as_pem(private=True)


def _public(key: ECKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "alg": "ES256", "use": "sig"}


def _role(grant: Grant) -> dict[str, str]:
    role = {"territory": grant.territory_id, "role": grant.role}
    if grant.site_id is not None:
        role["site"] = str(grant.site_id)
    if grant.operator_id is not None:
        role["operator"] = str(grant.operator_id)
    return role


def _principal(claims: Mapping[str, Any]) -> Principal:
    """Read who the claims speak for; a role that this release does not know grants nothing."""
    try:
        grants = tuple(_grant(role) for role in claims.get("roles", ()) if role["role"] in ROLES)
        return Principal(UUID(claims["sub"]), grants, _PIN in claims.get("amr", ()))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unauthenticated from error


def _grant(role: Mapping[str, Any]) -> Grant:
    site, operator = role.get("site"), role.get("operator")
    return Grant(
        territory_id=str(role["territory"]),
        role=role["role"],
        site_id=UUID(site) if site else None,
        operator_id=UUID(operator) if operator else None,
    )

"""Signs permissions by a key in the secrets folder, and shows what verifies them."""

import os
from functools import cache
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.secret_files import secret_in

_ALGORITHM: Final = "Ed25519"  # RFC 9864
_TYPE: Final = "machine-permission+jwt"  # no access token, nor any other that is signed here


def sign(claims: dict[str, Any]) -> str:
    """Return the permission as a token."""
    key = _key(Path(os.environ["MAILLAGE_SECRETS_DIR"]))
    header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": key.thumbprint()}
    return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])


def public_key() -> dict[str, Any]:
    """Return the key that verifies permissions, as RFC 7517 writes it."""
    key = _key(Path(os.environ["MAILLAGE_SECRETS_DIR"]))
    shown = key.as_dict(private=False)
    return {**shown, "kid": key.thumbprint(), "alg": _ALGORITHM, "use": "sig"}


@cache
def _key(folder: Path) -> OKPKey:
    return OKPKey.import_key(secret_in(folder / "permission-key.pem", _new_key))


def _new_key() -> bytes:
    return OKPKey.generate_key("Ed25519").as_pem(private=True)

"""Computes the arrival code of a booking from its id, by a key in the secrets folder: it is kept nowhere."""

import hmac
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from chassis.secret_files import secret_in

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
_LENGTH: Final = 8


def arrival_code(territory_id: str, booking_id: UUID) -> str | None:
    """Return the eight characters that stand for a booking; None where the process has no secrets folder."""
    folder = os.environ.get("MAILLAGE_SECRETS_DIR")
    if folder is None:
        return None
    content = f"arrival\0{territory_id}\0".encode() + booking_id.bytes
    bits = int.from_bytes(hmac.digest(_key(Path(folder)), content, "sha256")[:5])
    return "".join(_LETTERS[bits >> 5 * place & 31] for place in reversed(range(_LENGTH)))


@cache
def _key(folder: Path) -> bytes:
    return secret_in(folder / "arrival-key", lambda: secrets.token_bytes(32))

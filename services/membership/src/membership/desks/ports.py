"""Hashes PINs: Argon2id over a keyed hash, so that neither the database nor the key alone gives any away."""

import asyncio
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from membership.vault import Vault

_HASHER: Final = PasswordHasher()


async def hashed(vault: Vault, person_id: UUID, pin: str) -> str:
    """Return what is kept of a PIN."""
    return await asyncio.to_thread(_HASHER.hash, _keyed(vault, person_id, pin))


async def is_right(vault: Vault, person_id: UUID, pin: str, kept: str) -> bool:
    """Say whether this is the PIN of which `kept` was made."""
    try:
        return await asyncio.to_thread(_HASHER.verify, kept, _keyed(vault, person_id, pin))
    except VerifyMismatchError:
        return False


def _keyed(vault: Vault, person_id: UUID, pin: str) -> bytes:
    return vault.digest("pin", f"{person_id} {pin}")

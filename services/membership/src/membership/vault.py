"""Owns the secrets that people and companies are sealed and found with: files of the secrets folder."""

import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self
from uuid import UUID

from chassis.privacy import load_or_create_kek
from chassis.secret_files import secret_in

_VARIANT, _VERSION_8 = 0b10 << 62, 8 << 76


@dataclass(frozen=True, slots=True)
class Vault:
    """The platform's key-encryption key, and the key of every keyed hash that finds without showing."""

    kek: bytes = field(repr=False)
    lookup_key: bytes = field(repr=False)

    @classmethod
    def in_directory(cls, secrets_dir: Path) -> Self:
        """Read both keys, drawn by whichever process needs them first."""
        lookup_key = secret_in(secrets_dir / "lookup-key", lambda: secrets.token_bytes(32))
        return cls(load_or_create_kek(secrets_dir), lookup_key)

    @property
    def kek_name(self) -> str:
        """A name for the key-encryption key that gives nothing of it away."""
        return hmac.digest(self.kek, b"name", "sha256")[:6].hex()

    def digest(self, kind: str, text: str) -> bytes:
        """Return the keyed hash of a text, 32 bytes, different for each kind of text."""
        return hmac.digest(self.lookup_key, f"{kind}\0{text}".encode(), "sha256")

    def tokens(self, terms: Iterable[str]) -> list[int]:
        """Return the keyed hashes of search terms, each a signed number of 64 bits."""
        return sorted(int.from_bytes(self.digest("term", term)[:8], signed=True) for term in terms)

    def derived_id(self, kind: str, text: str) -> UUID:
        """Return the identifier that belongs to a text, a UUIDv8 (RFC 9562 §5.8) without any time in it."""
        bits = int.from_bytes(self.digest(kind, text)[:16])
        bits = bits & ~(0b11 << 62) & ~(0b1111 << 76)
        return UUID(int=bits | _VARIANT | _VERSION_8)


def vault() -> Vault:
    """Return the secrets of this process; MAILLAGE_SECRETS_DIR names their folder."""
    return _vault_in(Path(os.environ["MAILLAGE_SECRETS_DIR"]))


_vault_in = cache(Vault.in_directory)

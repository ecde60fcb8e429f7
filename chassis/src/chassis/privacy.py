"""Owns how a person's data is sealed: a key per person, wrapped by the platform's, destroyed to erase."""

import base64
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from chassis.db import Tx
from chassis.errors import Fault
from chassis.secret_files import secret_in
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.marks import SEALED
from contracts.membership import SubjectKeyDestroyed, SubjectKeyIssued

_KEY_BYTES = 32
_NONCE_BYTES = 12


Sealing = tuple[UUID, str, str]  # person, field, sealed text


class SealError(Fault):
    """A sealed text or a wrapped key does not open: another person, another field, another key, or damage."""


def load_or_create_kek(secrets_dir: Path) -> bytes:
    """Return the platform's key-encryption key, 32 bytes, drawn into `<secrets_dir>/kek` the first time."""
    kek = secret_in(secrets_dir / "kek", lambda: os.urandom(_KEY_BYTES))
    if len(kek) != _KEY_BYTES:
        raise SealError(f"{secrets_dir / 'kek'} holds {len(kek)} bytes: a key has {_KEY_BYTES}")
    return kek


def load_kek(secrets_dir: Path) -> bytes:
    """Return the key-encryption key that membership has drawn; raises SealError while it is absent."""
    if not (secrets_dir / "kek").exists():
        raise SealError(f"there is no file {secrets_dir / 'kek'}")
    return load_or_create_kek(secrets_dir)


def new_key() -> bytes:
    """Draw a data key for one person."""
    return AESGCM.generate_key(bit_length=256)


def wrap(kek: bytes, key: bytes) -> bytes:
    """Wrap a data key for storage and transport (RFC 3394)."""
    return aes_key_wrap(kek, key)


def unwrap(kek: bytes, wrapped: bytes) -> bytes:
    """Return the data key; raises SealError for another key-encryption key or damaged bytes."""
    try:
        return aes_key_unwrap(kek, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise SealError("a wrapped key does not open with this key-encryption key") from error


def seal(key: bytes, person_id: UUID, field: str, text: str) -> str:
    """Return `sealed.v1.<base64url of nonce and ciphertext>`, which opens for this person and field alone."""
    return (
        SEALED
        + base64.urlsafe_b64encode(seal_bytes(key, person_id, field, text.encode())).rstrip(b"=").decode()
    )


def unseal(key: bytes, person_id: UUID, field: str, sealed: str) -> str:
    """Return the text; raises SealError for another key, person or field, and for damage."""
    encoded = sealed.removeprefix(SEALED)
    if encoded == sealed:
        raise SealError("the text is not sealed")
    try:
        content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        return unseal_bytes(key, person_id, field, content).decode()
    except ValueError as error:
        raise SealError(f"the field {field} does not open with this person's key") from error


def seal_bytes(key: bytes, person_id: UUID, field: str, content: bytes) -> bytes:
    """Return nonce and ciphertext, which open for this person and field alone.

    AES-256-GCM with a random nonce of 96 bits and the person and field as associated data (NIST SP 800-38D).
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, _place(person_id, field))


def unseal_bytes(key: bytes, person_id: UUID, field: str, sealed: bytes) -> bytes:
    """Return the content; raises SealError for another key, person or field, and for damage."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(person_id, field))
    except (InvalidTag, ValueError) as error:
        raise SealError(f"the field {field} does not open with this person's key") from error


async def know(tx: Tx, *party_ids: UUID) -> None:
    """Note that the territory has dealings with these parties, so that it may read what is known of them."""
    await tx.execute(_KNOW, tx.territory_id, list(party_ids))


async def unknow(tx: Tx, party_id: UUID) -> None:
    """Note that the territory has no dealings with a party any more."""
    await tx.execute(_UNKNOW, tx.territory_id, party_id)


async def keep_key(tx: Tx, person_id: UUID, wrapped: bytes) -> None:
    """Store a person's wrapped key; a destroyed one stays destroyed, whatever comes later."""
    await tx.execute(_KEEP, person_id, wrapped)


async def destroy_key(tx: Tx, person_id: UUID) -> None:
    """Erase a person: what is sealed under the key opens no more, here and in every event."""
    await tx.execute(_DESTROY, person_id)


def follow_keys(subscriber: Subscriber) -> None:
    """Let a subscriber to the persons' keys keep them wrapped, and erase what a destroyed one opened."""

    @subscriber.on(SubjectKeyIssued)
    async def keep_wrapped_key(tx: Tx, event: Event[SubjectKeyIssued]) -> None:
        await keep_key(tx, event.data.person_id, base64.b64decode(event.data.wrapped_key))

    @subscriber.on(SubjectKeyDestroyed)
    async def erase(tx: Tx, event: Event[SubjectKeyDestroyed]) -> None:
        await destroy_key(tx, event.data.person_id)


async def keys_of(tx: Tx, person_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return the wrapped keys by person; those without a key, or with a destroyed one, are left out."""
    rows = await tx.fetch(_KEYS, list(set(person_ids)))
    return {row["person_id"]: row["wrapped_key"] for row in rows}


async def unseal_many(tx: Tx, kek: bytes, sealings: Iterable[Sealing]) -> list[str | None]:
    """Return the texts in order; None where one was emptied, or the key is destroyed or has not arrived.

    A territory reads the keys of the persons it knows.
    """
    wanted = list(sealings)
    keys = _opened(kek, await keys_of(tx, (person_id for person_id, _, _ in wanted)))
    return [
        unseal(keys[person_id], person_id, field, sealed) if sealed and person_id in keys else None
        for person_id, field, sealed in wanted
    ]


def _opened(kek: bytes, wrapped: Mapping[UUID, bytes]) -> dict[UUID, bytes]:
    return {person_id: unwrap(kek, key) for person_id, key in wrapped.items()}


def _place(person_id: UUID, field: str) -> bytes:
    return f"{person_id}/{field}".encode()


_KNOW = """
INSERT INTO known_party (territory_id, party_id) SELECT $1, * FROM unnest($2::uuid[]) ON CONFLICT DO NOTHING
"""

_UNKNOW = "DELETE FROM known_party WHERE territory_id = $1 AND party_id = $2"

_KEEP = """
INSERT INTO subject_key (person_id, wrapped_key) VALUES ($1, $2)
ON CONFLICT (territory_id, person_id) DO UPDATE SET wrapped_key = excluded.wrapped_key
WHERE subject_key.destroyed_at IS NULL
"""

_DESTROY = """
INSERT INTO subject_key (person_id, destroyed_at) VALUES ($1, clock_timestamp())
ON CONFLICT (territory_id, person_id) DO UPDATE SET wrapped_key = NULL, destroyed_at = excluded.destroyed_at
WHERE subject_key.destroyed_at IS NULL
"""

_KEYS = (
    "SELECT person_id, wrapped_key FROM subject_key WHERE person_id = ANY ($1) AND wrapped_key IS NOT NULL"
)

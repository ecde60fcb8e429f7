"""Owns the one answer of a command: kept under the key its caller chose, given again when repeated."""

import hashlib
from dataclasses import dataclass
from typing import Final, Self

import orjson

from chassis.db import Tx
from chassis.errors import Refused
from chassis.outbox import Answer

KEPT_DAYS: Final = 30
_PURGED_AT_ONCE = 5_000


class IdempotencyKeyMissing(Refused):
    """A command needs the header Idempotency-Key, so that repeating it is safe."""

    status = 400
    fr = "Une commande a besoin de l'en-tête Idempotency-Key, pour pouvoir être répétée sans risque."
    cure = (
        "Send a new key, such as a UUID, with each command, and the same key when you repeat it.",
        "Envoyez une clé nouvelle, par exemple un UUID, avec chaque commande, et la même en la répétant.",
    )


class IdempotencyKeyUnreadable(Refused):
    """The header Idempotency-Key holds 1 to {longest} visible ASCII characters, which this one does not."""

    status = 400
    fr = (
        "L'en-tête Idempotency-Key tient en 1 à {longest} caractères ASCII visibles, ce qui n'est pas le cas."
    )


class KeyReused(Refused):
    """This idempotency key has already served for another command."""

    status = 422
    fr = "Cette clé d'idempotence a déjà servi pour une autre commande."
    cure = ("Send another command with a new key.", "Envoyez une autre commande avec une clé nouvelle.")


class IdReused(Refused):
    """The id {id} already names something created from another content."""

    status = 422
    fr = "L'identifiant {id} désigne déjà ce qui a été créé d'un autre contenu."
    cure = ("Draw a new id for something new.", "Tirez un nouvel identifiant pour un objet nouveau.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to do something, known again by its territory, its actor and the key that the actor chose.

    `created_id` is set for a creation, whose key is its address and the id of what it creates.
    """

    territory_id: str
    actor_id: str
    key: str
    digest: bytes
    created_id: str | None = None

    def answer(self, status: int, body: bytes) -> Answer:
        return Answer(self.territory_id, self.actor_id, self.key, status, body)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it was given: HTTP status, body, and the version of the last event it caused."""

    status: int
    body: bytes
    version: int | None = None

    @classmethod
    def of(cls, answer: Answer, version: int | None) -> Self:
        return cls(answer.status, answer.body, version)


def digest(method: str, path: str, body: bytes) -> bytes:
    """Return the SHA-256 of what is asked, whatever the order of the body's fields and its white space."""
    canonical = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS) if body else b""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), canonical))).digest()


async def claim(tx: Tx, attempt: Attempt) -> Stored | None:
    """Return the answer already given, or None: then the key is ours until this transaction ends.

    Waits for another transaction that holds the key. Raises KeyReused or IdReused for another content; but an
    id whose creation was refused names nothing, and is free for another content.
    """
    return await _write(tx, attempt, None, None)


async def settle(tx: Tx, attempt: Attempt, status: int, body: bytes) -> Stored:
    """Keep the answer of a refusal, unless the attempt was answered meanwhile: return the one that stands."""
    return await _write(tx, attempt, status, body) or Stored(status, body)


async def purge(tx: Tx) -> int:
    """Forget answers older than 30 days, some thousands at once, and return how many.

    The worker's role forgets those of every territory.
    """
    gone = await tx.fetch(_PURGE, KEPT_DAYS, _PURGED_AT_ONCE)
    return len(gone)


async def _write(tx: Tx, attempt: Attempt, status: int | None, body: bytes | None) -> Stored | None:
    identity = (attempt.territory_id, attempt.actor_id, attempt.key)
    creates = attempt.created_id is not None
    if await tx.fetchval(_WRITE, *identity, attempt.digest, status, body, creates):
        return None
    row = await tx.fetchrow(_STORED, *identity)
    if row is None:  # forgotten between the two statements
        return await _write(tx, attempt, status, body)
    if row["digest"] != attempt.digest:
        raise IdReused(id=attempt.created_id) if creates else KeyReused
    return Stored(row["status"], row["body"], row["version"])


_WRITE = """
INSERT INTO idempotency AS i (territory_id, actor_id, key, digest, status, body)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (territory_id, actor_id, key) DO UPDATE
SET digest = excluded.digest, status = excluded.status, body = excluded.body, version = NULL,
    recorded_at = clock_timestamp()
WHERE $7 AND i.status >= 400 AND i.digest <> excluded.digest
RETURNING true
"""

_STORED = """
SELECT digest, status, body, version FROM idempotency
WHERE territory_id = $1 AND actor_id = $2 AND key = $3
"""

_PURGE = """
DELETE FROM idempotency
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency
    WHERE recorded_at < clock_timestamp() - make_interval(days => $1)
    LIMIT $2
))
RETURNING true
"""

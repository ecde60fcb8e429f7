"""SQL of partners, their keys and agreements."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.decisions import Target
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from notifications.partners.model import Agreement, AgreementShown, KeyShown, PartnerShown

_ORDER: Final = Order("name text", "partner_id uuid")


async def insert(tx: Tx, partner: PartnerShown) -> None:
    """Keep a partner; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT,
                tx.territory_id,
                partner.partner_id,
                partner.name,
                partner.contact_person_id,
                partner.opened_at,
            )
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(partner.partner_id)) from None


async def partners(tx: Tx, asked: Asked) -> Page[PartnerShown]:
    rows = await tx.fetch(_PARTNERS + _ORDER.tail(asked, 2), tx.territory_id, *asked.arguments)
    return _ORDER.page(asked, rows, lambda row: PartnerShown(**row))


async def partner(tx: Tx, partner_id: UUID) -> PartnerShown | None:
    row = await tx.fetchrow(f"{_PARTNERS} AND partner_id = $2", tx.territory_id, partner_id)
    return PartnerShown(**row) if row else None


async def target(tx: Tx, partner_id: UUID) -> Target | None:
    """Say whose account it is: that of the person who looks after it."""
    found = await partner(tx, partner_id)
    return Target(tx.territory_id, owner_id=found.contact_person_id) if found else None


async def partner_of_contact(tx: Tx, person_id: UUID) -> UUID | None:
    """Return the account that a person looks after; the oldest, should there be several."""
    found: UUID | None = await tx.fetchval(_OF_CONTACT, tx.territory_id, person_id)
    return found


async def insert_key(tx: Tx, partner_id: UUID, key: KeyShown, digest: bytes) -> None:
    """Keep a key; raises IdReused, and NotFound for an unknown partner."""
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT_KEY, tx.territory_id, key.key_id, partner_id, digest, key.hint, key.issued_at
            )
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(key.key_id)) from None
    except asyncpg.ForeignKeyViolationError:
        raise NotFound(what="partner", id=str(partner_id)) from None


async def keys(tx: Tx, partner_id: UUID) -> list[KeyShown]:
    rows = await tx.fetch(_KEYS, tx.territory_id, partner_id)
    return [KeyShown(**row) for row in rows]


async def expire_key(tx: Tx, partner_id: UUID, key_id: UUID, overlap: timedelta) -> bool:
    """Let a live key go on for a while and no longer; return False where it is not live."""
    return await tx.fetchval(_EXPIRE_KEY, tx.territory_id, partner_id, key_id, overlap) is not None


async def revoke_key(tx: Tx, partner_id: UUID, key_id: UUID) -> KeyShown | None:
    """Let a key open nothing from now on; the first time stays. None for one the partner does not have."""
    row = await tx.fetchrow(_REVOKE_KEY, tx.territory_id, partner_id, key_id)
    return KeyShown(**row) if row else None


async def partner_of_key(tx: Tx, digest: bytes) -> UUID | None:
    """Return whose live key this is, by the database's clock."""
    found: UUID | None = await tx.fetchval(_OF_KEY, tx.territory_id, digest)
    return found


async def insert_agreement(tx: Tx, agreement: Agreement, signed_at: datetime) -> None:
    """Keep an agreement; raises IdReused, and NotFound for an unknown partner."""
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT_AGREEMENT,
                tx.territory_id,
                agreement.agreement_id,
                agreement.partner_id,
                list(agreement.event_types),
                agreement.pseudonyms,
                agreement.purpose,
                agreement.valid_from,
                agreement.valid_until,
                agreement.starts_at,
                agreement.ends_at,
                signed_at,
            )
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(agreement.agreement_id)) from None
    except asyncpg.ForeignKeyViolationError:
        raise NotFound(what="partner", id=str(agreement.partner_id)) from None


async def locked_agreement(tx: Tx, partner_id: UUID, agreement_id: UUID) -> Agreement | None:
    """Return and lock an agreement of the partner."""
    row = await tx.fetchrow(
        f"{_AGREEMENTS} AND agreement_id = $3 FOR UPDATE", tx.territory_id, partner_id, agreement_id
    )
    return _agreement(row) if row else None


async def agreements(tx: Tx, partner_id: UUID) -> Sequence[Agreement]:
    """Return every agreement of a partner, ended or not."""
    rows = await tx.fetch(f"{_AGREEMENTS} ORDER BY agreement_id", tx.territory_id, partner_id)
    return [_agreement(row) for row in rows]


async def agreements_shown(tx: Tx, partner_id: UUID) -> list[AgreementShown]:
    rows = await tx.fetch(_AGREEMENTS_SHOWN, tx.territory_id, partner_id)
    return [AgreementShown(**row) for row in rows]


async def end_agreement(
    tx: Tx, agreement_id: UUID, ended_on: date, ends_at: datetime, reason: str | None
) -> None:
    await tx.execute(_END_AGREEMENT, tx.territory_id, agreement_id, ended_on, ends_at, reason)


def _agreement(row: asyncpg.Record) -> Agreement:
    return Agreement(**{**row, "event_types": tuple(row["event_types"])})


_INSERT = """
INSERT INTO partners (territory_id, partner_id, name, contact_person_id, opened_at)
VALUES ($1, $2, $3, $4, $5)
"""
_PARTNERS = "SELECT partner_id, name, contact_person_id, opened_at FROM partners WHERE territory_id = $1"
_OF_CONTACT = """
SELECT partner_id FROM partners WHERE territory_id = $1 AND contact_person_id = $2
ORDER BY opened_at, partner_id LIMIT 1
"""
_INSERT_KEY = """
INSERT INTO partner_keys (territory_id, key_id, partner_id, digest, hint, issued_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_KEY = "key_id, hint, issued_at, expires_at, revoked_at"
_KEYS = f"""
SELECT {_KEY} FROM partner_keys WHERE territory_id = $1 AND partner_id = $2 ORDER BY issued_at, key_id
"""
_LIVE = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())"
_EXPIRE_KEY = f"""
UPDATE partner_keys SET expires_at = least(expires_at, clock_timestamp() + $4)
WHERE territory_id = $1 AND partner_id = $2 AND key_id = $3 AND {_LIVE} RETURNING key_id
"""
_REVOKE_KEY = f"""
UPDATE partner_keys SET revoked_at = coalesce(revoked_at, clock_timestamp())
WHERE territory_id = $1 AND partner_id = $2 AND key_id = $3 RETURNING {_KEY}
"""
_OF_KEY = f"SELECT partner_id FROM partner_keys WHERE territory_id = $1 AND digest = $2 AND {_LIVE}"
_INSERT_AGREEMENT = """
INSERT INTO partner_agreements (territory_id, agreement_id, partner_id, event_types, pseudonyms, purpose,
    valid_from, valid_until, starts_at, ends_at, signed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_AGREEMENTS = """
SELECT agreement_id, partner_id, event_types, pseudonyms, purpose, valid_from, valid_until, starts_at, ends_at
FROM partner_agreements WHERE territory_id = $1 AND partner_id = $2
"""
_AGREEMENTS_SHOWN = """
SELECT agreement_id, event_types, pseudonyms, purpose, valid_from, valid_until, end_reason
FROM partner_agreements WHERE territory_id = $1 AND partner_id = $2 ORDER BY valid_from, agreement_id
"""
_END_AGREEMENT = """
UPDATE partner_agreements SET valid_until = $3, ends_at = $4, end_reason = $5
WHERE territory_id = $1 AND agreement_id = $2
"""

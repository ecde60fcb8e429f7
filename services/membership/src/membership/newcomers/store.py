"""Owns the SQL that finds a party by what another system called it."""

from uuid import UUID

from chassis.db import Tx


async def party_of(tx: Tx, reference: bytes) -> UUID | None:
    """Return the party that an import brought in under a reference, which is given as its keyed hash."""
    found: UUID | None = await tx.fetchval(_PARTY_OF, tx.territory_id, reference)
    return found


async def stands_alone(tx: Tx, organisation_id: UUID) -> bool:
    """Say whether nothing in the territory refers to an organisation."""
    return bool(await tx.fetchval(_STANDS_ALONE, tx.territory_id, organisation_id))


_PARTY_OF = """
SELECT party_id FROM import_lines WHERE territory_id = $1 AND reference = $2 AND state IN ('brought', 'kept')
"""
_STANDS_ALONE = """
SELECT NOT EXISTS (SELECT FROM affiliations WHERE territory_id = $1 AND organisation_id = $2)
    AND NOT EXISTS (SELECT FROM operators WHERE territory_id = $1 AND organisation_id = $2)
    AND NOT EXISTS (SELECT FROM memberships
        WHERE territory_id = $1 AND $2 IN (organisation_id, payer_organisation_id))
"""

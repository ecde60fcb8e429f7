"""SQL of agreements to share sessions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.db import Tx
from contracts.membership import SharingAgreementSigned


async def keep(tx: Tx, told: SharingAgreementSigned) -> None:
    values = (told.agreement_id, list(told.territory_ids), told.valid_from, told.valid_until)
    await tx.execute(_KEEP, tx.territory_id, *values)


async def end(tx: Tx, agreement_id: UUID, ended_on: date) -> Sequence[str]:
    """End an agreement here; return whom it binds, nobody where it is not known."""
    return await tx.fetchval(_END, tx.territory_id, agreement_id, ended_on) or ()


async def partners(tx: Tx, day: date) -> list[str]:
    """Return the territories with which this one shares sessions on a day."""
    return [row["partner"] for row in await tx.fetch(_PARTNERS, tx.territory_id, day)]


_KEEP = """
INSERT INTO session_agreements (territory_id, agreement_id, territory_ids, valid_from, valid_until)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (territory_id, agreement_id) DO NOTHING
"""
_END = """
UPDATE session_agreements SET valid_until = least(valid_until, $3)
WHERE territory_id = $1 AND agreement_id = $2
RETURNING territory_ids
"""
_PARTNERS = """
SELECT DISTINCT partner FROM session_agreements, unnest(territory_ids) AS partner
WHERE territory_id = $1 AND partner <> $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2)
ORDER BY partner
"""

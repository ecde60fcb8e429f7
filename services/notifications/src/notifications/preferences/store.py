"""SQL of preferences."""

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Tx
from notifications.preferences.model import Channel, Kind

Refusal = tuple[UUID, Kind, Channel]  # person, and what they do not want


async def keep(tx: Tx, person_id: UUID, kind: Kind, channel: Channel, *, wanted: bool) -> None:
    await tx.execute(_KEEP, tx.territory_id, person_id, kind, channel, wanted)


async def refusals(tx: Tx, person_ids: Sequence[UUID]) -> set[Refusal]:
    """Return what these persons do not want."""
    rows = await tx.fetch(_REFUSALS, tx.territory_id, person_ids)
    return {(row["person_id"], row["kind"], row["channel"]) for row in rows}


_KEEP = """
INSERT INTO preferences (territory_id, person_id, kind, channel, wanted) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (territory_id, person_id, kind, channel) DO UPDATE SET wanted = excluded.wanted
"""
_REFUSALS = """
SELECT person_id, kind, channel FROM preferences
WHERE territory_id = $1 AND person_id = ANY ($2) AND NOT wanted
"""

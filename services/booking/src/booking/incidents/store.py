"""SQL of incidents at machines."""

from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.idempotency import IdReused


async def insert(tx: Tx, incident_id: UUID, resource_id: UUID, *values: object) -> None:
    """Keep an incident; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, incident_id, resource_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(incident_id)) from None


_INSERT = """
INSERT INTO incidents (territory_id, incident_id, resource_id, usage_id, severity, words, reported_by,
    happened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

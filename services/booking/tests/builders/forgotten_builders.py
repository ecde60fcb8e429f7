"""Asks for erasures, reads what booking answers, and looks for what is left."""

from typing import Any
from uuid import UUID

import orjson
from booking_builders import NOW, Hub

from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.membership import ErasureRequested, PersonErased

CANARY = "Zyxwanary"


async def canaries(admin: Connection, canary: str = CANARY) -> set[str]:
    """The tables of the service in which the canary can be read, as text or as bytes."""
    tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    search = "SELECT count(*) FROM {} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0"
    hits = {
        table: await admin.fetchval(search.format(table), canary, canary.encode().hex())
        for (table,) in tables
    }
    return {table for table, count in hits.items() if count}


def erased(hub: Hub, person_id: UUID, erasure_id: UUID | None = None) -> PersonErased:
    where = (hub.territory,)
    return PersonErased(
        erasure_id=erasure_id or new_id(), person_id=person_id, territories=where, erased_at=NOW
    )


def requested(hub: Hub, person_id: UUID) -> ErasureRequested:
    where = (hub.territory,)
    return ErasureRequested(erasure_id=new_id(), person_id=person_id, territories=where, requested_at=NOW)


async def answers(admin: Connection, kind: str, erasure_id: UUID) -> list[dict[str, Any]]:
    found = await admin.fetch(
        "SELECT convert_from(data, 'UTF8')::jsonb - 'answered_at' FROM event_log "
        "WHERE type LIKE '%' || $1 || '%' AND aggregate_id = $2 ORDER BY id",
        kind,
        str(erasure_id),
    )
    return [orjson.loads(row[0]) for row in found]

"""SQL of fibre zones and fibre lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from billing.fibre.model import FibreLine, Zone
from billing.parties.model import key_of
from chassis.db import Tx
from chassis.errors import Refused
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page

ZONES: Final = Order("name text", "zone_id uuid")
LINES: Final = Order("qualified_at timestamptz", "line_id uuid", descending=True)


class SiteInTwoZones(Refused):
    """One of these sites is already in another fibre zone."""

    fr = "L'un de ces sites est déjà dans une autre zone de fibre."
    cure = ("Name sites that no zone holds.", "Nommez des sites qu'aucune zone ne contient.")


async def insert_zone(tx: Tx, zone: Zone) -> None:
    """Add a zone; raises IdReused, SiteInTwoZones."""
    values = (zone.zone_id, zone.name, zone.served_from, zone.ports, zone.model_dump_json())
    try:
        async with tx.attempt():
            await tx.execute(_INSERT_ZONE, tx.territory_id, *values)
            await tx.execute(_INSERT_SITES, tx.territory_id, zone.zone_id, list(set(zone.site_ids)))
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "fibre_zone_sites_in_two_zones":
            raise SiteInTwoZones from None
        raise IdReused(id=str(zone.zone_id)) from None


async def zone_of(tx: Tx, site_id: UUID) -> Zone | None:
    """Return the zone of a site, locked so that its ports are given out one at a time."""
    content = await tx.fetchval(_ZONE_OF, tx.territory_id, site_id)
    return Zone.model_validate_json(content) if content else None


async def taken_ports(tx: Tx, zone_id: UUID) -> int:
    taken: int = await tx.fetchval(_TAKEN_PORTS, tx.territory_id, zone_id)
    return taken


async def zones(tx: Tx, asked: Asked) -> Page[Zone]:
    rows = await tx.fetch(_ZONES + ZONES.tail(asked, 2), tx.territory_id, *asked.arguments)
    return ZONES.page(asked, rows, lambda row: Zone.model_validate_json(row["content"]))


async def insert(tx: Tx, line: FibreLine, now: datetime) -> None:
    """Add a line; raises IdReused when its id names another one."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *_columns(line), now)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(line.line_id)) from None


async def update(tx: Tx, line: FibreLine) -> None:
    await tx.execute(_UPDATE, tx.territory_id, *_columns(line))


async def line(tx: Tx, line_id: UUID, *, lock: bool = False) -> FibreLine | None:
    content = await tx.fetchval(_ONE + (" FOR UPDATE" if lock else ""), tx.territory_id, line_id)
    return FibreLine.model_validate_json(content) if content else None


async def page(tx: Tx, asked: Asked, state: str | None) -> Page[FibreLine]:
    rows = await tx.fetch(_LIST + LINES.tail(asked, 3), tx.territory_id, state, *asked.arguments)
    return LINES.page(asked, rows, _line)


async def page_of(tx: Tx, asked: Asked, customer_ids: Sequence[UUID]) -> Page[FibreLine]:
    """Return the lines of any of these customers."""
    rows = await tx.fetch(
        _LIST_OF + LINES.tail(asked, 3), tx.territory_id, list(customer_ids), *asked.arguments
    )
    return LINES.page(asked, rows, _line)


def _line(row: asyncpg.Record) -> FibreLine:
    return FibreLine.model_validate_json(row["content"])


def _columns(line: FibreLine) -> tuple[object, ...]:
    customer_id, content = key_of(line.customer), line.model_dump_json()
    return line.line_id, line.state, customer_id, line.site_id, line.zone_id, content


_INSERT_ZONE = """
INSERT INTO fibre_zones (territory_id, zone_id, name, served_from, ports, content)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_INSERT_SITES = """
INSERT INTO fibre_zone_sites (territory_id, zone_id, site_id) SELECT $1, $2, site FROM unnest($3::uuid[]) site
"""
_ZONE_OF = """
SELECT z.content FROM fibre_zone_sites s
JOIN fibre_zones z ON z.territory_id = s.territory_id AND z.zone_id = s.zone_id
WHERE s.territory_id = $1 AND s.site_id = $2 FOR NO KEY UPDATE OF z
"""
_TAKEN_PORTS = """
SELECT count(*) FROM fibre_lines
WHERE territory_id = $1 AND zone_id = $2 AND state IN ('ordered', 'appointment_booked', 'active')
"""
_ZONES = "SELECT name, zone_id, content FROM fibre_zones WHERE territory_id = $1"
_INSERT = """
INSERT INTO fibre_lines (territory_id, line_id, state, customer_id, site_id, zone_id, content, qualified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_UPDATE = """
UPDATE fibre_lines SET state = $3, customer_id = $4, site_id = $5, zone_id = $6, content = $7
WHERE territory_id = $1 AND line_id = $2
"""
_ONE = "SELECT content FROM fibre_lines WHERE territory_id = $1 AND line_id = $2"
_LIST = """
SELECT line_id, qualified_at, content FROM fibre_lines
WHERE territory_id = $1 AND ($2::text IS NULL OR state = $2)
"""
_LIST_OF = """
SELECT line_id, qualified_at, content FROM fibre_lines WHERE territory_id = $1 AND customer_id = ANY ($2)
"""

"""SQL of territories."""

from zoneinfo import ZoneInfo

from chassis.db import Tx

_UNHEARD_ZONE = "Europe/Paris"


async def keep(tx: Tx, name: str, zone: str) -> None:
    await tx.execute(_KEEP, tx.territory_id, name, zone)


async def name(tx: Tx) -> str | None:
    """Return what the territory is called, None until its opening is heard of."""
    found: str | None = await tx.fetchval(_NAME, tx.territory_id)
    return found


async def zone(tx: Tx) -> ZoneInfo:
    """Return the zone in which the territory's civil days begin; Paris until its opening is heard of."""
    return ZoneInfo(await tx.fetchval(_ZONE, tx.territory_id) or _UNHEARD_ZONE)


_KEEP = """
INSERT INTO territories (territory_id, name, zone) VALUES ($1, $2, $3)
ON CONFLICT (territory_id) DO UPDATE SET name = excluded.name, zone = excluded.zone
"""
_NAME = "SELECT name FROM territories WHERE territory_id = $1"
_ZONE = "SELECT zone FROM territories WHERE territory_id = $1"

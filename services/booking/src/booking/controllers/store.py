"""SQL of controllers and badges."""

from datetime import datetime
from uuid import UUID

import asyncpg

from booking.controllers.model import Badge
from chassis.db import Tx
from chassis.idempotency import IdReused


async def insert(tx: Tx, controller_id: UUID, *values: object) -> None:
    """Keep a controller; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, controller_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(controller_id)) from None


async def revoke(tx: Tx, controller_id: UUID, now: datetime) -> bool:
    """Let a controller in no more; False where there is none."""
    return bool(await tx.fetchval(_REVOKE, tx.territory_id, controller_id, now))


async def site_by(tx: Tx, digest: bytes) -> UUID | None:
    """Return the site of the controller that a token is of."""
    found: UUID | None = await tx.fetchval(_BY_DIGEST, tx.territory_id, digest)
    return found


async def site_of(tx: Tx, thing_id: UUID) -> UUID | None:
    """Return the site of a controller or a badge."""
    found: UUID | None = await tx.fetchval(_SITE_OF, tx.territory_id, thing_id)
    return found


async def give(tx: Tx, badge_id: UUID, *values: object) -> bool:
    """Keep who holds a badge; False where somebody holds it. Raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_GIVE, tx.territory_id, badge_id, *values)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "badges_held_once":
            return False
        raise IdReused(id=str(badge_id)) from None
    return True


async def take(tx: Tx, badge_id: UUID, now: datetime) -> bool:
    """Take a badge back; False where there is none."""
    return bool(await tx.fetchval(_TAKE, tx.territory_id, badge_id, now))


async def held(tx: Tx) -> list[Badge]:
    """Return the badges that people hold."""
    return [Badge(*row) for row in await tx.fetch(_HELD, tx.territory_id)]


_INSERT = """
INSERT INTO controllers (territory_id, controller_id, site_id, name, digest, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_REVOKE = """
UPDATE controllers SET revoked_at = coalesce(revoked_at, $3)
WHERE territory_id = $1 AND controller_id = $2 RETURNING true
"""
_BY_DIGEST = """
SELECT site_id FROM controllers WHERE territory_id = $1 AND digest = $2 AND revoked_at IS NULL
"""
_SITE_OF = """
SELECT site_id FROM controllers WHERE territory_id = $1 AND controller_id = $2
UNION ALL SELECT site_id FROM badges WHERE territory_id = $1 AND badge_id = $2
"""
_GIVE = """
INSERT INTO badges (territory_id, badge_id, site_id, person_id, digest, given_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_TAKE = """
UPDATE badges SET taken_at = coalesce(taken_at, $3) WHERE territory_id = $1 AND badge_id = $2 RETURNING true
"""
_HELD = """
SELECT badge_id, person_id, digest FROM badges
WHERE territory_id = $1 AND taken_at IS NULL ORDER BY badge_id
"""

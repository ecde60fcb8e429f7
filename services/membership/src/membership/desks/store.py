"""Owns the SQL of `desk_devices`, `staff_pins` and `desk_sessions`."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.desks.model import Device, DeviceShown, Pin, Session

ORDER = Order("enrolled_at timestamptz", "device_id uuid")


async def insert_device(tx: Tx, device: Device) -> None:
    """Keep a device; raises IdReused, and NotFound for an unknown site."""
    d = device
    try:
        async with tx.attempt():
            values = (d.device_id, d.site_id, d.name, d.secret_hash, d.enrolled_by, d.enrolled_at)
            await tx.execute(_INSERT_DEVICE, tx.territory_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(d.device_id)) from None
    except asyncpg.ForeignKeyViolationError:
        raise NotFound(what="site", id=str(d.site_id)) from None


async def device(tx: Tx, device_id: UUID) -> Device | None:
    row = await tx.fetchrow(f"{_DEVICE} AND device_id = $2", tx.territory_id, device_id)
    return Device(**row) if row else None


async def revoke_device(tx: Tx, device_id: UUID, now: datetime) -> None:
    """Note that a device is no desk any more; whoever is signed in there is no longer."""
    await tx.execute(_REVOKE, tx.territory_id, device_id, now)
    await tx.execute(_END_SESSIONS, tx.territory_id, device_id)


async def devices(tx: Tx, asked: Asked) -> Page[DeviceShown]:
    """Return the devices of the territory, revoked ones too."""
    rows = await tx.fetch(_SHOWN + ORDER.tail(asked, 2), tx.territory_id, *asked.arguments)
    return ORDER.page(asked, rows, lambda row: DeviceShown(**row))


async def keep_pin(tx: Tx, person_id: UUID, pin_hash: str, now: datetime) -> None:
    """Keep a new PIN in place of the one before, unlocked."""
    await tx.execute(_KEEP_PIN, tx.territory_id, person_id, pin_hash, now)


async def locked_pin(tx: Tx, person_id: UUID) -> Pin | None:
    """Return somebody's PIN, locked for the count of its tries."""
    row = await tx.fetchrow(_LOCK_PIN, tx.territory_id, person_id)
    return Pin(**row) if row else None


async def save_tries(tx: Tx, pin: Pin) -> None:
    await tx.execute(_SAVE_TRIES, tx.territory_id, pin.person_id, pin.wrong, pin.locked_until)


async def with_pin(tx: Tx) -> list[UUID]:
    """Return everybody who has a PIN in the territory."""
    return [row[0] for row in await tx.fetch(_WITH_PIN, tx.territory_id)]


async def insert_session(tx: Tx, session: Session, before: datetime) -> None:
    """Keep a session that begins, and forget those that ended before."""
    s = session
    await tx.execute(_PURGE, tx.territory_id, before)
    await tx.execute(_INSERT_SESSION, tx.territory_id, s.session_id, s.device_id, s.person_id, s.expires_at)


async def lock_session(tx: Tx, session_id: UUID) -> Session | None:
    row = await tx.fetchrow(_LOCK_SESSION, tx.territory_id, session_id)
    return Session(**row) if row else None


async def rotate(tx: Tx, session: Session) -> None:
    s = session
    await tx.execute(_ROTATE, tx.territory_id, s.session_id, s.rotation, s.expires_at)


async def end_session(tx: Tx, session_id: UUID) -> None:
    await tx.execute(_END_SESSION, tx.territory_id, session_id)


_INSERT_DEVICE = """
INSERT INTO desk_devices (territory_id, device_id, site_id, name, secret_hash, enrolled_by, enrolled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_DEVICE = """
SELECT device_id, site_id, name, secret_hash, enrolled_by, enrolled_at, revoked_at FROM desk_devices
WHERE territory_id = $1
"""
_SHOWN = """
SELECT device_id, site_id, name, enrolled_by, enrolled_at, revoked_at FROM desk_devices
WHERE territory_id = $1
"""
_REVOKE = """
UPDATE desk_devices SET revoked_at = $3
WHERE territory_id = $1 AND device_id = $2 AND revoked_at IS NULL
"""
_END_SESSIONS = "DELETE FROM desk_sessions WHERE territory_id = $1 AND device_id = $2"
_KEEP_PIN = """
INSERT INTO staff_pins (territory_id, person_id, pin_hash, set_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (territory_id, person_id) DO UPDATE
SET pin_hash = excluded.pin_hash, set_at = excluded.set_at, wrong = 0, locked_until = NULL
"""
_LOCK_PIN = """
SELECT person_id, pin_hash, wrong, locked_until FROM staff_pins
WHERE territory_id = $1 AND person_id = $2 FOR UPDATE
"""
_SAVE_TRIES = """
UPDATE staff_pins SET wrong = $3, locked_until = $4 WHERE territory_id = $1 AND person_id = $2
"""
_WITH_PIN = "SELECT person_id FROM staff_pins WHERE territory_id = $1 ORDER BY set_at, person_id"
_PURGE = "DELETE FROM desk_sessions WHERE territory_id = $1 AND expires_at < $2"
_INSERT_SESSION = """
INSERT INTO desk_sessions (territory_id, session_id, device_id, person_id, expires_at)
VALUES ($1, $2, $3, $4, $5)
"""
_LOCK_SESSION = """
SELECT session_id, device_id, person_id, rotation, expires_at FROM desk_sessions
WHERE territory_id = $1 AND session_id = $2 FOR UPDATE
"""
_ROTATE = """
UPDATE desk_sessions SET rotation = $3, expires_at = $4 WHERE territory_id = $1 AND session_id = $2
"""
_END_SESSION = "DELETE FROM desk_sessions WHERE territory_id = $1 AND session_id = $2"

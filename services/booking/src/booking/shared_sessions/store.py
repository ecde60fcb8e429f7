"""SQL of sessions held elsewhere, and of seats there."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from booking.shared_sessions.model import SharedSeat, SharedSession
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Period, Wording

BY_START: Final = Order("c.starts_at timestamptz", "c.session_id uuid")
LATEST_FIRST: Final = Order("g.granted_at timestamptz", "g.shared_seat_id uuid", descending=True)


async def keep(tx: Tx, shared: SharedSession) -> None:
    """Keep what is known of a session now; one that another territory told first stays as it is."""
    values = [getattr(shared, name) for name in _PLAIN]
    periods = _PERIODS.dump_json(list(shared.periods)).decode()
    told = (shared.title.model_dump_json(), periods, shared.zone, shared.start, shared.end)
    await tx.execute(_KEEP, tx.territory_id, *values, *told)


async def call_off(tx: Tx, session_id: UUID, host_territory_id: str, words: str | None) -> None:
    await tx.execute(_CALL_OFF, tx.territory_id, session_id, host_territory_id, words)


async def session(tx: Tx, session_id: UUID) -> SharedSession | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, session_id)
    return _session(row) if row else None


async def page(tx: Tx, asked: Asked, now: datetime) -> Page[SharedSession]:
    """Return what is to come and shared by an agreement in force."""
    rows = await tx.fetch(_LIST + BY_START.tail(asked, 3), tx.territory_id, now, *asked.arguments)
    return BY_START.page(asked, rows, _session)


async def insert(tx: Tx, new: SharedSeat) -> None:
    """Keep a seat that was granted. Raises IdReused."""
    values = (new.shared_seat_id, new.session.session_id, new.person_id, new.state, new.granted_at)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.shared_seat_id)) from None


async def save(tx: Tx, seat: SharedSeat) -> None:
    await tx.execute(_SAVE, tx.territory_id, seat.shared_seat_id, seat.state)


async def owner(tx: Tx, shared_seat_id: UUID) -> UUID | None:
    """Return whose a seat is."""
    found: UUID | None = await tx.fetchval(_OWNER, tx.territory_id, shared_seat_id)
    return found


async def locked(tx: Tx, shared_seat_id: UUID) -> SharedSeat | None:
    """Return a seat, to be changed."""
    row = await tx.fetchrow(_LOCKED, tx.territory_id, shared_seat_id)
    return _seat(row) if row else None


async def of_person(tx: Tx, asked: Asked, person_id: UUID) -> Page[SharedSeat]:
    """Return a person's seats elsewhere, the latest first."""
    sql = f"{_SEATS} AND g.person_id = $2{LATEST_FIRST.tail(asked, 3)}"
    rows = await tx.fetch(sql, tx.territory_id, person_id, *asked.arguments)
    return LATEST_FIRST.page(asked, rows, _seat)


def _session(row: asyncpg.Record) -> SharedSession:
    return SharedSession(
        title=Wording.model_validate_json(row["title"]),
        periods=tuple(_PERIODS.validate_json(row["periods"])),
        **{name: row["session_state" if name == "state" else name] for name in _PLAIN},
    )


def _seat(row: asyncpg.Record) -> SharedSeat:
    return SharedSeat(
        row["shared_seat_id"], row["person_id"], row["seat_state"], row["granted_at"], _session(row)
    )


_PERIODS: Final = TypeAdapter(list[Period])
_PLAIN: Final = (
    "session_id",
    "host_territory_id",
    "state",
    "words",
    "kind",
    "site_name",
    "place",
    "seats",
    "release_at",
)
_WRITTEN: Final = (*_PLAIN, "title", "periods", "zone", "starts_at", "ends_at")
_COLUMNS: Final = ", ".join(
    "c.state AS session_state" if name == "state" else f"c.{name}" for name in _WRITTEN
)
_SESSIONS = f"SELECT {_COLUMNS} FROM shared_sessions c WHERE c.territory_id = $1"
_ONE = f"{_SESSIONS} AND c.session_id = $2"
_LIST = f"""
{_SESSIONS} AND c.ends_at > $2 AND EXISTS (
    SELECT FROM session_agreements a
    WHERE a.territory_id = c.territory_id AND c.host_territory_id = ANY (a.territory_ids)
        AND a.valid_from <= ($2 AT TIME ZONE c.zone)::date
        AND (a.valid_until IS NULL OR a.valid_until > ($2 AT TIME ZONE c.zone)::date))
"""
_KEEP = f"""
INSERT INTO shared_sessions AS c (territory_id, {", ".join(_WRITTEN)})
VALUES ({", ".join(f"${n}" for n in range(1, len(_WRITTEN) + 2))})
ON CONFLICT (territory_id, session_id) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in _WRITTEN if name != "session_id")}
WHERE c.host_territory_id = excluded.host_territory_id
"""
_CALL_OFF = """
UPDATE shared_sessions SET state = 'cancelled', words = $4
WHERE territory_id = $1 AND session_id = $2 AND host_territory_id = $3
"""
_SEATS = f"""
SELECT g.shared_seat_id, g.person_id, g.state AS seat_state, g.granted_at, {_COLUMNS}
FROM shared_seats g
JOIN shared_sessions c ON c.territory_id = g.territory_id AND c.session_id = g.session_id
WHERE g.territory_id = $1
"""
_LOCKED = f"{_SEATS} AND g.shared_seat_id = $2 FOR UPDATE OF g"
_OWNER = "SELECT person_id FROM shared_seats WHERE territory_id = $1 AND shared_seat_id = $2"
_INSERT = """
INSERT INTO shared_seats (territory_id, shared_seat_id, session_id, person_id, state, granted_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_SAVE = "UPDATE shared_seats SET state = $3 WHERE territory_id = $1 AND shared_seat_id = $2"

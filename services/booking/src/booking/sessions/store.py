"""SQL of sessions: what is held, its half-days, its seats, who may lead."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from booking.openings.model import Interval
from booking.sessions.model import HalfDay, Quota, Session
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Wording

BY_START: Final = Order("c.starts_at timestamptz", "c.session_id uuid")


async def insert(tx: Tx, new: Session) -> None:
    """Keep a new session with its half-days and seats; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *_values(new))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.session_id)) from None
    quotas = [
        (
            each.position,
            each.name.model_dump_json(),
            list(each.audiences),
            each.seats,
            each.release_at,
            list(each.territory_ids),
        )
        for each in new.quotas
    ]
    await tx.executemany(_INSERT_QUOTA, [(tx.territory_id, new.session_id, *each) for each in quotas])
    await keep_dates(tx, new)


async def keep_dates(tx: Tx, session: Session) -> None:
    """Save the half-days, and what they span."""
    dates = [(each.position, each.booking_id, *each.interval) for each in session.dates]
    await tx.executemany(_KEEP_DATE, [(tx.territory_id, session.session_id, *each) for each in dates])
    values = (session.start, session.end, session.resource_id, session.trainer_id)
    await tx.execute(_SPAN, tx.territory_id, session.session_id, *values)


async def save_state(tx: Tx, session: Session) -> None:
    await tx.execute(_STATE, tx.territory_id, session.session_id, session.state, session.reason)


async def session(tx: Tx, session_id: UUID) -> Session | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, session_id)
    return _from_row(row) if row else None


async def shared(tx: Tx, session_id: UUID) -> Session | None:
    """Return the session, which is neither moved nor given up until this transaction ends."""
    await tx.execute(f"{_LOCK} FOR SHARE", tx.territory_id, session_id)
    return await session(tx, session_id)


async def locked(tx: Tx, session_id: UUID) -> Session | None:
    """Return the session, to be changed: nobody registers until this transaction ends."""
    await tx.execute(f"{_LOCK} FOR UPDATE", tx.territory_id, session_id)
    return await session(tx, session_id)


async def place(tx: Tx, session_id: UUID) -> tuple[Site, UUID | None] | None:
    """Return where a session is, and who leads it."""
    row = await tx.fetchrow(_PLACE, tx.territory_id, session_id)
    return (site_from_row(row), row["trainer_id"]) if row else None


async def page(
    tx: Tx, asked: Asked, since: datetime, site_id: UUID | None, trainer_id: UUID | None = None
) -> Page[Session]:
    """Return the sessions that end after an instant, of one site or of one trainer if asked."""
    sql = _LIST + BY_START.tail(asked, 5)
    rows = await tx.fetch(sql, tx.territory_id, since, site_id, trainer_id, *asked.arguments)
    return BY_START.page(asked, rows, _from_row)


async def take_seats(tx: Tx, session: Session, audience: str, seats: int) -> int | None:
    """Take seats in the first quota that has them for this audience; None, and none taken, if none has."""
    return await take_from(tx, session.session_id, session.in_reach_of(audience, await tx.now()), seats)


async def take_from(tx: Tx, session_id: UUID, quotas: Sequence[Quota], seats: int) -> int | None:
    """Take seats in the first of these quotas that has them; None, and none taken, if none has.

    Each try is one statement on one row: it waits for a rival's and looks at the row anew, so that no seat is
    given twice and none that is asked for stays free.
    """
    for quota in quotas:
        if await tx.fetchval(_TAKE, tx.territory_id, session_id, quota.position, seats):
            return quota.position
    return None


async def give_back(tx: Tx, session_id: UUID, quota: int, seats: int) -> None:
    await tx.execute(_GIVE_BACK, tx.territory_id, session_id, quota, seats)


def _values(new: Session) -> Iterable[object]:
    return (
        new.session_id,
        new.state,
        new.kind,
        new.site.site_id,
        new.title.model_dump_json(),
        new.description.model_dump_json(),
        new.resource_id,
        new.trainer_id,
        new.open_to,
        new.price_code,
        new.minimum,
        new.decide_at,
        new.start,
        new.end,
    )


def _from_row(row: asyncpg.Record) -> Session:
    same = {name: row[name] for name in _SAME}
    dates = tuple(
        HalfDay(position, booking_id, Interval(start, end))
        for position, booking_id, start, end in _DATES.validate_json(row["dates"])
    )
    quotas = tuple(Quota(*each) for each in _QUOTAS.validate_json(row["quotas"]))
    return Session(
        site=site_from_row(row),
        title=Wording.model_validate_json(row["title"]),
        description=Wording.model_validate_json(row["description"]),
        dates=dates,
        quotas=quotas,
        **same,
    )


_DATES: Final = TypeAdapter(list[tuple[int, UUID, datetime, datetime]])
_QUOTAS: Final = TypeAdapter(
    list[tuple[int, Wording, tuple[str, ...], int, int, datetime | None, tuple[str, ...]]]
)
_SAME: Final = (
    "session_id",
    "state",
    "kind",
    "resource_id",
    "resource_name",
    "trainer_id",
    "open_to",
    "price_code",
    "minimum",
    "decide_at",
    "reason",
)
_OWN: Final = ", ".join(f"c.{name}" for name in _SAME if name != "resource_name")
_SELECT = f"""
SELECT {SITE_COLUMNS}, {_OWN}, c.title, c.description, c.starts_at, r.name AS resource_name, (
    SELECT json_agg(json_build_array(d.position, d.booking_id, d.starts_at, d.ends_at) ORDER BY d.position)
    FROM session_dates d WHERE d.territory_id = c.territory_id AND d.session_id = c.session_id
) AS dates, (
    SELECT json_agg(json_build_array(q.position, q.name, q.audiences, q.seats, q.taken, q.release_at,
        q.territory_ids) ORDER BY q.position)
    FROM session_quotas q WHERE q.territory_id = c.territory_id AND q.session_id = c.session_id
) AS quotas
FROM {SITE_TABLES}
JOIN sessions c ON c.territory_id = s.territory_id AND c.site_id = s.site_id
JOIN resources r ON r.territory_id = c.territory_id AND r.resource_id = c.resource_id
WHERE c.territory_id = $1
"""
_ONE = f"{_SELECT} AND c.session_id = $2"
_LIST = f"""
{_SELECT} AND c.ends_at > $2 AND ($3::uuid IS NULL OR c.site_id = $3)
    AND ($4::uuid IS NULL OR c.trainer_id = $4)
"""
_LOCK = "SELECT FROM sessions WHERE territory_id = $1 AND session_id = $2"
_PLACE = f"""
SELECT {SITE_COLUMNS}, c.trainer_id FROM {SITE_TABLES}
JOIN sessions c ON c.territory_id = s.territory_id AND c.site_id = s.site_id
WHERE c.territory_id = $1 AND c.session_id = $2
"""
_INSERT = """
INSERT INTO sessions (territory_id, session_id, state, kind, site_id, title, description, resource_id,
    trainer_id, open_to, price_code, minimum, decide_at, starts_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
_INSERT_QUOTA = """
INSERT INTO session_quotas (territory_id, session_id, position, name, audiences, seats, release_at,
    territory_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_KEEP_DATE = """
INSERT INTO session_dates (territory_id, session_id, position, booking_id, starts_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (territory_id, session_id, position) DO UPDATE
SET starts_at = excluded.starts_at, ends_at = excluded.ends_at
"""
_SPAN = """
UPDATE sessions SET starts_at = $3, ends_at = $4, resource_id = $5, trainer_id = $6
WHERE territory_id = $1 AND session_id = $2
"""
_STATE = "UPDATE sessions SET state = $3, reason = $4 WHERE territory_id = $1 AND session_id = $2"
_TAKE = """
UPDATE session_quotas SET taken = taken + $4
WHERE territory_id = $1 AND session_id = $2 AND position = $3 AND taken + $4 <= seats
RETURNING true
"""
_GIVE_BACK = """
UPDATE session_quotas SET taken = taken - $4
WHERE territory_id = $1 AND session_id = $2 AND position = $3
"""

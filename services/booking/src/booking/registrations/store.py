"""SQL of registrations."""

from typing import Final
from uuid import UUID

import asyncpg

from booking.registrations.model import AlreadyRegistered, Registration
from booking.sessions.model import Session, Standing
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Party

IN_ORDER: Final = Order("g.asked_at timestamptz", "g.registration_id uuid")
LATEST_FIRST: Final = Order("g.asked_at timestamptz", "g.registration_id uuid", descending=True)


async def insert(tx: Tx, new: Registration, session: Session) -> None:
    """Keep a new registration. Raises AlreadyRegistered, IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *_values(new))
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "registrations_one_each":
            raise AlreadyRegistered(title=session.title.fr) from None
        raise IdReused(id=str(new.registration_id)) from None


async def save(tx: Tx, changed: Registration) -> None:
    values = [getattr(changed, name) for name in _CHANGING]
    await tx.execute(_SAVE, tx.territory_id, changed.registration_id, *values)


async def registration(tx: Tx, registration_id: UUID) -> Registration | None:
    row = await tx.fetchrow(f"{_SELECT} AND g.registration_id = $2", tx.territory_id, registration_id)
    return _from_row(row) if row else None


async def locked(tx: Tx, registration_id: UUID) -> Registration | None:
    """Return the registration, to be changed."""
    sql = f"{_SELECT} AND g.registration_id = $2 FOR UPDATE"
    row = await tx.fetchrow(sql, tx.territory_id, registration_id)
    return _from_row(row) if row else None


async def place(tx: Tx, registration_id: UUID) -> tuple[Site, UUID] | None:
    """Return where the session of a registration is, and whose it is."""
    row = await tx.fetchrow(_PLACE, tx.territory_id, registration_id)
    return (site_from_row(row), row["person_id"]) if row else None


async def lock_queue(tx: Tx, session_id: UUID) -> None:
    """Let one transaction at a time take, offer or give back seats of a session; locked before any quota.

    A try that finds a quota full keeps its row locked all the same, so that who asked without this lock and
    who gives back behind it would wait for each other.
    """
    await tx.execute(_LOCK_QUEUE, tx.territory_id, session_id)


async def waiting(tx: Tx, session_id: UUID) -> list[Registration]:
    """Return who waits, who waits longest first."""
    rows = await tx.fetch(_WAITING, tx.territory_id, session_id)
    return [_from_row(row) for row in rows]


async def live(tx: Tx, session_id: UUID) -> list[Registration]:
    """Return what is registered, offered or waits, to be changed."""
    rows = await tx.fetch(_LIVE, tx.territory_id, session_id)
    return [_from_row(row) for row in rows]


async def registered_seats(tx: Tx, session_id: UUID) -> int:
    """Return how many seats are registered; what is only offered does not count."""
    found: int = await tx.fetchval(_SEATS, tx.territory_id, session_id)
    return found


async def of_session(tx: Tx, asked: Asked, session_id: UUID) -> Page[Registration]:
    rows = await tx.fetch(
        f"{_SELECT} AND g.session_id = $2{IN_ORDER.tail(asked, 3)}",
        tx.territory_id,
        session_id,
        *asked.arguments,
    )
    return IN_ORDER.page(asked, rows, _from_row)


async def of_person(tx: Tx, asked: Asked, person_id: UUID) -> Page[Registration]:
    """Return a person's registrations, the latest first."""
    rows = await tx.fetch(
        f"{_SELECT} AND g.person_id = $2{LATEST_FIRST.tail(asked, 3)}",
        tx.territory_id,
        person_id,
        *asked.arguments,
    )
    return LATEST_FIRST.page(asked, rows, _from_row)


def _values(new: Registration) -> list[object]:
    who = new.standing
    return [
        *(getattr(new, name) for name in _SAME),
        list(new.guests),
        who.payer.person_id,
        who.payer.organisation_id,
        who.audience,
        who.membership_id,
        new.seats,
    ]


def _from_row(row: asyncpg.Record) -> Registration:
    payer = Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"])
    standing = Standing(row["audience"], payer, row["membership_id"])
    same = {name: row[name] for name in _SAME}
    return Registration(standing=standing, guests=tuple(row["guests"]), **same)


_CHANGING: Final = ("state", "quota", "offer_expires_at", "due_percent", "reason")
_SAME: Final = (
    "registration_id",
    "session_id",
    "person_id",
    "asked_at",
    "home_territory_id",
    *_CHANGING,
)
_WRITTEN: Final = (
    *_SAME,
    "guests",
    "payer_person_id",
    "payer_organisation_id",
    "audience",
    "membership_id",
    "seats",
)
_SELECT = (
    f"SELECT {', '.join(f'g.{name}' for name in _WRITTEN)} FROM registrations g WHERE g.territory_id = $1"
)
_INSERT = f"""
INSERT INTO registrations (territory_id, {", ".join(_WRITTEN)})
VALUES ({", ".join(f"${n}" for n in range(1, len(_WRITTEN) + 2))})
"""
_SAVE = f"""
UPDATE registrations SET {", ".join(f"{name} = ${n}" for n, name in enumerate(_CHANGING, start=3))}
WHERE territory_id = $1 AND registration_id = $2
"""
_PLACE = f"""
SELECT {SITE_COLUMNS}, g.person_id FROM {SITE_TABLES}
JOIN sessions c ON c.territory_id = s.territory_id AND c.site_id = s.site_id
JOIN registrations g ON g.territory_id = c.territory_id AND g.session_id = c.session_id
WHERE g.territory_id = $1 AND g.registration_id = $2
"""
_LOCK_QUEUE = "SELECT pg_advisory_xact_lock(hashtextextended('session-queue' || $1 || $2::uuid::text, 0))"
_WAITING = f"""
{_SELECT} AND g.session_id = $2 AND g.state = 'waiting' ORDER BY g.asked_at, g.registration_id FOR UPDATE
"""
_LIVE = f"""
{_SELECT} AND g.session_id = $2 AND g.state IN ('registered', 'offered', 'waiting')
ORDER BY g.asked_at, g.registration_id FOR UPDATE
"""
_SEATS = """
SELECT coalesce(sum(seats), 0)::int FROM registrations
WHERE territory_id = $1 AND session_id = $2 AND state = 'registered'
"""

"""SQL of deliveries."""

from typing import Final
from uuid import UUID

import asyncpg

from booking.deliveries.model import Delivery
from booking.sites.model import Site
from booking.sites.store import COLUMNS as SITE_COLUMNS
from booking.sites.store import TABLES as SITE_TABLES
from booking.sites.store import from_row as site_from_row
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Party

ORDER: Final = Order("received_at timestamptz", "delivery_id uuid")


async def insert(tx: Tx, new: Delivery) -> None:
    """Keep what was taken in; raises IdReused."""
    party = new.addressee
    values = (party.person_id, party.organisation_id, new.sealed_for, new.sender, new.received_at, new.state)
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, new.delivery_id, new.site_id, new.kind, *values)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(new.delivery_id)) from None


async def locked(tx: Tx, delivery_id: UUID) -> Delivery | None:
    row = await tx.fetchrow(_ONE + " FOR UPDATE", tx.territory_id, delivery_id)
    return _delivery(row) if row else None


async def save(tx: Tx, settled: Delivery) -> None:
    values = (settled.state, settled.handed_to, settled.settled_at)
    await tx.execute(_SAVE, tx.territory_id, settled.delivery_id, *values)


async def site(tx: Tx, delivery_id: UUID) -> Site | None:
    """Return where a delivery is."""
    row = await tx.fetchrow(_SITE, tx.territory_id, delivery_id)
    return site_from_row(row) if row else None


async def waiting(tx: Tx, asked: Asked, site_id: UUID | None, person_id: UUID | None) -> Page[Delivery]:
    """Return what waits at a site, for a person and the organisations they belong to, the oldest first."""
    sql = _WAITING + ORDER.tail(asked, 5)
    rows = await tx.fetch(sql, tx.territory_id, site_id, person_id, await tx.now(), *asked.arguments)
    return ORDER.page(asked, rows, _delivery)


def _delivery(row: asyncpg.Record) -> Delivery:
    values = dict(row)
    party = Party(person_id=values.pop("person_id"), organisation_id=values.pop("organisation_id"))
    return Delivery(addressee=party, **values)


_SELECT = """
SELECT delivery_id, site_id, kind, person_id, organisation_id, sealed_for, sender, received_at, state,
    handed_to, settled_at
FROM deliveries WHERE territory_id = $1
"""
_INSERT = """
INSERT INTO deliveries (territory_id, delivery_id, site_id, kind, person_id, organisation_id, sealed_for,
    sender, received_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_ONE = f"{_SELECT} AND delivery_id = $2"
_SAVE = """
UPDATE deliveries SET state = $3, handed_to = $4, settled_at = $5 WHERE territory_id = $1 AND delivery_id = $2
"""
_SITE = f"""
SELECT {SITE_COLUMNS} FROM {SITE_TABLES}
JOIN deliveries d ON d.territory_id = s.territory_id AND d.site_id = s.site_id
WHERE d.territory_id = $1 AND d.delivery_id = $2
"""
_WAITING = f"""
{_SELECT} AND state = 'waiting' AND ($2::uuid IS NULL OR site_id = $2)
    AND ($3::uuid IS NULL OR person_id = $3 OR organisation_id IN (
        SELECT a.organisation_id FROM affiliations a
        WHERE a.territory_id = $1 AND a.person_id = $3 AND a.valid_from <= $4::timestamptz::date
            AND (a.valid_until IS NULL OR $4::timestamptz::date < a.valid_until)))
"""

"""SQL of the ledger."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from billing.ledger.model import Entry
from chassis.db import Tx
from chassis.pages import Asked, Order, Page

NEWEST: Final = Order("recorded_at timestamptz", "entry_id uuid", descending=True)
BALANCES: Final = Order("account text", "party_id uuid")


async def insert(tx: Tx, entry: Entry, currency: str, now: datetime) -> bool:
    """Enter it and add it to the balances, locked in their order; False where it was entered before."""
    identity = (tx.territory_id, entry.entry_id)
    said = (entry.issuer_id, entry.kind, entry.cause_id, entry.effective_on, now)
    if not await tx.fetchval(_INSERT_ENTRY, *identity, *said):
        return False
    columns = [list(column) for column in zip(*entry.postings, strict=True)]
    await tx.execute(_INSERT_POSTINGS, *identity, currency, *columns)
    await tx.execute(_ADD_UP, tx.territory_id, entry.issuer_id, currency, *columns)
    return True


async def balances(tx: Tx, asked: Asked, issuer_id: UUID) -> Page[asyncpg.Record]:
    rows = await tx.fetch(_BALANCES + BALANCES.tail(asked, 3), tx.territory_id, issuer_id, *asked.arguments)
    return BALANCES.page(asked, rows, _as_is)


async def entries(tx: Tx, asked: Asked, issuer_id: UUID) -> Page[asyncpg.Record]:
    rows = await tx.fetch(_ENTRIES + NEWEST.tail(asked, 3), tx.territory_id, issuer_id, *asked.arguments)
    return NEWEST.page(asked, rows, _as_is)


def _as_is(row: asyncpg.Record) -> asyncpg.Record:
    return row


_INSERT_ENTRY = """
INSERT INTO journal_entries (territory_id, entry_id, issuer_id, kind, cause_id, effective_on, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (territory_id, entry_id) DO NOTHING RETURNING true
"""
_POSTED = """
unnest($4::text[], $5::uuid[], $6::text[], $7::bigint[]) WITH ORDINALITY
    AS p(account, party_id, side, minor, place)
"""
_INSERT_POSTINGS = f"""
INSERT INTO postings (territory_id, entry_id, place, account, party_id, side, minor, currency)
SELECT $1, $2, p.place, p.account, p.party_id, p.side, p.minor, $3 FROM {_POSTED}
"""
_ADD_UP = f"""
INSERT INTO ledger_balances AS b (territory_id, issuer_id, account, party_id, currency, debit_minor,
    credit_minor)
SELECT $1, $2, p.account, p.party_id, $3, coalesce(sum(p.minor) FILTER (WHERE p.side = 'debit'), 0),
    coalesce(sum(p.minor) FILTER (WHERE p.side = 'credit'), 0)
FROM {_POSTED} GROUP BY p.account, p.party_id ORDER BY p.account, p.party_id
ON CONFLICT (territory_id, issuer_id, account, party_id, currency) DO UPDATE
SET debit_minor = b.debit_minor + excluded.debit_minor, credit_minor = b.credit_minor + excluded.credit_minor
"""
_BALANCES = """
SELECT account, party_id, currency, debit_minor, credit_minor FROM ledger_balances
WHERE territory_id = $1 AND issuer_id = $2
"""
_ENTRIES = """
SELECT e.entry_id, e.kind, e.cause_id, e.effective_on, e.recorded_at, (
    SELECT jsonb_agg(jsonb_build_object('account', p.account, 'party_id', p.party_id, 'side', p.side,
        'amount', jsonb_build_object('minor', p.minor, 'currency', p.currency)) ORDER BY p.place)
    FROM postings p WHERE p.territory_id = e.territory_id AND p.entry_id = e.entry_id
)::text AS postings
FROM journal_entries e WHERE e.territory_id = $1 AND e.issuer_id = $2
"""

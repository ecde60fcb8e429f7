"""SQL of charges and of what contradicts them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

import asyncpg

from billing.charges.model import Charge, Kind, State, Usage, Why
from billing.parties.model import key_of
from chassis.db import Tx
from chassis.pages import Asked, Order, Page
from chassis.traces import is_kept
from contracts.billing import ChargeState

NEWEST: Final = Order("recorded_at timestamptz", "charge_id uuid", descending=True)
CONFLICTS: Final = Order("recorded_at timestamptz", "conflict_id uuid", descending=True)


async def charge(tx: Tx, charge_id: UUID) -> Charge | None:
    row = await tx.fetchrow(_ONE, tx.territory_id, charge_id)
    return _charge(row) if row else None


async def locked(tx: Tx, charge_id: UUID) -> Charge | None:
    """Return the charge, locked; where there is none yet, others who would make it wait for this one."""
    row = await tx.fetchrow(f"{_ONE} FOR UPDATE", tx.territory_id, charge_id)
    if row is None:
        await tx.execute("SELECT pg_advisory_xact_lock($1)", charge_id.int >> 65)
        row = await tx.fetchrow(f"{_ONE} FOR UPDATE", tx.territory_id, charge_id)
    return _charge(row) if row else None


async def locked_of(tx: Tx, kind: Kind, source_id: UUID) -> list[Charge]:
    """Return the charges of one thing, locked, in order of their items."""
    rows = await tx.fetch(_OF_SOURCE, tx.territory_id, kind, source_id)
    return [_charge(row) for row in rows]


async def save(tx: Tx, kept: Charge, now: datetime) -> None:
    """Insert the charge, or change the one of its natural key."""
    usage, said = kept.usage, kept.said
    await tx.execute(
        _SAVE,
        tx.territory_id,
        kept.charge_id,
        usage.kind,
        usage.source_id,
        usage.item,
        usage.period,
        kept.state,
        key_of(usage.payer),
        usage.price_code,
        said.issuer_id if said else None,
        usage.billable_from,
        usage.model_dump_json(),
        said.model_dump_json() if said else None,
        kept.why.model_dump_json(),
        now,
        tx.cause.traceparent if is_kept(tx.cause.traceparent) else None,
    )


async def note_conflict(tx: Tx, before: Charge, usage: Usage, reason: str, now: datetime) -> None:
    """Keep, once per event, what contradicts a charge and was not applied."""
    conflict_id = uuid5(before.charge_id, str(usage.event_id))
    values = (before.charge_id, reason, usage.event_id, usage.model_dump_json(), now)
    await tx.execute(_NOTE_CONFLICT, tx.territory_id, conflict_id, *values)


async def unpriced(tx: Tx, codes: Sequence[str], after: UUID, most: int) -> list[Charge]:
    """Return charges that wait for a price of one of these codes, in order of id, locked."""
    rows = await tx.fetch(_UNPRICED, tx.territory_id, list(codes), after, most)
    return [_charge(row) for row in rows]


async def billable(tx: Tx, issuer_id: UUID, cut_off_on: date) -> list[Charge]:
    """Return the charges that no bill run has taken and whose service ended before the cut-off."""
    rows = await tx.fetch(_BILLABLE, tx.territory_id, issuer_id, cut_off_on)
    return [_charge(row) for row in rows]


async def take(tx: Tx, bill_run_id: UUID, charge_ids: Sequence[UUID]) -> list[Charge]:
    """Give the charges to a bill run and return those that were still free, locked in order of id."""
    rows = await tx.fetch(_LOCK_FREE, tx.territory_id, sorted(charge_ids))
    await tx.execute(_TAKE, tx.territory_id, bill_run_id, [row["charge_id"] for row in rows])
    return [_charge(row) for row in rows]


async def many(tx: Tx, charge_ids: Sequence[UUID]) -> list[Charge]:
    rows = await tx.fetch(_MANY, tx.territory_id, list(charge_ids))
    return [_charge(row) for row in rows]


async def give_back(tx: Tx, charge_ids: Sequence[UUID]) -> None:
    """Free charges from the bill run that had taken them."""
    await tx.execute(_TAKE, tx.territory_id, None, list(charge_ids))


async def mark_invoiced(tx: Tx, invoice_id: UUID, number: str, charge_ids: Sequence[UUID]) -> None:
    """Note on which line of which invoice each charge stands: the lines follow the order given."""
    await tx.execute(_MARK_INVOICED, tx.territory_id, invoice_id, number, list(charge_ids))


async def page(tx: Tx, asked: Asked, state: State | None, source_id: UUID | None) -> Page[Charge]:
    sql = _LIST + NEWEST.tail(asked, 4)
    return NEWEST.page(
        asked, await tx.fetch(sql, tx.territory_id, state, source_id, *asked.arguments), _charge
    )


async def page_of(tx: Tx, asked: Asked, payer_ids: Sequence[UUID]) -> Page[Charge]:
    """Return the charges that any of these parties pays."""
    sql = f"{_SELECT} AND payer_id = ANY ($2)" + NEWEST.tail(asked, 3)
    return NEWEST.page(
        asked, await tx.fetch(sql, tx.territory_id, list(payer_ids), *asked.arguments), _charge
    )


async def conflicts(tx: Tx, asked: Asked) -> Page[asyncpg.Record]:
    rows = await tx.fetch(_CONFLICTS + CONFLICTS.tail(asked, 2), tx.territory_id, *asked.arguments)
    return CONFLICTS.page(asked, rows, lambda row: row)


def _charge(row: asyncpg.Record) -> Charge:
    why = Why.model_validate_json(row["why"])
    return Charge(
        row["charge_id"],
        row["state"],
        Usage.model_validate_json(row["usage"]),
        ChargeState.model_validate_json(row["said"]) if row["said"] else None,
        why,
        why.rule.replace("-", "_") if row["state"] == "unpriced" else None,  # type: ignore[arg-type]  # a Gap
        row["bill_run_id"],
        row["invoice_id"],
        row["invoice_number"],
        row["line_number"],
        row["traceparent"],
    )


_SELECT = """
SELECT charge_id, state, usage, said, why, bill_run_id, invoice_id, invoice_number, line_number, traceparent,
    recorded_at
FROM charges WHERE territory_id = $1
"""
_ONE = f"{_SELECT} AND charge_id = $2"
_OF_SOURCE = f"{_SELECT} AND source_kind = $2 AND source_id = $3 ORDER BY item, period FOR UPDATE"
_MANY = f"{_SELECT} AND charge_id = ANY ($2)"
_SAVE = """
INSERT INTO charges (territory_id, charge_id, source_kind, source_id, item, period, state, payer_id,
    price_code, issuer_id, billable_from, usage, said, why, recorded_at, traceparent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (territory_id, charge_id) DO UPDATE
SET state = excluded.state, payer_id = excluded.payer_id, price_code = excluded.price_code,
    issuer_id = excluded.issuer_id, billable_from = excluded.billable_from, usage = excluded.usage,
    said = excluded.said, why = excluded.why
"""
_NOTE_CONFLICT = """
INSERT INTO charge_conflicts (territory_id, conflict_id, charge_id, reason, event_id, usage, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (territory_id, conflict_id) DO NOTHING
"""
_UNPRICED = f"""{_SELECT} AND state = 'unpriced' AND price_code = ANY ($2) AND charge_id > $3
ORDER BY charge_id LIMIT $4 FOR UPDATE
"""
_BILLABLE = f"""{_SELECT} AND issuer_id = $2 AND state = 'pending' AND bill_run_id IS NULL
AND billable_from <= $3 ORDER BY billable_from, recorded_at, charge_id
"""
_LOCK_FREE = f"""{_SELECT} AND charge_id = ANY ($2) AND state = 'pending' AND bill_run_id IS NULL
ORDER BY charge_id FOR UPDATE
"""
_TAKE = "UPDATE charges SET bill_run_id = $2 WHERE territory_id = $1 AND charge_id = ANY ($3)"
_MARK_INVOICED = """
UPDATE charges c SET state = 'invoiced', invoice_id = $2, invoice_number = $3, line_number = line.number
FROM unnest($4::uuid[]) WITH ORDINALITY AS line(charge_id, number)
WHERE c.territory_id = $1 AND c.charge_id = line.charge_id
"""
_LIST = f"{_SELECT} AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR source_id = $3)"
_CONFLICTS = """
SELECT conflict_id, charge_id, reason, event_id, usage, recorded_at FROM charge_conflicts
WHERE territory_id = $1
"""

"""SQL of bill runs and of the invoices they plan."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from billing.billruns.model import BillRun, PlannedInvoice
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Party

NEWEST: Final = Order("planned_at timestamptz", "bill_run_id uuid", descending=True)
PLACES: Final = Order("place integer")
_FIELDS: Final = list(BillRun.model_fields)
_LISTED: Final = ", ".join(_FIELDS)


async def insert(tx: Tx, run: BillRun, planned: Sequence[PlannedInvoice]) -> None:
    """Add a run with its plan; raises IdReused when its id names another one."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, *dict(run).values())
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(run.bill_run_id)) from None
    await tx.executemany(
        _INSERT_PLANNED, [(tx.territory_id, run.bill_run_id, *_columns(each)) for each in planned]
    )


async def update(tx: Tx, run: BillRun) -> None:
    identity = (tx.territory_id, run.bill_run_id)
    await tx.execute(_UPDATE, *identity, run.state, run.released_by, run.issued_on)


async def run(tx: Tx, bill_run_id: UUID, *, lock: bool = False) -> BillRun | None:
    row = await tx.fetchrow(_ONE + (" FOR UPDATE" if lock else ""), tx.territory_id, bill_run_id)
    return _run(row) if row else None


async def runs(tx: Tx, asked: Asked) -> Page[BillRun]:
    rows = await tx.fetch(_LIST + NEWEST.tail(asked, 2), tx.territory_id, *asked.arguments)
    return NEWEST.page(asked, rows, _run)


async def planned(tx: Tx, bill_run_id: UUID) -> list[PlannedInvoice]:
    rows = await tx.fetch(f"{_PLANNED} ORDER BY place", tx.territory_id, bill_run_id)
    return [_planned(row) for row in rows]


async def planned_page(tx: Tx, asked: Asked, bill_run_id: UUID) -> Page[PlannedInvoice]:
    rows = await tx.fetch(_PLANNED + PLACES.tail(asked, 3), tx.territory_id, bill_run_id, *asked.arguments)
    return PLACES.page(asked, rows, _planned)


async def to_seal(tx: Tx, bill_run_id: UUID, most: int) -> list[PlannedInvoice]:
    """Return the next invoices that have no number yet, in their order."""
    rows = await tx.fetch(_TO_SEAL, tx.territory_id, bill_run_id, most)
    return [_planned(row) for row in rows]


async def mark(tx: Tx, bill_run_id: UUID, place: int, number: str | None, blocked: str | None) -> None:
    """Note the number that a planned invoice got, or what blocked it after all."""
    await tx.execute(_MARK, tx.territory_id, bill_run_id, place, number, blocked)


def _columns(each: PlannedInvoice) -> tuple[Any, ...]:
    customer, charge_ids = each.customer.model_dump_json(), list(each.charge_ids)
    sums = (each.net_minor, each.vat_minor)
    return each.place, each.invoice_id, customer, each.price_mode, charge_ids, *sums, each.blocked


def _run(row: asyncpg.Record) -> BillRun:
    return BillRun(**dict(row))


def _planned(row: asyncpg.Record) -> PlannedInvoice:
    values = dict(row) | {"customer": Party.model_validate_json(row["customer"])}
    return PlannedInvoice(**{name: values[name] for name in PlannedInvoice.model_fields})


_INSERT = f"""
INSERT INTO bill_runs (territory_id, {_LISTED})
VALUES ($1, {", ".join(f"${n}" for n, _ in enumerate(_FIELDS, start=2))})
"""
_INSERT_PLANNED = """
INSERT INTO planned_invoices (territory_id, bill_run_id, place, invoice_id, customer, price_mode, charge_ids,
    net_minor, vat_minor, blocked)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_UPDATE = """
UPDATE bill_runs SET state = $3, released_by = $4, issued_on = $5
WHERE territory_id = $1 AND bill_run_id = $2
"""
_ONE = f"SELECT {_LISTED} FROM bill_runs WHERE territory_id = $1 AND bill_run_id = $2"
_LIST = f"SELECT {_LISTED} FROM bill_runs WHERE territory_id = $1"
_PLANNED = "SELECT * FROM planned_invoices WHERE territory_id = $1 AND bill_run_id = $2"
_TO_SEAL = f"{_PLANNED} AND number IS NULL AND blocked IS NULL ORDER BY place LIMIT $3"
_MARK = """
UPDATE planned_invoices SET number = $4, blocked = $5
WHERE territory_id = $1 AND bill_run_id = $2 AND place = $3
"""

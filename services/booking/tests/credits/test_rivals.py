"""Sixteen colleagues spend the last units of shared passes at once: none is spent twice, none is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from booking_builders import a_hub, an_api
from credit_rivals import Spree

from booking.credits import store
from booking.rights.model import Use
from chassis.db import Database, Tx
from chassis.metrics import DEADLOCK_RETRIES


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "each", [25, pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
async def test_the_last_units_are_spent_once(
    crowd: Database, territory: str, tmp_path: Path, each: int
) -> None:
    hub, before = await a_hub(crowd, territory), _deadlocks()
    async with an_api(crowd, territory, tmp_path) as api:
        spree = await Spree.opened(hub, api, units=2 * each)
        await spree.run(each)
        await spree.judge()
    assert spree.paid_by["credits"] > 4 * each, "what was given up was spent again"
    assert spree.paid_by["money"] > 4 * each, "the units ran out"
    assert _deadlocks() == before, "rivals wait in line: none is given up by the database"


async def test_without_lock_and_ledger_that_continues_units_are_spent_twice(
    crowd: Database, territory: str, tmp_path: Path, unchained: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "lock_usable", _look_only)
    monkeypatch.setattr(store, "lock", _no_lock)
    hub = await a_hub(crowd, territory)
    async with an_api(crowd, territory, tmp_path) as api:
        spree = await Spree.opened(hub, api, units=20)
        await spree.run(20)
        with pytest.raises(AssertionError, match=r"spent|forks"):
            await spree.judge()


@pytest.fixture
async def unchained(admin: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[None]:
    """The ledger as a plain list of rows, as systems keep it that add up a balance when they need it."""
    names = ("continued", "forked", "balance_kept", "below_zero")
    defined = {
        name: await admin.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", f"credit_entries_{name}"
        )
        for name in names
    }
    for name in names:
        await admin.execute(f"ALTER TABLE credit_entries DROP CONSTRAINT credit_entries_{name}")
    yield
    await admin.execute("TRUNCATE credit_entries")
    for name in reversed(names):
        await admin.execute(
            f"ALTER TABLE credit_entries ADD CONSTRAINT credit_entries_{name} {defined[name]}"
        )


async def _look_only(tx: Tx, _use: Use, _booking_id: UUID) -> list[UUID]:
    """The store's double that looks for lots and lets others do the same."""
    rows = await tx.fetch("SELECT lot_id FROM credit_lots WHERE territory_id = $1", tx.territory_id)
    await asyncio.sleep(0.002)
    return [row["lot_id"] for row in rows]


async def _no_lock(_tx: Tx, _lot_ids: list[UUID]) -> None:
    await asyncio.sleep(0.002)


def _deadlocks() -> float:
    return next(sample.value for metric in DEADLOCK_RETRIES.collect() for sample in metric.samples)

"""Sixteen rivals for the same rooms and hours: each free one is given exactly once, and nobody is lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from booking_builders import Api, Hub, a_hub, an_api, an_api_over_http
from rivals import Contest, hot_hours

from booking.bookings import store
from booking.bookings.model import Booking
from chassis.db import Database, Tx
from chassis.metrics import DEADLOCK_RETRIES


@pytest.fixture
async def contest(crowd: Database, territory: str, tmp_path: Path) -> AsyncIterator[Contest]:
    hub = await a_hub(crowd, territory)
    async with an_api(crowd, territory, tmp_path) as api:
        yield await Contest.opened(hub, api)


@pytest.mark.timeout(400)
async def test_every_free_hour_is_given_once_and_losers_find_another(contest: Contest) -> None:
    before = deadlocks()
    await contest.storm(100, hot_hours(10))
    await contest.judge()
    losers = [each for each in contest.attempts if not each.won]
    assert len(losers) > 1000
    assert await contest.console(losers[::40]) == len(losers[::40])
    await contest.judge()
    assert deadlocks() == before, "rivals wait in line: none is given up by the database"


async def test_looking_first_and_inserting_then_gives_hours_twice(
    contest: Contest, without_constraint: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "take", take_after_a_look)
    monkeypatch.setattr(store, "lock_leaves", no_lock)
    await contest.storm(30, hot_hours(1))
    with pytest.raises(AssertionError, match="was given twice"):
        await contest.judge()


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_sixteen_thousand_attempts_over_http_and_half_the_losers_find_another(
    crowd: Database, territory: str, tmp_path: Path
) -> None:
    hub, before = await a_hub(crowd, territory), deadlocks()
    async with an_api_over_http(crowd, territory, tmp_path) as api:
        contest = await Contest.opened(hub, api, spares=40)
        consoled = await contest.storm(1000, hot_hours(40), insisting=True)
        await contest.judge()
    assert consoled > 7000
    assert deadlocks() == before


async def test_half_the_losers_find_another_in_the_midst_of_it(contest: Contest) -> None:
    contest.spares = [await contest.hub.room(f"Spare {number}", capacity=8) for number in range(10)]
    assert await contest.storm(20, hot_hours(4), insisting=True) > 100
    await contest.judge()


@pytest.fixture
async def without_constraint(admin: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[None]:
    """The ledger without what forbids overlaps, as most booking systems have it."""
    definition = await admin.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'claims_no_overlap'"
    )
    await admin.execute("ALTER TABLE claims DROP CONSTRAINT claims_no_overlap")
    yield
    await admin.execute("TRUNCATE claims, bookings")
    await admin.execute(f"ALTER TABLE claims ADD CONSTRAINT claims_no_overlap {definition}")


async def take_after_a_look(tx: Tx, new: Booking, leaf_ids: Sequence[UUID], blocked_until: datetime) -> bool:
    """The store's double that checks, then inserts."""
    taken = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM claims WHERE leaf_id = ANY ($1) AND starts_at < $3 AND ends_at > $2)",
        list(leaf_ids),
        new.start,
        blocked_until,
    )
    await asyncio.sleep(0.002)
    return not taken and await _real_take(tx, new, leaf_ids, blocked_until)


async def no_lock(_tx: Tx, _leaf_ids: Sequence[UUID], _blocked: tuple[datetime, datetime]) -> list[UUID]:
    return []


def deadlocks() -> float:
    return next(sample.value for metric in DEADLOCK_RETRIES.collect() for sample in metric.samples)


_real_take = store.take


async def test_without_the_locks_the_constraint_alone_still_gives_nothing_twice(
    crowd: Database, territory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "lock_leaves", no_lock)
    hub: Hub = await a_hub(crowd, territory)
    async with an_api(crowd, territory, tmp_path) as api:
        assert isinstance(api, Api)
        contest = await Contest.opened(hub, api)
        contest.rooms = contest.rooms[:1]  # with several, rivals deadlock for seconds
        await contest.storm(20, hot_hours(1))
        await contest.judge()

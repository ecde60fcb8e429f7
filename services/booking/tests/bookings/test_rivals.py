"""Sixteen rivals for the same rooms and hours: each free one is given exactly once, and nobody is lost."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from booking_builders import Api, Hub, a_hub, an_api, an_api_over_http
from other_techniques import TECHNIQUES, Technique
from rivals import Contest, hot_hours

from booking.bookings import store
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


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: technique.__name__)
async def test_techniques_of_other_booking_systems_give_hours_twice(
    contest: Contest,
    technique: Technique,
    other_ledger: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "take", technique(store.take))
    monkeypatch.setattr(store, "lock_leaves", no_lock)
    with pytest.raises(AssertionError, match="was given twice"):
        for hour in hot_hours(10):  # a machine that is busy lines rivals up: it then takes another hour
            await contest.storm(6, [hour])
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
async def other_ledger(admin: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[None]:
    """The ledger without what forbids overlaps, as most booking systems have it."""
    definition = await admin.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'claims_no_overlap'"
    )
    await admin.execute("ALTER TABLE claims DROP CONSTRAINT claims_no_overlap")
    yield
    await admin.execute("TRUNCATE claims, bookings CASCADE")
    await admin.execute(f"ALTER TABLE claims ADD CONSTRAINT claims_no_overlap {definition}")


async def no_lock(_tx: Tx, _leaf_ids: Sequence[UUID], _blocked: tuple[datetime, datetime]) -> list[UUID]:
    return []


def deadlocks() -> float:
    return next(sample.value for metric in DEADLOCK_RETRIES.collect() for sample in metric.samples)


async def test_without_the_locks_the_constraint_alone_still_gives_nothing_twice(
    crowd: Database, territory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "lock_leaves", no_lock)
    hub: Hub = await a_hub(crowd, territory)
    async with an_api(crowd, territory, tmp_path) as api:
        assert isinstance(api, Api)
        contest = await Contest.opened(hub, api)
        contest.rooms = contest.rooms[:1]  # with several, rivals deadlock for seconds
        await contest.storm(4, hot_hours(1))
        await contest.judge()

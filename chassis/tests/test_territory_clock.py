"""A sandbox territory's clock moves forward only, and only its own."""

import asyncio
import datetime as dt
from datetime import timedelta

import pytest
from probe import a_batch, a_record

from chassis.breaker import Breaker
from chassis.db import Database
from chassis.step import Step
from chassis.territory_clock import ClockBackwards, ahead, follower, set_ahead
from contracts.membership import TerritoryClockMoved, TerritoryOpened

DAY = timedelta(days=1)


async def test_business_time_moves_by_the_offset(database: Database, territory: str) -> None:
    async with database.tx(territory) as tx:
        before = await tx.now()
        await set_ahead(tx, 40 * DAY)
    async with database.tx(territory) as tx:
        assert 40 * DAY <= await tx.now() - before < 41 * DAY
        assert await ahead(tx) == 40 * DAY


async def test_a_territory_without_offset_lives_in_real_time(
    database: Database, territory: str, other_territory: str
) -> None:
    async with database.tx(territory) as tx:
        await set_ahead(tx, DAY)
    async with database.tx(other_territory) as tx:
        assert await ahead(tx) == timedelta()


async def test_the_same_move_told_twice_changes_nothing(database: Database, territory: str) -> None:
    for _ in range(2):
        async with database.tx(territory) as tx:
            await set_ahead(tx, DAY)
    async with database.tx(territory) as tx:
        assert await ahead(tx) == DAY


@pytest.mark.parametrize("asked", [DAY, timedelta(), -DAY])
async def test_the_clock_never_moves_back(database: Database, territory: str, asked: timedelta) -> None:
    async with database.tx(territory) as tx:
        await set_ahead(tx, 2 * DAY)
    with pytest.raises(ClockBackwards) as refusal:
        async with database.tx(territory) as tx:
            await set_ahead(tx, asked)
    assert refusal.value.code == "clock-backwards"
    assert "2 days" in refusal.value.said("en")
    async with database.tx(territory) as tx:
        assert await ahead(tx) == 2 * DAY


async def test_a_sandbox_may_open_in_the_past_and_then_moves_forward(
    database: Database, territory: str
) -> None:
    async with database.tx(territory) as tx:
        await set_ahead(tx, -200 * DAY)
    async with database.tx(territory) as tx:
        await set_ahead(tx, -150 * DAY)
    with pytest.raises(ClockBackwards):
        async with database.tx(territory) as tx:
            await set_ahead(tx, -160 * DAY)
    async with database.tx(territory) as tx:
        assert await ahead(tx) == -150 * DAY


async def test_a_service_follows_the_clocks_it_hears_of(worker_database: Database, territory: str) -> None:
    clock = follower("probe")
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    opened = TerritoryOpened(
        territory_id=territory,
        name="Pays d'Essai",
        kind="CA",
        zone="Europe/Paris",
        sandbox=True,
        sandbox_start=start,
        offset_seconds=-86_400 * 200,
    )
    moved = TerritoryClockMoved(
        territory_id=territory, offset_seconds=-86_400, previous_offset_seconds=-86_400 * 200, now=start
    )
    batch = a_batch(a_record(opened, 1, territory), a_record(moved, 2, territory))
    outcome = await Step(worker_database, clock, Breaker()).run(batch, careful=False)
    assert outcome.handled == 2
    async with worker_database.tx(territory) as tx:
        assert await ahead(tx) == -DAY


async def test_of_moves_made_at_once_the_farthest_stands(database: Database, territory: str) -> None:
    async def move(days: int) -> None:
        async with database.tx(territory) as tx:
            await set_ahead(tx, days * DAY)

    outcomes = await asyncio.gather(*(move(days) for days in (3, 9, 6)), return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, ClockBackwards) for outcome in outcomes)
    async with database.tx(territory) as tx:
        assert await ahead(tx) == 9 * DAY

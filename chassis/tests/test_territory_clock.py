"""A sandbox territory's clock moves forward only, and only its own."""

import asyncio
from datetime import timedelta

import pytest

from chassis.db import Database
from chassis.territory_clock import ClockBackwards, ahead, set_ahead

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


async def test_a_first_offset_below_zero_is_refused(database: Database, territory: str) -> None:
    with pytest.raises(ClockBackwards):
        async with database.tx(territory) as tx:
            await set_ahead(tx, -DAY)


async def test_of_moves_made_at_once_the_farthest_stands(database: Database, territory: str) -> None:
    async def move(days: int) -> None:
        async with database.tx(territory) as tx:
            await set_ahead(tx, days * DAY)

    outcomes = await asyncio.gather(*(move(days) for days in (3, 9, 6)), return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, ClockBackwards) for outcome in outcomes)
    async with database.tx(territory) as tx:
        assert await ahead(tx) == 9 * DAY

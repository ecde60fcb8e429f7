"""Sixteen rivals at once over few rooms: no leaf twice, nothing free while somebody waits, nothing lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from booking_builders import a_hub, an_api, fire_timers
from waitlist_rivals import Scramble

from booking.app import service
from booking.offers import handlers
from chassis.db import Database
from chassis.timers import Timers


@pytest.fixture
async def scramble(crowd: Database, territory: str, tmp_path: Path) -> AsyncIterator[Scramble]:
    hub = await a_hub(crowd, territory)
    async with an_api(crowd, territory, tmp_path) as api:
        yield await Scramble.opened(hub, api)


async def fought(scramble: Scramble, worker_database: Database, each: int) -> None:
    """Let the rivals act while two workers fire timers, as two copies of the service would; then rest."""
    await worker_database.survey("DELETE FROM timer WHERE territory_id <> $1", scramble.hub.territory)
    workers = [Timers(worker_database, dict(service.timers)) for _ in range(2)]
    acting = asyncio.create_task(scramble.run(each))

    async def fires(worker: Timers) -> None:
        while not acting.done():
            await worker.fire()

    await asyncio.gather(acting, *(fires(worker) for worker in workers))
    await scramble.give_up()
    for answer in ("decline", "accept"):
        await fire_timers(worker_database, scramble.hub)
        await scramble.answer(answer)
    await fire_timers(worker_database, scramble.hub)


@pytest.mark.timeout(300)
async def test_whatever_rivals_do_the_first_who_waits_gets_what_is_free(
    scramble: Scramble, worker_database: Database
) -> None:
    await fought(scramble, worker_database, 40)
    await scramble.judge()
    for verb in ("bookings cancel", "waitlist waitlist", "waitlist accept", "waitlist decline"):
        assert scramble.answered.get(f"{verb}: done", 0) > 0, scramble.answered
    assert await scramble.hub.count("SELECT count(*) FROM timer WHERE state = 'dead'") == 0


@pytest.mark.timeout(300)
async def test_a_cascade_that_forgets_the_next_one_is_found_by_the_oracle(
    scramble: Scramble, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def idle(*_: object) -> bool:
        return False

    monkeypatch.setattr(handlers, "_offered", idle)
    await fought(scramble, worker_database, 12)
    with pytest.raises(AssertionError, match="waits for it"):
        await scramble.judge()

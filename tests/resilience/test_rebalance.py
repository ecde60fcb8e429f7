"""Copies of a consumer that come and go neither lose nor repeat an effect, and the others go on meanwhile."""

import asyncio
import random

import pytest
from parts import Part
from rig import Rig
from verdicts import assert_holds

from chassis.testing import eventually

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

TIMES = 5


async def come_and_go(part: Part, settled: Part) -> None:
    """Add and remove a copy every two seconds, by turns in good order and by a crash."""
    draw = random.Random(7)  # noqa: S311 - repeats a run
    for time in range(TIMES):
        part.start()
        await asyncio.sleep(draw.uniform(2, 4))
        await asyncio.to_thread(part.kill if time % 2 else part.end)
        assert settled.is_running, settled.said()


async def test_copies_that_come_and_go_leave_every_effect_single_and_in_order(rig: Rig) -> None:
    alpha = rig.part("alpha")
    stays = rig.part("beta", "worker", "relay", copy="0")
    goes = rig.part("beta", "worker", copy="1")
    rig.start(alpha, stays)
    load = rig.load(alpha)
    await load.touch(1)
    loading = asyncio.create_task(load.run(clients=6, pace=10))
    before = await effects(rig)
    await come_and_go(goes, stays)
    await eventually(lambda: progressed(rig, before), 30)
    load.end()
    await loading
    await rig.settle()
    assert_holds(await rig.history())
    assert await rig.value("beta", "SELECT count(*) FROM watermark") > 0


async def effects(rig: Rig) -> int:
    count: int = await rig.value("beta", "SELECT count(*) FROM journal")
    return count


async def progressed(rig: Rig, before: int) -> bool:
    return await effects(rig) > before


async def test_a_copy_that_stands_still_past_its_session_repeats_nothing_when_it_wakes(rig: Rig) -> None:
    alpha = rig.part("alpha")
    first, second = (rig.part("beta", "worker", "relay", copy=copy) for copy in "01")
    rig.start()
    load = rig.load(alpha)
    await load.touch(1)
    loading = asyncio.create_task(load.run(clients=4, pace=10))
    await eventually(lambda: progressed(rig, 20), 60)
    first.stop()
    await asyncio.sleep(12)  # longer than the session: the group has given its partitions away
    first.cont()
    woken = await effects(rig)
    await eventually(lambda: progressed(rig, woken + 20), 60)
    load.end()
    await loading
    await rig.settle()
    assert first.is_running
    assert second.is_running
    assert_holds(await rig.history())

"""Who waits is woken; a ring in between is not missed; nobody waits for ever."""

import asyncio

from chassis.bell import Bell

LONG = 60.0


async def test_a_ring_wakes_all_who_wait() -> None:
    bell = Bell()
    waiting = [asyncio.create_task(bell.after(bell.rings, LONG)) for _ in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)


async def test_a_ring_between_the_count_and_the_wait_is_not_missed() -> None:
    bell = Bell()
    counted = bell.rings
    bell.ring()
    async with asyncio.timeout(5):
        await bell.after(counted, LONG)


async def test_without_a_ring_the_wait_ends_by_itself() -> None:
    bell = Bell()
    await bell.after(bell.rings, 0.01)
    assert bell.rings == 0

"""A process that dies at the worst moments loses nothing and does nothing twice."""

import asyncio

import pytest
from load import Load
from parts import Part
from rig import Rig
from verdicts import assert_holds

from chassis.testing import eventually

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.timeout(300)]

ALPHA = (
    "after-write-before-commit",
    "after-commit-before-send",
    "after-send-before-delete",
    "after-effect-before-commit",
    "after-commit-before-offsets",
)
BETA = ALPHA[2:]
NTH = (1, 3)


async def crash(part: Part, points: tuple[str, ...]) -> list[str]:
    """Start the part again and again, each time to die at another point; return the points it died at."""
    died_at = []
    for nth in NTH:
        for point in points:
            part.start(TINY_CRASH_AT=f"{point}:{nth}")
            await eventually(lambda: not part.is_running, 60)
            assert part.process is not None
            assert part.process.returncode == -9, part.said()
            died_at.append(point)
    part.start()
    return died_at


async def test_a_crash_at_any_point_of_the_path_loses_nothing_and_repeats_no_effect(rig: Rig) -> None:
    alpha, beta = rig.part("alpha"), rig.part("beta")
    load: Load = rig.load(alpha, items=10)
    loading = asyncio.create_task(load.run(clients=6, pace=10))
    alpha_died, beta_died = await asyncio.gather(crash(alpha, ALPHA), crash(beta, BETA))
    load.end()
    await loading
    await rig.settle()
    history = await rig.history()
    assert alpha_died == list(ALPHA * len(NTH))
    assert beta_died == list(BETA * len(NTH))
    assert load.unwelcome == []
    assert history.duplicates > 0, "a crash between sending and deleting repeats"
    assert_holds(history)

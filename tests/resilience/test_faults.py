"""The faults themselves: one that finds its victim down waits for it, and is not forgotten."""

import asyncio
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from broker_proxy import BrokerProxy
from faults import Faults
from parts import Part
from rig import Rig

KIND = "kill -9 alpha worker"


class Sleeper(Part):
    """A part that runs from its start to its kill, without a process."""

    def start(self, **more: str) -> None:
        self.process = cast("Any", SimpleNamespace(poll=lambda: None))
        self.starts += 1

    def kill(self) -> None:
        self.process = None


async def test_a_kill_waits_for_a_part_that_is_down_by_another_fault() -> None:
    part = Sleeper("alpha-worker-0", "alpha", ("worker",), {}, Path("unused"))
    rig = cast("Rig", SimpleNamespace(parts={part.name: part}))
    faults = Faults(rig, cast("BrokerProxy", None), random.Random(1), lambda _: None)  # noqa: S311 - repeats
    killing = asyncio.create_task(faults._one(KIND))  # noqa: SLF001 - what the schedule calls
    await asyncio.sleep(0)
    part.start()
    await killing
    assert faults.done[KIND] == 1
    assert part.is_running
    assert part.starts == 2

"""Two relays at once, by accident or because one slept through the end of its lease, keep every order."""

import asyncio
from functools import partial

import pytest
from parts import Part
from rig import Rig
from verdicts import assert_holds

from chassis.testing import eventually

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

HOLDER = "SELECT owner FROM relay_lease WHERE expires_at > clock_timestamp()"


async def at_work(rig: Rig, relays: list[Part]) -> list[Part]:
    """Return which of the relays holds alpha's lease; owners are named `copy-pid`."""
    pids = {row[0].rpartition("-")[2] for row in await rig.fetch("alpha", HOLDER)}
    return [relay for relay in relays if relay.process is not None and str(relay.process.pid) in pids]


async def test_a_relay_that_wakes_up_after_its_lease_puts_nothing_out_of_order(rig: Rig) -> None:
    alpha = rig.part("alpha", "api", "worker")
    relays = [rig.part("alpha", "relay", copy=copy) for copy in "12"]
    rig.part("beta")
    rig.start()
    load = rig.load(alpha, items=10)
    await load.touch(1)
    loading = asyncio.create_task(load.run(clients=6, pace=15))
    for _ in range(2):
        [sleeper] = await eventually(partial(at_work, rig, relays), 30)
        sleeper.stop()
        await eventually(partial(at_work, rig, [relay for relay in relays if relay is not sleeper]), 30)
        sleeper.cont()
    load.end()
    await loading
    await rig.settle()
    assert_holds(await rig.history())

"""Without any lease, two relays at once are noisy, and every effect is still single and in order."""

import asyncio

import pytest
from rig import Rig
from verdicts import assert_holds

from chassis.testing import eventually

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]


async def test_two_relays_without_a_lease_repeat_records_and_no_effect(rig: Rig) -> None:
    alpha = rig.part("alpha", "api", "worker")
    relays = [rig.part("alpha", "relay", copy=copy) for copy in "12"]
    rig.part("beta").start()
    alpha.start()
    for relay in relays:
        relay.start(TINY_NO_LEASE="yes")
    load = rig.load(alpha, items=5)
    await load.touch(1)
    loading = asyncio.create_task(load.run(clients=8, pace=20))
    await eventually(lambda: load.acknowledged > 300, 60)
    load.end()
    await loading
    await rig.settle()
    history = await rig.history()
    assert history.duplicates > 0, "both relays were at work"
    assert all(relay.is_running for relay in relays)
    assert_holds(history)

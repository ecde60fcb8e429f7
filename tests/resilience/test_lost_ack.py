"""An acknowledgement that is lost on its way makes a duplicate in the topic and no second effect."""

import asyncio
from functools import partial

import pytest
from broker_proxy import BrokerProxy
from rig import Rig
from verdicts import assert_holds

from chassis.testing import eventually

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]


async def test_a_lost_acknowledgement_is_a_duplicate_in_the_topic_and_one_effect(
    proxied_rig: Rig, proxy: BrokerProxy
) -> None:
    rig = proxied_rig
    alpha = rig.part("alpha")
    rig.part("beta")
    rig.start()
    load = rig.load(alpha, items=10)
    await load.touch(1)
    loading = asyncio.create_task(load.run(clients=4, pace=10))
    for lost in range(1, 8):
        proxy.answers_to_lose += 1
        await eventually(partial(has_lost, proxy, lost), 30)
    load.end()
    await loading
    await rig.settle()
    history = await rig.history()
    assert history.duplicates >= 1
    assert load.unwelcome == []
    assert_holds(history)


def has_lost(proxy: BrokerProxy, least: int) -> bool:
    return proxy.answers_lost >= least


async def test_a_request_that_vanishes_is_sent_again_by_a_new_producer(
    proxied_rig: Rig, proxy: BrokerProxy
) -> None:
    """The broker gives no sign: only the deadline of a publication ends the wait."""
    rig = proxied_rig
    alpha = rig.part("alpha")
    rig.part("beta")
    rig.start()
    load = rig.load(alpha, items=10)
    await load.touch(5)
    await rig.settle()
    proxy.swallows_produce = True
    await load.touch(5)
    await eventually(lambda: proxy.requests_swallowed > 0, 30)
    assert await rig.value("alpha", "SELECT count(*) FROM outbox") == 5
    proxy.swallows_produce = False
    await rig.settle()
    assert_holds(await rig.history())

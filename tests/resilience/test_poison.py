"""A record or a handler that fails delays its own aggregate; the others of its partition flow on."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from faults import send_garbage
from history import Place
from rig import Rig
from verdicts import assert_holds

from chassis.clock import utc_now
from chassis.ids import new_id
from chassis.testing import eventually, new_territory
from chassis.wire import encode, record_key

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

ITEM_TOUCHED = "maillage.alpha.ItemTouched.v1"


def an_event(place: Place, version: int, event_type: str = ITEM_TOUCHED) -> tuple[bytes, Any]:
    """Return key and headers of an event as the relay would send it."""
    row = {
        "territory_id": place[0],
        "aggregate_id": place[1],
        "version": version,
        "event_id": new_id(),
        "type": event_type,
        "data_class": "internal",
        "correlation_id": new_id(),
        "causation_id": None,
        "actor_id": None,
        "site_id": None,
        "traceparent": None,
        "recorded_at": utc_now(),
    }
    return record_key(*place), encode(row, b"/alpha")


async def send(rig: Rig, *records: tuple[bytes | None, Any, bytes]) -> None:
    """Put records on alpha's topic, all in partition 0: whatever they are, they stand before the others."""
    producer = AIOKafkaProducer(bootstrap_servers=rig.broker)
    await producer.start()
    try:
        for key, headers, value in records:
            await producer.send_and_wait(rig.items, value, key=key, headers=headers, partition=0)
    finally:
        await producer.stop()


async def test_records_that_are_no_events_are_kept_aside_and_hold_up_nobody(rig: Rig) -> None:
    alpha = rig.part("alpha")
    rig.part("beta")
    rig.start()
    load = rig.load(alpha)
    await load.touch(1)
    loading = asyncio.create_task(load.run(clients=4, pace=15))
    stranger = new_territory()
    key, headers = an_event((stranger, "item-0001"), 1)
    without_territory = [(name, value) for name, value in headers if name != "ce_territoryid"]
    for _ in range(3):
        await send_garbage(rig.broker, rig.items)
        await send(rig, (None, headers, b"{}"), (key, without_territory, b"{}"), (key, [], b"\xff\x00"))
    with pytest.raises(MessageSizeTooLargeError):
        await send(rig, (key, headers, b"0" * 10_000_000))
    load.end()
    await loading
    await rig.settle()
    assert await rig.value("beta", "SELECT count(*) FROM lane") == 0
    aside = "SELECT consumer, count(*) FROM quarantine GROUP BY consumer ORDER BY consumer"
    counted = [tuple(row) for row in await rig.fetch("beta", aside)]
    assert counted == [(f"beta.charges-{rig.run}", 21), (f"beta.rights-{rig.run}", 21)]
    assert await rig.value("beta", "SELECT count(*) FROM event_log WHERE topic = 'beta.dead.v1'") == 42
    assert_holds(await rig.history())


async def test_an_event_that_breaks_its_contract_parks_its_item_alone(rig: Rig) -> None:
    alpha = rig.part("alpha")
    rig.part("beta")
    rig.start()
    stranger = new_territory(), "item-0001"
    key, headers = an_event(stranger, 1)
    _, behind = an_event(stranger, 2)
    good = b'{"item_id": "item-0001", "touch_id": "01900000-0000-7000-8000-000000000000", "n": 2}'
    await send(rig, (key, headers, b'{"item_id": 7}'), (key, behind, good))
    load = rig.load(alpha)
    await load.touch(60)
    await eventually(lambda: all_charged(rig, 60), 60)
    lanes = "SELECT consumer, territory_id, aggregate_id FROM lane ORDER BY consumer"
    parked = [tuple(row) for row in await rig.fetch("beta", lanes)]
    assert parked == [(f"beta.charges-{rig.run}", *stranger), (f"beta.rights-{rig.run}", *stranger)]
    events = await rig.fetch("beta", "SELECT consumer, version FROM lane_event ORDER BY consumer, version")
    assert [row[1] for row in events] == [1, 2, 1, 2]
    assert await rig.value("beta", "SELECT count(*) FROM journal WHERE territory_id = $1", stranger[0]) == 0


async def test_a_type_that_a_consumer_does_not_know_moves_its_watermark(rig: Rig) -> None:
    rig.part("beta").start()
    stranger = new_territory(), "item-0001"
    key, headers = an_event(stranger, 1, "maillage.alpha.ItemForgotten.v1")
    await send(rig, (key, headers, b"{}"))
    watermarks = "SELECT count(*) FROM watermark WHERE territory_id = $1 AND version = 1 AND NOT parked"
    await eventually(lambda: both(rig, watermarks, stranger[0]), 60)
    assert await rig.value("beta", "SELECT count(*) FROM journal") == 0


async def test_a_handler_that_fails_for_one_item_delays_that_item_alone_and_in_order(rig: Rig) -> None:
    alpha = rig.part("alpha")
    rig.part("beta")
    rig.poison(on=True)
    rig.start()
    load = rig.load(alpha, items=10)
    await load.touch(150)
    others = sum(command.item_id != "item-0007" for command in load.commands)
    assert 0 < others < 150
    await eventually(lambda: all_charged(rig, others), 60)
    assert await rig.value("beta", "SELECT count(*) FROM journal WHERE item_id = 'item-0007'") == 0
    waiting = (
        "SELECT count(DISTINCT (territory_id, version)) FROM lane_event WHERE aggregate_id = 'item-0007'"
    )
    await eventually(lambda: waits(rig, waiting, 150 - others), 30)
    rig.poison(on=False)
    await rig.settle(90)
    assert_holds(await rig.history())


async def all_charged(rig: Rig, expected: int) -> bool:
    query = "SELECT consumer, count(*) FROM journal GROUP BY consumer"
    return [row[1] for row in await rig.fetch("beta", query)] == [expected] * 2


async def both(rig: Rig, query: str, territory: str) -> bool:
    count: int = await rig.value("beta", query, territory)
    return count == 2


async def waits(rig: Rig, query: str, expected: int) -> bool:
    count: int = await rig.value("beta", query)
    return count == expected

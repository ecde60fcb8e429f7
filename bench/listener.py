"""A program: notes when each event of a topic arrives, by `<key>@<version>`, on the machine's clock.

`python listener.py BROKER TOPIC`; its result is {event: nanoseconds}, of first arrivals.
"""

import asyncio
import logging
import sys
from time import monotonic_ns

import uvloop
from aiokafka import AIOKafkaConsumer
from programs import say_ready, say_result, told_to_end


async def listen(broker: str, topic: str) -> dict[str, int]:
    """Read from the topic's end until the parent says so, and half a second more."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker, auto_offset_reset="latest", fetch_max_wait_ms=500
    )
    await consumer.start()
    try:
        for place in consumer.assignment():
            await consumer.position(place)
        say_ready()
        end = asyncio.create_task(told_to_end())
        arrived: dict[str, int] = {}
        while not end.done():
            await _take(consumer, arrived)
        await _take(consumer, arrived)
    finally:
        await consumer.stop()
    return arrived


async def _take(consumer: AIOKafkaConsumer, arrived: dict[str, int]) -> None:
    batches = await consumer.getmany(timeout_ms=500)
    now = monotonic_ns()
    for records in batches.values():
        for record in records:
            arrived.setdefault(f"{record.key.decode()}@{dict(record.headers)['ce_sequence'].decode()}", now)


if __name__ == "__main__":
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the partitions of a young topic seek a leader
    say_result(uvloop.run(listen(*sys.argv[1:3])))

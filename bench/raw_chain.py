"""Owns the raw limit of the chain: two hops of bare transactions and sends, in one process, without HTTP."""

import asyncio
import itertools
from time import monotonic_ns
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from programs import running
from stage import Rig
from timing import WARM_UP, keep_pace

_KEYS = 500


async def hops(rig: Rig, rate: float, seconds: float) -> list[float]:
    """Return milliseconds from the start of A's transaction to C: commit, send, receive, commit, send."""
    alpha, beta = [await _pool(rig, service) for service in ("alpha", "beta")]
    producer = AIOKafkaProducer(bootstrap_servers=rig.broker, acks="all", linger_ms=0)
    consumer = AIOKafkaConsumer(rig.items, bootstrap_servers=rig.broker, auto_offset_reset="latest")
    await producer.start()
    await consumer.start()
    for place in consumer.assignment():
        await consumer.position(place)
    versions: dict[str, itertools.count[int]] = {}
    begun = dict[str, int]()

    async def command(number: int) -> None:
        key = f"{rig.territories[0]}/item-{number % _KEYS:04}"
        version = next(versions.setdefault(key, itertools.count(1)))
        begun[f"{key}@{version}"] = monotonic_ns()
        await alpha.execute("INSERT INTO raw_log VALUES ($1, $2)", version, key)
        await producer.send(rig.items, b"{}", key.encode(), headers=_sequence(version))

    try:
        async with running("listener", rig.broker, rig.charges) as listener:
            relaying = asyncio.create_task(_pass_on(consumer, beta, producer, rig.charges))
            await keep_pace(command, rate, seconds + WARM_UP, 8)
            await asyncio.sleep(1)
            relaying.cancel()
            arrived = await listener.result()
    finally:
        await consumer.stop()
        await producer.stop()
        await alpha.close()
        await beta.close()
    first = min(begun.values()) + WARM_UP * 1e9
    return [(arrived[event] - at) / 1e6 for event, at in begun.items() if at >= first]


async def _pass_on(
    consumer: AIOKafkaConsumer, pool: "asyncpg.Pool[Any]", producer: AIOKafkaProducer, topic: str
) -> None:
    """Be B: one transaction for each fetch, then its messages."""
    while True:
        batches = await consumer.getmany(timeout_ms=500)
        records = [record for batch in batches.values() for record in batch]
        if records:
            rows = [(int(dict(record.headers)["ce_sequence"]), record.key.decode()) for record in records]
            await pool.executemany("INSERT INTO raw_log VALUES ($1, $2)", rows)
        for record in records:
            await producer.send(topic, b"{}", record.key, headers=list(record.headers))


async def _pool(rig: Rig, service: str) -> "asyncpg.Pool[Any]":
    pool = await asyncpg.create_pool(rig.databases[service].admin_url, min_size=1, max_size=8)
    await pool.execute("CREATE TABLE raw_log (version bigint, key text)")
    return pool


def _sequence(version: int) -> list[tuple[str, bytes]]:
    return [("ce_sequence", str(version).encode())]

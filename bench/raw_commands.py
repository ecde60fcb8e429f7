"""Owns the raw limits of commands: the statements of one touch by asyncpg alone, and a chain of bare hops."""

import random

import asyncpg
import orjson
from alpha.touches import _COUNT, _RECORD
from client import ITEMS
from stage import Rig
from timing import keep_busy

from chassis.db import _SETTINGS
from chassis.idempotency import _WRITE
from chassis.ids import new_id
from chassis.outbox import _APPEND_AND_ANSWER

_ACTOR = str(new_id())
_DIGEST = b"0" * 32


async def touches_alone(rig: Rig, seconds: float, connections: int) -> float:
    """Return how many transactions of a touch's very statements a second that many connections make."""
    settings = _SETTINGS | {"role": "alpha_app"}
    url = rig.databases["alpha"].worker_url
    free = [await asyncpg.connect(url, server_settings=settings) for _ in range(connections)]
    draw = random.Random(7)  # noqa: S311 - repeats a run

    async def touch_one(_number: int) -> None:
        connection = free.pop()
        item = f"item-{draw.randrange(ITEMS):04}"
        await _touch(connection, rig.items, draw.choice(rig.territories), item)
        free.append(connection)

    try:
        await keep_busy(touch_one, 1.0, connections)
        return await keep_busy(touch_one, seconds, connections)
    finally:
        for connection in free:
            await connection.close()


async def _touch(connection: asyncpg.Connection, topic: str, territory: str, item: str) -> None:
    touch = new_id()
    key = f"/v1/territories/{territory}/touches {touch}"
    await connection.execute(f"BEGIN; SET LOCAL app.territories = '{territory}'")
    await connection.fetchval(_WRITE, territory, _ACTOR, key, _DIGEST, None, None, True)
    n = await connection.fetchval(_COUNT, territory, item)
    await connection.execute(_RECORD, territory, touch, item, n)
    data = orjson.dumps({"item_id": item, "touch_id": str(touch), "n": n})
    kind = "maillage.alpha.ItemTouched.v1"
    event = (new_id(), kind, data, n % 12, new_id(), None, _ACTOR, "internal", None, None)
    columns = [[value] for value in event]
    answer = (territory, _ACTOR, key, 201, data)
    await connection.fetchval(_APPEND_AND_ANSWER, territory, topic, item, 1, *columns, *answer)
    await connection.execute("COMMIT")

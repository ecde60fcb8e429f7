"""A program: notes when a partner's copy of each event arrives by the stream, by the id of its subject.

`python feed.py URL`, the partner's key in BENCH_TOKEN; its result is {subject: nanoseconds since 1970}.
"""

import asyncio
import json
import os
import sys
from time import time_ns

import httpx
import uvloop
from programs import say_ready, say_result, told_to_end

LATE = 3.0  # seconds in which the last copies may still come


async def listen(url: str) -> dict[str, int]:
    """Read the stream from now on until the parent says so, and a moment more."""
    arrived: dict[str, int] = {}
    headers = {"Authorization": f"Bearer {os.environ['BENCH_TOKEN']}"}
    async with (
        httpx.AsyncClient(timeout=None) as client,  # noqa: S113 - a stream has no end
        client.stream("GET", url, headers=headers) as stream,
    ):
        stream.raise_for_status()
        say_ready()
        reading = asyncio.create_task(_read(stream, arrived))
        await told_to_end()
        await asyncio.wait([reading], timeout=LATE)
        reading.cancel()
    return arrived


async def _read(stream: httpx.Response, arrived: dict[str, int]) -> None:
    async for line in stream.aiter_lines():
        if line.startswith("data: ") and "subject" in (event := json.loads(line[6:])):
            arrived.setdefault(event["subject"], time_ns())


if __name__ == "__main__":
    say_result(uvloop.run(listen(sys.argv[1])))

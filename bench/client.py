"""A program, and the connection it uses: touches items over HTTP as fast as the answers come.

`python client.py PORT SECONDS CONNECTIONS TERRITORY…`, with BENCH_TOKEN; its result is
{"rate": answers a second, "errors": count, "said": the first error, "milliseconds": [of each answer]}.
"""

import asyncio
import os
import random
import socket
import sys
from http import HTTPStatus
from time import perf_counter
from typing import Any, Self

import orjson
import uvloop
from programs import say_ready, say_result
from timing import WARM_UP, keep_busy

from chassis.ids import new_id

ITEMS = 1_000  # of each territory
_READ = 65_536


class Connection:
    """One connection that is kept open, on which requests are sent one after the other."""

    def __init__(self, held: socket.socket, token: str) -> None:
        self._socket = held
        self._token = token

    @classmethod
    async def open(cls, port: int, token: str) -> Self:
        held = socket.socket()
        held.setblocking(False)
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(held, ("127.0.0.1", port))
        return cls(held, token)

    async def touch(self, territory: str, item: str) -> tuple[int, dict[str, Any]]:
        """Touch the item; return status and answer."""
        return await self.post(
            f"/v1/territories/{territory}/touches", {"touch_id": str(new_id()), "item_id": item}
        )

    async def post(self, path: str, command: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send a command; return status and answer. Raises ConnectionError when the service hangs up."""
        loop = asyncio.get_running_loop()
        body = orjson.dumps(command)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        await loop.sock_sendall(self._socket, head.encode() + body)
        answer = b""
        while not _is_whole(answer):
            if not (more := await loop.sock_recv(self._socket, _READ)):
                raise ConnectionError("the service hung up")
            answer += more
        head_bytes, _, content = answer.partition(b"\r\n\r\n")
        return int(head_bytes[9:12]), orjson.loads(content)

    def close(self) -> None:
        self._socket.close()


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return len(body) >= int(length)


async def _main(port: str, seconds: str, connections: str, *territories: str) -> dict[str, object]:
    token, draw = os.environ["BENCH_TOKEN"], random.Random(7)  # noqa: S311 - repeats a run
    free = [await Connection.open(int(port), token) for _ in range(int(connections))]
    milliseconds, errors = list[float](), list[str]()

    async def touch_one(_number: int) -> None:
        connection = free.pop()
        sent = perf_counter()
        status, answer = await connection.touch(draw.choice(territories), f"item-{draw.randrange(ITEMS):04}")
        milliseconds.append((perf_counter() - sent) * 1e3)
        if status != HTTPStatus.CREATED:
            errors.append(f"{status} {answer}")
        free.append(connection)

    say_ready()
    await keep_busy(touch_one, WARM_UP, len(free))
    milliseconds.clear()
    rate = await keep_busy(touch_one, float(seconds), len(free))
    for connection in free:
        connection.close()
    said = errors[0] if errors else ""
    return {"rate": rate, "errors": len(errors), "said": said, "milliseconds": milliseconds}


if __name__ == "__main__":
    say_result(uvloop.run(_main(*sys.argv[1:])))

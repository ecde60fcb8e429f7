"""A door in front of the broker that loses what a network may lose: answers, requests, connections."""

import asyncio
import struct
from contextlib import suppress

PRODUCE, METADATA, FIND_COORDINATOR = 0, 3, 10
_LARGEST_FRAME = 100_000_000


class BrokerProxy:
    """Passes Kafka frames on, knows whose answer is whose, and loses some when told to.

    Clients stay behind it: the broker's own address in metadata is replaced by the proxy's.
    """

    def __init__(self, upstream: str) -> None:
        self._host, _, port = upstream.rpartition(":")
        self._port = int(port)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.address = ""
        self.answers_to_lose = 0  # the next answers to produce requests: appended, never acknowledged
        self.answers_lost = 0
        self.swallows_produce = False  # the next produce request, and all behind it, vanish without a sign
        self.requests_swallowed = 0
        self.is_closed = False  # every connection is cut, new ones too

    async def start(self) -> str:
        """Listen, and return the address to use in place of the broker's."""
        self._server = await asyncio.start_server(self._accept, self._host, 0, limit=1 << 20)
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"{self._host}:{port}"
        self._theirs = self._host.encode() + struct.pack(">i", self._port)
        self._ours = self._host.encode() + struct.pack(">i", port)
        return self.address

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def cut(self) -> None:
        """Cut every connection there is."""
        for connection in self._connections:
            connection.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connection(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until either side ends or an answer is lost: that ends the connection too."""
        writers = [writer]
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            if not self.is_closed:
                from_broker, to_broker = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
                writers.append(to_broker)
                asked: dict[int, int] = {}
                ways = [
                    asyncio.create_task(self._requests(reader, to_broker, asked)),
                    asyncio.create_task(self._answers(from_broker, writer, asked)),
                ]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)
        for each in writers:
            each.transport.abort()

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: dict[int, int]
    ) -> None:
        is_dead = False
        while True:
            frame = await _frame(reader)
            api, _, correlation = struct.unpack_from(">hhi", frame)
            if is_dead or (api == PRODUCE and self.swallows_produce):
                is_dead = True
                self.requests_swallowed += 1
                continue
            asked[correlation] = api
            await _pass_on(writer, frame)

    async def _answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: dict[int, int]
    ) -> None:
        while True:
            frame = await _frame(reader)
            api = asked.pop(struct.unpack_from(">i", frame)[0], None)
            if api == PRODUCE and self.answers_to_lose > 0:
                self.answers_to_lose -= 1
                self.answers_lost += 1
                return
            if api in (METADATA, FIND_COORDINATOR):
                frame = frame.replace(self._theirs, self._ours)
            await _pass_on(writer, frame)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (size,) = struct.unpack(">i", await reader.readexactly(4))
    if not 0 < size < _LARGEST_FRAME:
        raise ConnectionError(f"a frame of {size} bytes")
    return await reader.readexactly(size)


async def _pass_on(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(struct.pack(">i", len(frame)) + frame)
    await writer.drain()

"""What the portal does when a connection is closed just as it is used again, and when a stream is refused."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from portal.upstream import Clients, Refused, Unreachable, Upstream

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


@dataclass
class Closing:
    """A service that answers the first request of a connection and closes it when the second comes."""

    heard: list[bytes] = field(default_factory=list)
    answers_first: bool = True
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answers in (self.answers_first, False):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(2) if head.startswith(b"POST") else b""
            self.heard.append(head + body)
            if not answers:
                break
            writer.write(_ANSWER)
            await writer.drain()
        writer.close()


@pytest.fixture
async def closing() -> AsyncIterator[Closing]:
    service = Closing()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield service
    server.close()


@pytest.fixture
async def upstream(closing: Closing) -> AsyncIterator[Upstream]:
    clients = Clients({"booking": closing.address})
    yield Upstream(clients, nobody, "fr", "127.0.0.1")
    await clients.close()


async def nobody() -> str:
    return ""


async def test_a_read_on_a_closed_connection_is_repeated(upstream: Upstream, closing: Closing) -> None:
    assert [await upstream.get("booking", "/v1/sites") for _ in range(2)] == [{}, {}]
    assert len(closing.heard) == 3


async def test_a_command_on_a_closed_connection_is_repeated_under_its_key(
    upstream: Upstream, closing: Closing
) -> None:
    await upstream.post("booking", "/v1/holds")
    await upstream.post("booking", "/v1/holds", key="one-key")
    assert [b"idempotency-key: one-key" in each.lower() for each in closing.heard] == [False, True, True]


async def test_a_service_that_closes_every_connection_does_not_answer(
    upstream: Upstream, closing: Closing
) -> None:
    closing.answers_first = False
    with pytest.raises(Unreachable):
        await upstream.get("booking", "/v1/sites")
    assert len(closing.heard) == 2


async def test_a_stream_that_is_refused_or_does_not_begin_says_so() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/away":
            raise httpx.ConnectError("nobody there")
        return httpx.Response(404, json={"code": "not-found", "title": "Introuvable"})

    clients = Clients({"billing": "http://billing"}, httpx.MockTransport(answer))
    upstream = Upstream(clients, nobody, "fr", "127.0.0.1")
    with pytest.raises(Refused) as refused:
        async with upstream.stream("billing", "/pdf"):
            pass
    assert (refused.value.status, refused.value.code) == (404, "not-found")
    with pytest.raises(Unreachable):
        async with upstream.stream("billing", "/away"):
            pass
    await clients.close()

"""Events of the territory as they happen, for staff and partners; without scripts, the last ones."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from http import HTTPStatus
from typing import Any, Final

import httpx
from litestar import Request, get
from litestar.datastructures import State
from litestar.response import Stream, Template
from markupsafe import Markup

from portal.live import model
from portal.live.model import Happened, Message
from portal.pages import Services, SignedIn, page
from portal.places import base_of, place
from portal.session import Visitor
from portal.upstream import Json, Unreachable, Upstream

AnyRequest = Request[Any, Any, Any]

_SHOWN: Final = 50
_PAGE: Final = 200
_PAGES: Final = 10  # at most this much of a long feed is read to find its end


@get("/live")
async def live(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show the last events, and follow those to come."""
    await place(visitor, upstream)
    events, cursor, more = await _latest(visitor, upstream, request.query_params.get("after", ""))
    return page(visitor, "live/live.html", events=events, cursor=cursor, more=more)


@get("/live/stream")
async def stream(request: AnyRequest, visitor: SignedIn, upstream: Services, state: State) -> Stream:
    """Pass on what happens from now on, written as pieces of page; `Last-Event-ID` takes it up again."""
    here = await place(visitor, upstream)
    after = request.headers.get("last-event-id") or request.query_params.get("after") or "latest"
    asked = {"Last-Event-ID": after}
    feed = _Feed(upstream.stream("notifications", f"{here.base}/events/stream", headers=asked), state.leaving)
    await feed.open()
    return Stream(_pieces(feed, request), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


class _Feed:
    """An open stream of notifications, read until it ends, its reader leaves or this process does."""

    def __init__(self, opening: AbstractAsyncContextManager[httpx.Response], leaving: asyncio.Event) -> None:
        self._opening = opening
        self._leaving = leaving
        self._lines: AsyncIterator[str] = _nothing()

    async def open(self) -> None:
        """Raises Refused, Unreachable: before any of the answer is written."""
        self._lines = (await self._opening.__aenter__()).aiter_lines()

    async def close(self) -> None:
        with suppress(httpx.TransportError, Unreachable):
            await self._opening.__aexit__(None, None, None)

    async def messages(self) -> AsyncIterator[Message]:
        """Yield what is said; one without data keeps the connection open."""
        message = Message()
        while (line := await self._line()) is not None:
            if line:
                message.take(line)
            else:
                yield message
                message = Message()

    async def _line(self) -> str | None:
        reading = asyncio.ensure_future(anext(self._lines, None))
        leaving = asyncio.ensure_future(self._leaving.wait())
        try:
            await asyncio.wait([reading, leaving], return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else None
        except httpx.TransportError:
            return None
        finally:
            reading.cancel()
            leaving.cancel()


async def _pieces(feed: _Feed, request: AnyRequest) -> AsyncIterator[bytes]:
    """Write each event as a piece of page; the browser comes back by itself unless it is told the end."""
    try:
        yield b"retry: 2000\n\n"
        async for message in feed.messages():
            if message.event == "end":
                sentence, status = model.ended(message.data)
                if (
                    status != HTTPStatus.UNAUTHORIZED
                ):  # a token that ran out: the browser comes back with another
                    yield model.written(Markup.escape(sentence), message.event_id, event="end")
                return
            yield model.written(_piece(request, message), message.event_id) if message.data else b": beat\n\n"
    finally:
        await feed.close()


def _piece(request: AnyRequest, message: Message) -> Markup:
    engine = request.app.template_engine
    template: Any = engine.get_template("live/event.html") if engine else None
    return Markup(template.render(event=model.happened(json.loads(message.data))))  # noqa: S704 - escaped by the template


async def _nothing() -> AsyncIterator[str]:
    for line in list[str]():
        yield line


async def _latest(visitor: Visitor, upstream: Upstream, after: str) -> tuple[list[Happened], str, bool]:
    """Read the feed to its end, or as far as one page should: the last events, newest first."""
    last: deque[Json] = deque(maxlen=_SHOWN)
    more = True
    for _ in range(_PAGES):
        found, after = await upstream.events(f"{base_of(visitor)}/events", after, _PAGE)
        last.extend(found)
        if more := len(found) == _PAGE:
            continue
        break
    return [model.happened(each) for each in reversed(last)], after, more


ROUTES: Final = [live, stream]

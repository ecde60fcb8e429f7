"""The HTTP door to the feed: by page, or as a stream of server-sent events. It takes keys of partners too."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request
from litestar.datastructures import State
from litestar.params import QueryParameter
from litestar.response import Stream

from chassis.commands import Act, Caller, Open
from chassis.db import Tx
from chassis.decisions import Target
from chassis.door import Doorway
from chassis.errors import Refused, Unauthenticated
from chassis.http import FromPath, Response, query
from chassis.ids import new_id
from chassis.outbox import Cause
from chassis.pages import DEFAULT_LIMIT, LARGEST_LIMIT
from chassis.problems import language_of, problem
from contracts.values import is_siren
from notifications.feed import handlers
from notifications.feed.handlers import ACTION, Credential, Reading
from notifications.feed.model import KEPT_DAYS, CursorGone
from notifications.feed.ports import Streams, is_leaving
from notifications.partners.model import PREFIX, digest

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]
Work = Callable[..., Awaitable[T]]
After = Annotated[
    str | None, QueryParameter(description="Id of the last event read; none reads from the start.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many events at most.")]

BATCH: Final = "application/cloudevents-batch+json"
LATEST: Final = "latest"
POLL: Final = 0.5  # seconds between looks of one stream, where another process feeds the events
TOGETHER: Final = 0.05  # seconds in which what is fed one by one comes together
_BEAT: Final = 15.0  # seconds of silence after which a comment keeps the connection open
_UNAVAILABLE: Final = 503
_LONGEST_CURSOR: Final = 100

_streams: Final = Streams()


@query("/v1/territories/{siren:str}/events")
async def read_events(
    request: AnyRequest, state: State, siren: FromPath[str], after: After = None, limit: Limit = DEFAULT_LIMIT
) -> Response[bytes]:
    """Read the events that follow `after`, as a batch of CloudEvents; the header Link names what follows."""
    reader = _Reader(request, state, siren)
    reading = await reader.ask(handlers.read, _cursor(after), limit)
    body = f"[{','.join(event.event for event in reading.events)}]".encode()
    return Response(body, media_type=BATCH, headers={"Link": _link(request, reading, limit)})


@query("/v1/territories/{siren:str}/events/stream")
async def stream_events(
    request: AnyRequest, state: State, siren: FromPath[str], after: After = None
) -> Stream:
    """Stream the events that follow the header Last-Event-ID, or `after`; `after=latest` leaves out the past.

    The id of each message is that of its event, and takes the stream up again without gap or repeat.
    """
    reader = _Reader(request, state, siren)
    name = (await reader.credential()).name
    _streams.check(name)
    cursor = request.headers.get("last-event-id") or after
    if cursor == LATEST:
        first = await reader.ask(handlers.latest)
    else:
        first = await reader.ask(handlers.read, _cursor(cursor), LARGEST_LIMIT)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_streamed(reader, name, first), media_type="text/event-stream", headers=headers)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads, and where from; every look checks the right to it anew, be it a key's or a token's."""

    request: AnyRequest
    state: State
    siren: str

    async def ask(self, work: Work[T], *arguments: object) -> T:
        """Run one reading. Raises Refused."""
        credential = await self.credential()
        principal = credential.principal
        owner = principal.person_id if principal else None
        act = Act(ACTION, "territory", self.siren, Target(self.siren, owner_id=owner))
        doorway: Doorway = self.state.doorway

        async def once(tx: Tx) -> T:
            return await work(tx, credential, *arguments)

        cause = Cause(correlation_id=new_id(), actor_id=str(owner) if owner else None)
        caller = Caller(self.siren, cause, principal)
        return await doorway.desk.read(caller, act if principal else Open.ANYONE, once)

    async def credential(self) -> Credential:
        """Read who asks: a partner by its key, anybody else by access token. Raises Unauthenticated."""
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not is_siren(self.siren):
            raise Unauthenticated
        if token.startswith(PREFIX):
            return Credential(digest=digest(token))
        doorway: Doorway = self.state.doorway
        return Credential(principal=await doorway.verifier.principal(token))


def _cursor(text: str | None) -> UUID | None:
    """Read a cursor; one that names no event is told as one that the feed no longer holds."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise CursorGone(after=str(text)[:_LONGEST_CURSOR], days=KEPT_DAYS) from None


def _link(request: AnyRequest, reading: Reading, limit: int) -> str:
    after = {"after": str(reading.cursor)} if reading.cursor else {}
    return f'<{request.url.path}?{urlencode({**after, "limit": limit})}>; rel="next"'


async def _streamed(reader: _Reader, name: str, first: Reading) -> AsyncIterator[bytes]:
    """Write the stream until the right to read it ends, the reader leaves or the process does."""
    loop = asyncio.get_running_loop()
    grew = handlers.GREW[reader.siren]
    reading: Reading | Refused | None = first
    with _streams.opened(name):
        yield b": open\n\n"
        spoke, rings = loop.time(), 0
        while isinstance(reading, Reading):
            for event in reading.events:
                spoke = loop.time()
                yield f"id: {event.event_id}\ndata: {event.event}\n\n".encode()
            if loop.time() - spoke > _BEAT:
                spoke = loop.time()
                yield _beat(reading.cursor)
            if not reading.more:
                await grew.after(rings, POLL)
                await asyncio.sleep(TOGETHER)
            rings = grew.rings
            reading = await _following(reader, reading)
        if reading is not None:
            yield b"event: end\ndata: " + problem(reading, language_of(reader.request)) + b"\n\n"


async def _following(reader: _Reader, reading: Reading) -> Reading | Refused | None:
    """Return what comes next, the refusal that ends the stream, or None where this process leaves."""
    if await is_leaving(reader.state.health):
        return None
    try:
        return await reader.ask(handlers.read, reading.cursor, LARGEST_LIMIT)
    except Refused as refusal:
        unavailable = refusal.status == _UNAVAILABLE
        return Reading([], reading.cursor, more=False) if unavailable else refusal


def _beat(cursor: UUID | None) -> bytes:
    """Keep a silent stream open, and move its cursor past events that the reader may not see."""
    return f": beat\nid: {cursor}\n\n".encode() if cursor else b": beat\n\n"


ROUTES: Final = [read_events, stream_events]

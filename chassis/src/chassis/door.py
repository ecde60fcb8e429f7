"""Owns what an api.py works with: one request, who sends it, its transaction and its answer."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar
from urllib.parse import quote, urlencode

import orjson
from litestar import Request, Response
from opentelemetry import trace
from pydantic import BaseModel, ConfigDict

from chassis.commands import Act, Answered, Caller, Desk, Open, Work
from chassis.db import PLATFORM, Tx
from chassis.decisions import Principal
from chassis.errors import NotFound, Unauthenticated
from chassis.idempotency import Attempt, IdempotencyKeyMissing, IdempotencyKeyUnreadable, digest
from chassis.ids import new_id
from chassis.outbox import Cause
from chassis.pages import Asked, Cursors, Page
from chassis.problems import MEDIA_TYPE, BodyTooLarge, NoSuchAddress, language_of, problem
from chassis.tokens import Verifier
from chassis.validation import not_json
from contracts.values import is_siren

VERSION_HEADER: Final = "Maillage-Version"
KEY_HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 200
ANONYMOUS: Final = "anonymous"

P = ParamSpec("P")
M = TypeVar("M", bound=BaseModel)

_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Listed(BaseModel, Generic[M]):
    """One page of a list; the header Link (RFC 8288) names the next one."""

    model_config = ConfigDict(frozen=True)

    items: list[M]


@dataclass(frozen=True, slots=True)
class Doorway:
    """What every door of a service stands on."""

    desk: Desk
    verifier: Verifier
    cursors: Cursors


class Door:
    """One request: its sender, its territory (the platform where the address names none), its transaction.

    Each method takes an act, then a function and its arguments; the function is called with the transaction
    first, and again from the start after a deadlock. What it returns is the answer.
    """

    def __init__(
        self, request: Request[Any, Any, Any], doorway: Doorway, principal: Principal | None
    ) -> None:
        self.request = request
        self._doorway = doorway
        self._principal = principal

    @property
    def principal(self) -> Principal:
        """Who asks; raises Unauthenticated where the request carries no token."""
        if self._principal is None:
            raise Unauthenticated
        return self._principal

    @property
    def territory_id(self) -> str:
        """The SIREN of the address; raises NotFound for one that cannot be."""
        siren = str(self.request.path_params.get("siren", PLATFORM))
        if not is_siren(siren):
            raise NotFound(what="territory", id=siren)
        return siren

    async def create(
        self, act: Act, handler: Callable[Concatenate[Tx, P], Awaitable[M]], *args: P.args, **kwargs: P.kwargs
    ) -> Response[M]:
        """Create what the act names, once per id: 201, then 200 with the same answer.

        Raises IdReused for another body.
        """
        created = str(act.object_id)
        key = f"{self.request.url.path} {created}"  # the space keeps these apart from the keys of headers
        return await self._command(key, created, act, lambda tx: handler(tx, *args, **kwargs))

    async def command(
        self,
        act: Act | Open,
        handler: Callable[Concatenate[Tx, P], Awaitable[M | None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response[M]:
        """Carry out a command once per Idempotency-Key: 200 with its answer, or 204 where it gives none.

        Raises IdempotencyKeyMissing, IdempotencyKeyUnreadable, KeyReused.
        """
        return await self._command(self._key(), None, act, lambda tx: handler(tx, *args, **kwargs))

    async def upload(
        self, act: Act | Open, largest: int, handler: Callable[[Tx, bytes], Awaitable[M]]
    ) -> Response[M]:
        """Carry out a command with the bytes of the request, once per Idempotency-Key; no more are held.

        Raises BodyTooLarge beyond `largest`, and what `command` raises.
        """
        key, _ = self._key(), self.principal
        content = bytearray()
        async for piece in self.request.stream():
            content += piece
            if len(content) > largest:
                raise BodyTooLarge(limit=largest)
        address = f"{self.request.method}\n{self.request.url.path}\n".encode()
        wanted = hashlib.sha256(address + content).digest()
        return await self._command(key, None, act, lambda tx: handler(tx, bytes(content)), wanted)

    async def read(
        self,
        act: Act | Open,
        query: Callable[Concatenate[Tx, P], Awaitable[M | None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response[M]:
        """Answer with what the query finds; NotFound where it finds nothing."""
        found = await self._doorway.desk.read(self._caller(), act, lambda tx: query(tx, *args, **kwargs))
        if found is None:
            raise NotFound(what=act.what, id=str(act.object_id)) if isinstance(act, Act) else NoSuchAddress
        return _json(found.model_dump_json().encode())

    async def page(
        self,
        act: Act | Open,
        query: Callable[Concatenate[Tx, Asked, P], Awaitable[Page[M]]],
        asked: Asked,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response[Listed[M]]:
        """Answer with one page of a list and a link to the next."""
        page = await self._doorway.desk.read(
            self._caller(), act, lambda tx: query(tx, asked, *args, **kwargs)
        )
        body = b'{"items":[%b]}' % b",".join(item.model_dump_json().encode() for item in page.items)
        return _json(body, self._link(asked, page))

    def asked(self, limit: int, cursor: str | None) -> Asked:
        """Read which page the request wants; raises CursorInvalid."""
        return Asked(limit, self._doorway.cursors.open(self._scope(), cursor) if cursor else None)

    async def _command(
        self,
        key: str,
        created_id: str | None,
        act: Act | Open,
        work: Work[M] | Work[M | None],
        wanted: bytes | None = None,
    ) -> Response[M]:
        caller = self._caller()
        actor_id = caller.cause.actor_id or ANONYMOUS
        attempt = Attempt(caller.territory_id, actor_id, key, wanted or await self._digest(), created_id)
        language = language_of(self.request)
        answered = await self._doorway.desk.command(
            caller, attempt, act, work, lambda refusal: problem(refusal, language)
        )
        return _answer(answered)

    async def _digest(self) -> bytes:
        try:
            return digest(self.request.method, self.request.url.path, await self.request.body())
        except orjson.JSONDecodeError as error:
            raise not_json() from error

    def _key(self) -> str:
        key = self.request.headers.get(KEY_HEADER)
        if key is None:
            raise IdempotencyKeyMissing
        bare = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
        if not _KEY.fullmatch(bare):
            raise IdempotencyKeyUnreadable(longest=LONGEST_KEY)
        return bare

    def _caller(self) -> Caller:
        actor = str(self._principal.person_id) if self._principal else None
        cause = Cause(correlation_id=new_id(), actor_id=actor, traceparent=self._traceparent())
        return Caller(self.territory_id, cause, self._principal)

    def _traceparent(self) -> str | None:
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            ids = trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id)
            return f"00-{ids[0]}-{ids[1]}-{span.trace_flags:02x}"
        sent = self.request.headers.get("traceparent", "")
        return sent if _TRACEPARENT.fullmatch(sent) else None

    def _filters(self) -> list[tuple[str, str]]:
        pairs = self.request.query_params.multi_items()
        return sorted((name, value) for name, value in pairs if name not in ("cursor", "limit"))

    def _scope(self) -> str:
        return f"{self.request.url.path}?{urlencode(self._filters())}"

    def _link(self, asked: Asked, page: Page[M]) -> Mapping[str, str]:
        if page.last is None:
            return {}
        cursor = self._doorway.cursors.seal(self._scope(), page.last)
        query = urlencode([*self._filters(), ("limit", asked.limit), ("cursor", cursor)])
        return {"Link": f'<{quote(self.request.url.path)}?{query}>; rel="next"'}


def _answer(answered: Answered) -> Response[Any]:
    """Give an answer, or give it again: then a creation says 200, since it created nothing now."""
    stored = answered.stored
    headers = {VERSION_HEADER: str(stored.version)} if stored.version is not None else {}
    if stored.status >= 400:  # noqa: PLR2004 - the first status of a refusal
        return Response(stored.body, status_code=stored.status, media_type=MEDIA_TYPE, headers=headers)
    again = answered.repeated and stored.status == 201  # noqa: PLR2004 - Created
    return _json(stored.body, headers, 200 if again else stored.status)


def _json(body: bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> Response[Any]:
    return Response(body, status_code=status, media_type="application/json", headers=dict(headers or {}))

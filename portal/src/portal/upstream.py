"""Owns how the portal speaks to the services: with the visitor's own token, in the visitor's language."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self

import httpx
import structlog

from chassis.ids import new_id
from portal.settings import Service
from portal.wording import gettext as _

Json = dict[str, Any]
Bearer = Callable[[], Awaitable[str]]
"""Gives an access token that is still good, or nothing for a guest."""

log = structlog.get_logger(__name__)

_TIMEOUT: Final = httpx.Timeout(10, connect=2)
_STREAM: Final = httpx.Timeout(10, connect=2, read=60)
_CLOSED: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


@dataclass(eq=False)  # not frozen: a context that it passes through notes its traceback on it
class Refused(Exception):
    """A service refused: what it says, and what can be done about it."""

    status: int
    code: str
    title: str
    detail: str
    cure: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    values: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, response: httpx.Response) -> Self:
        """Read a problem document; an answer that is none becomes one."""
        try:
            body = response.json()
        except ValueError:
            body = {}
        said: Json = body if isinstance(body, dict) else {}
        reason = said.get("title") or response.reason_phrase
        return cls(
            status=response.status_code,
            code=said.get("code", "unexpected"),
            title=_heading(response.status_code) or reason,
            detail=said.get("detail") or reason,
            cure=said.get("cure") or "",
            errors=said.get("errors") or (),
            values=said.get("values") or {},
        )


@dataclass(eq=False)
class Unreachable(Exception):
    """A service does not answer."""

    service: Service


class Clients:
    """One connection pool for each service, for the life of the process."""

    def __init__(
        self, addresses: Mapping[Service, str], transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._clients = {
            service: httpx.AsyncClient(base_url=address, timeout=_TIMEOUT, transport=transport)
            for service, address in addresses.items()
        }

    def of(self, service: Service) -> httpx.AsyncClient:
        return self._clients[service]

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()


class Upstream:
    """The services, as one visitor speaks to them in one request."""

    def __init__(self, clients: Clients, bearer: Bearer, language: str, address: str) -> None:
        self._clients = clients
        self._bearer = bearer
        self._language = language
        self._address = address

    async def get(self, service: Service, path: str, params: Mapping[str, Any] | None = None) -> Json:
        """Read; of a list that goes on, `next_cursor` names the rest. Raises Refused, Unreachable."""
        return await self._json("GET", service, path, params=params)

    async def post(
        self, service: Service, path: str, body: Json | None = None, key: str | None = None
    ) -> Json:
        """Command, under the key of the form that asked for it. Raises Refused, Unreachable."""
        headers = {"Idempotency-Key": key or str(new_id())}
        return await self._json("POST", service, path, json=body or {}, headers=headers)

    async def upload(self, service: Service, path: str, content: bytes, key: str) -> Json:
        """Hand in bytes, under the key of the form that chose them. Raises Refused, Unreachable."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/octet-stream"}
        return await self._json("POST", service, path, content=content, headers=headers)

    async def events(self, path: str, after: str, limit: int) -> tuple[list[Json], str]:
        """Read a batch of a feed, and the cursor after it. Raises Refused, Unreachable."""
        asked = {"after": after, "limit": limit}
        response = await self._answered("GET", "notifications", path, params=asked)
        batch: list[Json] = response.json()
        return batch, _next(response, "after") or after

    @asynccontextmanager
    async def stream(
        self,
        service: Service,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """Open an answer that is read piece by piece. Raises Refused, Unreachable."""
        asked = {**await self._headers(), **(headers or {})}
        with _reaching(service, path):
            async with self._clients.of(service).stream(
                "GET", path, params=_clean(params), headers=asked, timeout=_STREAM
            ) as response:
                if response.is_error:
                    await response.aread()
                    raise Refused.of(response)
                yield response

    async def _json(self, method: str, service: Service, path: str, **asked: Any) -> Json:
        response = await self._answered(method, service, path, **asked)
        answer: Json = response.json() if response.content else {}
        if following := _next(response, "cursor"):
            answer["next_cursor"] = following
        return answer

    async def _answered(self, method: str, service: Service, path: str, **asked: Any) -> httpx.Response:
        headers = {**await self._headers(), **asked.pop("headers", {})}
        params = _clean(asked.pop("params", None))
        client = self._clients.of(service)
        with _reaching(service, path):
            try:
                response = await client.request(method, path, params=params, headers=headers, **asked)
            except _CLOSED:  # idle: a read may be repeated, a command has its key, a spent code stays spent
                response = await client.request(method, path, params=params, headers=headers, **asked)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "problem" not in _kind(response):
            raise Unreachable(service)
        if response.is_error:
            raise Refused.of(response)
        return response

    async def _headers(self) -> dict[str, str]:
        headers = {"Accept-Language": self._language, "X-Forwarded-For": self._address}
        if token := await self._bearer():
            headers["Authorization"] = f"Bearer {token}"
        return headers


@contextmanager
def _reaching(service: Service, path: str) -> Iterator[None]:
    """Raise Unreachable where no answer comes, and tell the operator why."""
    try:
        yield
    except httpx.TransportError as error:
        log.warning("no answer", service=service, path=path, error=type(error).__name__)
        raise Unreachable(service) from error


def _clean(params: Mapping[str, Any] | None) -> dict[str, Any]:
    """Leave out what was not given."""
    return {name: value for name, value in (params or {}).items() if value not in (None, "")}


def _next(response: httpx.Response, name: str) -> str:
    """Return where a list goes on, as its Link header names it; empty at its end."""
    following = response.links.get("next", {}).get("url")
    return str(httpx.URL(following).params.get(name, "")) if following else ""


def _kind(response: httpx.Response) -> str:
    kind: str = response.headers.get("content-type", "")
    return kind


def _heading(status: int) -> str:
    """Say what kind of refusal it is, in plain words; nothing for a kind that has none."""
    match status:
        case HTTPStatus.FORBIDDEN:
            return _("This is not open to you")
        case HTTPStatus.NOT_FOUND:
            return _("It is not there")
        case HTTPStatus.CONFLICT:
            return _("That is not possible as things are")
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            return _("Something that was entered does not fit")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return _("Too many requests in a short time")
    return ""

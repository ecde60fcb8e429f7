"""How the demo speaks to the platform: people who are signed in, and what they send to its public API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx

from maillage.demo.cast import Character
from maillage.demo.draws import Draws
from maillage.demo.failures import ACT_REFUSED, NEVER_CAME
from maillage.demo.post import Post
from maillage.sentences import StartError

T = TypeVar("T")
Json = dict[str, Any]

SIREN: Final = "200035715"
BASE: Final = f"/v1/territories/{SIREN}"
PATIENCE: Final = 60.0  # seconds until what must come has come
AT_ONCE: Final = 12  # requests on their way
_PAGE: Final = 200
_UNAUTHENTICATED, _TOO_MANY, _BUSY = 401, 429, 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered."""

    status: int
    body: Any
    headers: httpx.Headers
    content: bytes

    @property
    def accepted(self) -> bool:
        return self.status < httpx.codes.BAD_REQUEST

    @property
    def code(self) -> str:
        """The stable code of a refusal, empty for what is accepted."""
        return "" if self.accepted else str(self.body.get("code", self.status))


@dataclass(frozen=True, slots=True)
class Sent:
    """A command as it was sent, and whether it was accepted: to be sent again at the end."""

    by: Actor
    service: str
    path: str
    body: Json
    key: str
    accepted: bool


@dataclass(slots=True)
class Wire:
    """The running platform: its services' addresses and its mail sink."""

    addresses: Mapping[str, str]
    post: Post
    draws: Draws
    http: httpx.AsyncClient
    sent: list[Sent] = field(default_factory=list)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def request(
        self, method: str, service: str, path: str, body: Json | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send a request, again while the service is busy or away: a command's key makes that safe."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                async with self.gate:
                    got = await self.http.request(
                        method, self.addresses[service] + path, json=body, headers=headers
                    )
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise StartError(
                        ACT_REFUSED, service=service, path=path, detail=type(error).__name__
                    ) from error
            else:
                if got.status_code not in (_BUSY, _TOO_MANY) or time.monotonic() > deadline:
                    is_json = "json" in got.headers.get("content-type", "")
                    found = got.json() if is_json and got.content else {}
                    return Answer(got.status_code, found, got.headers, got.content)
            await asyncio.sleep(0.2)

    async def sign_in(self, who: Character) -> Actor:
        """Sign somebody in as they would themselves: by the code of a mail."""
        mail = who.mail or ""
        self.post.look()
        before = len(self.post.box(mail))
        asked = {"mail": mail, "language": "fr"}
        await self._must("/v1/sign-in-links", asked)

        async def arrived() -> list[str]:
            self.post.look()
            return self.post.codes(mail, before)

        codes = await until(arrived, f"a sign-in mail to {mail}")
        tokens = await self._must("/v1/sign-ins", {"mail": mail, "code": codes[-1]})
        return Actor(self, who.key, tokens["person_id"], tokens["access_token"], tokens["refresh_token"])

    async def refresh(self, actor: Actor) -> None:
        tokens = await self._must("/v1/sign-ins/refresh", {"refresh_token": actor.refresh_token})
        actor.token, actor.refresh_token = tokens["access_token"], tokens["refresh_token"]

    async def _must(self, path: str, body: Json) -> Json:
        answer = await self.request("POST", "membership", path, body, {})
        return must(answer, "membership", path)


@dataclass(slots=True, eq=False)
class Actor:
    """Somebody who is signed in, and acts with their own token and nothing else."""

    wire: Wire
    key: str
    person_id: str
    token: str
    refresh_token: str
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, service: str, path: str) -> Json:
        """Read something that the actor may see."""
        return must(await self.ask(service, path), service, path)

    async def ask(self, service: str, path: str) -> Answer:
        return await self._send("GET", service, path, None)

    async def items(self, service: str, path: str) -> list[Json]:
        """Read a whole list, page by page."""
        found: list[Json] = []
        following: str | None = f"{path}{'&' if '?' in path else '?'}limit={_PAGE}"
        while following:
            answer = await self.ask(service, following)
            found += must(answer, service, path)["items"]
            link = answer.headers.get("link", "")
            following = link[1 : link.index(">")].removeprefix(BASE) if link else None
        return found

    async def act(self, service: str, path: str, body: Json | None = None, name: str = "") -> Json:
        """Send a command that must be accepted; the name makes its key, the same on every run."""
        return must(await self.attempt(service, path, body, name), service, path)

    async def attempt(self, service: str, path: str, body: Json | None = None, name: str = "") -> Answer:
        """Send a command whatever becomes of it."""
        key = self.wire.draws.id("key", name or path, self.key)
        answer = await self._send("POST", service, path, body or {}, key)
        self.wire.sent.append(Sent(self, service, path, body or {}, key, answer.accepted))
        return answer

    async def peek(self, service: str, path: str, body: Json) -> Answer:
        """Send a command that is known to be refused, for what the refusal tells."""
        return await self._send("POST", service, path, body, body["booking_id"])

    async def again(self, sent: Sent) -> Answer:
        """Send a command once more, with the same key."""
        return await self._send("POST", sent.service, sent.path, sent.body, sent.key)

    async def _send(self, method: str, service: str, path: str, body: Json | None, key: str = "") -> Answer:
        token = self.token
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        full = path if path.startswith("/v1/") else BASE + path
        answer = await self.wire.request(method, service, full, body, headers)
        if answer.status != _UNAUTHENTICATED:
            return answer
        async with self.renewing:
            if self.token == token:
                await self.wire.refresh(self)
        headers["Authorization"] = f"Bearer {self.token}"
        return await self.wire.request(method, service, full, body, headers)


def must(answer: Answer, service: str, path: str) -> Json:
    """Return what was answered; raises StartError for a refusal."""
    if not answer.accepted:
        detail = answer.body.get("detail") or answer.code
        raise StartError(ACT_REFUSED, service=service, path=path, detail=detail)
    found: Json = answer.body
    return found


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Say whether the condition becomes true in time; facts show where it does not."""
    try:
        return await until(condition, "", seconds)
    except StartError:
        return False


async def until(condition: Callable[[], Awaitable[T | None]], what: str, seconds: float = PATIENCE) -> T:
    """Return what the condition gives once that is true. Raises StartError when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := await condition()):
        if time.monotonic() > deadline:
            raise StartError(NEVER_CAME, seconds=round(seconds), what=what)
        await asyncio.sleep(0.05)
    return found

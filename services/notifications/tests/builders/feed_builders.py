"""Builds what tests of the feed need: partners with keys, events, a server that streams."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from notifications_builders import Api, Voice, a_fact

from chassis.db import Database
from chassis.health import Health
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_door import door_of
from contracts.booking import BookingConfirmed
from notifications.app import service
from notifications.feed.consumer import feed


@dataclass(frozen=True)
class Partner:
    """A partner of a territory, and the key it reads with."""

    api: Api
    territory: str
    account: str
    key_id: UUID
    key: str
    agreement_id: UUID

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def url(self) -> str:
        return f"/v1/territories/{self.territory}/events"

    async def read(self, **query: Any) -> httpx.Response:
        return await self.api.client.get(self.url, params=query, headers=self.headers)

    async def with_new_key(self, **body: Any) -> "Partner":
        key_id = new_id()
        headers = self.api.administrator(self.territory)
        answer = await self.api.post(f"{self.account}/keys", headers, key_id=key_id, **body)
        assert answer.status_code == 201, answer.text
        return replace(self, key_id=key_id, key=answer.json()["key"])

    async def revoke_key(self) -> None:
        headers = self.api.administrator(self.territory)
        answer = await self.api.post(f"{self.account}/keys/{self.key_id}/revoke", headers)
        assert answer.status_code == 200, answer.text

    async def end_agreement(self) -> None:
        url = f"{self.account}/agreements/{self.agreement_id}/end"
        answer = await self.api.post(url, self.api.administrator(self.territory))
        assert answer.status_code == 200, answer.text


async def a_partner(api: Api, territory: str, *, contact: UUID | None = None, **agreement: Any) -> Partner:
    """Open a partner with a key, and sign an agreement if one is described."""
    partner_id, agreement_id = new_id(), new_id()
    account = f"/v1/territories/{territory}/partners/{partner_id}"
    headers = api.administrator(territory)
    body = {"partner_id": partner_id, "name": "CCI de l'Aude", "contact_person_id": contact}
    opened = await api.post(f"/v1/territories/{territory}/partners", headers, **body)
    assert opened.status_code == 201, opened.text
    if agreement:
        terms = {"purpose": "Statistiques", "valid_from": "2026-01-01", **agreement}
        signed = await api.post(f"{account}/agreements", headers, agreement_id=agreement_id, **terms)
        assert signed.status_code == 201, signed.text
    return await Partner(api, territory, account, partner_id, "", agreement_id).with_new_key()


async def some_bookings(voice: Voice, territory: str, count: int, **changes: Any) -> list[UUID]:
    """Feed confirmed bookings, one batch each, and return the ids of their events."""
    ids = []
    for _ in range(count):
        ids += await voice.tell(feed, territory, a_fact(BookingConfirmed, booking_id=new_id(), **changes))
    return ids


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Served:
    """The service behind a real socket."""

    api: Api
    health: Health
    server: uvicorn.Server


@asynccontextmanager
async def a_server(database: Database, secrets_dir: Path) -> AsyncIterator[Served]:
    health = Health()
    with door_of(service, database, secrets_dir, health) as (app, signer):
        config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        await eventually(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield Served(Api(client, signer), health, server)
        health.drain()
        server.should_exit = True
        await serving


@dataclass
class Stream:
    """A stream of server-sent events, read as a browser reads it."""

    response: httpx.Response
    last_id: str | None = None

    def __post_init__(self) -> None:
        self._lines = self.response.aiter_lines()

    async def message(self) -> dict[str, str]:
        """Return the next message with data, its id noted."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                    continue
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    return fields
                fields = {}
        return {}

    async def messages(self, count: int) -> list[str]:
        """Return the ids of the next messages."""
        return [(await self.message())["id"] for _ in range(count)]


@asynccontextmanager
async def a_stream(partner: Partner, last_id: str | None = None, **query: str) -> AsyncIterator[Stream]:
    headers = partner.headers | ({"Last-Event-ID": last_id} if last_id else {})
    async with partner.api.client.stream(
        "GET", f"{partner.url}/stream", params=query, headers=headers
    ) as response:
        assert response.status_code == 200, await response.aread()
        yield Stream(response)

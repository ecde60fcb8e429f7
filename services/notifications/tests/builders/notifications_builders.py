"""Builds what tests of notifications need: events told as Kafka tells them, people, a door, a mail relay."""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import orjson

from chassis.batch import Batch
from chassis.breaker import Breaker
from chassis.clock import utc_now
from chassis.db import PLATFORM, Database
from chassis.decisions import Grant, Principal, Role
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.privacy import load_or_create_kek, new_key, seal, wrap
from chassis.step import Outcome, Step
from chassis.subscriber import Subscriber
from chassis.testing_door import door_of
from chassis.tokens import Signer
from chassis.wire import Envelope, encode, restore
from contracts.envelope import Fact
from contracts.examples import example
from contracts.membership import PersonRegistered, SubjectKeyDestroyed, SubjectKeyIssued
from contracts.schemas import schema_of
from notifications.app import service
from notifications.people.consumer import people

F = TypeVar("F", bound=Fact)


def a_fact(fact: type[F], **changes: Any) -> F:
    """An example of a fact, with some fields of one's own."""
    return fact.model_validate(example(schema_of(fact)) | changes)


class Voice:
    """What tells facts to a subscriber, in one batch, with the versions that its producer would count."""

    def __init__(self, database: Database, secrets_dir: Path) -> None:
        self._database = database
        self._kek = load_or_create_kek(secrets_dir)
        self._versions: Counter[tuple[str, ...]] = Counter()

    async def tell(
        self, subscriber: Subscriber, territory: str, *facts: Fact, recorded_at: datetime | None = None
    ) -> list[UUID]:
        """Tell facts of one territory and return the ids of their events."""
        envelopes = [self.envelope(subscriber, territory, fact, recorded_at) for fact in facts]
        outcome = await self.deliver(subscriber, envelopes)
        assert outcome.handled == len(facts), outcome
        return [envelope.id for envelope in envelopes]

    async def deliver(self, subscriber: Subscriber, envelopes: list[Envelope]) -> Outcome:
        """Deliver events as one batch."""
        ordered = sorted(envelopes, key=lambda envelope: envelope.key)
        return await Step(self._database, subscriber, Breaker()).run(Batch(ordered), careful=False)

    def envelope(
        self, subscriber: Subscriber, territory: str, fact: Fact, recorded_at: datetime | None = None
    ) -> Envelope:
        """Put a fact into its envelope, as the next event of its aggregate."""
        key = (subscriber.name, territory, fact.topic.name, fact.aggregate_id)
        self._versions[key] += 1
        row = {
            "territory_id": territory,
            "aggregate_id": fact.aggregate_id,
            "event_id": new_id(),
            "type": fact.type,
            "recorded_at": recorded_at or utc_now(),
            "version": self._versions[key],
            "data_class": fact.data_class,
            "correlation_id": new_id(),
            "causation_id": None,
            "actor_id": str(new_id()),
            "site_id": None,
            "traceparent": f"00-{new_id().hex}-00f067aa0ba902b7-01",
        }
        headers = {name: value.decode() for name, value in encode(row, f"/{fact.topic.service}".encode())}
        return restore(fact.topic.name, headers, fact.model_dump_json().encode())

    async def person(
        self, *, given: str = "Camille", mail: str | None = "camille@example.org", language: str = "fr"
    ) -> UUID:
        """Let the platform know a person and return their id."""
        person_id, key = new_id(), new_key()

        def sealed(name: str, text: str | None) -> str | None:
            return seal(key, person_id, name, text) if text is not None else None

        registered = PersonRegistered(
            person_id=person_id,
            given_name=sealed("given_name", given) or "",
            family_name=sealed("family_name", "L'Étoile") or "",
            mail=sealed("mail", mail),
            language=language,
        )
        wrapped = base64.b64encode(wrap(self._kek, key)).decode()
        issued = SubjectKeyIssued(person_id=person_id, wrapped_key=wrapped, wrapped_by="test")
        await self.tell(people, PLATFORM, registered, issued)
        return person_id

    async def erase(self, person_id: UUID) -> None:
        """Destroy a person's key."""
        await self.tell(people, PLATFORM, SubjectKeyDestroyed(person_id=person_id, destroyed_at=utc_now()))


class Api:
    """The door of notifications, and who knocks at it."""

    def __init__(self, client: httpx.AsyncClient, signer: Signer) -> None:
        self.client = client
        self._signer = signer

    def token(
        self, territory: str, role: Role, person_id: UUID | None = None, at: datetime | None = None
    ) -> dict[str, str]:
        """Headers of somebody with one role in one territory, with a new idempotency key."""
        token = self._signer.sign(Principal(person_id or new_id(), (Grant(territory, role),)), at=at)
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}

    def administrator(self, territory: str) -> dict[str, str]:
        return self.token(territory, "territory-administrator")

    async def get(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        return await self.client.get(url, headers=dict(headers))

    async def post(self, url: str, headers: Mapping[str, str], **body: Any) -> httpx.Response:
        sent = {"Content-Type": "application/json", **headers}
        return await self.client.post(url, content=orjson.dumps(body, default=str), headers=sent)


@asynccontextmanager
async def an_api(database: Database, secrets_dir: Path) -> AsyncIterator[Api]:
    with door_of(service, database, secrets_dir) as (app, signer):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://notifications.example") as client:
            yield Api(client, signer)


def code(response: httpx.Response) -> str:
    """The code of a refusal, whose form is checked: it has a detail, and its status stands in it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["detail"]
    return str(problem["code"])


async def told(admin: Connection, territory: str, kind: str) -> list[dict[str, Any]]:
    """What the service told of one kind in a territory, in order."""
    rows = await admin.fetch(
        "SELECT type, data FROM event_log WHERE territory_id = $1 ORDER BY id", territory
    )
    return [orjson.loads(row["data"]) for row in rows if row["type"].split(".")[2] == kind]


@dataclass
class MailRelay:
    """A mail server that keeps what it takes, and refuses recipients as told."""

    port: int = 0
    refusal: bytes | None = None
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP (RFC 5321) with one client, as far as one mail needs it."""
        recipient = ""
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                writer.write(self.refusal or b"250 ok\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                mail = message_from_bytes(content[:-5], policy=policy.default)
                self.mails.append((recipient, mail))
                writer.write(b"250 kept\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def a_mail_relay() -> AsyncIterator[MailRelay]:
    relay = MailRelay()
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    async with server:
        yield relay

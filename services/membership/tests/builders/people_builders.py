"""Builds what tests of people need: an open territory, its staff, and short words for what they do."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from membership_builders import Api, an_api

from chassis.db import Database, Tx
from chassis.decisions import Grant, Role
from chassis.effects import Effects
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.settings import Settings
from chassis.testing import eventually, new_territory
from chassis.testing_door import ISSUER
from membership.accounts import handlers as accounts
from membership.territories import store as territories
from membership.territories.model import Territory

Work = Callable[[Tx], Awaitable[Any]]

WAITING = """
SELECT true FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1
"""
ADDRESS = {"lines": ["12 rue de l'Étoile"], "postcode": "11000", "town": "Carcassonne", "country": "FR"}
PLAN = {
    "name": {"fr": "Nomade", "en": "Nomad"},
    "family": "coworking",
    "audiences": ["nomad", "student"],
    "cadence": "month",
    "price_code": "nomad-month",
    "entitlements": [
        {"resource_kinds": ["desk"], "paid_by": "plan", "quantity": "10", "unit": "half_day", "per": "month"},
        {"resource_kinds": ["room"], "paid_by": "money"},
    ],
    "valid_from": "2026-01-01",
}


class People:
    """A territory that is open, and everything its staff and people may ask of membership."""

    def __init__(self, api: Api, admin: Connection, siren: str, secrets_dir: Path) -> None:
        self.api = api
        self.admin = admin
        self.siren = siren
        self.secrets_dir = secrets_dir

    def at(self, siren: str) -> "People":
        """The same, in another territory."""
        return People(self.api, self.admin, siren, self.secrets_dir)

    def as_(self, role: Role = "hub-manager", **place: UUID) -> dict[str, str]:
        """Headers of somebody with one role in the territory."""
        return self.api.token(Grant(self.siren, role, **place))

    def myself(self, person_id: UUID) -> dict[str, str]:
        """Headers of a member of the territory."""
        return self.api.token(Grant(self.siren, "member"), person_id=person_id)

    async def post(self, path: str, headers: dict[str, str] | None = None, /, **body: Any) -> httpx.Response:
        """Send a command of the hub's staff, if nobody else is named, to an address of the territory."""
        url = path if path.startswith("/") else f"/v1/territories/{self.siren}/{path}"
        return await self.api.post(url, headers or self.as_(), **body)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        url = path if path.startswith("/") else f"/v1/territories/{self.siren}/{path}"
        return await self.api.get(url, headers or self.as_())

    async def person(self, given: str = "Zoé", family: str = "d'Arc", **more: Any) -> UUID:
        """Register a person; without contact, if none is given."""
        person_id = new_id()
        names = {"given_name": given, "family_name": family}
        await self.created("persons", person_id=str(person_id), **names, **more)
        return person_id

    async def organisation(self, name: str = "L'Étoile d'Or", **more: Any) -> UUID:
        """Register an organisation, of France if nothing else is said."""
        body = {"registration_id": str(new_id()), "name": name, "country": "FR", **more}
        return UUID((await self.created("organisations", **body))["organisation_id"])

    async def affiliate(
        self, person_id: UUID, organisation_id: UUID, role: str = "administrator", **more: Any
    ) -> UUID:
        affiliation_id = new_id()
        body = {"person_id": str(person_id), "organisation_id": str(organisation_id), "role": role}
        more = {"valid_from": "2026-01-01"} | more
        await self.created("affiliations", affiliation_id=str(affiliation_id), **body, **more)
        return affiliation_id

    async def plan(self, **more: Any) -> UUID:
        plan_id = new_id()
        body = PLAN | {"plan_id": str(plan_id)} | more
        answer = await self.post("plans", self.as_("territory-administrator"), **body)
        assert answer.status_code == 201, answer.text
        return plan_id

    async def site(self) -> UUID:
        """Put a site into the territory."""
        site_id = new_id()
        await self.admin.execute(
            """INSERT INTO sites (territory_id, site_id, name, address, postcode, town_code, town_name, zone,
            matched_by) VALUES ($1, $2, 'Le 302', '302 Rue Lamarck', '11000', '11069', 'Carcassonne',
            'Europe/Paris', 'hand')""",
            self.siren,
            site_id,
        )
        return site_id

    async def operator(self) -> UUID:
        """Register an organisation that may run sites."""
        operator_id, organisation_id = new_id(), await self.organisation("La Mêlée d'Essai")
        body = {"operator_id": str(operator_id), "organisation_id": str(organisation_id)}
        answer = await self.post("operators", self.as_("territory-administrator"), **body)
        assert answer.status_code == 201, answer.text
        return operator_id

    async def delegate(self, operator_id: UUID, site_id: UUID, act: str) -> UUID:
        """Entrust an operator with one act at one site."""
        delegation_id = new_id()
        body = {"operator_id": str(operator_id), "site_ids": [str(site_id)], "acts": [act]}
        headers = self.as_("territory-administrator")
        ids = {"delegation_id": str(delegation_id), "valid_from": "2026-01-01"}
        answer = await self.post("delegations", headers, **ids, **body)
        assert answer.status_code == 201, answer.text
        return delegation_id

    async def end_delegation(self, delegation_id: UUID) -> None:
        """End a delegation as of today."""
        today = str(await self.admin.fetchval("SELECT (now() AT TIME ZONE 'Europe/Paris')::date"))
        body = {"ended_on": today, "reason": "Fin d'essai"}
        headers = self.as_("territory-administrator")
        answer = await self.post(f"delegations/{delegation_id}/end", headers, **body)
        assert answer.status_code == 200, answer.text

    async def created(self, path: str, /, **body: Any) -> dict[str, Any]:
        answer = await self.post(path, **body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def told(self, kind: str, aggregate_id: UUID | str) -> list[dict[str, Any]]:
        """The data of the events of one kind about one thing, in order, whichever territory told them."""
        rows = await self.admin.fetch(
            "SELECT type, data FROM event_log WHERE aggregate_id = $1 ORDER BY id", str(aggregate_id)
        )
        return [orjson.loads(row["data"]) for row in rows if row["type"].split(".")[2] == kind]

    async def ask(self, mail: str, language: str = "fr") -> httpx.Response:
        return await self.api.post("/v1/sign-in-links", {}, mail=mail, language=language)


class Mailbox:
    """A relay that takes every mail, and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT" and self.refuse:
                writer.write(b"%d no\r\n" % self.refuse)
            elif verb == b"DATA":
                writer.write(b"354 go\r\n")
                await writer.drain()
                text = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(message_from_bytes(text[:-3], policy=policy.default))
                writer.write(b"250 kept\r\n")
            else:
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            await writer.drain()
            if verb == b"QUIT":
                return

    def to(self, mail: str) -> list[EmailMessage]:
        return [each for each in self.mails if each["To"] == mail]


@asynccontextmanager
async def a_mailbox() -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    server = await asyncio.start_server(mailbox.serve, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    yield mailbox
    server.close()
    await server.wait_closed()


def the_post(database: Database, secrets_dir: Path, port: int) -> Effects:
    """Build what sends the mails that are owed."""
    settings = Settings.from_environment(
        "membership",
        {
            "MAILLAGE_DATABASE_URL": "postgresql://membership_worker:x@db/membership",
            "MAILLAGE_KAFKA": "kafka:9192",
            "MAILLAGE_PORT": "8101",
            "MAILLAGE_ISSUER": ISSUER,
            "MAILLAGE_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "MAILLAGE_SECRETS_DIR": str(secrets_dir),
            "MAILLAGE_DATA_DIR": str(secrets_dir),
            "MAILLAGE_PUBLIC_URL": "https://maillage.example",
        },
    )
    return Effects(database, accounts.channels(settings))


def a_mail(name: str = "zoe") -> str:
    """Draw a mail address that no other test uses."""
    return f"{name}.{secrets.token_hex(6)}@example.org"


a_siren = new_territory
"""Draw a SIREN that no other test uses."""


async def in_turn(database: Database, admin: Connection, first: Work, second: Work, siren: str) -> Any:
    """Let the second work begin while the first holds what it wrote; return what the second one gives.

    It is given time until it waits for a lock, or is done without: then the first commits.
    """

    async def alone() -> Any:
        async with database.tx(siren) as tx:
            return await second(tx)

    async def waits() -> bool:
        return later.done() or bool(await admin.fetchval(WAITING))

    async with database.tx(siren) as tx:
        await first(tx)
        later = asyncio.create_task(alone())
        await eventually(waits)
    return (await asyncio.gather(later, return_exceptions=True))[0]


async def opened(database: Database, siren: str) -> None:
    """Open a territory in real time."""
    async with database.tx(siren) as tx:
        await territories.insert(
            tx,
            Territory(
                territory_id=siren,
                name="Agglomération d'Essai",
                kind="CA",
                zone="Europe/Paris",
                sandbox=False,
                sandbox_start=None,
                opened_at=datetime(2026, 1, 1, tzinfo=UTC),
            ),
        )


@pytest.fixture
async def people(
    database: Database,
    admin: Connection,
    territory: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[People]:
    """An open territory, and everybody in it."""
    monkeypatch.setenv("MAILLAGE_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("MAILLAGE_ISSUER", ISSUER)
    await opened(database, territory)
    async with an_api(database, tmp_path) as api:
        yield People(api, admin, territory, tmp_path)

"""Builds what tests of places need: a client at the door of membership, and somebody in each role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson

from chassis.db import PLATFORM, Database
from chassis.decisions import Grant, Principal, Role
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.testing_door import door_of
from chassis.tokens import Signer
from membership.app import service
from membership.reference import ports

CARCASSONNE, CALAIS = "200035715", "200090751"

_TOWNS = ports.records(ports.content(ports.TOWNS))
_GROUPINGS = ports.records(ports.content(ports.GROUPINGS))
_CITIES = (
    row["siren"]
    for row in _GROUPINGS
    if row["type"] == "CA" and row["siren"] not in (CARCASSONNE, CALAIS) and len(row["departements"]) == 2
)


def a_grouping() -> str:
    """SIREN of a communauté d'agglomération of the mainland that no other test uses."""
    return next(_CITIES)


def a_grouping_in(departement: str) -> str:
    """SIREN of the first grouping of a département."""
    return next(row["siren"] for row in _GROUPINGS if row["departements"] == departement)


def a_town_of(siren: str) -> str:
    """INSEE code of a town of a grouping."""
    return next(row["insee"] for row in _TOWNS if row["epci_siren"] == siren)


class Api:
    """The door of membership, and who knocks at it."""

    def __init__(self, client: httpx.AsyncClient, signer: Signer) -> None:
        self._client = client
        self._signer = signer

    def token(self, *grants: Grant, person_id: UUID | None = None) -> dict[str, str]:
        """Headers of somebody with these roles, with a new idempotency key."""
        token = self._signer.sign(Principal(person_id or new_id(), grants))
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}

    def operator(self) -> dict[str, str]:
        """Headers of the platform's operator."""
        return self.token(Grant(PLATFORM, "platform-operator"))

    def staff(self, territory: str, role: Role = "territory-administrator") -> dict[str, str]:
        """Headers of somebody with one role in one territory."""
        return self.token(Grant(territory, role))

    async def get(self, url: str, headers: dict[str, str]) -> httpx.Response:
        return await self._client.get(url, headers=headers)

    async def post(self, url: str, headers: dict[str, str], **body: Any) -> httpx.Response:
        content = orjson.dumps(body)
        return await self._client.post(
            url, content=content, headers={"Content-Type": "application/json", **headers}
        )

    async def send(self, url: str, headers: dict[str, str], content: bytes) -> httpx.Response:
        """Post bytes that are no JSON."""
        return await self._client.post(url, content=content, headers=headers)

    async def open(self, siren: str, **body: Any) -> httpx.Response:
        """Open a territory as the platform's operator: a real one, if nothing else is said."""
        return await self.post(f"/v1/territories/{siren}", self.operator(), **{"kind": "real", **body})


@asynccontextmanager
async def an_api(database: Database, secrets_dir: Path) -> AsyncIterator[Api]:
    with door_of(service, database, secrets_dir) as (app, signer):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://membership.example") as client:
            yield Api(client, signer)


def code(response: httpx.Response) -> str:
    """The code of a refusal, whose form is checked: it has a detail, and its status stands in it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["detail"]
    return str(problem["code"])


async def events(admin: Connection, territory: str, kind: str) -> list[dict[str, Any]]:
    """What a territory told of one kind, in order: the data of the events named `kind`."""
    rows = await admin.fetch(
        "SELECT type, data FROM event_log WHERE territory_id = $1 ORDER BY id", territory
    )
    return [orjson.loads(row["data"]) for row in rows if row["type"].split(".")[2] == kind]

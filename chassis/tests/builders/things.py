"""A slice of things, as a service would write it, and a client that knocks at its door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import asyncpg
import httpx
import orjson
from probe import ThingTouched
from pydantic import BaseModel, ConfigDict, Field

from chassis import http
from chassis.db import Database, Tx
from chassis.decisions import Grant, Policy, Principal, Role, Target
from chassis.errors import Refused
from chassis.health import Health
from chassis.http import (
    Act,
    Body,
    Door,
    FromPath,
    Listed,
    Open,
    Response,
    command,
    creation,
    query,
)
from chassis.ids import new_id
from chassis.observed import Observed
from chassis.pages import Asked, Order, Page
from chassis.service import Service
from chassis.testing_door import door_of
from chassis.tokens import Signer

ME, SOMEONE = UUID(int=1), UUID(int=2)
POLICY: Policy = {
    "hub-manager": {"thing:create": "any", "thing:see": "any", "thing:touch": "any"},
    "member": {"thing:create": "any", "thing:see": "own", "thing:touch": "own"},
}


class CreateThing(BaseModel):
    """Create a thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thing_id: UUID
    place: Annotated[int, Field(ge=1, le=100)]
    note: str = ""


class TouchThing(BaseModel):
    """Touch a thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int


class Thing(BaseModel):
    """A thing."""

    thing_id: UUID
    times: int


class PlaceTaken(Refused):
    """The place {place} is taken."""

    fr = "La place {place} est prise."
    cure = ("Choose another place.", "Choisissez une autre place.")


async def create_thing(tx: Tx, wanted: CreateThing, owner_id: UUID) -> Thing:
    try:
        async with tx.attempt():
            await tx.execute(
                "INSERT INTO slot VALUES ($1, int4range($2, $3))",
                tx.territory_id,
                wanted.place,
                wanted.place + 1,
            )
    except asyncpg.ExclusionViolationError:
        raise PlaceTaken(place=wanted.place) from None
    insert = "INSERT INTO journal (territory_id, consumer, thing_id, version) VALUES ($1, $2, $3, 0)"
    await tx.execute(insert, tx.territory_id, str(owner_id), str(wanted.thing_id))
    tx.emit(ThingTouched(thing_id=str(wanted.thing_id), note=wanted.note))
    return Thing(thing_id=wanted.thing_id, times=0)


async def touch_thing(tx: Tx, thing_id: UUID, wanted: TouchThing) -> Thing:
    if wanted.times > 1000:
        raise ZeroDivisionError("a secret of the database")
    update = "UPDATE journal SET version = version + $2 WHERE thing_id = $1 RETURNING version"
    times = await tx.fetchval(update, str(thing_id), wanted.times)
    tx.emit(ThingTouched(thing_id=str(thing_id)))
    return Thing(thing_id=thing_id, times=times)


async def thing(tx: Tx, thing_id: UUID) -> Thing | None:
    row = await tx.fetchrow("SELECT thing_id, version FROM journal WHERE thing_id = $1", str(thing_id))
    return Thing(thing_id=row[0], times=row[1]) if row else None


async def target(tx: Tx, thing_id: UUID) -> Target | None:
    row = await tx.fetchrow("SELECT consumer FROM journal WHERE thing_id = $1", str(thing_id))
    return Target(tx.territory_id, owner_id=UUID(row[0])) if row else None


ORDER = Order("thing_id text")


async def things(tx: Tx, asked: Asked) -> Page[Thing]:
    rows = await tx.fetch(
        f"SELECT thing_id, version FROM journal WHERE true{ORDER.tail(asked, 1)}", *asked.arguments
    )
    return ORDER.page(asked, rows, lambda row: Thing(thing_id=row[0], times=row[1]))


@creation("/v1/territories/{siren:str}/things")
async def create_(door: Door, data: Body[CreateThing]) -> Response[Thing]:
    """Create a thing."""
    act = Act("thing:create", "thing", data.thing_id)
    return await door.create(act, create_thing, data, door.principal.person_id)


@command("/v1/territories/{siren:str}/things/{thing_id:uuid}/touch")
async def touch_(door: Door, thing_id: FromPath[UUID], data: Body[TouchThing]) -> Response[Thing]:
    """Touch a thing."""
    return await door.command(Act("thing:touch", "thing", thing_id, target), touch_thing, thing_id, data)


@query("/v1/territories/{siren:str}/things/{thing_id:uuid}")
async def show_(door: Door, thing_id: FromPath[UUID]) -> Response[Thing]:
    """Show a thing."""
    return await door.read(Act("thing:see", "thing", thing_id, target), thing, thing_id)


@query("/v1/territories/{siren:str}/things")
async def list_(door: Door, asked: http.Asked) -> Response[Listed[Thing]]:
    """List things, one page at a time."""
    return await door.page(Open.ANYONE, things, asked)


probe = Service("probe", routes=[create_, touch_, show_, list_], policy=POLICY)


async def alright() -> str | None:
    return None


async def amiss() -> str | None:
    return "the broker is away"


class Api:
    """The door of the things of one territory, and who knocks."""

    def __init__(self, client: httpx.AsyncClient, signer: Signer, territory: str) -> None:
        self.signer = signer
        self.territory = territory
        self.address = f"/v1/territories/{territory}/things"
        self.get = client.get
        self.post = client.post
        self.delete = client.delete

    def as_role(
        self, role: Role = "member", person_id: UUID = ME, where: str | None = None
    ) -> dict[str, str]:
        """Headers of a command by somebody with one role, in this territory if no other is named."""
        token = self.signer.sign(Principal(person_id, (Grant(where or self.territory, role),)))
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}

    async def create(
        self, thing_id: UUID, place: int = 1, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        body = {"thing_id": str(thing_id), "place": place}
        return await self.post(self.address, json=body, headers=headers or self.as_role())


@asynccontextmanager
async def an_api(database: Database, territory: str, secrets_dir: Path) -> AsyncIterator[Api]:
    health = Health()
    health.needs_for_life("loop", alright)
    health.needs_for_work("kafka", amiss)
    with door_of(probe, database, secrets_dir, health, [Observed()]) as (app, signer):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Api(client, signer, territory)


def code(response: httpx.Response) -> str:
    """The code of a refusal, whose form is checked."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = orjson.loads(response.content)
    assert problem["status"] == response.status_code
    assert problem["type"] == f"/problems/{problem['code']}"
    return str(problem["code"])

"""Builds a hub to book at: its site, hours, resources, people with rights, and who knocks at its door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import uvicorn

from booking.app import service
from booking.bookings.handlers import BookingView, BookResource, HoldBooking, book_resource, hold_booking
from booking.openings.handlers import DefineOpeningHours, OpenedHours, define_site_hours
from booking.resources.handlers import ComposeResource, RegisterResource, ResourceView, register_resource
from chassis.db import Database
from chassis.decisions import Grant, Principal, Role
from chassis.ids import new_id
from chassis.subscriber import Subscriber
from chassis.territory_clock import set_ahead
from chassis.testing import eventually
from chassis.testing_door import door_of
from chassis.timers import Timers
from chassis.tokens import Signer
from contracts.envelope import Event, Fact
from contracts.membership import Entitlement, MembershipConfirmed, MembershipState, SiteOpened
from contracts.values import Party, Wording

MONDAY = date(2035, 3, 5)
NOW = datetime(2035, 3, 5, 8, tzinfo=UTC)
PARIS = "Europe/Paris"


def at(hour: float, day: date = MONDAY + timedelta(days=1)) -> datetime:
    """An instant of Tuesday 6 March 2035, or of another day, in hours of UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)


def state_of(told: MembershipConfirmed) -> dict[str, Any]:
    """What every fact about a membership says of it."""
    return {name: getattr(told, name) for name in MembershipState.model_fields}


async def tell(database: Database, territory: str, *facts: Fact, recorded_at: datetime = NOW) -> None:
    """Let the service hear facts of others, by its own subscribers."""
    for fact in facts:
        subscriber: Subscriber = next(each for each in service.subscribers if each.knows(fact.type))
        event = Event(
            id=new_id(),
            type=fact.type,
            topic=fact.topic.name,
            territory_id=territory,
            aggregate_id=fact.aggregate_id,
            version=1,
            recorded_at=recorded_at,
            correlation_id=new_id(),
            causation_id=None,
            actor_id=None,
            data_class=fact.data_class,
            site_id=None,
            traceparent=None,
            data=fact,
        )
        async with database.tx(territory) as tx:
            await subscriber.handler(fact.type)(tx, event)


def a_membership(**changes: Any) -> MembershipConfirmed:
    """A membership of one person, whose plan includes desks and rooms without limit."""
    person_id = changes.pop("person_id", None) or new_id()
    values: dict[str, Any] = {
        "membership_id": new_id(),
        "holder": Party(person_id=person_id),
        "payer": Party(person_id=person_id),
        "audience": "nomad",
        "plan_id": new_id(),
        "plan_version": 1,
        "plan_name": Wording(fr="L'illimitée", en="Unlimited"),
        "family": "coworking",
        "cadence": "month",
        "price_code": "nomad-month",
        "site_ids": (),
        "entitlements": (Entitlement(resource_kinds=("desk", "room"), paid_by="plan"),),
        "valid_from": date(2035, 1, 1),
        "valid_until": None,
        "confirmed_at": NOW,
    }
    return MembershipConfirmed(**values | changes)


@dataclass(frozen=True)
class Hub:
    """One territory with one site."""

    database: Database
    territory: str
    site_id: UUID

    async def room(self, name: str = "Salle d'Aude", **said: Any) -> ResourceView:
        values = {"resource_id": new_id(), "site_id": self.site_id, "kind": "room", "name": name}
        async with self.database.tx(self.territory) as tx:
            return await register_resource(tx, RegisterResource(**{**values, **said}))

    async def composed(self, name: str, *parts: ResourceView, **said: Any) -> ResourceView:
        part_ids = tuple(part.resource_id for part in parts)
        values = {"resource_id": new_id(), "site_id": self.site_id, "kind": "room", "name": name}
        async with self.database.tx(self.territory) as tx:
            return await register_resource(tx, ComposeResource(**{**values, "part_ids": part_ids, **said}))

    async def member(self, **changes: Any) -> UUID:
        """Let somebody become a member; return who."""
        told = a_membership(**changes)
        await tell(self.database, self.territory, told)
        assert told.holder.person_id is not None
        return told.holder.person_id

    async def book(
        self, resource: ResourceView, person_id: UUID, start: float, end: float, **said: Any
    ) -> BookingView:
        command = BookResource(
            booking_id=said.pop("booking_id", None) or new_id(),
            resource_id=resource.resource_id,
            person_id=person_id,
            start=at(start),
            end=at(end),
            **said,
        )
        async with self.database.tx(self.territory) as tx:
            return await book_resource(tx, command, self.principal(person_id))

    async def hold(self, resource: ResourceView, person_id: UUID, start: float, end: float) -> BookingView:
        command = HoldBooking(
            booking_id=new_id(),
            resource_id=resource.resource_id,
            person_id=person_id,
            start=at(start),
            end=at(end),
        )
        async with self.database.tx(self.territory) as tx:
            return await hold_booking(tx, command, self.principal(person_id))

    def principal(
        self, person_id: UUID | None = None, role: Role = "member", site_id: UUID | None = None
    ) -> Principal:
        return Principal(person_id or new_id(), (Grant(self.territory, role, site_id),))

    async def set_clock(self, instant: datetime) -> None:
        """Move the territory's clock forward to an instant."""
        async with self.database.tx(self.territory) as tx:
            real: datetime = await tx.fetchval("SELECT clock_timestamp()")
            await set_ahead(tx, instant - real)

    async def facts(self, *types: type[Fact]) -> list[dict[str, Any]]:
        """What was told of bookings and resources, in order, of some types if named."""
        async with self.database.tx(self.territory) as tx:
            rows = await tx.fetch("SELECT type, data FROM event_log ORDER BY id")
        wanted = {kind.type for kind in types}
        return [orjson.loads(row["data"]) for row in rows if not wanted or row["type"] in wanted]

    async def count(self, sql: str, *args: object) -> int:
        async with self.database.tx(self.territory) as tx:
            found: int = await tx.fetchval(sql, *args)
        return found


async def a_hub(database: Database, territory: str) -> Hub:
    hub = Hub(database, territory, await a_site(database, territory))
    await hub.set_clock(NOW)
    return hub


async def a_site(database: Database, territory: str) -> UUID:
    """Open a site, from 8:00 to 20:00 on weekdays."""
    site_id = new_id()
    opened = SiteOpened(
        site_id=site_id,
        name="L'Atelier d'Aude",
        address="3 Rue de l'Écluse",
        postcode="11000",
        town_code="11069",
        town_name="Carcassonne",
        zone=PARIS,
    )
    await tell(database, territory, opened)
    weekly = tuple(OpenedHours(weekday=day, opens="08:00", closes="20:00") for day in range(1, 6))
    async with database.tx(territory) as tx:
        await define_site_hours(tx, site_id, DefineOpeningHours(valid_from=date(2035, 1, 1), weekly=weekly))
    return site_id


async def fire_timers(worker_database: Database, hub: Hub) -> None:
    """Fire every timer of the hub that is due; those that other tests left behind are forgotten."""
    await worker_database.survey("DELETE FROM timer WHERE territory_id <> $1", hub.territory)
    timers = Timers(worker_database, dict(service.timers))
    while await timers.fire():
        pass


class Api:
    """The HTTP door of one territory, and who knocks."""

    def __init__(self, client: httpx.AsyncClient, signer: Signer, territory: str) -> None:
        self._client = client
        self._signer = signer
        self.territory = territory

    @property
    def port(self) -> int | None:
        """Where it listens, if that is a socket."""
        return self._client.base_url.port

    def token(
        self,
        role: Role,
        person_id: UUID | None = None,
        site_id: UUID | None = None,
        operator_id: UUID | None = None,
    ) -> str:
        grant = Grant(self.territory, role, site_id, operator_id)
        return self._signer.sign(Principal(person_id or new_id(), (grant,)))

    async def post(self, path: str, token: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id()), **headers}
        return await self._client.post(f"/v1/territories/{self.territory}/{path}", json=body, headers=sent)

    async def knock(self, path: str, **headers: str) -> httpx.Response:
        """Read without a sign-in."""
        return await self._client.get(path, headers=headers)

    async def get(self, path: str, token: str, **params: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token}"}
        address = path if path.startswith("/") else f"/v1/territories/{self.territory}/{path}"
        return await self._client.get(address, params=params or None, headers=sent)


@asynccontextmanager
async def an_api_over_http(database: Database, territory: str, secrets_dir: Path) -> AsyncIterator[Api]:
    """The same door behind a server and a socket."""
    with door_of(service, database, secrets_dir) as (app, signer):
        config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        await eventually(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        limits = httpx.Limits(max_connections=16)
        address = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
                yield Api(client, signer, territory)
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def an_api(database: Database, territory: str, secrets_dir: Path) -> AsyncIterator[Api]:
    with door_of(service, database, secrets_dir) as (app, signer):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Api(client, signer, territory)

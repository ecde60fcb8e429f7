"""Builds what tests of billing need: a town with a clock, what others tell it, who knocks at its door."""

import base64
import datetime as dt
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import orjson

from billing.app import service
from billing.issuers.model import Seller
from billing.prices.model import SoldPrice
from chassis.db import PLATFORM, Database
from chassis.decisions import Grant, Principal, Role
from chassis.ids import new_id
from chassis.outbox import Cause
from chassis.privacy import load_or_create_kek, new_key, seal, wrap
from chassis.testing_door import door_of
from chassis.timers import Timers
from chassis.tokens import Signer
from contracts.billing import Deliberation
from contracts.envelope import Event, Fact
from contracts.membership import (
    OrganisationRegistered,
    PersonAffiliated,
    PersonRegistered,
    SiteOpened,
    SubjectKeyDestroyed,
    SubjectKeyIssued,
    TerritoryOpened,
)
from contracts.values import Identifier, PostalAddress, Wording

ZONE = ZoneInfo("Europe/Paris")
START = dt.datetime(2026, 3, 1, 8, tzinfo=ZONE)


def at(text: str) -> dt.datetime:
    """An instant given as wall time in Paris: `2026-03-12 09:00`."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Town:
    """One territory: its clock, what it hears, and its door."""

    def __init__(
        self, database: Database, worker: Database, territory: str, client: httpx.AsyncClient, signer: Signer
    ) -> None:
        self.database = database
        self.worker = worker
        self.territory = territory
        self.site_id = new_id()
        self._client = client
        self._signer = signer
        self._kek = b""

    async def open(self, kek: bytes) -> None:
        self._kek = kek
        await self.set_clock(START)
        await self.hear(
            TerritoryOpened(
                territory_id="200035715",
                name="Carcassonne Agglo",
                kind="CA",
                zone="Europe/Paris",
                sandbox=False,
            )
        )
        await self.hear(a_site(self.site_id))

    async def set_clock(self, instant: dt.datetime) -> None:
        """Move the sandbox's clock and fire what became due."""
        async with self.database.tx(self.territory) as tx:
            await tx.execute(
                "INSERT INTO territory_clock VALUES ($1, $2 - clock_timestamp()) "
                "ON CONFLICT (territory_id) DO UPDATE SET ahead = excluded.ahead",
                self.territory,
                instant,
            )
        await self.fire()

    async def fire(self) -> None:
        """Fire the timers that are due, until none is."""
        timers = Timers(self.worker, dict(service.timers))
        while await timers.fire():
            pass

    async def hear(
        self,
        fact: Fact,
        territory: str | None = None,
        event_id: UUID | None = None,
        traceparent: str | None = None,
    ) -> UUID:
        """Have every subscriber of billing handle a fact, as the consumer would; return the event's id."""
        where, told = territory or self.territory, event_id or new_id()
        for subscriber in service.subscribers:
            if subscriber.knows(fact.type):
                cause = Cause(correlation_id=new_id(), causation_id=told, traceparent=traceparent)
                async with self.worker.tx(where, cause=cause) as tx:
                    await subscriber.handler(fact.type)(tx, _event(fact, where, told))
        return told

    async def hear_own(self, kind: str) -> None:
        """Have billing hear its own events of one kind, which the broker would bring back to it."""
        for data, fact_type in await self._own(kind):
            subscriber = next(each for each in service.subscribers if each.knows(fact_type))
            await self.hear(subscriber._facts[fact_type].model_validate_json(data))  # noqa: SLF001 - stands for the broker
        await self.fire()

    async def told(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of the events of one kind that the territory told, in order."""
        return [orjson.loads(data) for data, _ in await self._own(kind)]

    async def _own(self, kind: str) -> list[tuple[bytes, str]]:
        async with self.database.tx(self.territory) as tx:
            rows = await tx.fetch("SELECT data, type FROM event_log ORDER BY id")
        return [(row["data"], row["type"]) for row in rows if row["type"].split(".")[2] == kind]

    async def register_person(
        self, given: str = "Aïcha", family: str = "d'Orgeix", address: str | None = None
    ) -> UUID:
        """A person whom the platform knows, sealed under a key of their own."""
        person_id, key = new_id(), new_key()
        wrapped = base64.b64encode(wrap(self._kek, key)).decode()
        await self.hear(SubjectKeyIssued(person_id=person_id, wrapped_key=wrapped, wrapped_by="1"), PLATFORM)
        await self.hear(
            PersonRegistered(
                person_id=person_id,
                given_name=seal(key, person_id, "given_name", given),
                family_name=seal(key, person_id, "family_name", family),
                address=seal(key, person_id, "address", address) if address else None,
                language="fr",
            ),
            PLATFORM,
        )
        return person_id

    async def forget(self, person_id: UUID) -> None:
        """Destroy a person's key: what is sealed under it opens no more."""
        await self.hear(SubjectKeyDestroyed(person_id=person_id, destroyed_at=START), PLATFORM)

    async def register_organisation(self, name: str = "Wildix France", **changes: Any) -> UUID:
        """An organisation that the platform knows."""
        organisation_id = new_id()
        values: dict[str, Any] = {
            "country": "FR",
            "identifiers": (Identifier(scheme="siren", value="732829320", country="FR"),),
            "address": PostalAddress(
                lines=("302 Rue Lamarck",), postcode="11000", town="Carcassonne", country="FR"
            ),
            "language": "fr",
        } | changes
        await self.hear(
            OrganisationRegistered(organisation_id=organisation_id, name=name, **values), PLATFORM
        )
        return organisation_id

    async def affiliate(self, person_id: UUID, organisation_id: UUID, role: str = "administrator") -> None:
        await self.hear(
            PersonAffiliated(
                affiliation_id=new_id(),
                person_id=person_id,
                organisation_id=organisation_id,
                role=role,
                valid_from=dt.date(2026, 1, 1),
            )
        )

    def headers(
        self, role: Role = "finance", person_id: UUID | None = None, where: str | None = None
    ) -> dict[str, str]:
        """Headers of somebody with one role, with a new idempotency key."""
        principal = Principal(person_id or new_id(), (Grant(where or self.territory, role),))
        return {"Authorization": f"Bearer {self._signer.sign(principal)}", "Idempotency-Key": str(new_id())}

    async def post(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        content = orjson.dumps(body, default=str)
        return await self._client.post(
            f"/v1/territories/{self.territory}/{path}",
            content=content,
            headers={
                "Content-Type": "application/json",
                **(headers if headers is not None else self.headers()),
            },
        )

    async def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self._client.get(
            f"/v1/territories/{self.territory}/{path}",
            headers=headers if headers is not None else self.headers(),
        )

    async def register_issuer(self, **changes: Any) -> UUID:
        seller = a_seller(**changes)
        done(await self.post("issuers", **orjson.loads(seller.model_dump_json())))
        return seller.issuer_id

    async def publish(self, issuer_id: UUID, *prices: SoldPrice, **changes: Any) -> UUID:
        """A price book of the issuer, in force from 1 March 2026."""
        price_book_id = new_id()
        body = a_version(*prices) | changes
        done(await self.post("price-books", price_book_id=price_book_id, issuer_id=issuer_id, **body))
        return price_book_id


@asynccontextmanager
async def a_town(
    database: Database, worker: Database, territory: str, secrets_dir: Path
) -> AsyncIterator[Town]:
    os.environ["MAILLAGE_SECRETS_DIR"] = str(secrets_dir)
    with door_of(service, database, secrets_dir) as (app, signer):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://billing.example") as client:
            town = Town(database, worker, territory, client, signer)
            await town.open(load_or_create_kek(secrets_dir))
            yield town


def a_site(site_id: UUID, name: str = "Le 302") -> SiteOpened:
    return SiteOpened(
        site_id=site_id,
        name=name,
        address="302 Rue Lamarck",
        postcode="11000",
        town_code="11069",
        town_name="Carcassonne",
        zone="Europe/Paris",
    )


def a_seller(**changes: Any) -> Seller:
    values: dict[str, Any] = {
        "issuer_id": new_id(),
        "name": "Carcassonne Agglo",
        "identifier": Identifier(scheme="siren", value="200035715", country="FR"),
        "regime": "public_regie",
        "address": PostalAddress(
            lines=("1 Rue Pierre Germain",), postcode="11000", town="Carcassonne", country="FR"
        ),
    }
    return Seller(**(values | changes))


def a_deliberation(adopted_on: dt.date = dt.date(2026, 2, 18)) -> Deliberation:
    return Deliberation(number="2026-014", adopted_on=adopted_on, body="Conseil communautaire")


def a_price(price_code: str = "large-room", amount: str = "12.00", **changes: Any) -> SoldPrice:
    """A price per hour, without VAT, taxed at 20 %, for everyone."""
    values: dict[str, Any] = {
        "price_code": price_code,
        "label": Wording(fr="Grande salle", en="Large room"),
        "unit": "hour",
        "unit_price": Decimal(amount),
        "price_mode": "excluding_vat",
        "vat_category": "S",
        "vat_rate": Decimal("20.00"),
    }
    return SoldPrice(**(values | changes))


def a_version(*prices: SoldPrice, valid_from: str = "2026-03-01") -> dict[str, Any]:
    """The body of a version of a price book, with its deliberation."""
    return {
        "name": "Tarifs 2026",
        "valid_from": valid_from,
        "deliberation": orjson.loads(a_deliberation().model_dump_json()),
        "prices": [orjson.loads(price.model_dump_json()) for price in prices or (a_price(),)],
    }


def done(response: httpx.Response) -> Any:
    """The answer of a request that succeeds."""
    assert response.is_success, response.text
    return response.json()


def code(response: httpx.Response) -> str:
    """The code of a refusal, whose form is checked: it has a detail, and its status stands in it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["detail"]
    return str(problem["code"])


def _event(fact: Fact, territory: str, event_id: UUID) -> Event[Any]:
    return Event(
        id=event_id,
        type=fact.type,
        topic=fact.topic.name,
        territory_id=territory,
        aggregate_id=fact.aggregate_id,
        version=1,
        recorded_at=START,
        correlation_id=new_id(),
        causation_id=None,
        actor_id=None,
        data_class=fact.data_class,
        site_id=None,
        traceparent=None,
        data=fact,
    )

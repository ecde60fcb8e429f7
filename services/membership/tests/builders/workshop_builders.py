"""Builds what tests of qualifications need: a workshop with a class of machines and who trains for it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from life_builders import Life
from people_builders import a_mail, a_siren, opened

from chassis.db import PLATFORM, Database
from chassis.decisions import Grant
from chassis.ids import new_id
from chassis.outbox import Cause
from contracts.envelope import Event, Fact
from membership.app import service

CLASS: dict[str, Any] = {
    "name": {"fr": "Impression 3D", "en": "3D printing"},
    "levels": [{"fr": "Usage", "en": "Use"}, {"fr": "Réglage", "en": "Tuning"}],
    "valid_months": 24,
    "lapse_months": 6,
}
_RECORDED = datetime(2026, 3, 1, tzinfo=UTC)
TEST: dict[str, Any] = {"test": "Pièce d’essai imprimée sans aide"}


class Workshop:
    """A territory with machines, on 1 March 2026: its class, its trainer, and what they decide."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.people = life.people
        self.siren = life.people.siren
        self._heard = 0

    async def machine_class(self, **more: Any) -> UUID:
        class_id = new_id()
        await self.people.created("machine-classes", **(CLASS | {"machine_class_id": str(class_id)} | more))
        return class_id

    async def trainer(self, class_id: UUID) -> dict[str, str]:
        """Appoint somebody with the role of trainer; return their headers."""
        person_id = await self.people.person("Thècle", mail=a_mail("thecle"))
        body = {"grant_id": str(new_id()), "person_id": str(person_id), "role": "trainer"}
        granted = await self.people.post("roles", self.people.as_("territory-administrator"), **body)
        assert granted.status_code == 201, granted.text
        path, day = f"machine-classes/{class_id}/trainers", "2026-03-01"
        await self.life.done(path, person_id=str(person_id), appointed_from=day)
        return self.people.api.token(Grant(self.siren, "trainer"), person_id=person_id)

    async def award(
        self, class_id: UUID, person_id: UUID, by: dict[str, str], **more: Any
    ) -> tuple[UUID, httpx.Response]:
        qualification_id = new_id()
        ids = {"qualification_id": str(qualification_id), "machine_class_id": str(class_id)}
        body: dict[str, Any] = {"person_id": str(person_id), "evidence": TEST, **ids, **more}
        return qualification_id, await self.people.post("qualifications", by, **body)

    async def awarded(self, class_id: UUID, person_id: UUID, by: dict[str, str], **more: Any) -> UUID:
        qualification_id, answer = await self.award(class_id, person_id, by, **more)
        assert answer.status_code == 201, answer.text
        return qualification_id

    async def of(self, person_id: UUID) -> list[dict[str, Any]]:
        """What the person sees of their own."""
        mine = self.people.myself(person_id)
        answer = await self.people.get(f"persons/{person_id}/qualifications", mine)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def hear(self, fact: Fact, territory: str | None = None) -> None:
        """Have membership handle a fact, as its consumer would."""
        where = territory or self.siren
        for subscriber in service.subscribers:
            if subscriber.knows(fact.type):
                async with self.life.database.tx(where, cause=Cause(correlation_id=new_id())) as tx:
                    await subscriber.handler(fact.type)(tx, _event(fact, where))

    async def hear_own(self) -> None:
        """Have membership hear what it told of this territory and the platform since the last time."""
        rows = await self.people.admin.fetch(
            "SELECT id, territory_id, type, data FROM event_log "
            "WHERE id > $1 AND territory_id = ANY ($2) ORDER BY id",
            self._heard,
            [self.siren, PLATFORM],
        )
        for row in rows:
            self._heard = row["id"]
            for subscriber in service.subscribers:
                if subscriber.knows(row["type"]):
                    fact = subscriber._facts[row["type"]].model_validate_json(row["data"])  # noqa: SLF001 - stands for the broker
                    await self.hear(fact, row["territory_id"])


def _event(fact: Fact, territory: str) -> Event[Any]:
    return Event(
        id=new_id(),
        type=fact.type,
        topic=fact.topic.name,
        territory_id=territory,
        aggregate_id=fact.aggregate_id,
        version=1,
        recorded_at=_RECORDED,
        correlation_id=new_id(),
        causation_id=None,
        actor_id=None,
        data_class=fact.data_class,
        site_id=None,
        traceparent=None,
        data=fact,
    )


@pytest.fixture
async def workshop(life: Life) -> Workshop:
    """A workshop on 1 March 2026."""
    return Workshop(life)


@pytest.fixture
async def neighbour(life: Life, database: Database) -> Workshop:
    """Another one, in another territory, on the same day."""
    siren = a_siren()
    await opened(database, siren)
    there = Life(life.people.at(siren), database, life.worker)
    await there.on("2026-03-01")
    return Workshop(there)

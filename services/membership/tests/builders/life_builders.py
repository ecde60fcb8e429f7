"""Builds what tests of a membership's life need: a clock that moves, documents, plans with proof."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from people_builders import People

from chassis.db import Database
from chassis.ids import new_id
from chassis.timers import Timers
from membership.app import service

PDF = b"%PDF-1.7\n1 0 obj << /Title (Carte d'Ad\xc3\xa8le, no 8731) >> endobj\n%%EOF\n"
STUDENT = {"audience": "student", "kinds": ["student_card"], "otherwise": "nomad"}


class Life:
    """A territory whose clock shows what a test says, and whose timers fire."""

    def __init__(self, people: People, database: Database, worker: Database) -> None:
        self.people = people
        self.database = database
        self.worker = worker

    async def on(self, day: str, hour: int = 9) -> None:
        """Move the clock to the morning of a day, and fire what became due."""
        at = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo("Europe/Paris"))
        async with self.database.tx(self.people.siren) as tx:
            await tx.execute(
                "INSERT INTO territory_clock VALUES ($1, $2 - clock_timestamp()) "
                "ON CONFLICT (territory_id) DO UPDATE SET ahead = excluded.ahead",
                self.people.siren,
                at.replace(hour=hour),
            )
        timers = Timers(self.worker, dict(service.timers))
        while await timers.fire():
            pass

    async def document(
        self, person_id: UUID, content: bytes = PDF, by: dict[str, str] | None = None, **more: Any
    ) -> UUID:
        """Hand in a student card, as the desk if nobody else does."""
        document_id = new_id()
        body = {"audience": "student", "kind": "student_card", "file_name": "carte d'étudiante.pdf"} | more
        ids = {"document_id": str(document_id), "person_id": str(person_id)}
        announced = await self.people.post("documents", by, **ids, **body)
        assert announced.status_code == 201, announced.text
        sent = await self.content(document_id, content, by)
        assert sent.status_code == 200, sent.text
        return document_id

    async def content(
        self, document_id: UUID, content: bytes, by: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send the bytes of a document."""
        url = f"/v1/territories/{self.people.siren}/documents/{document_id}/content"
        headers = by or self.people.as_()
        return await self.people.api.send(url, headers | {"Idempotency-Key": str(new_id())}, content)

    async def accepted(self, document_id: UUID, until: str) -> None:
        answer = await self.people.post(f"documents/{document_id}/accept", valid_until=until)
        assert answer.status_code == 200, answer.text

    async def confirmed(self, plan_id: UUID, holder: UUID, kind: str = "person", **more: Any) -> UUID:
        """Confirm a membership."""
        membership_id = new_id()
        body = {"holder": {f"{kind}_id": str(holder)}, "plan_id": str(plan_id), "audience": "nomad"}
        dates = {"membership_id": str(membership_id), "valid_from": "2026-03-01"}
        answer = await self.people.post("memberships", **(body | dates | more))
        assert answer.status_code == 201, answer.text
        return membership_id

    async def done(self, path: str, by: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """Carry out a command that must be accepted."""
        answer = await self.people.post(path, by, **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def shown(self, membership_id: UUID) -> dict[str, Any]:
        found: dict[str, Any] = (await self.people.get(f"memberships/{membership_id}")).json()
        return found

    async def told(self, kind: str, aggregate_id: UUID) -> list[dict[str, Any]]:
        return await self.people.told(kind, aggregate_id)


@pytest.fixture
async def life(people: People, database: Database, worker_database: Database) -> Life:
    """A territory on 1 March 2026."""
    life = Life(people, database, worker_database)
    await life.on("2026-03-01")
    return life

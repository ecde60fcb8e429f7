"""Sixteen rivals for seats with quotas: each seat is given once, and none that is asked for stays free."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from booking_builders import a_hub, an_api, an_api_over_http
from seat_rivals import KEPT, Run

from booking.registrations import store as registrations
from booking.sessions import store
from booking.sessions.model import Session
from chassis.db import Database, Tx
from chassis.metrics import DEADLOCK_RETRIES


@pytest.fixture(autouse=True)
def _guests_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Persons of the storm were never heard of: their guests' names are kept as they are."""

    async def as_it_is(_tx: Tx, _person_id: UUID, _field: str, text: str) -> str:
        return text

    monkeypatch.setattr("booking.registrations.handlers.sealed", as_it_is)


@pytest.fixture
async def run(crowd: Database, territory: str, tmp_path: Path) -> AsyncIterator[Run]:
    hub = await a_hub(crowd, territory)
    async with an_api(crowd, territory, tmp_path) as api:
        yield await Run.opened(hub, api, sessions=20)


@pytest.mark.timeout(400)
async def test_every_seat_is_given_once_and_none_that_is_asked_for_stays_free(run: Run) -> None:
    before = deadlocks()
    await run.storm(100)
    await run.judge()
    assert sum(each.status == 201 for each in run.asked) < len(run.asked)
    total = await run.hub.count("SELECT sum(taken) FROM session_quotas")
    assert total == len(run.sessions) * sum(KEPT.values())
    assert deadlocks() == before


@pytest.mark.timeout(400)
async def test_what_is_given_back_in_the_midst_of_it_is_given_once_again(run: Run) -> None:
    before = deadlocks()
    await run.storm(100, giving_back=True)
    assert len(run.given_back) > 50
    await run.judge()
    assert deadlocks() == before, "who gives back and who finds a session full never wait for each other"


async def test_counting_first_and_inserting_then_gives_seats_twice(
    run: Run, without_ledger_check: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "take_seats", take_after_a_count)
    monkeypatch.setattr(registrations, "lock_queue", no_lock)
    await run.storm(30)
    with pytest.raises(AssertionError, match="a seat was given twice"):
        await run.judge()


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_sixteen_thousand_ask_for_seats_over_http(
    crowd: Database, territory: str, tmp_path: Path
) -> None:
    hub, before = await a_hub(crowd, territory), deadlocks()
    async with an_api_over_http(crowd, territory, tmp_path) as api:
        run = await Run.opened(hub, api, sessions=100)
        await run.storm(1000)
        await run.judge()
    assert deadlocks() == before


@pytest.fixture
async def without_ledger_check(admin: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[None]:
    """Seats as most systems keep them: counted, not kept in a ledger that refuses more."""
    await admin.execute("ALTER TABLE session_quotas DROP CONSTRAINT session_quotas_no_seat_twice")
    yield
    await admin.execute("TRUNCATE sessions CASCADE")
    await admin.execute(
        "ALTER TABLE session_quotas ADD CONSTRAINT session_quotas_no_seat_twice "
        "CHECK (taken BETWEEN 0 AND seats)"
    )


async def take_after_a_count(tx: Tx, session: Session, audience: str, seats: int) -> int | None:
    """The double after fab-manager's technique: count who is registered, compare, then take."""
    rows = await tx.fetch(
        "SELECT q.position, q.seats - coalesce(sum(g.seats), 0) AS free FROM session_quotas q "
        "LEFT JOIN registrations g ON g.session_id = q.session_id AND g.quota = q.position "
        "AND g.state = 'registered' WHERE q.session_id = $1 "
        "AND (q.audiences = '{}' OR $2 = ANY (q.audiences)) GROUP BY q.position, q.seats ORDER BY 1",
        session.session_id,
        audience,
    )
    await asyncio.sleep(0.002)
    position: int | None = next((row["position"] for row in rows if row["free"] >= seats), None)
    if position is not None:
        await tx.execute(
            "UPDATE session_quotas SET taken = taken + $3 WHERE session_id = $1 AND position = $2",
            session.session_id,
            position,
            seats,
        )
    return position


async def no_lock(_tx: Tx, _session_id: UUID) -> None:
    """Counts as most systems do: with nobody kept out meanwhile."""


def deadlocks() -> float:
    return next(sample.value for metric in DEADLOCK_RETRIES.collect() for sample in metric.samples)

"""Sixteen rivals of two territories: each of the last seats is given once, and every one is given."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from booking_builders import a_hub, an_api
from network_builders import Network
from network_rivals import SEATS, Storm

from booking.sessions import store
from booking.sessions.model import Quota
from chassis.db import Database, Tx
from chassis.metrics import DEADLOCK_RETRIES


@pytest.fixture
async def storm(
    crowd: Database, territory: str, other_territory: str, tmp_path: Path
) -> AsyncIterator[Storm]:
    network = await Network.agreed(await a_hub(crowd, territory), await a_hub(crowd, other_territory))
    async with an_api(crowd, territory, tmp_path) as host, an_api(crowd, other_territory, tmp_path) as home:
        yield await Storm.opened(network, (host, home), 20)


@pytest.mark.timeout(400)
async def test_every_last_seat_is_given_once_whichever_territory_asks(storm: Storm) -> None:
    before = deadlocks()
    await storm.rage()
    await storm.judge()
    assert [won.total() for won in storm.won.values()] == [SEATS] * len(storm.sessions)
    assert all(sum(won[side] for won in storm.won.values()) for side in ("host", "home"))
    assert deadlocks() == before


@pytest.mark.timeout(400)
async def test_what_is_given_up_in_the_midst_of_it_is_given_once_again(storm: Storm) -> None:
    before = deadlocks()
    await storm.rage(giving_up=True)
    await storm.judge()
    assert deadlocks() == before


async def test_looking_first_and_taking_then_gives_seats_twice(
    storm: Storm, without_ledger_check: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "take_from", take_after_a_look)
    monkeypatch.setattr("booking.registrations.store.lock_queue", no_lock)
    await storm.rage()
    with pytest.raises(AssertionError):
        await storm.judge()


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


async def take_after_a_look(tx: Tx, session_id: UUID, quotas: Sequence[Quota], seats: int) -> int | None:
    """The double: believe what was read before, then take."""
    for quota in quotas:
        if quota.taken + seats <= quota.seats:
            await tx.execute(
                "UPDATE session_quotas SET taken = taken + $3 WHERE session_id = $1 AND position = $2",
                session_id,
                quota.position,
                seats,
            )
            return quota.position
    return None


async def no_lock(_tx: Tx, _session_id: UUID) -> None:
    """Counts as most systems do: with nobody kept out meanwhile."""


def deadlocks() -> float:
    return next(sample.value for metric in DEADLOCK_RETRIES.collect() for sample in metric.samples)

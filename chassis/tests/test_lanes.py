"""A parked aggregate: retried in order, given up at last, moved by an operator."""

import pytest
from probe import THINGS, ThingTouched, a_batch, touches

from chassis import lane_verbs
from chassis.breaker import Breaker
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound
from chassis.ids import new_id
from chassis.lane_worker import LaneWorker
from chassis.outbox import Connection as Admin
from chassis.step import Outcome, Step
from chassis.subscriber import Subscriber
from contracts.envelope import Event

JOURNAL = "INSERT INTO journal (territory_id, consumer, thing_id, version) VALUES ($1, $2, $3, $4)"


class Patient:
    """A subscriber whose handler fails on the versions named in `faulty`."""

    def __init__(self, database: Database, *faulty: int) -> None:
        self.name = f"probe.{new_id()}"
        self.faulty = set(faulty)
        self.subscriber = Subscriber(self.name, topics=[THINGS])
        self.subscriber.on(ThingTouched)(self._journal)
        self.step = Step(database, self.subscriber, Breaker())
        self.worker = LaneWorker(database, [self.subscriber], ladder=(0.0, 0.0))
        self.database = database

    async def _journal(self, tx: Tx, event: Event[ThingTouched]) -> None:
        await tx.execute(JOURNAL, tx.territory_id, self.name, event.aggregate_id, event.version)
        if event.version in self.faulty and event.data.note != "mended":
            raise RuntimeError

    async def take(self, territory: str, *versions: int) -> Outcome:
        return await self.step.run(a_batch(*touches(territory, "a", *versions)), careful=True)

    async def retry(self, admin: Admin) -> None:
        """Work on the lane as if its next time had come."""
        await admin.execute(
            "UPDATE lane SET next_at = '-infinity' WHERE consumer = $1 AND state <> 'dead'", self.name
        )
        await self.worker.work()

    def lane(self, territory: str) -> lane_verbs.LaneName:
        return self.name, territory, THINGS.name, "a"


async def effects(admin: Admin, consumer: str) -> list[int]:
    rows = await admin.fetch("SELECT version FROM journal WHERE consumer = $1 ORDER BY seq", consumer)
    return [row[0] for row in rows]


async def state(admin: Admin, consumer: str) -> tuple[str, int] | None:
    row = await admin.fetchrow("SELECT state, attempts FROM lane WHERE consumer = $1", consumer)
    return tuple(row) if row else None


async def test_a_mended_lane_runs_in_order_and_closes(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database, 2)
    await patient.take(territory, 1, 2, 3)
    await patient.retry(admin)
    assert await effects(admin, patient.name) == [1]
    assert await state(admin, patient.name) == ("retrying", 1)
    patient.faulty.clear()
    await patient.take(territory, 4)
    await patient.retry(admin)
    assert await effects(admin, patient.name) == [1, 2, 3, 4]
    assert await state(admin, patient.name) is None
    assert await patient.take(territory, 4, 5) == Outcome(handled=1, repeats=1)


async def test_a_lane_that_keeps_failing_is_given_up_and_copied_once(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database, 1)
    await patient.take(territory, 1, 2)
    for _ in range(4):
        await patient.retry(admin)
    assert await state(admin, patient.name) == ("dead", 2)
    copies = await admin.fetch(
        "SELECT type, aggregate_id FROM event_log WHERE territory_id = $1 AND topic = 'probe.dead.v1'",
        territory,
    )
    assert [tuple(row) for row in copies] == [("maillage.probe.DeadEvent.v1", "a/1")]
    assert await patient.take(territory, 3) == Outcome(queued=1), "a dead lane still keeps what comes"


async def test_progress_starts_the_ladder_again(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database, 1, 2)
    await patient.take(territory, 1, 2)
    await patient.retry(admin)
    await patient.retry(admin)
    assert await state(admin, patient.name) == ("retrying", 2)
    patient.faulty = {2}
    await patient.retry(admin)
    assert await state(admin, patient.name) == ("retrying", 1)
    assert await effects(admin, patient.name) == [1]


async def test_a_gap_closes_when_the_missing_version_comes(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database)
    await patient.take(territory, 2, 3)
    await patient.retry(admin)
    assert await effects(admin, patient.name) == []
    assert await state(admin, patient.name) == ("waiting", 0)
    await patient.take(territory, 1)
    await patient.retry(admin)
    assert await effects(admin, patient.name) == [1, 2, 3]
    assert await state(admin, patient.name) is None


async def test_skip_lets_the_head_count_as_handled(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database, 1)
    await patient.take(territory, 1, 2)
    assert await lane_verbs.skip(worker_database, patient.lane(territory), "sent twice by hand") == 1
    await patient.retry(admin)
    assert await effects(admin, patient.name) == [2]
    assert await patient.take(territory, 1, 2, 3) == Outcome(handled=1, repeats=2)
    audited = await admin.fetchrow("SELECT action, reason FROM audit WHERE territory_id = $1", territory)
    assert audited is not None
    assert tuple(audited) == ("lane:skip", "version 1: sent twice by hand")


async def test_replace_puts_a_new_event_caused_by_the_old_one_in_its_place(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database, 1)
    await patient.take(territory, 1, 2)
    lane = patient.lane(territory)
    before = (await lane_verbs.waiting_events(worker_database, lane))[0]["headers"]
    with pytest.raises(Invalid):
        await lane_verbs.replace(worker_database, patient.subscriber, lane, b"{}", "mended by hand")
    mended = b'{"thing_id": "a", "note": "mended"}'
    await lane_verbs.replace(worker_database, patient.subscriber, lane, mended, "mended by hand")
    after = (await lane_verbs.waiting_events(worker_database, lane))[0]["headers"]
    assert after["ce_causationid"] == before["ce_id"] != after["ce_id"]
    await patient.retry(admin)
    assert await effects(admin, patient.name) == [1, 2]


async def test_a_dead_lane_is_retried_on_an_operators_word(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database, 1)
    await patient.take(territory, 1)
    for _ in range(3):
        await patient.retry(admin)
    assert await state(admin, patient.name) == ("dead", 2)
    patient.faulty.clear()
    await lane_verbs.retry(worker_database, patient.lane(territory), "released 1.2")
    await patient.worker.work()
    assert await effects(admin, patient.name) == [1]
    listed = await lane_verbs.lanes(worker_database, consumer=patient.name)
    assert listed == []


async def test_a_verb_without_reason_or_without_lane_changes_nothing(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    patient = Patient(worker_database, 1)
    await patient.take(territory, 1)
    with pytest.raises(lane_verbs.ReasonMissing):
        await lane_verbs.skip(worker_database, patient.lane(territory), "  ")
    with pytest.raises(NotFound):
        await lane_verbs.skip(worker_database, (patient.name, territory, THINGS.name, "b"), "why not")
    [lane] = await lane_verbs.lanes(worker_database, consumer=patient.name)
    assert (lane["state"], lane["events"], lane["aggregate_id"]) == ("retrying", 1, "a")
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE territory_id = $1", territory) == 0

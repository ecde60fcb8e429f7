"""Measures the way of an event from its commit to a consumer, at a pace: G3 and G4."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import asyncpg
import raw
from figures import Figure, Reading, Say, pace_reached, percentile
from programs import running
from shares import Stopwatch, shares
from stage import Rig, a_stage, new_topic, ready, relaying
from timing import WARM_UP
from writer import WRITERS, write

from chassis.db import Database

DEAD_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Case:
    """One way to write, and what its median and its 99th percentile should be, in milliseconds."""

    goal_id: str
    name: str
    rate: int
    p50: float
    p99: float
    apart: bool = False
    """Whether writers and relay are two processes."""
    dead_rows: int = 0

    def readings(self, ours: list[float], alone: list[float]) -> list[Reading]:
        goals = ((0.5, "p50", self.p50), (0.99, "p99", self.p99))
        return [
            Reading(
                Figure(self.goal_id, f"commit to consumer, {self.name}, {word}", "ms", at_most=goal),
                percentile(ours, share),
                percentile(alone, share),
            )
            for share, word, goal in goals
        ]


CASES = (
    Case("G3", "200/s, quiet", 200, 1.5, 4),
    Case("G3", f"200/s, {DEAD_ROWS:,} dead rows", 200, 1.5, 4, dead_rows=DEAD_ROWS),
    Case("G4", "2,000/s, writers apart", 2_000, 3, 10, apart=True),
    Case("G4", "2,000/s, writers beside the relay", 2_000, 5, 40),
)
GOALS = ("G3", "G4")


async def measure(asked: Collection[str], seconds: float, say: Say) -> list[Reading]:
    """Return one run of each case that is asked for."""
    found, alone = [], dict[int, list[float]]()
    for case in CASES:
        if case.goal_id not in asked:
            continue
        if case.rate not in alone:
            alone[case.rate] = await _raw(case.rate, seconds, say)
        say(f"{case.goal_id} {case.name}")
        reached, ours = await _ours(case, seconds)
        found += case.readings(ours, alone[case.rate])
        found.append(pace_reached(case.goal_id, case.name, reached, case.rate))
    return found


async def profile(missed: Collection[str], seconds: float) -> Mapping[str, Mapping[str, float]]:
    """Return the shares of the relay's steps, in the cases of the missed goals where it works in here."""
    found = {}
    for case in CASES:
        if case.goal_id in missed and not case.apart:
            watch = Stopwatch()
            with watch.armed(["relay"]):
                await _ours(case, seconds)
            found[f"{case.goal_id} {case.name}: the relay"] = shares(watch.seconds)
    return found


async def _ours(case: Case, seconds: float) -> tuple[float, list[float]]:
    async with a_stage() as rig:
        topic = (await new_topic(rig, "bookings")).name
        if case.dead_rows:
            await _leave_dead_rows(rig, topic, case.dead_rows)
        async with running("listener", rig.broker, topic) as listener:
            work = _write_apart if case.apart else _write_beside
            reached, committed = await work(rig, topic, case.rate, seconds + WARM_UP)
            arrived = await listener.result()
    return reached, _latencies(committed, arrived)


async def _raw(rate: int, seconds: float, say: Say) -> list[float]:
    say(f"raw: commit, then send, at {rate:,}/s")
    async with a_stage() as rig:
        topic = (await new_topic(rig, "bookings")).name
        async with running("listener", rig.broker, topic) as listener:
            committed = await raw.commit_then_send(rig, topic, rate, seconds + WARM_UP)
            return _latencies(committed, await listener.result())


async def _write_beside(rig: Rig, topic: str, rate: float, seconds: float) -> tuple[float, Mapping[str, int]]:
    url = rig.databases["alpha"].worker_url
    database = await Database.connect(url, role="alpha_app", size=WRITERS)
    try:
        async with relaying(rig, database):
            return await write(database, topic, rig.territories, rate, seconds)
    finally:
        await database.close()


async def _write_apart(rig: Rig, topic: str, rate: float, seconds: float) -> tuple[float, Mapping[str, int]]:
    relay = rig.part("alpha", "relay")
    await ready(rig, relay)
    environment = {"BENCH_DATABASE": rig.databases["alpha"].worker_url, "BENCH_ROLE": "alpha_app"}
    async with running("writer", topic, rate, seconds, *rig.territories, environment=environment) as writer:
        result = await writer.result(hasten=False)
    await asyncio.to_thread(relay.end)  # which sends what is left
    return result["rate"], result["committed"]


async def _leave_dead_rows(rig: Rig, topic: str, count: int) -> None:
    """Leave what so many sent events leave: rows of the log, and of the queue rows that no vacuum takes."""
    connection = await asyncpg.connect(rig.databases["alpha"].admin_url)
    try:
        await connection.execute("ALTER TABLE outbox SET (autovacuum_enabled = false)")
        await connection.execute(_LOG, rig.territories[0], topic, count)
        await connection.execute(
            "INSERT INTO outbox SELECT id, territory_id, topic, partition FROM event_log"
        )
        await connection.execute("DELETE FROM outbox")
    finally:
        await connection.close()


def _latencies(committed: Mapping[str, int], arrived: Mapping[str, int]) -> list[float]:
    """Return milliseconds from commit to arrival; raises AssertionError for an event that never came."""
    lost = committed.keys() - arrived.keys()
    assert not lost, f"{len(lost)} of {len(committed)} events never came"
    first = min(committed.values()) + WARM_UP * 1e9
    return [(arrived[event] - at) / 1e6 for event, at in committed.items() if at >= first]


_LOG = """
INSERT INTO event_log (territory_id, topic, aggregate_id, version, event_id, type, data, partition,
    correlation_id, data_class)
SELECT $1, $2, 'old-' || n % 500, n / 500 + 1, gen_random_uuid(), 'old', repeat('x', 600)::bytea, n % 12,
    gen_random_uuid(), 'internal'
FROM generate_series(0, $3::integer - 1) AS n
"""

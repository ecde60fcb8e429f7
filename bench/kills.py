"""Counts what three kills of a relay under load do to its events: G11."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from statistics import mean

from figures import Figure, Reading, Say, pace_reached
from stage import Rig, a_stage, events_of, leads, new_topic, ready
from writer import WRITERS, write

from chassis.db import Database
from chassis.kafka import Kafka
from chassis.relay import PAGE, Relay
from chassis.testing import eventually
from chassis.wakeup import Notifier

RATE = 2_000
KILLS = 3
GOALS = ("G11",)
_WORK = 1.5  # seconds of undisturbed work before a kill
_SLICE = 2.0  # seconds of load between two looks whether the kills are over
_LOST = Figure(
    "G11", f"{KILLS} kills of the relay under {RATE:,}/s: events lost", "events", at_most=0, hard=True
)
_TURNED = Figure("G11", "first deliveries out of order", "events", at_most=0, hard=True)
_TWICE = Figure(
    "G11", f"delivered twice: a batch of {PAGE:,} a kill at most", "events", at_most=KILLS * PAGE, hard=True
)


@dataclass(slots=True)
class Deliveries:
    """What a topic holds, against what was committed."""

    committed: set[str]
    pace: float
    """Commits a second."""
    twice: int = 0
    turned: int = 0
    _seen: set[str] = field(default_factory=set)
    _last: dict[str, int] = field(default_factory=dict)

    def take(self, key: str, version: int, event_id: str) -> None:
        """Take note of one record, in the order of its partition."""
        if event_id in self._seen:
            self.twice += 1
            return
        self._seen.add(event_id)
        self.turned += version != self._last.get(key, 0) + 1
        self._last[key] = version

    @property
    def lost(self) -> int:
        return len(self.committed - self._seen)


async def measure(asked: Collection[str], _seconds: float, say: Say) -> list[Reading]:
    """Return one run, which lasts until the third killed relay has been replaced."""
    if "G11" not in asked:
        return []
    say(f"G11 {KILLS} kills of the relay")
    async with a_stage() as rig:
        found = await _kill_and_count(rig)
    return [
        Reading(_LOST, found.lost),
        Reading(_TURNED, found.turned),
        Reading(_TWICE, found.twice),
        pace_reached("G11", "the kills included", found.pace, RATE),
    ]


async def profile(_missed: Collection[str], _seconds: float) -> Mapping[str, Mapping[str, float]]:
    """Return nothing: counts have no steps."""
    return {}


async def _kill_and_count(rig: Rig) -> Deliveries:
    topic, url = await new_topic(rig, "bookings"), rig.databases["alpha"].worker_url
    database = await Database.connect(url, role="alpha_app", size=WRITERS)
    notifier = Notifier(url, Relay(url, Kafka(rig.broker, "alpha"), "alpha", "none"))
    database.committed = notifier.commit
    relay = rig.part("alpha", "relay")
    await ready(rig, relay)
    killing = asyncio.create_task(_kill(rig))
    paces = list[float]()
    while not killing.done():
        paces.append((await write(database, topic.name, rig.territories, RATE, _SLICE))[0])
    await killing
    await eventually(lambda: _waiting(rig, 0), 60)
    await notifier.stop()
    await database.close()
    await rig.end()
    rows = await rig.fetch("alpha", "SELECT event_id::text FROM event_log")
    found = Deliveries({row[0] for row in rows}, mean(paces))
    for record, envelope in await events_of(rig.broker, topic.name):
        found.take(record.key.decode(), envelope.version, str(envelope.id))
    return found


async def _kill(rig: Rig) -> None:
    """Kill the relay in the middle of its work, start it again, and wait until it has caught up."""
    relay = next(iter(rig.parts.values()))
    for _ in range(KILLS):
        await asyncio.sleep(_WORK)
        relay.kill()
        relay.start()
        await eventually(lambda: leads(rig, "alpha", relay), 30)
        await eventually(lambda: _waiting(rig, PAGE), 60)


async def _waiting(rig: Rig, most: int) -> bool:
    """Say whether at most so many events wait for the relay."""
    return bool(await rig.value("alpha", "SELECT count(*) <= $1 FROM outbox", most))

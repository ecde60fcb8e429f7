"""Measures how many events a second a consumer takes into effect: G5, G6 and G7."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import raw
from facts import touched_on
from figures import Figure, Reading, Say
from fill import fill
from shares import Stopwatch, shares
from stage import Rig, a_stage, new_topic
from timing import Meter

from chassis.consumer import Consumer
from chassis.db import Database, Tx
from chassis.ids import new_id
from chassis.kafka import Kafka
from chassis.subscriber import Subscriber
from contracts.envelope import Event, Fact, Topic

Kind = Literal["set-wise", "per event", "no-op"]

FILLED = 30_000  # events for each second of measurement
_OURS = {
    "G5": Figure(
        "G5", "set-wise subscriber, against one transaction a message", "events/s", ratio_at_least=40
    ),
    "G6": Figure(
        "G6", "two statements an event, against one transaction a message", "events/s", ratio_at_least=6
    ),
    "G7": Figure(
        "G7", "no-op handlers, against aiokafka and pydantic alone", "events/s", ratio_at_least=0.35
    ),
}
_KINDS: Mapping[str, Kind] = {"G5": "set-wise", "G6": "per event", "G7": "no-op"}
GOALS = tuple(_OURS)


@dataclass(frozen=True, slots=True)
class Ground:
    """A filled topic, beta's database, and for how long each consumer may work."""

    rig: Rig
    topic: Topic
    filled: int
    seconds: float

    @property
    def fact(self) -> type[Fact]:
        return touched_on(self.topic)


async def measure(asked: Collection[str], seconds: float, say: Say) -> list[Reading]:
    """Return one run of each goal that is asked for."""
    async with a_stage() as rig:
        ground = await _ground(rig, seconds, say)
        found = []
        for goal in (goal for goal in GOALS if goal in asked):
            say(f"{goal} {_KINDS[goal]} consumer")
            ours = await _ours(ground, _KINDS[goal])
            say(f"raw: {goal}")
            found.append(Reading(_OURS[goal], ours, await _raw(ground, goal)))
        return found


async def profile(missed: Collection[str], seconds: float) -> Mapping[str, Mapping[str, float]]:
    """Return the shares of the steps of the consumers that missed their goals."""
    found = {}
    async with a_stage() as rig:
        ground = await _ground(rig, seconds, lambda _: None)
        for goal in (goal for goal in GOALS if goal in missed):
            watch = Stopwatch()
            with watch.armed(["consumer"]):
                await _ours(ground, _KINDS[goal])
            found[f"{goal}: the {_KINDS[goal]} consumer"] = shares(watch.seconds)
    return found


async def _ground(rig: Rig, seconds: float, say: Say) -> Ground:
    topic, count = await new_topic(rig, "bookings"), int(FILLED * seconds)
    say(f"filling a topic with {count:,} events")
    await fill(rig.broker, topic, rig.territories, count)
    return Ground(rig, topic, count, seconds)


async def _ours(ground: Ground, kind: Kind) -> float:
    """Run the real consumer; its watermarks must say at the end that each event took effect once."""
    meter, name = Meter(), f"beta.{kind.replace(' ', '-')}-{new_id().hex[-12:]}"
    subscriber = _subscriber(kind, name, ground, meter)
    database = await Database.connect(ground.rig.databases["beta"].worker_url)
    kafka = Kafka(ground.rig.broker, "beta")
    try:
        consumer = Consumer(database, kafka, subscriber)
        await meter.follow(consumer.run(), ground.filled, ground.seconds, consumer.stop)
    finally:
        await kafka.stop()
        await database.close()
    reached = await ground.rig.value("beta", _REACHED, name)
    assert reached == meter.total, f"{name} handled {meter.total} events, its watermarks say {reached}"
    return meter.rate


def _subscriber(kind: Kind, name: str, ground: Ground, meter: Meter) -> Subscriber:
    subscriber = Subscriber(name, [ground.topic])

    async def nothing(_tx: Tx, _event: Event[Any]) -> None:
        meter.note()

    async def two_statements(tx: Tx, event: Event[Any]) -> None:
        await tx.execute(raw.JOURNAL, *_columns(event), name, event.topic, event.id)
        await tx.execute(raw.TOTAL, event.territory_id, event.aggregate_id)
        meter.note()

    async def together(tx: Tx, events: Sequence[Event[Any]]) -> None:
        columns = zip(*map(_columns, events), strict=True)
        await tx.execute(_COUNT, *map(list, columns))
        meter.note(len(events))

    if kind == "set-wise":
        subscriber.together(ground.fact)(together)
    else:
        subscriber.on(ground.fact)(nothing if kind == "no-op" else two_statements)
    return subscriber


def _columns(event: Event[Any]) -> tuple[str, str, int]:
    return event.territory_id, event.aggregate_id, event.version


async def _raw(ground: Ground, goal: str) -> float:
    where = raw.Reading(ground.rig.broker, ground.topic, ground.filled, ground.seconds)
    if goal == "G7":
        return await raw.read_and_parse(where)
    statements = raw.two_statements if goal == "G6" else raw.one_statement
    return await raw.one_transaction_a_message(where, ground.rig.databases["beta"].worker_url, statements)


_REACHED = "SELECT sum(version)::bigint FROM watermark WHERE consumer = $1"
_COUNT = """
INSERT INTO rights AS r (territory_id, item_id, n, last_version)
SELECT k.territory_id, k.item_id, count(*), max(k.version)
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS k(territory_id, item_id, version)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (territory_id, item_id) DO UPDATE
SET n = r.n + excluded.n, last_version = excluded.last_version
"""

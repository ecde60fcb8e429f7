"""Sets the stage of a measurement: the two tiny services of the tests, topics, relays, a profile's shares."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from collect import events_of
from parts import Part
from programs import HERE, TINY
from rig import Rig, a_rig

from chassis.db import Database
from chassis.kafka import Kafka
from chassis.relay import Relay
from chassis.testing import eventually
from contracts.envelope import Topic
from maillage import topics

__all__ = ["Part", "Rig", "a_stage", "armed", "events_of", "new_topic", "read_shares", "ready", "relaying"]

_LEASE = "SELECT count(*) FROM relay_lease WHERE expires_at > clock_timestamp() AND owner LIKE '%-' || $1"


@asynccontextmanager
async def a_stage() -> AsyncIterator[Rig]:
    """Build alpha and beta on databases and topics of their own; no process is started yet."""
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as folder:
        async with a_rig(Path(folder)) as rig:
            yield rig


async def new_topic(rig: Rig, words: str) -> Topic:
    """Create a topic of this stage, of 12 partitions."""
    topic = Topic(f"alpha.{words}-{rig.run}.v1", key="item_id", partitions=12)
    await topics.ensure(rig.broker, [topic])
    return topic


@asynccontextmanager
async def relaying(rig: Rig, database: Database) -> AsyncIterator[Relay]:
    """Run alpha's relay in this process, woken by the commits of `database`."""
    relay = Relay(rig.databases["alpha"].worker_url, Kafka(rig.broker, "alpha"), "alpha", "bench")
    database.committed = relay.wake
    task = asyncio.create_task(relay.run())
    try:
        await eventually(lambda: relay.holds_lease, 30)
        yield relay
    finally:
        relay.stop()
        await task


async def ready(rig: Rig, *parts: Part) -> None:
    """Start parts and wait until their doors answer and their relays hold the lease."""
    rig.start(*parts)
    for part in parts:
        words = set(part.roles)
        if "api" in words:
            await eventually(lambda part=part: _answers(part.port), 30)  # type: ignore[misc]
        if "relay" in words:
            service = next(name for name in ("alpha", "beta") if name in (part.service, *part.roles))
            await eventually(lambda part=part, service=service: leads(rig, service, part), 30)  # type: ignore[misc]


async def leads(rig: Rig, service: str, part: Part) -> bool:
    """Say whether this process is the one that relays."""
    return part.process is not None and await rig.value(service, _LEASE, str(part.process.pid)) == 1


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def armed(rig: Rig, part: Part, steps: Iterable[str]) -> Part:
    """Return the part as a program that notes, at its end, where its time went."""
    environment = {
        **part.environment,
        "BENCH_STEPS": " ".join(steps),
        "BENCH_SHARES": str(rig.folder / f"{part.name}.shares"),
        "PYTHONPATH": f"{TINY}{os.pathsep}{HERE}",
    }
    rig.parts[part.name] = replace(
        part, service="armed", roles=(part.service, *part.roles), environment=environment
    )
    return rig.parts[part.name]


def read_shares(rig: Rig, *parts: Part) -> Mapping[str, float]:
    """Return the seconds that ended parts, armed, spent in each step, added up."""
    total: dict[str, float] = {}
    for part in parts:
        for step, seconds in json.loads((rig.folder / f"{part.name}.shares").read_text()).items():
            total[step] = total.get(step, 0) + seconds
    return total

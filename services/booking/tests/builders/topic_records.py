"""Sends a service records as Kafka brings them: in any order, more than once."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import asyncpg
from booking_builders import NOW, Hub

from chassis.batch import read_batch
from chassis.breaker import Breaker
from chassis.db import Database
from chassis.ids import new_id
from chassis.lane_worker import LaneWorker
from chassis.step import Step
from chassis.subscriber import Subscriber
from chassis.wire import encode
from contracts.envelope import Fact


def record(fact: Fact, version: int, territory: str) -> Any:
    """The record that the relay of another service would send for this fact."""
    row = {
        "territory_id": territory,
        "aggregate_id": fact.aggregate_id,
        "version": version,
        "event_id": new_id(),
        "type": fact.type,
        "data_class": fact.data_class,
        "correlation_id": new_id(),
        "causation_id": None,
        "actor_id": None,
        "site_id": None,
        "traceparent": None,
        "recorded_at": NOW,
    }
    return SimpleNamespace(
        topic=fact.topic.name,
        partition=0,
        offset=version,
        key=f"{territory}/{fact.aggregate_id}".encode(),
        headers=encode(row, b"/elsewhere"),
        value=fact.model_dump_json().encode(),
    )


async def hear(
    hub: Hub,
    worker: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    by: Subscriber,
    records: Sequence[Any],
) -> None:
    """Let a consumer take each record in this order, and work on what had to wait for an earlier one."""
    step, lanes = Step(worker, by, Breaker()), LaneWorker(worker, [by], ladder=(0.0,) * 9)
    for each in records:
        await step.run(read_batch([each]), careful=True)
    while await admin.fetchval(_WAITING, hub.territory):
        await admin.execute("UPDATE lane SET next_at = '-infinity' WHERE territory_id = $1", hub.territory)
        await lanes.work()


_WAITING = "SELECT count(*) FROM lane WHERE territory_id = $1 AND state <> 'dead'"

"""A program, and the function it runs: commits one event a transaction at a pace, notes each commit.

`python writer.py TOPIC RATE SECONDS TERRITORY…`, with BENCH_DATABASE and BENCH_ROLE; its result is
{"rate": reached, "committed": {event: nanoseconds}}.
"""

import os
import sys
from collections.abc import Sequence
from time import monotonic_ns

import uvloop
from facts import ITEMS, fields_of, topic_named, touched_on
from programs import say_ready, say_result
from timing import keep_pace

from chassis.db import Database
from chassis.kafka import Kafka
from chassis.relay import Relay
from chassis.wakeup import Notifier

WRITERS = 16  # transactions at a time


async def write(
    database: Database, topic: str, territories: Sequence[str], rate: float, seconds: float
) -> tuple[float, dict[str, int]]:
    """Return the rate reached and when each event, named `<key>@<version>`, was known to be committed."""
    fact, committed = touched_on(topic_named(topic)), dict[str, int]()

    async def commit_one(number: int) -> None:
        territory = territories[number // ITEMS % len(territories)]
        async with database.tx(territory) as tx:
            tx.emit(fact.model_validate(fields_of(number)))
        ((_, _, aggregate), version) = next(iter(tx.versions.items()))
        committed[f"{territory}/{aggregate}@{version}"] = monotonic_ns()

    reached = await keep_pace(commit_one, rate, seconds, WRITERS)
    return reached, committed


async def _main(topic: str, rate: str, seconds: str, *territories: str) -> dict[str, object]:
    url = os.environ["BENCH_DATABASE"]
    database = await Database.connect(url, role=os.environ["BENCH_ROLE"], size=WRITERS)
    # the relay works in another process: commits reach it as those of an api in a process of its own do
    notifier = Notifier(url, Relay(url, Kafka("127.0.0.1:9", "alpha"), "alpha", "none"))
    database.committed = notifier.commit
    say_ready()
    reached, committed = await write(database, topic, territories, float(rate), float(seconds))
    await notifier.stop()
    await database.close()
    return {"rate": reached, "committed": committed}


if __name__ == "__main__":
    say_result(uvloop.run(_main(*sys.argv[1:])))

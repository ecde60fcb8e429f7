"""`maillage reconcile`: whether every consumer has reached what the producers of its topics said.

A watermark counts the versions of one aggregate that a consumer has taken in; the producer's counter counts
those it has said. Once the platform is quiet they are the same, aggregate by aggregate.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from heapq import merge
from importlib import import_module
from itertools import groupby
from operator import itemgetter
from typing import Annotated

import typer

from maillage.terminal import Json, answer, read_settings, told

_PAGE = 10_000  # rows of one fetch

Key = tuple[str, str]  # territory, aggregate
Rows = Iterator[tuple[Key, str, int, bool]]  # key, side, version, parked


@dataclass(slots=True)
class Reached:
    """How far one consumer is with one topic: its aggregates, and those where it is not there yet."""

    consumer: str
    topic: str
    aggregates: int = 0
    behind: int = 0
    ahead: int = 0
    parked: int = 0
    example: str = ""

    @property
    def is_there(self) -> bool:
        return not (self.behind or self.ahead or self.parked)

    def note(self, key: Key, said: int, taken: int, *, parked: bool) -> None:
        """Count one aggregate; 0 stands for one that a side does not know."""
        self.aggregates += 1
        self.behind += taken < said
        self.ahead += taken > said
        self.parked += parked
        if not self.example and (taken != said or parked):
            self.example = f"{'/'.join(key)}: {taken} of {said}"


def reconcile(
    *,
    wait: Annotated[float, typer.Option(help="Seconds to wait until all are there.")] = 0,
    as_json: Json = False,
) -> None:
    """Compare every consumer's watermarks with the producers' counters, aggregate by aggregate.

    Exit codes: 0 all are there, 1 some are not (yet), 3 the platform does not run.
    """
    from maillage.databases import worker_urls  # noqa: PLC0415 - `maillage --help` loads no server code

    with told(as_json=as_json):
        urls, deadline = worker_urls(read_settings()), time.monotonic() + wait
        while True:
            found = list(compared(urls, consumers(urls)))
            if all(each.is_there for each in found) or time.monotonic() >= deadline:
                break
            time.sleep(0.2)
        answer(
            {"ok": all(each.is_there for each in found), "consumers": [asdict(each) for each in found]},
            table(found),
            as_json=as_json,
        )
        raise typer.Exit(0 if all(each.is_there for each in found) else 1)


def consumers(services: Iterable[str]) -> dict[str, list[str]]:
    """Return the topics that each consumer of these services hears."""
    subscribers = [each for name in services for each in import_module(f"{name}.app").service.subscribers]
    return {each.name: [topic.name for topic in each.topics] for each in subscribers}


def compared(urls: Mapping[str, str], heard: Mapping[str, list[str]]) -> Iterator[Reached]:
    """Yield how far each consumer is with each topic; `urls` are those of the services' databases."""
    for consumer, topics in heard.items():
        for topic in topics:
            producer, owner = topic.partition(".")[0], consumer.partition(".")[0]
            if producer in urls and owner in urls:
                said = _rows(urls[producer], _COUNTERS, topic)
                taken = _rows(urls[owner], _WATERMARKS, topic, consumer)
                yield _compare(Reached(consumer, topic), said, taken)


def table(found: list[Reached]) -> str:
    """Write a line for each consumer and topic, and a sentence on the whole."""
    lines = [
        f"{'✓' if each.is_there else '✗'} {each.consumer:<26}{each.topic:<34}{each.aggregates:>9,}"
        + (
            f"  behind {each.behind:,}, ahead {each.ahead:,}, parked {each.parked:,}: {each.example}"
            if not each.is_there
            else ""
        )
        for each in found
    ]
    away = sum(not each.is_there for each in found)
    whole = (
        "Every consumer has taken in what was said." if not away else f"{away} of {len(found)} are not there."
    )
    return "\n".join([*lines, whole])


def _compare(reached: Reached, said: Rows, taken: Rows) -> Reached:
    """Walk both sides together in the order of their keys."""
    for key, rows in groupby(merge(said, taken), key=itemgetter(0)):
        found = {side: (version, parked) for _, side, version, parked in rows}
        version, parked = found.get("taken", (0, False))
        reached.note(key, found.get("said", (0, False))[0], version, parked=parked)
    return reached


def _rows(url: str, sql: str, *arguments: str) -> Rows:
    """Read key, side, version and whether it is parked, in the order of the keys' bytes, a page at a time."""
    import psycopg  # noqa: PLC0415 - the same

    with psycopg.connect(url) as connection, connection.cursor("reconcile") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(sql, arguments)
        for territory_id, aggregate_id, side, version, parked in cursor:
            yield (territory_id, aggregate_id), side, version, parked


_ORDER = """ORDER BY territory_id COLLATE "C", aggregate_id COLLATE "C" """
_COUNTERS = f"""
SELECT territory_id, aggregate_id, 'said', version, false FROM counter WHERE topic = %s {_ORDER}
"""
_WATERMARKS = f"""
SELECT territory_id, aggregate_id, 'taken', version, parked FROM watermark
WHERE topic = %s AND consumer = %s {_ORDER}
"""

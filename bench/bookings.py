"""Measures booking: commands over HTTP beside the bare insert of a claim, while the table grows.

`python -m maillage.testservers -- python bench/bookings.py [--rows 10000,1000000] [--clients 1,8,32]`

For each size: bookings are copied in, then commands and bare inserts a second and their p99 by so many
clients, and the search for what is free. The clients have a process of their own, the service runs without
its relay, and every command books an hour that is free. The bare insert is one transaction with one row of
the ledger: row security, foreign keys, the constraint that forbids overlaps.
"""

import argparse
import json
import os
import random
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

import programs  # noqa: F401 - puts the builders on the path, for what follows

# isort: split
import asyncpg
import uvloop
from booking_builders import MONDAY, Hub, a_hub, an_api_over_http, at
from figures import percentile
from programs import running
from search import fill_bookings, fill_resources, search, wishes
from timing import keep_busy

from chassis.db import _SETTINGS, Database
from chassis.ids import new_id
from chassis.testing import ServiceDatabase, clone_database, new_territory
from contracts.membership import Entitlement

_RESOURCES, _DAYS, _HOURS = 1000, 250, 4  # of each resource, so many hours are filled on so many days
_AT_ONCE = 50_000  # rows
_LENGTH = timedelta(minutes=45)
_KINDS = ("room", "desk", "office", "equipment")
_SEARCHES = 100
_POOL = 32


def hour(number: int, *, free: bool) -> datetime:
    """Return when one of the hours of a resource begins: those to be filled and the others take turns."""
    weekday, place = divmod(number, _HOURS)
    weeks, day = divmod(weekday, 5)
    return at(7 + 2 * place + free, MONDAY + timedelta(weeks=weeks + 1, days=day))


async def fill(
    admin: asyncpg.Connection, hub: Hub, resources: Sequence[UUID], span: tuple[int, int], seed: int
) -> None:
    """Copy bookings in, from one number of rows to another, spread over resources and days."""
    order = random.Random(seed).sample(range(_DAYS * _HOURS), _DAYS * _HOURS)  # noqa: S311 - repeats a run
    for first in range(*span, _AT_ONCE):
        rows = []
        for number in range(first, min(first + _AT_ONCE, span[1])):
            turn, place = divmod(number, _RESOURCES)
            start = hour(order[turn], free=False)
            rows.append((new_id(), resources[place], hub.site_id, start, start + _LENGTH))
        await fill_bookings(admin, rows, hub.territory)
    await admin.execute("VACUUM ANALYZE")


class Ledger:
    """The bare ledger: connections that insert one claim a transaction."""

    def __init__(self, own: ServiceDatabase, territory: str, resources: Sequence[UUID]) -> None:
        self._own, self._territory, self._resources = own, territory, resources
        self._inserted = 0
        self._bookings: list[UUID] = []

    async def inserts(self, seconds: float, clients: int) -> tuple[float, float]:
        """Return how many inserts a second that many connections make, and their p99 in milliseconds."""
        settings = _SETTINGS | {"role": "booking_app"}
        free = [await asyncpg.connect(self._own.worker_url, server_settings=settings) for _ in range(clients)]
        milliseconds: list[float] = []

        async def insert(_number: int) -> None:
            connection, row = free.pop(), self._next()
            begun = perf_counter()
            await connection.execute(f"BEGIN; SET LOCAL app.territories = '{self._territory}'")
            await connection.execute(_CLAIM, self._territory, *row)
            await connection.execute("COMMIT")
            milliseconds.append(1000 * (perf_counter() - begun))
            free.append(connection)

        await keep_busy(insert, 1.0, clients)
        milliseconds.clear()
        rate = await keep_busy(insert, seconds, clients)
        for connection in free:
            await connection.close()
        return rate, percentile(milliseconds, 0.99)

    async def prepare(self, admin: asyncpg.Connection, hub: Hub, spare: UUID) -> None:
        """Copy bookings of a resource of their own in, for the claims to refer to."""
        starts = [hour(number, free=False) for number in range(_DAYS * _HOURS)]
        rows = [(new_id(), spare, hub.site_id, start, start + _LENGTH) for start in starts]
        await fill_bookings(admin, rows, hub.territory)
        self._bookings = [row[0] for row in rows]

    def _next(self) -> tuple[UUID, datetime, datetime, UUID]:
        turn, place = divmod(self._inserted, _RESOURCES)
        self._inserted += 1
        start = hour(turn, free=True) + timedelta(weeks=60)  # where no command books
        return self._resources[place], start, start + _LENGTH, self._bookings[turn]


@asynccontextmanager
async def a_hub_to_book_at(own: ServiceDatabase) -> AsyncIterator[tuple[Hub, list[UUID]]]:
    """A site with resources of every kind, one of them to spare; what is committed is on disk."""
    admin = await asyncpg.connect(own.admin_url)
    await admin.execute(f'ALTER DATABASE "{own.name}" SET synchronous_commit = on')
    await admin.close()
    database = await Database.connect(own.worker_url, role="booking_app", size=_POOL)
    hub = await a_hub(database, new_territory())
    resources = [(new_id(), hub.site_id, number) for number in range(_RESOURCES + 1)]
    admin = await asyncpg.connect(own.admin_url)
    await fill_resources(admin, resources, random.Random(0), hub.territory)  # noqa: S311 - repeats a run
    await admin.close()
    try:
        yield hub, [each[0] for each in resources]
    finally:
        await database.close()


async def measure(own: ServiceDatabase, asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as folder:
        async with (
            a_hub_to_book_at(own) as (hub, resources),
            an_api_over_http(hub.database, hub.territory, Path(folder)) as api,
        ):
            entitled = (Entitlement(resource_kinds=_KINDS, paid_by="plan"),)
            people = [await hub.member(entitlements=entitled) for _ in range(max(asked.clients))]
            tokens = {str(each): api.token("member", each) for each in people}
            told = Path(folder) / "told.json"
            whom = {"resources": [str(each) for each in resources[:_RESOURCES]], "tokens": tokens}
            told.write_text(json.dumps(whom | {"territory": hub.territory, "port": api.port}))
            await _grow(own, asked, hub, resources, told)


async def _grow(
    own: ServiceDatabase, asked: argparse.Namespace, hub: Hub, resources: Sequence[UUID], told: Path
) -> None:
    *resources, spare = resources
    admin, ledger = await asyncpg.connect(own.admin_url), Ledger(own, hub.territory, resources)
    await ledger.prepare(admin, hub, spare)
    booked = filled = 0
    for rows in asked.rows:
        begun = perf_counter()
        await fill(admin, hub, resources, (filled, rows), asked.seed)
        filled = rows
        claims = await admin.fetchval("SELECT count(*) FROM claims")
        print(f"{claims:,} claims, filled in {perf_counter() - begun:.0f} s, seed {asked.seed}", flush=True)
        for clients in asked.clients:
            bare, bare_p99 = await ledger.inserts(asked.seconds, clients)
            async with running("booker", told, asked.seconds, clients, booked) as booker:
                done = await booker.result(hasten=False)
            assert not done["said"], done["said"]
            booked += done["sent"]
            rate, p99 = done["rate"], percentile(done["milliseconds"], 0.99)
            p50 = median(done["milliseconds"])
            print(f"  {clients:>2} clients: {rate:.0f} commands/s, p50 {p50:.1f}, p99 {p99:.1f} ms;", end=" ")
            print(f"bare insert {bare:,.0f}/s, p99 {bare_p99:.1f} ms; {rate / bare:.2f}×", flush=True)
        await _search(hub, asked.seed)
    await admin.close()


async def _search(hub: Hub, seed: int) -> None:
    drawn = wishes(seed)
    for _ in range(20):
        await search(hub.database, hub.territory, next(drawn))
    times = [(await search(hub.database, hub.territory, next(drawn)))[0] for _ in range(_SEARCHES)]
    print(f"  free search: p50 {median(times):.1f}, p99 {percentile(times, 0.99):.1f} ms", flush=True)


def numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=numbers, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--clients", type=numbers, default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=302)
    asked = parser.parse_args()
    own = clone_database(os.environ["MAILLAGE_TEST_POSTGRES"], "booking", ("booking",))
    uvloop.run(measure(own, asked))


_CLAIM = """
INSERT INTO claims (territory_id, leaf_id, starts_at, ends_at, booking_id) VALUES ($1, $2, $3, $4, $5)
"""

if __name__ == "__main__":
    main()

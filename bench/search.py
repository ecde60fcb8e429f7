"""Measures the search for what is free: 1,000 resources, 13 months of bookings, cold and warm.

`python -m maillage.testservers -- python bench/search.py [--resources N] [--months N] [--seed N] [--plan]`

Rows and seed are printed with the figures. Cold is a new connection and empty shared buffers; the operating
system's own cache stays. With `--plan`, PostgreSQL's account of the query is printed too.
"""

import argparse
import asyncio
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from uuid import UUID

import asyncpg

from booking.availability import store
from booking.availability.handlers import free_resources
from booking.availability.store import Wish
from booking.openings.model import Interval
from chassis.db import Database
from chassis.ids import new_id
from chassis.pages import Asked
from chassis.testing import ServiceDatabase, clone_database, new_territory

_MONDAY = datetime(2035, 3, 5, tzinfo=UTC)
_SITES = 5
_A_DAY = 1  # bookings of a resource on a weekday
_SEARCHES = 200
_FEATURES = ("screen", "whiteboard", "videoconference", "projector", "step_free")


async def fill(admin: asyncpg.Connection, asked: argparse.Namespace, territory: str) -> None:
    """Write sites, resources, hours, closures, and the bookings of weekdays with their claims."""
    draw = random.Random(asked.seed)  # noqa: S311 - repeats a run
    sites = [new_id() for _ in range(_SITES)]
    rows = [(territory, site, f"Site {n}", "Europe/Paris") for n, site in enumerate(sites)]
    await admin.copy_records_to_table(
        "sites", records=rows, columns=["territory_id", "site_id", "name", "zone"]
    )
    weekly = ",".join(f'{{"weekday":{day},"opens":"08:00","closes":"20:00"}}' for day in range(1, 6))
    await admin.executemany(
        "INSERT INTO opening_hours (territory_id, owner_id, site_id, valid_from, weekly)"
        " VALUES ($1, $2, $2, '2035-01-01', $3)",
        [(territory, site, f"[{weekly}]") for site in sites],
    )
    await admin.executemany(
        "INSERT INTO closures (territory_id, closure_id, site_id, starts_at, ends_at, reason,"
        " staff_may_override) VALUES ($1, $2, $3, $4, $5, 'Travaux', false)",
        [
            (
                territory,
                new_id(),
                site,
                _MONDAY + timedelta(days=30 * n),
                _MONDAY + timedelta(days=30 * n + 2),
            )
            for n in range(asked.months)
            for site in sites
        ],
    )
    resources = [(new_id(), sites[n % _SITES], n) for n in range(asked.resources)]
    await fill_resources(admin, resources, draw, territory)
    await fill_bookings(admin, list(_bookings(draw, resources, asked.months)), territory)
    await admin.execute("VACUUM ANALYZE")


async def fill_resources(
    admin: asyncpg.Connection, resources: list[tuple[UUID, UUID, int]], draw: random.Random, territory: str
) -> None:
    await admin.executemany(
        "INSERT INTO resources (territory_id, resource_id, site_id, leaf_ids, lineage, kind, name, capacity,"
        " bookable, approval_required, turnaround_minutes, features)"
        " VALUES ($1, $2::uuid, $3::uuid, ARRAY[$2::uuid], ARRAY[$2::uuid, $3::uuid], $4, $5, $6, true,"
        " false, 10, $7)",
        [
            (
                territory,
                resource,
                site,
                draw.choice(("room", "desk", "office", "equipment")),
                f"Ressource {n:04}",
                draw.choice((1, 2, 4, 8, 12, 20)),
                sorted(draw.sample(_FEATURES, draw.randint(0, 3))),
            )
            for resource, site, n in resources
        ],
    )


Row = tuple[UUID, UUID, UUID, datetime, datetime]


def _bookings(draw: random.Random, resources: list[tuple[UUID, UUID, int]], months: int) -> Iterator[Row]:
    days = [_MONDAY + timedelta(days=n) for n in range(months * 30)]
    for resource, site, _ in resources:
        for day in (each for each in days if each.isoweekday() < 6):  # noqa: PLR2004 - Saturday
            for part in range(_A_DAY):
                start = day + timedelta(hours=7 + 12 // _A_DAY * part + draw.randrange(8), minutes=30)
                yield new_id(), resource, site, start, start + timedelta(hours=draw.randint(1, 3))


async def fill_bookings(admin: asyncpg.Connection, rows: list[Row], territory: str) -> None:
    person, known = new_id(), _MONDAY
    what, same = ("Ressource", "room"), ("Europe/Paris", person, person, "nomad", "plan", 0, known)
    bookings = [
        (territory, each[0], "confirmed", each[2], "Site", each[1], *what, *each[3:], each[3].date(), *same)
        for each in rows
    ]
    named = "territory_id booking_id state site_id site_name resource_id resource_name kind starts_at ends_at"
    named += " starts_on zone person_id payer_person_id audience paid_by plan_units rights_as_of"
    await admin.copy_records_to_table("bookings", records=bookings, columns=named.split())
    claims = [(territory, each[1], each[3], each[4] + timedelta(minutes=10), each[0]) for each in rows]
    columns = ["territory_id", "leaf_id", "starts_at", "ends_at", "booking_id"]
    await admin.copy_records_to_table("claims", records=claims, columns=columns)


def wishes(seed: int) -> Iterator[Wish]:
    """Draw periods and what narrows them: a third of the searches by features, a third by capacity."""
    draw = random.Random(seed + 1)  # noqa: S311 - repeats a run
    while True:
        start = _MONDAY + timedelta(
            days=7 * draw.randrange(52) + draw.randrange(5), hours=draw.randint(7, 16)
        )
        features = draw.sample(_FEATURES, 1) if draw.random() < 1 / 3 else ()
        capacity = 8 if draw.random() < 1 / 3 else None
        yield Wish(Interval(start, start + timedelta(hours=1)), None, (), capacity, features)


async def search(database: Database, territory: str, wish: Wish) -> tuple[float, int]:
    """Search as a request does; return milliseconds and how many were found."""
    begun = perf_counter()
    async with database.tx(territory) as tx:
        page = await free_resources(tx, Asked(50), wish)
    return 1000 * (perf_counter() - begun), len(page.items)


async def measure(own: ServiceDatabase, asked: argparse.Namespace) -> None:
    territory, admin = new_territory(), await asyncpg.connect(own.admin_url)
    begun = perf_counter()
    await fill(admin, asked, territory)
    counts = {name: await admin.fetchval(f"SELECT count(*) FROM {name}") for name in ("resources", "claims")}
    print(f"seed {asked.seed}, {counts['resources']:,} resources, {counts['claims']:,} claims,", end=" ")
    print(f"{asked.months} months, filled in {perf_counter() - begun:.0f} s")
    drawn = wishes(asked.seed)
    await admin.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
    cold = []
    for _ in range(5):
        await admin.execute("CHECKPOINT")
        await admin.fetch("SELECT * FROM pg_buffercache_evict_all()")
        database = await Database.connect(own.worker_url, role="booking_app", size=1)
        cold.append((await search(database, territory, next(drawn)))[0])
        await database.close()
    print(f"cold: median of 5 {median(cold):.1f} ms, worst {max(cold):.1f} ms")
    database = await Database.connect(own.worker_url, role="booking_app", size=1)
    for _ in range(20):
        await search(database, territory, next(drawn))
    _say_warm(sorted([await search(database, territory, next(drawn)) for _ in range(_SEARCHES)]))
    if asked.plan:
        await _explain(database, territory, next(drawn))
    await database.close()
    await admin.close()


def _say_warm(warm: list[tuple[float, int]]) -> None:
    times, found = [each[0] for each in warm], [each[1] for each in warm]
    p99 = times[int(len(times) * 0.99)]
    print(f"warm: {len(times)} searches, p50 {median(times):.1f} ms, p99 {p99:.1f} ms")
    print(f"a page held {min(found)} to {max(found)} resources")


async def _explain(database: Database, territory: str, wish: Wish) -> None:
    """Print what PostgreSQL did for the first of the two queries."""
    async with database.tx(territory) as tx:
        real = tx.fetch

        async def explained(sql: str, *args: object) -> list[asyncpg.Record]:
            for row in await real(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}", *args):
                print(row[0])
            return []

        setattr(tx, "fetch", explained)  # noqa: B010 - the query as it is, accounted for
        await store.free(tx, wish, Asked(10_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--seed", type=int, default=302)
    parser.add_argument("--plan", action="store_true")
    asked = parser.parse_args()
    own = clone_database(os.environ["MAILLAGE_TEST_POSTGRES"], "booking", ("booking",))
    asyncio.run(measure(own, asked))


if __name__ == "__main__":
    main()

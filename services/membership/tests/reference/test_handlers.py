"""The public registers are loaded whole from the real files, once, and every flaw in them is kept."""

import asyncio
from collections import Counter

import pytest
from asyncpg import InsufficientPrivilegeError

from chassis.db import Database
from chassis.outbox import Connection
from chassis.testing import ServiceDatabase
from membership.reference import handlers, store
from membership.reference.handlers import load_reference

FLAWS = {
    ("groupings", 1255, 1255): {},
    ("towns", 34969, 34969): {"no-grouping": 98, "no-siren": 94, "no-population": 6, "no-postcode": 5},
    ("tiers-lieux-2019", 1512, 1512): {
        "no-town-code": 157,
        "no-postcode": 133,
        "no-address": 72,
        "town-doubtful": 7,
        "town-not-found": 4,
    },
}


async def test_of_the_1512_third_places_1049_459_and_0_are_joined_by_the_three_rules_and_4_are_not(
    admin: Connection,
) -> None:
    rows = await admin.fetch("SELECT matched_by, count(*) FROM third_places GROUP BY 1")
    assert {row["matched_by"]: row["count"] for row in rows} == {
        "insee_com": 1049,
        "insee_metro": 459,
        None: 4,
    }
    lost = await admin.fetch("SELECT name FROM third_places WHERE town_code IS NULL ORDER BY source_row::int")
    assert [row["name"] for row in lost] == ["La Mezz", "Le Quai", "Team Frog", "zBis"]


async def test_every_town_of_a_match_is_a_town_of_today(admin: Connection) -> None:
    stray = await admin.fetchval(
        "SELECT count(*) FROM third_places p WHERE town_code IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM towns t WHERE t.town_code = p.town_code)"
    )
    assert stray == 0


async def test_all_rows_are_there_and_each_flaw_is_counted_and_kept(admin: Connection) -> None:
    loads = await admin.fetch("SELECT dataset, rows_read, rows_kept FROM reference_loads")
    flaws = await admin.fetch("SELECT dataset, flaw FROM reference_flaws")
    counted = {
        tuple(load): dict(Counter(row["flaw"] for row in flaws if row["dataset"] == load["dataset"]))
        for load in loads
    }
    assert counted == FLAWS
    tables = [
        await admin.fetchval(f"SELECT count(*) FROM {t}") for t in ("groupings", "towns", "third_places")
    ]
    assert tables == [1255, 34969, 1512]


async def test_each_population_names_its_source_and_the_two_are_never_the_same(admin: Connection) -> None:
    sources = await admin.fetch("SELECT DISTINCT population_source, population_year FROM groupings")
    others = await admin.fetch("SELECT DISTINCT population_source, population_year FROM towns")
    assert [tuple(row) for row in sources] == [("decoupage-administratif 6.0.0 epci.json", None)]
    assert [tuple(row) for row in others] == [("decoupage-administratif 6.0.0 communes.json", None)]


async def test_loading_again_does_nothing(own_database: ServiceDatabase) -> None:
    assert await load_reference(own_database.migrator_url) == ()


async def test_of_two_loads_at_once_one_loads_and_the_other_finds_it_done(
    own_database: ServiceDatabase, admin: Connection
) -> None:
    await admin.execute("UPDATE reference_loads SET digest = 'old'")
    done = await asyncio.gather(*(load_reference(own_database.migrator_url) for _ in range(2)))
    assert sorted(len(each) for each in done) == [0, 3]
    loaded = {(load.dataset, load.rows_read, load.rows_kept): load.flaws for load in max(done, key=len)}
    assert loaded == FLAWS


async def test_a_load_that_breaks_off_leaves_the_registers_as_they_were(
    own_database: ServiceDatabase, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BrokenOff(Exception):
        pass

    async def break_off(*_: object) -> None:
        raise BrokenOff

    monkeypatch.setattr(handlers, "RULES", b"another")
    monkeypatch.setattr(store, "fill_third_places", break_off)
    with pytest.raises(BrokenOff):
        await load_reference(own_database.migrator_url)
    assert await admin.fetchval("SELECT count(*) FROM towns") == 34969
    assert await admin.fetchval("SELECT count(*) FROM third_places") == 1512


@pytest.mark.parametrize(
    "table", ["groupings", "towns", "third_places", "reference_loads", "reference_flaws"]
)
async def test_requests_read_the_registers_and_never_write_them(
    database: Database, territory: str, table: str
) -> None:
    async with database.tx(territory) as tx:
        assert await tx.fetchval(f"SELECT count(*) FROM {table}") > 0
        with pytest.raises(InsufficientPrivilegeError):
            async with tx.attempt():
                await tx.execute(f"DELETE FROM {table}")

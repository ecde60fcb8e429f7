"""Rules of row security: what the catalogue must show, and what a connection must never see."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from chassis.db import Database
from chassis.migrate import migrate
from chassis.outbox import Connection as Admin
from chassis.row_security import row_security_faults
from chassis.testing import DatabaseFactory, ServiceDatabase

TIMER = """
    INSERT INTO timer (territory_id, kind, timer_id, due_at, business, data, correlation_id)
    VALUES ($1, 'probe', $2, now(), true, '{}', gen_random_uuid())
"""
CLOSED = """
    CREATE TABLE planted (territory_id text NOT NULL, name text, PRIMARY KEY (territory_id, name));
    CALL chassis_protect('planted');
"""
FOREIGN = """
    CREATE TABLE target (territory_id text NOT NULL, id bigint, PRIMARY KEY (territory_id, id), UNIQUE (id));
    CALL chassis_protect('target');
    ALTER TABLE planted ADD target_id bigint REFERENCES target (id);
"""
NO_POLICY = "has no policy that holds every statement to the territories of its transaction"
NO_TERRITORY = "holds no territory_id: a refused value tells that another has it"
NO_PAIR = "holds no territory_id: it tells which rows others have"
PLANTED = [
    (
        "CREATE TABLE planted (name text)",
        [
            "table planted has no territory_id that is never null",
            "table planted does not enable row security",
            "table planted does not force row security on its owner",
            f"table planted {NO_POLICY}",
        ],
    ),
    (
        f"{CLOSED} ALTER TABLE planted DISABLE ROW LEVEL SECURITY",
        ["table planted does not enable row security"],
    ),
    (
        f"{CLOSED} ALTER TABLE planted NO FORCE ROW LEVEL SECURITY",
        ["table planted does not force row security on its owner"],
    ),
    (f"{CLOSED} DROP POLICY territory ON planted", [f"table planted {NO_POLICY}"]),
    (
        f"{CLOSED} ALTER POLICY territory ON planted USING (territory_id <> 'x')",
        [f"table planted {NO_POLICY}"],
    ),
    (
        f"{CLOSED} CREATE POLICY open ON planted FOR SELECT USING (true)",
        ["policy open on table planted opens rows to others than the worker"],
    ),
    (
        f"{CLOSED} ALTER POLICY territory ON planted WITH CHECK (true)",
        ["policy territory on table planted opens rows to others than the worker"],
    ),
    (f"{CLOSED} CREATE VIEW seen AS TABLE planted", ["view seen reads with the rights of its owner"]),
    (
        "CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        ["function peek() runs with the rights of its owner"],
    ),
    (
        "CREATE SEQUENCE ticket CACHE 20",
        ["sequence ticket keeps numbers per connection: they are not drawn in order"],
    ),
    (
        f"{CLOSED} CREATE UNIQUE INDEX planted_name ON planted (name)",
        [f"key planted_name on table planted {NO_TERRITORY}"],
    ),
    (
        f"{CLOSED} {FOREIGN}",
        [
            f"key target_id_key on table target {NO_TERRITORY}",
            f"foreign key planted_target_id_fkey on table planted {NO_PAIR}",
        ],
    ),
    (
        f"{CLOSED} GRANT TRUNCATE ON planted TO closed_app",
        ["role closed_app may truncate table planted, which passes row security"],
    ),
    (f"{CLOSED} RESET ROLE; ALTER ROLE closed_app BYPASSRLS", ["role closed_app passes row security"]),
    (
        f"{CLOSED} RESET ROLE; ALTER TABLE planted OWNER TO closed_app",
        ["table planted belongs to closed_app, not to closed_migrator"],
    ),
    ("RESET ROLE; GRANT closed_migrator TO closed_worker", ["role closed_worker may act as the owner"]),
]


@pytest.fixture(scope="session")
def closed(service_database: DatabaseFactory) -> ServiceDatabase:
    """A database with the chassis' tables and no other."""
    return service_database("closed", ())


@pytest.fixture
async def admin(closed: ServiceDatabase) -> AsyncIterator[Admin]:
    connection = await asyncpg.connect(closed.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
async def database(closed: ServiceDatabase) -> AsyncIterator[Database]:
    database = await Database.connect(closed.worker_url, role="closed_app", size=1)
    yield database
    await database.close()


async def test_no_table_of_the_chassis_opens_a_way_to_foreign_rows(admin: Admin) -> None:
    assert await row_security_faults(admin) == []


@pytest.mark.parametrize(("planted", "faults"), PLANTED, ids=[faults[-1] for _, faults in PLANTED])
async def test_a_planted_way_is_found(admin: Admin, planted: str, faults: list[str]) -> None:
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute(f"SET LOCAL ROLE closed_migrator; {planted}")
    found = await row_security_faults(admin)
    await transaction.rollback()
    assert sorted(found) == sorted(faults)


async def test_a_function_on_the_list_and_a_reference_table_are_no_faults(admin: Admin) -> None:
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("""
        SET LOCAL ROLE closed_migrator;
        CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        CREATE TABLE towns (code text PRIMARY KEY);
        CALL chassis_reference('towns', 'the national list');
    """)
    assert await row_security_faults(admin, ["peek"]) == []
    await transaction.rollback()


async def test_without_territories_a_connection_sees_and_changes_nothing(
    database: Database, closed: ServiceDatabase, territory: str
) -> None:
    async with database.tx(territory) as tx:
        await tx.execute(TIMER, territory, "one")
    connection = await asyncpg.connect(closed.app_url)
    try:
        for before in (
            "SELECT 1",
            f"BEGIN; SET LOCAL app.territories = '{territory}'; COMMIT",
            "RESET app.territories",
        ):
            await connection.execute(before)
            assert await connection.fetchval("SELECT count(*) FROM timer") == 0
            assert await connection.execute("UPDATE timer SET attempts = 9") == "UPDATE 0"
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await connection.execute(TIMER, territory, "two")
    finally:
        await connection.close()


async def test_one_connection_used_a_thousand_times_never_shows_a_foreign_row(
    database: Database, territory: str, other_territory: str
) -> None:
    async with database.tx(territory, other_territory) as tx:
        await tx.executemany(TIMER, [(territory, "mine"), (other_territory, "theirs")])
    for turn in range(1_000):
        own = (territory, other_territory)[turn % 2]
        async with database.tx(own) as tx:
            assert [row["territory_id"] for row in await tx.fetch("SELECT territory_id FROM timer")] == [own]


async def test_a_row_cannot_be_written_into_or_moved_to_a_foreign_territory(
    database: Database, territory: str, other_territory: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.tx(territory) as tx:
            await tx.execute(TIMER, other_territory, "one")
    async with database.tx(territory) as tx:
        await tx.execute(TIMER, territory, "one")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.tx(territory) as tx:
            await tx.execute("UPDATE timer SET territory_id = $1", other_territory)


async def test_a_transaction_of_several_territories_sees_these_and_no_other(
    database: Database, territory: str
) -> None:
    others = ["100000009", "200000008"]
    async with database.tx(territory, *others) as tx:
        await tx.executemany(TIMER, [(each, territory) for each in (territory, *others)])
    async with database.tx(territory, others[0]) as tx:
        seen = await tx.fetch("SELECT territory_id FROM timer WHERE timer_id = $1", territory)
    assert {row["territory_id"] for row in seen} == {territory, others[0]}


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("counter", "topic, aggregate_id, version", "'t', 'a', 1"),
        ("territory_clock", "ahead", "'1 day'"),
        (
            "timer",
            "kind, timer_id, due_at, business, data, correlation_id",
            "'k', 'i', now(), false, '{}', gen_random_uuid()",
        ),
        ("effect", "kind, effect_id, data, correlation_id", "'k', 'i', '{}', gen_random_uuid()"),
        ("idempotency", "actor_id, key, digest", "'a', 'k', ''"),
        (
            "audit",
            "audit_id, action, object, decision, correlation_id",
            "'0195a1b0-5c00-7000-8000-000000000001', 'a', 'o', 'd', gen_random_uuid()",
        ),
    ],
)
async def test_a_key_taken_elsewhere_is_free_here_and_its_row_out_of_reach(
    database: Database, territory: str, other_territory: str, table: str, columns: str, values: str
) -> None:
    for each in (other_territory, territory):
        async with database.tx(each) as tx:
            inserted = f"INSERT INTO {table} (territory_id, {columns}) VALUES ($1, {values})"
            assert await tx.execute(inserted, each) == "INSERT 0 1"
    async with database.tx(territory) as tx:
        assert await tx.execute(f"DELETE FROM {table} WHERE territory_id = $1", other_territory) == "DELETE 0"
        assert await tx.execute(f"DELETE FROM {table}") == "DELETE 1"


@pytest.mark.parametrize("table", ["watermark", "lane", "lane_event", "quarantine", "relay_lease"])
async def test_requests_do_not_touch_what_only_the_worker_needs(
    database: Database, territory: str, table: str
) -> None:
    for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            async with database.tx(territory) as tx:
                await tx.execute(statement)


async def test_a_migration_fills_the_rows_of_every_territory_and_a_role_under_row_security_none(
    admin: Admin, closed: ServiceDatabase, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp, package = secrets.token_hex(4), f"backfill_{secrets.token_hex(4)}"
    async with database.tx("100000009", "200000008") as tx:
        await tx.executemany(TIMER, [("100000009", stamp), ("200000008", stamp)])
    backfill = f"UPDATE timer SET attempts = attempts + 7 WHERE timer_id = '{stamp}'"
    (tmp_path / package / "migrations").mkdir(parents=True)
    (tmp_path / package / "migrations" / "0001_expand_attempts.sql").write_text(backfill)
    monkeypatch.syspath_prepend(str(tmp_path))
    filled = "SELECT count(*) FROM timer WHERE timer_id = $1 AND attempts = 7"

    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("ALTER ROLE closed_migrator NOBYPASSRLS; SET LOCAL ROLE closed_migrator")
    assert await admin.execute(backfill) == "UPDATE 0"
    await transaction.rollback()

    migrate(closed.migrator_url, package)
    assert await admin.fetchval(filled, stamp) == 2

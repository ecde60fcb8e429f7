"""Traps of PostgreSQL that would turn an order round, stall every commit or show a foreign row."""

import pytest
from probe import ThingTouched

from chassis.db import Database
from chassis.outbox import Connection as Admin
from chassis.testing import ServiceDatabase

COUNT = "INSERT INTO items VALUES ($1, 'item-0001', 1)"
SEEN = "SELECT count(*) AS rows, current_setting('app.territories', true) AS territories FROM items"


async def test_no_session_keeps_numbers_of_a_sequence_for_itself(admin: Admin) -> None:
    """With a cache, a later transaction may take a lower id, and the relay sends in the order of ids."""
    caches = await admin.fetch("SELECT seqrelid::regclass::text AS name, seqcache FROM pg_sequence")
    assert "event_log_id_seq" in {row["name"] for row in caches}
    assert {row["name"]: row["seqcache"] for row in caches if row["seqcache"] != 1} == {}


async def test_the_queue_is_vacuumed_by_the_number_of_its_dead_rows(admin: Admin) -> None:
    """By default the threshold grows with the table, and every poll walks over the dead rows."""
    options = set(await admin.fetchval("SELECT reloptions FROM pg_class WHERE relname = 'outbox'"))
    assert "autovacuum_vacuum_scale_factor=0" in options
    assert any(option.startswith("autovacuum_vacuum_threshold=") for option in options)


async def test_a_transaction_that_records_an_event_notifies_nobody(
    database: Database, admin: Admin, territory: str
) -> None:
    """NOTIFY holds one lock of the whole server until the commit is done."""
    said: list[str] = []
    async with database.tx(territory) as tx:
        tx.connection.add_query_logger(lambda record: said.append(record.query))
        tx.emit(ThingTouched(thing_id="a"))
        tx.emit(ThingTouched(thing_id="b"))
    await admin.execute("DELETE FROM outbox WHERE territory_id = $1", territory)  # there is no such topic
    assert any("event_log" in query for query in said)
    assert said[-1] == "COMMIT"
    assert not [query for query in said if "notify" in query.lower()]


@pytest.fixture
async def one_connection(own_database: ServiceDatabase, territory: str) -> Database:
    """A pool of one connection, as requests have it, on which a transaction has written a row."""
    database = await Database.connect(own_database.worker_url, role="alpha_app", size=1)
    async with database.tx(territory) as tx:
        await tx.execute(COUNT, territory)
        assert await tx.fetchval(SEEN) == 1
    return database


async def test_a_connection_between_two_transactions_sees_no_territory(one_connection: Database) -> None:
    """After SET LOCAL the setting is an empty text, not NULL, for the rest of the session."""
    [row] = await one_connection.survey(SEEN)
    assert (row["rows"], row["territories"] or "") == (0, "")
    await one_connection.close()


async def test_a_transaction_that_failed_leaves_no_territory_behind(
    one_connection: Database, territory: str
) -> None:
    with pytest.raises(RuntimeError):
        async with one_connection.tx(territory):
            raise RuntimeError
    [row] = await one_connection.survey(SEEN)
    assert (row["rows"], row["territories"] or "") == (0, "")
    await one_connection.close()

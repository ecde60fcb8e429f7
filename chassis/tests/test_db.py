"""One transaction: what it emits, what it forgets, what it sees."""

import asyncio

import asyncpg
import pytest
from probe import EchoHeard, ThingTouched

from chassis.db import PLATFORM, Database, ScopeError
from chassis.ids import new_id
from chassis.outbox import Connection as Admin
from chassis.outbox import EventTooLargeError
from chassis.privacy import keep_key, keys_of, know

LOGGED = "SELECT aggregate_id, version FROM event_log WHERE territory_id = $1 ORDER BY id"


async def logged(admin: Admin, territory: str) -> list[tuple[str, int]]:
    return [tuple(row) for row in await admin.fetch(LOGGED, territory)]


async def test_an_event_is_recorded_with_its_change(database: Database, admin: Admin, territory: str) -> None:
    async with database.tx(territory) as tx:
        await tx.execute("INSERT INTO pair VALUES ($1, $1, $1)", territory)
        tx.emit(ThingTouched(thing_id="a"))
    assert await logged(admin, territory) == [("a", 1)]
    assert tx.versions == {(territory, "probe.things.v1", "a"): 1}
    assert await admin.fetchval("SELECT count(*) FROM outbox WHERE territory_id = $1", territory) == 1


async def test_a_change_that_fails_leaves_no_event(database: Database, admin: Admin, territory: str) -> None:
    with pytest.raises(RuntimeError):
        async with database.tx(territory) as tx:
            tx.emit(ThingTouched(thing_id="a"))
            raise RuntimeError
    assert await logged(admin, territory) == []


async def test_versions_count_every_type_of_one_aggregate_in_order_of_emission(
    database: Database, admin: Admin, territory: str
) -> None:
    for _ in range(2):
        async with database.tx(territory) as tx:
            tx.emit(ThingTouched(thing_id="b"))
            tx.emit(ThingTouched(thing_id="a"))
            tx.emit(ThingTouched(thing_id="b"))
            tx.emit(EchoHeard(thing_id="b", heard=1))
    rows = await admin.fetch(
        "SELECT topic, aggregate_id, version FROM event_log WHERE territory_id = $1 ORDER BY id", territory
    )
    once = [("things", "b", 1), ("things", "a", 1), ("things", "b", 2), ("echoes", "b", 1)]
    twice = [("things", "b", 3), ("things", "a", 2), ("things", "b", 4), ("echoes", "b", 2)]
    assert [(row[0].split(".")[1], row[1], row[2]) for row in rows] == once + twice


async def test_two_writers_of_one_aggregate_give_versions_without_gap(
    database: Database, admin: Admin, territory: str
) -> None:
    async def write() -> None:
        for _ in range(10):
            async with database.tx(territory) as tx:
                tx.emit(ThingTouched(thing_id="hot"))

    await asyncio.gather(*(write() for _ in range(4)))
    assert await logged(admin, territory) == [("hot", version) for version in range(1, 41)]


async def test_writers_of_the_same_aggregates_in_opposite_order_do_not_deadlock(
    database: Database, admin: Admin, territory: str
) -> None:
    async def write(things: str) -> None:
        for _ in range(20):
            async with database.tx(territory) as tx:
                for thing in things:
                    tx.emit(ThingTouched(thing_id=thing))

    await asyncio.gather(write("abc"), write("cba"), write("bca"))
    assert len(await logged(admin, territory)) == 180


async def test_an_attempt_that_fails_takes_its_events_with_it(
    database: Database, admin: Admin, territory: str
) -> None:
    async with database.tx(territory) as tx:
        tx.emit(ThingTouched(thing_id="kept"))
        await tx.execute("INSERT INTO slot VALUES ($1, '[1,5)')", territory)
        with pytest.raises(asyncpg.ExclusionViolationError):
            async with tx.attempt():
                tx.emit(ThingTouched(thing_id="undone"))
                await tx.execute("INSERT INTO slot VALUES ($1, '[4,6)')", territory)
        tx.emit(ThingTouched(thing_id="kept"))
    assert await logged(admin, territory) == [("kept", 1), ("kept", 2)]


async def test_a_checked_attempt_says_what_a_deferred_constraint_would_say_at_commit(
    database: Database, admin: Admin, territory: str
) -> None:
    async with database.tx(territory) as tx:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with tx.checked_attempt():
                await tx.execute("INSERT INTO pair VALUES ($1, 'lonely', 'nobody')", territory)
        async with tx.checked_attempt():  # still deferred: the twin comes second
            await tx.execute("INSERT INTO pair VALUES ($1, $2, $3)", territory, territory, f"{territory}'")
            await tx.execute("INSERT INTO pair VALUES ($1, $2, $3)", territory, f"{territory}'", territory)
        with pytest.raises(asyncpg.ExclusionViolationError):  # still immediate
            async with tx.attempt():
                await tx.execute("INSERT INTO slot VALUES ($1, '[1,3)'), ($1, '[2,4)')", territory)
    assert await admin.fetchval("SELECT count(*) FROM pair WHERE territory_id = $1", territory) == 2


async def test_what_a_checked_attempt_checked_is_checked_again_at_commit(
    database: Database, territory: str
) -> None:
    pair = (territory, f"{territory}-a", f"{territory}-b")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with database.tx(territory) as tx:
            async with tx.checked_attempt():
                await tx.execute("INSERT INTO pair VALUES ($1, $2, $3), ($1, $3, $2)", *pair)
            await tx.execute("DELETE FROM pair WHERE pair_id = $1", pair[2])


async def test_a_transaction_sees_no_other_territory(
    database: Database, territory: str, other_territory: str
) -> None:
    for siren in (territory, other_territory):
        async with database.tx(siren) as tx:
            await tx.execute("INSERT INTO slot VALUES ($1, '[1,2)')", siren)
    async with database.tx(territory) as tx:
        assert await tx.fetchval("SELECT count(*) FROM slot") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.attempt():
                await tx.execute("INSERT INTO slot VALUES ($1, '[5,6)')", other_territory)
        with pytest.raises(ScopeError):
            tx.emit(ThingTouched(thing_id="a"), territory_id=other_territory)


async def test_several_territories_are_narrowed_one_at_a_time(
    database: Database, territory: str, other_territory: str
) -> None:
    async with database.tx(territory, other_territory) as tx:
        with pytest.raises(ScopeError):
            tx.emit(ThingTouched(thing_id="whose"))
        await tx.execute("INSERT INTO slot VALUES ($1, '[1,2)'), ($2, '[1,2)')", territory, other_territory)
        await tx.narrow(territory)
        tx.emit(ThingTouched(thing_id="mine"))
        assert await tx.fetchval("SELECT count(*) FROM slot") == 1
        await tx.widen()
        assert await tx.fetchval("SELECT count(*) FROM slot") == 2


@pytest.mark.parametrize("territories", [(), ("12345678",), ("200035715'; --",), ("²00035715",)])
async def test_a_transaction_needs_territories_of_nine_digits(
    database: Database, territories: tuple[str, ...]
) -> None:
    with pytest.raises(ScopeError):
        async with database.tx(*territories):
            pass


async def test_an_interrupted_transaction_drops_its_connection(database: Database, territory: str) -> None:
    """A connection cut off in the middle of a statement may answer the next one with the rest of this one."""
    started = asyncio.Event()
    pids = []

    async def slow() -> None:
        async with database.tx(territory) as tx:
            pids.append(await tx.fetchval("SELECT pg_backend_pid()"))
            started.set()
            await tx.execute("SELECT pg_sleep(30)")

    task = asyncio.create_task(slow())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(8):
        async with database.tx(territory) as tx:
            assert await tx.fetchval("SELECT pg_backend_pid()") not in pids


async def test_an_event_over_64_kib_is_refused_before_it_is_recorded(
    database: Database, admin: Admin, territory: str
) -> None:
    with pytest.raises(EventTooLargeError, match="65536"):
        async with database.tx(territory) as tx:
            tx.emit(ThingTouched(thing_id="a", note="x" * 65_536))
    assert await logged(admin, territory) == []


async def test_the_business_time_is_the_database_clock_plus_the_offset_of_a_sandbox(
    database: Database, admin: Admin, territory: str, other_territory: str
) -> None:
    await admin.execute("INSERT INTO territory_clock VALUES ($1, '-200 days')", territory)
    async with database.tx(territory, other_territory) as tx:
        await tx.narrow(territory)
        sandbox = await tx.now()
        assert await tx.now() == sandbox
        await tx.narrow(other_territory)
        assert 199 < (await tx.now() - sandbox).days < 201


async def test_the_platforms_rows_are_in_scope_for_one_block_only(
    database: Database, admin: Admin, territory: str
) -> None:
    async with database.tx(territory) as tx:
        with pytest.raises(ScopeError):
            tx.emit(ThingTouched(thing_id="a"), territory_id=PLATFORM)
        async with tx.platform():
            tx.emit(ThingTouched(thing_id=territory), territory_id=PLATFORM)
            await tx.execute("INSERT INTO slot VALUES ($1, int4range($2, $2 + 1))", PLATFORM, int(territory))
        assert await tx.fetchval("SELECT count(*) FROM slot WHERE territory_id = $1", PLATFORM) == 0
    assert await logged(admin, PLATFORM) != []


async def test_a_territory_reads_the_keys_of_the_persons_it_knows_and_writes_none(
    database: Database, worker_database: Database, territory: str, other_territory: str
) -> None:
    known, unknown = new_id(), new_id()
    async with worker_database.tx(PLATFORM) as tx:
        for person_id in (known, unknown):
            await keep_key(tx, person_id, b"wrapped")
    async with database.tx(territory) as tx:
        await know(tx, known)
        assert await keys_of(tx, [known, unknown]) == {known: b"wrapped"}
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.attempt():
                await keep_key(tx, new_id(), b"forged")
    async with database.tx(other_territory) as tx:
        assert await keys_of(tx, [known, unknown]) == {}


async def test_another_territory_is_in_scope_for_one_block_alone(
    database: Database, admin: Admin, territory: str, other_territory: str
) -> None:
    seen = "SELECT count(*) FROM slot"
    async with database.tx(territory) as tx:
        await tx.execute("INSERT INTO slot VALUES ($1, '[1, 2)')", territory)
        async with tx.beside(other_territory):
            assert tx.territory_id == other_territory
            assert await tx.fetchval(seen) == 0
            await tx.execute("INSERT INTO slot VALUES ($1, '[1, 2)')", other_territory)
            tx.emit(ThingTouched(thing_id="there"))
        tx.emit(ThingTouched(thing_id="here"))
        with pytest.raises(ScopeError):
            tx.emit(ThingTouched(thing_id="there"), territory_id=other_territory)
        assert await tx.fetchval(seen) == 1
    assert await logged(admin, territory) == [("here", 1)]
    assert await logged(admin, other_territory) == [("there", 1)]


async def test_what_is_undone_beside_leaves_the_own_territory_in_scope(
    database: Database, admin: Admin, territory: str, other_territory: str
) -> None:
    async with database.tx(territory) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.attempt(), tx.beside(other_territory):
                tx.emit(ThingTouched(thing_id="there"))
                await tx.execute("INSERT INTO slot VALUES ($1, '[1, 2)')", territory)
        tx.emit(ThingTouched(thing_id="here"))
        await tx.execute("INSERT INTO slot VALUES ($1, '[1, 2)')", territory)
    assert await logged(admin, other_territory) == []

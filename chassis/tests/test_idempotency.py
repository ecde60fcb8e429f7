"""One key, one answer: repeated, at once, refused, interrupted or run again; and nothing shown to others."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from probe import ThingTouched
from pydantic import BaseModel

from chassis import metrics
from chassis.commands import RERUNS, Answered, Busy, Caller, Desk, Open
from chassis.db import Database, Tx
from chassis.decisions import Principal
from chassis.errors import Forbidden, Refused
from chassis.housekeeping import forget_answers
from chassis.idempotency import Attempt, IdReused, KeyReused, Stored, claim, digest, purge, settle
from chassis.ids import new_id
from chassis.outbox import Cause
from chassis.outbox import Connection as Admin

AGE = "UPDATE idempotency SET recorded_at = recorded_at - $3::interval WHERE (territory_id, key) = ($1, $2)"
COUNT = "SELECT count(*) FROM journal WHERE territory_id = $1"
Handler = Callable[[Tx], Awaitable[BaseModel | None]]


class Touched(BaseModel):
    times: int


class TooMany(Refused):
    """There are {times} already."""

    fr = "Il y en a déjà {times}."


def an_attempt(territory: str, **changes: Any) -> Attempt:
    usual = Attempt(territory, "someone", "key-1", digest("POST", "/things", b'{"a": 1}'))
    return replace(usual, **changes)


def a_caller(territory: str) -> Caller:
    return Caller(territory, Cause(new_id(), actor_id="someone"), Principal(UUID(int=1)))


def written(refusal: Refused) -> bytes:
    return str(refusal).encode()


async def touch(tx: Tx) -> Touched:
    """Write a row and an event; answer how many rows there are."""
    insert = "INSERT INTO journal (territory_id, consumer, thing_id, version) VALUES ($1, 'touch', 'a', 1)"
    await tx.execute(insert, tx.territory_id)
    tx.emit(ThingTouched(thing_id="a"))
    return Touched(times=await tx.fetchval(COUNT, tx.territory_id))


async def refuse(tx: Tx) -> Touched:
    touched = await touch(tx)
    raise TooMany(times=touched.times)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, {})


@pytest.fixture
def run(desk: Desk, territory: str) -> Callable[..., Awaitable[Answered]]:
    async def run(work: Handler, **changes: Any) -> Answered:
        attempt = an_attempt(territory, **changes)
        return await desk.command(a_caller(attempt.territory_id), attempt, Open.SIGNED_IN, work, written)

    return run


Run = Callable[..., Awaitable[Answered]]


async def test_a_repeated_command_is_done_once_and_answers_the_same(
    run: Run, admin: Admin, territory: str
) -> None:
    answers = [await run(touch) for _ in range(3)]
    assert {answer.stored for answer in answers} == {Stored(200, b'{"times":1}', 1)}
    assert [answer.repeated for answer in answers] == [False, True, True]
    assert await admin.fetchval(COUNT, territory) == 1


async def test_repetitions_at_once_wait_for_the_first_and_answer_the_same(
    run: Run, admin: Admin, territory: str
) -> None:
    answers = await asyncio.gather(*(run(touch) for _ in range(8)))
    assert {answer.stored for answer in answers} == {Stored(200, b'{"times":1}', 1)}
    assert sorted(answer.repeated for answer in answers) == [False] + [True] * 7
    assert await admin.fetchval(COUNT, territory) == 1


async def test_a_key_used_for_another_command_is_refused_and_changes_nothing(
    run: Run, admin: Admin, territory: str
) -> None:
    await run(touch)
    with pytest.raises(KeyReused):
        await run(touch, digest=digest("POST", "/things", b'{"a": 2}'))
    assert await admin.fetchval(COUNT, territory) == 1


async def test_an_id_used_for_another_content_is_refused(run: Run) -> None:
    assert (await run(touch, created_id="t1")).stored.status == 201
    with pytest.raises(IdReused) as refusal:
        await run(touch, created_id="t1", digest=b"other")
    assert refusal.value.values == {"id": "t1"}


async def test_a_refused_command_changes_nothing_and_is_refused_the_same_way_again(
    run: Run, admin: Admin, territory: str
) -> None:
    first = await run(refuse)
    assert first.stored == Stored(409, b"too-many: There are 1 already.")
    assert (await run(touch)).stored == first.stored
    assert await admin.fetchval(COUNT, territory) == 0
    assert await admin.fetchval("SELECT count(*) FROM event_log WHERE territory_id = $1", territory) == 0


async def test_an_id_whose_creation_was_refused_is_free_for_another_content(run: Run) -> None:
    assert (await run(refuse, created_id="t1")).stored.status == 409
    assert (await run(refuse, created_id="t1", digest=b"other")).stored.status == 409
    created = await run(touch, created_id="t1", digest=b"third")
    assert created == Answered(Stored(201, b'{"times":1}', 1))
    with pytest.raises(IdReused):
        await run(refuse, created_id="t1")


async def test_refusals_at_once_under_one_key_give_one_answer(run: Run) -> None:
    """Each of them would say something else: the answer that was kept first is everyone's."""

    def refusing(times: int) -> Handler:
        async def work(_tx: Tx) -> Touched:
            raise TooMany(times=times)

        return work

    answers = await asyncio.gather(*(run(refusing(times)) for times in range(8)))
    assert len({answer.stored for answer in answers}) == 1


async def test_one_refused_and_one_accepted_at_once_give_one_answer(
    run: Run, admin: Admin, territory: str
) -> None:
    accepted = 0
    for n in range(12):
        answers = await asyncio.gather(run(refuse, key=f"key-{n}"), run(touch, key=f"key-{n}"))
        assert len({answer.stored for answer in answers}) == 1
        accepted += answers[0].stored.status == 200
        assert await admin.fetchval(COUNT, territory) == accepted


async def test_keeping_a_refusal_gives_way_to_an_answer_given_meanwhile(
    run: Run, database: Database, territory: str
) -> None:
    accepted = await run(touch)
    async with database.tx(territory) as tx:
        assert await settle(tx, an_attempt(territory), 409, b"late") == accepted.stored
    async with database.tx(territory) as tx:
        with pytest.raises(KeyReused):
            await settle(tx, an_attempt(territory, digest=b"other"), 409, b"late")


async def test_a_failure_leaves_the_key_free(run: Run) -> None:
    async def fail(tx: Tx) -> Touched:
        await touch(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(fail)
    assert (await run(touch)).stored == Stored(200, b'{"times":1}', 1)


async def test_a_refusal_for_lack_of_rights_is_never_kept(run: Run) -> None:
    async def forbid(_tx: Tx) -> Touched:
        raise Forbidden(action="thing:touch")

    with pytest.raises(Forbidden):
        await run(forbid)
    assert not (await run(touch)).repeated


async def test_a_command_without_answer_or_event_is_remembered_too(run: Run) -> None:
    async def nothing(_tx: Tx) -> None:
        """Change nothing."""

    assert await run(nothing) == Answered(Stored(204, b""))
    assert await run(touch) == Answered(Stored(204, b""), repeated=True)


async def test_the_same_key_elsewhere_or_of_another_actor_is_another_key(
    run: Run, database: Database, territory: str, other_territory: str
) -> None:
    await run(touch)
    assert (await run(touch, territory_id=other_territory, digest=b"other")).stored.body == b'{"times":1}'
    assert (await run(touch, actor_id="another", digest=b"other")).stored.body == b'{"times":2}'
    async with database.tx(other_territory) as tx:
        seen = await tx.fetchval("SELECT count(*) FROM idempotency WHERE territory_id = $1", territory)
    assert seen == 0


async def deadlocked(database: Database, desk: Desk, territory: str, *, times: int) -> tuple[int, Answered]:
    """Run a command whose transaction the database gives up that many times; count its runs."""
    runs = 0

    async def work(tx: Tx) -> Touched:
        nonlocal runs
        runs += 1
        touched = await touch(tx)
        if runs <= times:
            await tx.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")
        return touched

    answered = await desk.command(a_caller(territory), an_attempt(territory), Open.SIGNED_IN, work, written)
    return runs, answered


async def test_a_command_that_the_database_gives_up_is_run_again_whole(
    database: Database, desk: Desk, admin: Admin, territory: str
) -> None:
    counted = metrics.REGISTRY.get_sample_value("maillage_deadlock_retries_total") or 0
    runs, answered = await deadlocked(database, desk, territory, times=2)
    assert (runs, answered) == (3, Answered(Stored(200, b'{"times":1}', 1)))
    assert await admin.fetchval(COUNT, territory) == 1
    assert metrics.REGISTRY.get_sample_value("maillage_deadlock_retries_total") == counted + 2


async def test_a_command_that_is_always_given_up_ends_and_leaves_the_key_free(
    database: Database, desk: Desk, run: Run, admin: Admin, territory: str
) -> None:
    with pytest.raises(Busy):
        await deadlocked(database, desk, territory, times=RERUNS)
    assert await admin.fetchval(COUNT, territory) == 0
    assert not (await run(touch)).repeated


async def test_two_commands_that_lock_each_other_out_both_succeed(
    desk: Desk, territory: str, admin: Admin
) -> None:
    await admin.execute("INSERT INTO counter VALUES ($1, 'x', 'a', 0), ($1, 'x', 'b', 0)", territory)
    both_hold_one = asyncio.Barrier(2)
    first_run = {"ab", "ba"}

    def crossing(order: str) -> Handler:
        async def work(tx: Tx) -> Touched:
            for aggregate in order:
                await tx.execute(
                    "UPDATE counter SET version = version + 1 WHERE topic = 'x' AND aggregate_id = $1",
                    aggregate,
                )
                if order in first_run:
                    first_run.discard(order)
                    await both_hold_one.wait()
            return Touched(times=1)

        return work

    answers = await asyncio.gather(
        *(
            desk.command(
                a_caller(territory),
                an_attempt(territory, key=order),
                Open.SIGNED_IN,
                crossing(order),
                written,
            )
            for order in ("ab", "ba")
        )
    )
    assert [answer.stored.status for answer in answers] == [200, 200]
    versions = await admin.fetch(
        "SELECT version FROM counter WHERE territory_id = $1 AND topic = 'x'", territory
    )
    assert [row[0] for row in versions] == [2, 2]


async def test_a_connection_lost_before_the_answer_leaves_the_key_free(run: Run, admin: Admin) -> None:
    async def lose(tx: Tx) -> Touched:
        await admin.execute("SELECT pg_terminate_backend($1)", await tx.fetchval("SELECT pg_backend_pid()"))
        return await touch(tx)

    with pytest.raises(Busy):
        await run(lose)
    assert not (await run(touch)).repeated


async def test_a_handlers_own_fault_is_not_taken_for_a_busy_database(run: Run) -> None:
    async def misuse(tx: Tx) -> Touched:
        return Touched(times=await tx.fetchval("SELECT $1::int", "not a number"))

    with pytest.raises(asyncpg.DataError):
        await run(misuse)


async def test_answers_older_than_thirty_days_are_forgotten(
    run: Run, worker_database: Database, admin: Admin, territory: str
) -> None:
    for key, age in (("old", dt.timedelta(days=30, minutes=1)), ("young", dt.timedelta(days=29, hours=23))):
        await run(touch, key=key)
        await admin.execute(AGE, territory, key, age)
    async with worker_database.tx("000000000") as tx:
        assert await purge(tx) >= 1
    kept = await admin.fetch("SELECT key FROM idempotency WHERE territory_id = $1", territory)
    assert [row["key"] for row in kept] == ["young"]


async def test_a_claim_that_ends_without_answer_is_no_claim(database: Database, territory: str) -> None:
    with pytest.raises(RuntimeError):
        async with database.tx(territory) as tx:
            assert await claim(tx, an_attempt(territory)) is None
            raise RuntimeError
    async with database.tx(territory) as tx:
        assert await claim(tx, an_attempt(territory)) is None


def test_the_digest_is_of_the_content_not_of_its_writing() -> None:
    plain = digest("POST", "/things", b'{"a": 1, "b": {"c": "\xc3\xa9", "d": null}}')
    assert digest("POST", "/things", b'{"b":{"d":null,"c":"\\u00e9"},\n"a":1}') == plain
    body = b'{"a": 1}'
    asked = [
        ("POST", "/things", body),
        ("PUT", "/things", body),
        ("POST", "/thing", body),
        ("POST", "/things", b""),
    ]
    assert len({plain} | {digest(*one) for one in asked}) == 5


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_different_keys_of_json_objects_have_different_digests(one: bytes, other: bytes) -> None:
    digests = {digest("POST", "/", b'{"%s": 1}' % name.hex().encode()) for name in (one, other)}
    assert len(digests) == len({one, other})


async def test_old_answers_of_every_territory_are_forgotten(
    worker_database: Database, admin: Admin, territory: str, other_territory: str
) -> None:
    for siren, age in ((territory, "31 days"), (other_territory, "31 days"), (territory, "29 days")):
        await admin.execute(
            "INSERT INTO idempotency (territory_id, actor_id, key, digest, recorded_at)"
            " VALUES ($1, 'someone', $2, '', now() - $2::text::interval)",
            siren,
            age,
        )
    await forget_answers(worker_database)
    left = await admin.fetch(
        "SELECT key FROM idempotency WHERE territory_id = ANY ($1)", [territory, other_territory]
    )
    assert [row["key"] for row in left] == ["29 days"]

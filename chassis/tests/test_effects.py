"""Effects outside: never in a transaction, at least once, under one key."""

import asyncio

import pytest
from probe import EchoHeard

from chassis import effects
from chassis.db import Database, Tx
from chassis.effects import LADDER, Channel, Effect, EffectRefusedError, Effects, owe
from chassis.ids import new_id
from chassis.outbox import Connection as Admin
from chassis.testing import eventually


class Post:
    """A provider that notes every key it is given, and fails as told."""

    def __init__(self, database: Database) -> None:
        self.kind = f"post-{new_id()}"
        self.keys: list[str] = []
        self.trouble: Exception | None = None
        self.failures: list[str] = []
        self.database = database
        self.effects = Effects(database, {self.kind: Channel(self._send, self._sent, self._failed)})

    async def _send(self, effect: Effect) -> str:
        self.keys.append(effect.key)
        if self.trouble:
            raise self.trouble
        return "receipt"

    async def _sent(self, tx: Tx, effect: Effect, answer: str) -> None:
        tx.emit(EchoHeard(thing_id=f"{effect.effect_id}:{answer}", heard=effect.attempts))

    async def _failed(self, tx: Tx, effect: Effect, error: str) -> None:
        self.failures.append(f"{tx.territory_id} {error}")

    async def owe(self, territory: str) -> None:
        async with self.database.tx(territory) as tx:
            await owe(tx, self.kind, "m1", {"to": "L'Étoile"})

    async def again(self, admin: Admin) -> None:
        """Let the next try be due, then work."""
        await admin.execute("UPDATE effect SET next_at = '-infinity' WHERE kind = $1", self.kind)
        await self.effects.work()


async def state(admin: Admin, post: Post) -> tuple[str, int]:
    row = await admin.fetchrow("SELECT state, attempts FROM effect WHERE kind = $1", post.kind)
    assert row is not None
    return row["state"], row["attempts"]


async def heard(admin: Admin, territory: str) -> list[str]:
    rows = await admin.fetch("SELECT aggregate_id FROM event_log WHERE territory_id = $1", territory)
    return [row[0] for row in rows]


async def test_an_effect_owed_twice_is_sent_once_by_one_of_several_copies(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    post = Post(worker_database)
    await post.owe(territory)
    await post.owe(territory)
    await asyncio.gather(*(post.effects.work() for _ in range(3)))
    assert post.keys == [f"{territory}/{post.kind}/m1"]
    assert await state(admin, post) == ("done", 1)
    assert await heard(admin, territory) == ["m1:receipt"]


async def test_what_this_process_owes_is_sent_without_waiting_for_a_look(
    worker_database: Database, territory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "POLL", 600.0)
    post, stopping = Post(worker_database), asyncio.Event()
    working = asyncio.create_task(post.effects.run(stopping))
    await post.owe(territory)
    await eventually(lambda: post.keys)
    stopping.set()
    effects.OWED.ring()
    await working


async def test_nothing_is_sent_for_a_change_that_did_not_commit(
    worker_database: Database, territory: str
) -> None:
    post = Post(worker_database)
    with pytest.raises(RuntimeError):
        async with worker_database.tx(territory) as tx:
            await owe(tx, post.kind, "m1", {})
            raise RuntimeError
    await post.effects.work()
    assert post.keys == []


async def test_a_failed_try_is_repeated_under_the_same_key(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    post = Post(worker_database)
    await post.owe(territory)
    post.trouble = ConnectionError("the provider is away")
    await post.effects.work()
    await post.effects.work()
    assert await state(admin, post) == ("pending", 1), "not tried again before its time"
    post.trouble = None
    await post.again(admin)
    assert post.keys == [f"{territory}/{post.kind}/m1"] * 2
    assert await state(admin, post) == ("done", 2)


async def test_a_try_that_was_cut_off_is_repeated_when_its_claim_ends(
    worker_database: Database, admin: Admin, territory: str
) -> None:
    post = Post(worker_database)
    await post.owe(territory)
    await admin.execute(  # as a copy leaves it that dies between claim and mark
        "UPDATE effect SET attempts = 1, next_at = clock_timestamp() + interval '1 hour' WHERE kind = $1",
        post.kind,
    )
    await post.effects.work()
    assert post.keys == []
    await post.again(admin)
    assert await state(admin, post) == ("done", 2)


@pytest.mark.parametrize(
    ("trouble", "attempts"), [(EffectRefusedError("no such mailbox"), 0), (ConnectionError(), len(LADDER))]
)
async def test_an_effect_refused_or_failing_for_long_is_given_up_and_told(
    worker_database: Database, admin: Admin, territory: str, trouble: Exception, attempts: int
) -> None:
    post = Post(worker_database)
    await post.owe(territory)
    post.trouble = trouble
    await admin.execute("UPDATE effect SET attempts = $2 WHERE kind = $1", post.kind, attempts)
    await post.effects.work()
    assert await state(admin, post) == ("dead", attempts + 1)
    assert len(post.failures) == 1
    await post.again(admin)
    assert len(post.keys) == 1

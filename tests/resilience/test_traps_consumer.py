"""Traps of FastStream and aiokafka that would lose events or repeat effects, each met on a real broker."""

import pytest
from aiokafka.errors import KafkaError
from broker_proxy import BrokerProxy
from ears import Ear

from chassis.db import Database
from chassis.kafka import Kafka, Source, TopicPartition
from chassis.offsets import OffsetCommits
from chassis.outbox import Connection as Admin
from chassis.testing import eventually

pytestmark = pytest.mark.kafka


class Nobody:
    """Someone whom a rebalance does not concern."""

    async def revoked(self) -> None: ...


@pytest.fixture
async def ear(kafka: str, territory: str) -> Ear:
    """A consumer of a topic with one partition."""
    ear = Ear(kafka, territory)
    await ear.create()
    return ear


async def heard(ear: Ear, admin: Admin, count: int) -> None:
    async def reached() -> bool:
        return len(await ear.effects(admin)) >= count

    await eventually(reached, 30)


async def test_a_commit_says_which_offsets_took_effect_however_far_the_fetching_went(ear: Ear) -> None:
    """Without explicit offsets the client commits what it has fetched: what failed is never seen again."""
    await ear.tell(("a", 1), ("a", 2), ("a", 3))
    kafka = Kafka(ear.kafka, "alpha")
    source: Source = kafka.source(ear.subscriber.name, ear.subscriber.topics, Nobody())
    await source.start()
    fetched = 0
    while fetched < 3:
        fetched += sum(len(batch) for batch in (await source.fetch(1)).values())
    offsets = OffsetCommits(source)
    offsets.add({TopicPartition(ear.topic.name, 0): 1})
    await offsets.commit()
    assert await ear.committed() == 1
    await source.stop()
    await kafka.stop()


async def test_offsets_of_a_batch_in_progress_are_not_committed_even_by_a_rebalance(
    worker_database: Database, ear: Ear, admin: Admin
) -> None:
    ear.gate.clear()
    await ear.tell(("a", 1), ("a", 2))
    async with ear.listening(worker_database) as consumer:
        await eventually(ear.entered.is_set, 30)
        await consumer._offsets.commit()  # noqa: SLF001 - as a rebalance would that could not wait longer
        assert await ear.committed() is None
        ear.gate.set()
        await heard(ear, admin, 2)
    assert await ear.committed() == 2


async def test_a_consumer_cut_off_in_its_handler_leaves_the_event_to_the_next_one(
    worker_database: Database, ear: Ear, admin: Admin
) -> None:
    await ear.tell(("a", 1))
    for _ in range(2):
        await ear.die_listening(worker_database)
        assert await ear.effects(admin) == []
        assert await ear.committed() is None
    async with ear.listening(worker_database):
        await heard(ear, admin, 1)
    assert await ear.effects(admin) == [("a", 1)]


async def test_a_record_that_fails_is_not_tried_again_and_again(
    worker_database: Database, ear: Ear, admin: Admin
) -> None:
    ear.fails = lambda event: event.aggregate_id == "bad"
    await ear.tell(("bad", 1), ("good", 1))
    async with ear.listening(worker_database):
        for version in range(2, 12):
            await heard(ear, admin, version - 1)
            await ear.tell(("good", version))
        await heard(ear, admin, 11)
    assert ear.calls.count(("bad", 1)) == 2, "once with the others, once alone; then its lane decides"


async def test_a_commit_of_offsets_that_fails_costs_repeats_and_no_effect(
    worker_database: Database, ear: Ear, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_source: Source, _offsets: object) -> None:
        raise KafkaError("the coordinator is away")

    with monkeypatch.context() as patched:
        patched.setattr(Source, "commit", refuse)
        async with ear.listening(worker_database):
            await ear.tell(("a", 1), ("a", 2))
            await heard(ear, admin, 2)
    assert await ear.committed() is None
    async with ear.listening(worker_database):
        await ear.tell(("a", 3))
        await heard(ear, admin, 3)
    assert await ear.effects(admin) == [("a", 1), ("a", 2), ("a", 3)]


async def test_a_group_born_after_its_events_begins_with_the_first(
    worker_database: Database, ear: Ear, admin: Admin
) -> None:
    """The client's default is to begin with what comes next."""
    await ear.tell(("a", 1), ("a", 2))
    async with ear.listening(worker_database) as consumer:
        await heard(ear, admin, 2)
        client = consumer._source._consumer  # noqa: SLF001 - the settings, as the client holds them
        assert client._auto_offset_reset == "earliest"  # noqa: SLF001
        assert client._enable_auto_commit is False  # noqa: SLF001
        assert client._group_instance_id == f"{ear.subscriber.name}-0"  # noqa: SLF001


async def test_offsets_that_were_lost_bring_no_effect_a_second_time(
    worker_database: Database, ear: Ear, admin: Admin
) -> None:
    await ear.tell(("a", 1), ("b", 1), ("a", 2))
    async with ear.listening(worker_database) as consumer:
        await heard(ear, admin, 3)
        consumer._source.rewind({TopicPartition(ear.topic.name, 0): 0})  # noqa: SLF001 - as after a reset
        await ear.tell(("b", 2))
        await heard(ear, admin, 4)
    assert sorted(await ear.effects(admin)) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


async def test_a_consumer_goes_on_when_its_broker_comes_back(
    worker_database: Database, ear: Ear, admin: Admin, proxy: BrokerProxy
) -> None:
    async with ear.listening(worker_database, bootstrap=proxy.address):
        for version in range(1, 4):
            await ear.tell(("a", version))
            await heard(ear, admin, 2 * version - 1)
            proxy.is_closed = True
            proxy.cut()
            await ear.tell(("b", version))
            proxy.is_closed = False
            await heard(ear, admin, 2 * version)
    assert await ear.effects(admin) == [(thing, version) for version in range(1, 4) for thing in "ab"]


async def test_a_batch_in_progress_ends_before_its_partition_goes_to_another_copy(
    worker_database: Database, kafka: str, territory: str, admin: Admin
) -> None:
    ear = Ear(kafka, territory, partitions=2)
    await ear.create()
    things = [f"thing-{number}" for number in range(10)]
    await ear.tell(*((thing, 1) for thing in things))
    ear.gate.clear()
    async with ear.listening(worker_database) as first:
        await eventually(ear.entered.is_set, 30)
        async with ear.listening(worker_database, copy="1") as second:
            assert first._working.locked()  # noqa: SLF001 - the rebalance has to wait
            ear.gate.set()
            await eventually(lambda: bool(second._source.assignment), 60)  # noqa: SLF001
            await ear.tell(*((thing, 2) for thing in things))
            await heard(ear, admin, 20)
    assert sorted(await ear.effects(admin)) == sorted((thing, n) for thing in things for n in (1, 2))

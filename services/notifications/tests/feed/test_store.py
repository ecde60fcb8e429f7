"""Positions of the feed: the order of commits, whatever comes late, and each event once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from feed_builders import some_bookings
from notifications_builders import Voice, a_fact

from chassis.db import PLATFORM, Database, Tx
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.testing import eventually
from contracts.booking import BookingConfirmed
from contracts.membership import RoleGranted, TerritoryClockMoved, TerritoryOpened
from notifications.app import service
from notifications.feed import store
from notifications.feed.consumer import feed, retention
from notifications.feed.model import Fed

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query LIKE '%feed_counters%' AND datname = current_database()
"""


def some(territory: str, count: int) -> list[Fed]:
    now = datetime.now(UTC)  # noqa: TID251 - as its producer records it
    return [Fed(territory, new_id(), "t", "{}", now) for _ in range(count)]


async def positions(admin: Connection, territory: str) -> list[tuple[int, UUID]]:
    rows = await admin.fetch(
        "SELECT position, event_id FROM feed_events WHERE territory_id = $1 ORDER BY position", territory
    )
    return [(row["position"], row["event_id"]) for row in rows]


async def test_a_reader_never_sees_a_position_before_an_earlier_one_has_committed(
    worker_database: Database, admin: Connection, territory: str
) -> None:
    late, soon = some(territory, 2), some(territory, 3)
    appended, may_commit = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with worker_database.tx(territory) as tx:
            await store.append(tx, late)
            appended.set()
            await may_commit.wait()

    async def quick() -> None:
        await appended.wait()
        async with worker_database.tx(territory) as tx:
            await store.append(tx, soon)

    writers = asyncio.gather(slow(), quick())
    await appended.wait()
    await eventually(lambda: admin.fetchval(WAITING))
    assert await positions(admin, territory) == []
    may_commit.set()
    await writers
    expected = [event.event_id for event in (*late, *soon)]
    assert await positions(admin, territory) == list(enumerate(expected, start=1))


async def test_many_writers_of_several_territories_leave_no_gap_and_no_deadlock(
    worker_database: Database, admin: Connection, territory: str, other_territory: str
) -> None:
    async def write(order: Sequence[str]) -> None:
        async with worker_database.tx(*sorted(order)) as tx:
            await store.append(tx, [event for siren in order for event in some(siren, 2)])

    both = (territory, other_territory)
    await asyncio.gather(*(write(both if number % 2 else both[::-1]) for number in range(20)))
    for siren in both:
        assert [position for position, _ in await positions(admin, siren)] == list(range(1, 41))


async def test_what_is_rolled_back_takes_its_positions_with_it(
    worker_database: Database, admin: Connection, territory: str
) -> None:
    async def fail(tx: Tx) -> None:
        await store.append(tx, some(territory, 5))
        raise RuntimeError("the worst moment")

    with pytest.raises(RuntimeError):
        async with worker_database.tx(territory) as tx:
            await fail(tx)
    async with worker_database.tx(territory) as tx:
        await store.append(tx, some(territory, 1))
    assert [position for position, _ in await positions(admin, territory)] == [1]


async def test_an_event_delivered_twice_is_fed_once(voice: Voice, admin: Connection, territory: str) -> None:
    facts = [a_fact(BookingConfirmed, booking_id=new_id()) for _ in range(3)]
    envelopes = [voice.envelope(feed, territory, fact) for fact in facts]
    await voice.deliver(feed, envelopes[:2])
    outcome = await voice.deliver(feed, envelopes)
    assert (outcome.handled, outcome.repeats) == (1, 2)
    assert len(await positions(admin, territory)) == 3


async def test_a_batch_of_several_territories_goes_to_each_its_own(
    voice: Voice, admin: Connection, territory: str, other_territory: str
) -> None:
    envelopes = [
        voice.envelope(feed, siren, a_fact(BookingConfirmed, booking_id=new_id()))
        for siren in (territory, other_territory, territory)
    ]
    await voice.deliver(feed, envelopes)
    assert [event for _, event in await positions(admin, other_territory)] == [envelopes[1].id]
    assert {event for _, event in await positions(admin, territory)} == {envelopes[0].id, envelopes[2].id}


async def test_the_platforms_own_events_are_in_no_feed(voice: Voice, admin: Connection) -> None:
    await voice.tell(feed, PLATFORM, a_fact(RoleGranted, grant_id=new_id()))
    assert await positions(admin, PLATFORM) == []


async def test_a_sandboxs_events_bear_its_own_time(voice: Voice, admin: Connection, territory: str) -> None:
    [clock] = [each for each in service.subscribers if each.name == "notifications.clock"]
    moved = {"territory_id": territory, "offset_seconds": 864_000}
    await voice.tell(clock, territory, a_fact(TerritoryClockMoved, **moved))
    await some_bookings(voice, territory, 1)
    ahead = await admin.fetchval(
        "SELECT extract(epoch FROM occurred_at - fed_at) FROM feed_events WHERE territory_id = $1", territory
    )
    assert float(ahead) == pytest.approx(864_000, abs=60)


async def test_an_opened_territory_forgets_old_events_from_then_on(
    voice: Voice, admin: Connection, territory: str
) -> None:
    await voice.tell(retention, territory, a_fact(TerritoryOpened, territory_id=territory))
    kind = await admin.fetchval("SELECT kind FROM timer WHERE territory_id = $1", territory)
    assert kind in service.timers

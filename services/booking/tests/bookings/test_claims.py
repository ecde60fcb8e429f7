"""The ledger of claims against a list kept by hand: whatever people do, both say the same."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from booking_builders import NOW, Hub, a_hub, at, fire_timers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.bookings import store
from booking.bookings.handlers import BookingView, ConfirmBooking, confirm_booking
from booking.bookings.model import Booking, SlotTaken
from booking.changes.handlers import CancelBooking, RescheduleBooking, cancel_booking, reschedule_booking
from booking.resources.handlers import ResourceView
from chassis.db import Database, Tx
from chassis.testing import ServiceDatabase, new_territory

HALF_HOURS = st.integers(14, 35)  # 7:00 to 17:30 UTC
ACTS = st.one_of(
    st.tuples(st.sampled_from(["book", "hold"]), st.integers(0, 4), HALF_HOURS, st.integers(1, 3)),
    st.tuples(st.just("move"), st.integers(0, 4), HALF_HOURS, st.integers(1, 3)),
    st.tuples(st.sampled_from(["confirm", "cancel"]), st.integers(0, 4)),
    st.tuples(st.just("wait"), st.just(6)),
)


@dataclass
class Entry:
    """A booking as the list kept by hand has it."""

    leaf_ids: tuple[UUID, ...]
    start: datetime
    blocked_until: datetime
    expires_at: datetime | None


@dataclass
class Scenario:
    """A hub of three rooms and two composed ones, and the list that says what is taken there."""

    hub: Hub
    person: UUID
    rooms: list[ResourceView]
    now: datetime = NOW
    entries: dict[UUID, Entry] = field(default_factory=dict)

    def is_free(self, entry: Entry, but: UUID | None = None) -> bool:
        return not any(
            set(other.leaf_ids) & set(entry.leaf_ids)
            and other.start < entry.blocked_until
            and entry.start < other.blocked_until
            for booking_id, other in self.entries.items()
            if booking_id != but and (other.expires_at is None or other.expires_at > self.now)
        )

    def entry(self, room: int, start: int, length: int, *, held: bool = False) -> Entry:
        resource = self.rooms[room]
        end = at((start + length) / 2) + timedelta(minutes=resource.turnaround_minutes)
        return Entry(
            resource.leaf_ids, at(start / 2), end, self.now + timedelta(minutes=10) if held else None
        )

    async def take(self, kind: str, room: int, start: int, length: int) -> None:
        entry = self.entry(room, start, length, held=kind == "hold")
        ask = self.hub.book if kind == "book" else self.hub.hold
        try:
            taken: BookingView = await ask(self.rooms[room], self.person, start / 2, (start + length) / 2)
        except SlotTaken:
            assert not self.is_free(entry), "refused, yet free"
        else:
            assert self.is_free(entry), "given, yet taken"
            self.entries[taken.booking_id] = entry

    async def move(self, room: int, start: int, length: int) -> None:
        booking_id = next((each for each, entry in self.entries.items() if entry.expires_at is None), None)
        if booking_id is None:
            return
        entry = self.entry(room, start, length)
        to = RescheduleBooking(
            start=entry.start,
            end=at((start + length) / 2),
            resource_id=self.rooms[room].resource_id,
        )
        try:
            async with self.hub.database.tx(self.hub.territory) as tx:
                await reschedule_booking(tx, booking_id, to, self.hub.principal(self.person))
        except SlotTaken:
            assert not self.is_free(entry, but=booking_id), "move refused, yet free"
        else:
            assert self.is_free(entry, but=booking_id), "moved, yet taken"
            self.entries[booking_id] = entry

    async def confirm(self, nth: int) -> None:
        live = [
            each for each, entry in self.entries.items() if entry.expires_at and entry.expires_at > self.now
        ]
        if nth < len(live):
            async with self.hub.database.tx(self.hub.territory) as tx:
                await confirm_booking(tx, live[nth], ConfirmBooking())
            self.entries[live[nth]].expires_at = None

    async def cancel(self, nth: int) -> None:
        live = [
            each
            for each, entry in self.entries.items()
            if entry.expires_at is None or entry.expires_at > self.now
        ]
        if nth < len(live):
            async with self.hub.database.tx(self.hub.territory) as tx:
                await cancel_booking(tx, live[nth], CancelBooking(), self.hub.principal(self.person))
            del self.entries[live[nth]]

    async def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        await self.hub.set_clock(self.now)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, max_size=25))
def test_the_ledger_and_a_list_kept_by_hand_agree(
    own_database: ServiceDatabase, acts: list[tuple[str, ...]]
) -> None:
    asyncio.run(play(own_database, acts))


async def play(own_database: ServiceDatabase, acts: list[tuple[str, ...]]) -> None:
    database = await Database.connect(own_database.worker_url, role="booking_app", size=2)
    try:
        await act(await a_hub(database, new_territory()), acts)
    finally:
        await database.close()


async def act(hub: Hub, acts: list[tuple[str, ...]]) -> None:
    a, b, c = (await hub.room("A"), await hub.room("B", turnaround_minutes=15), await hub.room("C"))
    ab = await hub.composed("A + B", a, b, turnaround_minutes=30)
    scenario = Scenario(hub, await hub.member(), [a, b, c, ab, await hub.composed("All", ab, c)])
    for kind, *values in acts:
        numbers: list[int] = [int(value) for value in values]
        if kind in ("book", "hold"):
            await scenario.take(kind, *numbers)
        else:
            await getattr(scenario, kind)(*numbers)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ("'2035-03-06 10:00Z', '2035-03-06 10:00Z'", "claims_empty"),
        ("'2035-03-06 10:00Z', 'infinity'", "claims_endless"),
        ("'-infinity', '2035-03-06 10:00Z'", "claims_endless"),
        ("'2035-03-06 09:30Z', '2035-03-06 10:30Z'", "claims_no_overlap"),
    ],
)
async def test_the_ledger_itself_refuses_what_no_booking_may_claim(
    hub: Hub, columns: str, constraint: str
) -> None:
    person, room = await hub.member(), await hub.room()
    await hub.book(room, person, 9, 10)
    later = await hub.book(room, person, 12, 13)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        async with hub.database.tx(hub.territory) as tx:
            await tx.execute("DELETE FROM claims WHERE booking_id = $1", later.booking_id)
            await tx.execute(
                "INSERT INTO claims (territory_id, leaf_id, starts_at, ends_at, booking_id) "
                f"VALUES ($1, $2, {columns}, $3)",
                hub.territory,
                room.resource_id,
                later.booking_id,
            )
    assert getattr(refused.value, "constraint_name", None) == constraint


async def confirm_and_come_back(hub: Hub, worker_database: Database) -> None:
    """Hold, confirm, wait past the end of the hold; raise AssertionError if somebody else gets the room."""
    person, room = await hub.member(), await hub.room()
    held = await hub.hold(room, person, 9, 10)
    async with hub.database.tx(hub.territory) as tx:
        await confirm_booking(tx, held.booking_id, ConfirmBooking())
    await hub.set_clock(NOW + timedelta(minutes=30))
    await fire_timers(worker_database, hub)
    with pytest.raises(SlotTaken):
        await hub.book(room, person, 9, 10)
    firm = "SELECT count(*) FROM claims WHERE booking_id = $1 AND held_until IS NULL"
    assert await hub.count(firm, held.booking_id) == 1, "a confirmed booking still claims as a hold"


async def test_a_confirmed_hold_keeps_its_claims_for_good(hub: Hub, worker_database: Database) -> None:
    await confirm_and_come_back(hub, worker_database)


async def test_confirming_without_its_claims_is_noticed(
    hub: Hub, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def save_alone(tx: Tx, confirmed: Booking) -> None:
        await store.save(tx, confirmed)

    monkeypatch.setattr(store, "firm", save_alone)
    with pytest.raises(AssertionError, match="still claims as a hold"):
        await confirm_and_come_back(hub, worker_database)


async def test_two_bookings_may_swap_their_times_in_one_transaction(hub: Hub, tmp_path: Path) -> None:
    person, room = await hub.member(), await hub.room()
    first, second = await hub.book(room, person, 9, 10), await hub.book(room, person, 11, 12)
    move = "UPDATE claims SET starts_at = $2, ends_at = $3 WHERE booking_id = $1"
    async with hub.database.tx(hub.territory) as tx:
        await tx.execute("SET CONSTRAINTS claims_no_overlap DEFERRED")
        await tx.execute(move, first.booking_id, at(11), at(12))
        await tx.execute(move, second.booking_id, at(9), at(10))
    with pytest.raises(SlotTaken):
        await hub.book(room, person, 9, 10)

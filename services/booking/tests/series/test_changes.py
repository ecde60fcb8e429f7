"""What becomes of a series: dates skipped and asked for again, changed and given up from a date on."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from booking_builders import NOW, Hub, at, fire_timers
from series_builders import TUESDAY, TUESDAYS, dates, start, states

from booking.bookings.model import SlotTaken
from booking.changes.handlers import CancelBooking, RescheduleBooking, cancel_booking, reschedule_booking
from booking.following.handlers import ChangeSeries, EndSeries, change_series, end_series, reproject
from booking.following.model import NothingToCome
from booking.occurrences.handlers import (
    RetryOccurrence,
    SkipOccurrence,
    retry_occurrence,
    skip_occurrence,
)
from booking.occurrences.model import OccurrenceBooked, OccurrencePast
from booking.recurrence.model import SeriesNotWhole
from booking.series.handlers import SeriesView
from chassis.db import Database
from chassis.errors import NotFound
from chassis.ids import new_id
from contracts.booking import (
    BookingCancelled,
    BookingRescheduled,
    OccurrenceFreed,
    OccurrenceReinstated,
    OccurrenceSkipped,
    OccurrencesReprojected,
    SeriesEnded,
    SeriesSplit,
)

WEEK = 7 * 24
FIRST, SECOND, THIRD, FOURTH = (f"2035-03-{day:02}T10:00" for day in (6, 13, 20, 27))


async def skip(hub: Hub, person: UUID, series_id: UUID, date_: str) -> None:
    async with hub.database.tx(hub.territory) as tx:
        await skip_occurrence(tx, series_id, SkipOccurrence(recurrence_id=date_), hub.principal(person))


async def retry(hub: Hub, person: UUID, series_id: UUID, date_: str) -> None:
    async with hub.database.tx(hub.territory) as tx:
        command = RetryOccurrence(recurrence_id=date_, booking_id=new_id())
        await retry_occurrence(tx, series_id, command, hub.principal(person))


async def change(hub: Hub, person: UUID, series_id: UUID, **said: Any) -> SeriesView:
    async with hub.database.tx(hub.territory) as tx:
        command = ChangeSeries(following_series_id=new_id(), **said)
        return await change_series(tx, series_id, command, hub.principal(person))


async def ids(hub: Hub, series_id: UUID) -> dict[str, UUID | None]:
    return {each.recurrence_id: each.booking_id for each in await dates(hub, series_id)}


async def test_a_date_left_out_is_free_for_others_and_can_be_asked_for_again(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    await skip(hub, person, series.series_id, SECOND)
    assert (await states(hub, series.series_id))["03-13"] == "skipped"
    assert [each["recurrence_id"] for each in await hub.facts(OccurrenceSkipped)] == [SECOND]
    taken = await hub.book(room, await hub.member(), 9 + WEEK, 10 + WEEK)
    with pytest.raises(SlotTaken):
        await retry(hub, person, series.series_id, SECOND)
    async with hub.database.tx(hub.territory) as tx:
        await cancel_booking(tx, taken.booking_id, CancelBooking(), hub.principal(role="hub-manager"))
    await retry(hub, person, series.series_id, SECOND)
    assert (await states(hub, series.series_id))["03-13"] == "confirmed"
    (told,) = await hub.facts(OccurrenceReinstated)
    assert told["booking_id"] == str((await ids(hub, series.series_id))[SECOND])


async def test_what_is_booked_or_past_or_not_of_the_series_is_not_asked_for_again(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    with pytest.raises(OccurrenceBooked):
        await retry(hub, person, series.series_id, SECOND)
    with pytest.raises(NotFound):
        await retry(hub, person, series.series_id, "2035-03-14T10:00")
    await hub.set_clock(at(9))
    with pytest.raises(OccurrencePast):
        await skip(hub, person, series.series_id, FIRST)


async def test_who_was_turned_away_hears_when_the_whole_of_the_date_is_free(
    hub: Hub, worker_database: Database
) -> None:
    person, room, rival = await hub.member(), await hub.room(), await hub.member()
    early = await hub.book(room, rival, 9 + WEEK, 9.5 + WEEK)
    late = await hub.book(room, rival, 10 + WEEK, 11 + WEEK)
    series = await start(hub, room, person)
    for booking, freed in ((early, []), (late, [SECOND])):
        async with hub.database.tx(hub.territory) as tx:
            await cancel_booking(tx, booking.booking_id, CancelBooking(), hub.principal(rival))
        await fire_timers(worker_database, hub)
        assert [each["recurrence_id"] for each in await hub.facts(OccurrenceFreed)] == freed
    await retry(hub, person, series.series_id, SECOND)


async def test_one_date_moves_by_itself_and_keeps_its_name(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    booking_id = (await ids(hub, series.series_id))[SECOND]
    assert booking_id is not None
    async with hub.database.tx(hub.territory) as tx:
        to = RescheduleBooking(start=at(14 + WEEK), end=at(15 + WEEK))
        await reschedule_booking(tx, booking_id, to, hub.principal(person))
    assert (await states(hub, series.series_id))["03-13"] == "moved"
    (told,) = await hub.facts(BookingRescheduled)
    assert (told["recurrence_id"], told["told_by_series"]) == (SECOND, False)


async def test_the_following_move_and_keep_their_bookings_while_the_past_stays(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    before = await ids(hub, series.series_id)
    await hub.set_clock(at(12))
    new = await change(hub, person, series.series_id, since=SECOND, first="2035-03-13T15:00")
    assert new.split_from == series.series_id
    assert new.rule.endswith("COUNT=3")
    after = await ids(hub, new.series_id)
    assert list(after) == ["2035-03-13T15:00", "2035-03-20T15:00", "2035-03-27T15:00"]
    assert list(after.values()) == [before[SECOND], before[THIRD], before[FOURTH]]
    assert await ids(hub, series.series_id) == {FIRST: before[FIRST]}
    (told,) = await hub.facts(SeriesSplit)
    assert (told["from_recurrence_id"], told["following_series_id"]) == (SECOND, str(new.series_id))
    moved = await hub.facts(BookingRescheduled)
    assert len(moved) == 3
    assert {(each["series_id"], each["told_by_series"]) for each in moved} == {(str(new.series_id), True)}


async def test_all_means_all_that_are_to_come(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    await hub.set_clock(at(9) + timedelta(hours=WEEK))
    new = await change(hub, person, series.series_id, minutes=60)
    assert list(await ids(hub, new.series_id)) == [THIRD, FOURTH]
    assert list(await ids(hub, series.series_id)) == [FIRST, SECOND]


async def test_a_series_moves_by_a_week_past_its_own_dates(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    later = await change(hub, person, series.series_id, first=SECOND)
    assert (later.booked, later.skipped) == (4, [])
    back = await change(hub, person, later.series_id, first=FIRST)
    assert (back.booked, back.skipped) == (4, [])
    assert list(await ids(hub, back.series_id)) == [FIRST, SECOND, THIRD, FOURTH]


async def test_a_date_whose_new_time_is_taken_stays_where_it_was_by_name(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    taken = await hub.book(room, await hub.member(), 14 + WEEK, 15 + WEEK)
    with pytest.raises(SeriesNotWhole):
        await change(hub, person, series.series_id, first=f"{TUESDAY}T15:00", mode="all_or_nothing")
    assert set(await ids(hub, series.series_id)) == {FIRST, SECOND, THIRD, FOURTH}
    new = await change(hub, person, series.series_id, first=f"{TUESDAY}T15:00")
    (kept,) = new.skipped
    assert (kept.recurrence_id, kept.reason) == ("2035-03-13T15:00", "slot-taken")
    by_name = {each.recurrence_id: each for each in await dates(hub, new.series_id)}
    assert by_name["2035-03-13T15:00"].state == "moved"
    assert by_name["2035-03-13T15:00"].period.start == at(9 + WEEK)
    assert await hub.count("SELECT count(*) FROM claims WHERE booking_id = $1", taken.booking_id) == 1


async def test_a_shorter_rule_gives_up_what_it_no_longer_holds(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    new = await change(hub, person, series.series_id, rule=f"{TUESDAYS};COUNT=2")
    assert list(await ids(hub, new.series_id)) == [FIRST, SECOND]
    assert [each["recurrence_id"] for each in await hub.facts(BookingCancelled)] == [THIRD, FOURTH]


async def test_giving_up_the_following_says_what_stays_due_of_each(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    await hub.set_clock(NOW + timedelta(hours=8))
    async with hub.database.tx(hub.territory) as tx:
        ended = await end_series(tx, series.series_id, EndSeries(), hub.principal(person))
    assert [each.due_percent for each in ended.given_up] == [50, 0, 0, 0]
    (told,) = await hub.facts(SeriesEnded)
    assert (told["cancelled"], told["from_recurrence_id"]) == (4, FIRST)
    assert await hub.count("SELECT count(*) FROM claims") == 0
    with pytest.raises(NothingToCome):
        await change(hub, person, series.series_id, minutes=60)


async def test_giving_up_from_a_date_on_leaves_those_before(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    async with hub.database.tx(hub.territory) as tx:
        await end_series(tx, series.series_id, EndSeries(since=THIRD), hub.principal(person))
    assert await states(hub, series.series_id) == {
        "03-06": "confirmed",
        "03-13": "confirmed",
        "03-20": "cancelled",
        "03-27": "cancelled",
    }


async def test_wall_times_stay_when_the_rules_of_the_zone_change(hub: Hub) -> None:
    person, room = await hub.member(), await hub.room()
    series = await start(hub, room, person)
    await hub.book(room, await hub.member(), 10.5 + 2 * WEEK, 11 + 2 * WEEK)
    await hub.set_clock(at(12))
    async with hub.database.tx(
        hub.territory
    ) as tx:  # as if Paris had left summer time for good, one hour west
        await tx.execute("UPDATE series SET zone = 'Etc/GMT' WHERE series_id = $1", series.series_id)
        await reproject(tx, series.series_id)
    found = {each.recurrence_id: each for each in await dates(hub, series.series_id)}
    assert found[FIRST].period.start == at(9), "the past is as it was"
    assert found[SECOND].period.start == at(10 + WEEK)
    assert (found[THIRD].period.start, found[THIRD].state) == (at(9 + 2 * WEEK), "moved")
    assert found[FOURTH].period.start == at(10 + 3 * WEEK)
    (told,) = await hub.facts(OccurrencesReprojected)
    assert (told["moved"], [each["recurrence_id"] for each in told["kept"]]) == (2, [THIRD])
    async with hub.database.tx(hub.territory) as tx:
        await reproject(tx, series.series_id)
    assert len(await hub.facts(OccurrencesReprojected)) == 1, "a second look finds nothing to move"

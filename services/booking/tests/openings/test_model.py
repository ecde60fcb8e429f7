"""Opening hours in wall time: what is open when, over the two nights a year when the clock jumps."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.model import (
    ClosedThatDay,
    Hours,
    HoursOverlap,
    Interval,
    Opening,
    OutsideOpeningHours,
    PeriodEmpty,
    PeriodTooLong,
    ZoneMissing,
    check_open,
    check_weekly,
    in_force,
    instant,
    is_open,
    openings,
    period,
    redefine,
)
from booking.sites.model import Site

PARIS = "Europe/Paris"
ROOM, FLOOR, SITE_ID = UUID(int=1), UUID(int=2), UUID(int=3)
SITE = Site(SITE_ID, "Le Site", PARIS)
FIRST = date(2020, 1, 1)
DAYS = st.dates(date(2020, 1, 1), date(2037, 12, 31))
WALLS = st.integers(0, 96).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")


def weekly(*spans: tuple[str, str], days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)) -> tuple[Opening, ...]:
    return tuple(Opening(day, opens, closes) for day in days for opens, closes in spans)


def always(*spans: tuple[str, str]) -> dict[UUID, list[Hours]]:
    return {SITE_ID: [Hours(FIRST, None, weekly(*spans))]}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_day_of_ten_hours_keeps_its_wall_hours_in_summer_and_in_winter() -> None:
    hours = always(("08:00", "18:00"))
    for day, opens in ((date(2026, 3, 28), 7), (date(2026, 3, 29), 6), (date(2026, 10, 25), 7)):
        (found,) = openings(hours, (SITE_ID,), (day, day), PARIS)
        assert found.start == datetime(day.year, day.month, day.day, opens, tzinfo=UTC)
        assert found.end - found.start == timedelta(hours=10)


def test_a_whole_day_has_23_hours_in_march_and_25_in_october() -> None:
    hours = always(("00:00", "24:00"))
    for day, length in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)):
        (found,) = openings(hours, (SITE_ID,), (day, day), PARIS)
        assert found.end - found.start == timedelta(hours=length)


def test_the_hour_that_comes_twice_is_open_both_times() -> None:
    hours, day = always(("02:00", "03:00")), date(2026, 10, 25)
    (found,) = openings(hours, (SITE_ID,), (day, day), PARIS)
    assert found == Interval(utc("2026-10-25 00:00"), utc("2026-10-25 02:00"))


def test_a_wall_time_that_comes_twice_is_its_first() -> None:
    assert instant(date(2026, 10, 25), "02:30", PARIS) == utc("2026-10-25 00:30")


def test_the_hour_that_does_not_exist_is_not_open() -> None:
    day = date(2027, 3, 28)
    assert openings(always(("02:00", "03:00")), (SITE_ID,), (day, day), PARIS) == []
    assert instant(day, "02:30", PARIS) == utc("2027-03-28 01:30")
    (found,) = openings(always(("01:00", "04:00")), (SITE_ID,), (day, day), PARIS)
    assert found.end - found.start == timedelta(hours=2)


def test_openings_that_touch_at_midnight_are_one() -> None:
    hours = always(("00:00", "24:00"))
    asked = Interval(utc("2026-10-24 20:00"), utc("2026-10-25 05:00"))
    assert is_open(hours, (SITE_ID,), SITE, asked)


@given(day=DAYS, opens=WALLS, closes=WALLS, minute=st.integers(-60, 26 * 60))
def test_a_minute_is_open_exactly_when_the_wall_clock_says_so(
    day: date, opens: str, closes: str, minute: int
) -> None:
    if opens >= closes:
        return
    start = instant(day, "00:00", PARIS) + timedelta(minutes=minute)
    asked = Interval(start, start + timedelta(minutes=1))
    local = start.astimezone(ZoneInfo(PARIS))
    wall = f"{local:%H:%M}"
    if "02:00" <= wall < "03:00" and local.utcoffset() != (local - timedelta(hours=3)).utcoffset():
        return  # in the hour that comes twice, an opening's edges are those of the first pass
    if local.month in (3, 10) and any("02:00" <= edge <= "03:00" for edge in (opens, closes)):
        return
    assert is_open(always((opens, closes)), (SITE_ID,), SITE, asked) == (opens <= wall < closes)


def test_a_time_across_closing_is_refused_and_the_hours_are_named() -> None:
    hours = always(("08:30", "12:00"), ("14:00", "19:00"))
    asked = Interval(utc("2026-03-12 10:30"), utc("2026-03-12 13:30"))
    with pytest.raises(OutsideOpeningHours) as refused:
        check_open(hours, (ROOM, SITE_ID), SITE, asked, "Salle d'Aude")
    assert refused.value.said("en") == (
        "Salle d'Aude is open 08:30–12:00, 14:00–19:00 on 2026-03-12 (Europe/Paris): "
        "the time from 2026-03-12 11:30 to 2026-03-12 14:30 is not inside."
    )
    assert "08:30–12:00" in (refused.value.cure_said("fr") or "")


def test_a_closed_day_is_refused_as_such() -> None:
    hours = {SITE_ID: [Hours(FIRST, None, weekly(("08:00", "18:00"), days=(1, 2, 3, 4, 5)))]}
    sunday = Interval(utc("2026-03-15 09:00"), utc("2026-03-15 10:00"))
    with pytest.raises(ClosedThatDay):
        check_open(hours, (SITE_ID,), SITE, sunday, "Salle")
    with pytest.raises(ClosedThatDay):
        check_open({}, (SITE_ID,), SITE, sunday, "Salle")


def test_hours_come_from_the_nearest_that_has_any_that_day() -> None:
    summer = Hours(date(2026, 7, 1), date(2026, 9, 1), weekly(("09:00", "12:00")))
    hours = {FLOOR: [summer], **always(("08:00", "18:00"))}
    lineage = (ROOM, FLOOR, SITE_ID)
    assert in_force(hours, lineage, date(2026, 8, 31)) == summer
    assert in_force(hours, lineage, date(2026, 9, 1)) == hours[SITE_ID][0]
    assert in_force(hours, lineage, date(2019, 12, 31)) is None


@given(spans=st.lists(st.tuples(DAYS, st.none() | st.integers(1, 4000)), min_size=1, max_size=6), day=DAYS)
def test_the_hours_defined_last_win_on_their_days_and_no_day_has_two(
    spans: list[tuple[date, int | None]], day: date
) -> None:
    defined: list[Hours] = []
    expected: str | None = None
    for number, (start, length) in enumerate(spans):
        until = start + timedelta(days=length) if length else None
        new = Hours(start, until, weekly((f"0{number}:00", "20:00")))
        defined = redefine(defined, new)
        expected = new.weekly[0].opens if new.holds_on(day) else expected
    found = [hours for hours in defined if hours.holds_on(day)]
    assert [hours.weekly[0].opens for hours in found] == ([expected] if expected else [])
    assert all(hours.valid_until is None or hours.valid_from < hours.valid_until for hours in defined)


@pytest.mark.parametrize(
    "spans", [[("09:00", "09:00")], [("12:00", "09:00")], [("08:00", "12:00"), ("11:00", "13:00")]]
)
def test_openings_that_are_empty_or_meet_are_refused(spans: list[tuple[str, str]]) -> None:
    with pytest.raises(HoursOverlap):
        check_weekly(weekly(*spans, days=(2,)))


def test_openings_of_two_days_or_end_to_end_are_no_overlap() -> None:
    check_weekly((*weekly(("08:00", "12:00"), ("12:00", "24:00"), days=(1, 2)),))


def test_an_empty_or_endless_period_and_one_without_zone_are_refused_by_name() -> None:
    start = utc("2026-03-12 10:00")
    for end in (start, start - timedelta(hours=1)):
        with pytest.raises(PeriodEmpty):
            period(start, end)
    with pytest.raises(PeriodTooLong):
        period(start, start + timedelta(days=32))
    with pytest.raises(ZoneMissing):
        period(start, (start + timedelta(hours=1)).replace(tzinfo=None))
    assert period(start.astimezone(ZoneInfo(PARIS)), start + timedelta(hours=1)).start.tzinfo is UTC

"""When a series comes again: at one wall time, at one instant for each, by rules that are published."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.model import Interval
from booking.recurrence.model import (
    RuleUnusable,
    Series,
    SeriesTooLong,
    StartOutsideRule,
    in_the_way,
    instant,
    recurrence_id,
    rule,
    wall_of,
)

PARIS = "Europe/Paris"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
walls = st.datetimes(datetime(2020, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001 - wall times
    lambda wall: wall.replace(second=0, microsecond=0)
)


def a_series(first: str, text: str, **said: Any) -> Series:
    values: dict[str, Any] = {
        "series_id": UUID(int=1),
        "person_id": UUID(int=2),
        "site_id": UUID(int=3),
        "resource_id": UUID(int=4),
        "rule": text,
        "first": first,
        "minutes": 90,
        "zone": PARIS,
        "booked_until": date(2040, 1, 1),
    }
    return Series(**values | said).begun()


@st.composite
def rules(draw: st.DrawFn) -> tuple[datetime, str, timedelta]:
    """A first wall time, a rule that it belongs to, and how far to look."""
    first = draw(walls)
    step = draw(st.integers(1, 4))
    shapes = [
        ("FREQ=DAILY", 20),
        (f"FREQ=WEEKLY;BYDAY={WEEKDAYS[first.weekday()]}", 200),
        (f"FREQ=MONTHLY;BYMONTHDAY={first.day}", 1000),
        (f"FREQ=MONTHLY;BYDAY={WEEKDAYS[first.weekday()]}", 300),
        ("FREQ=YEARLY", 5000),
    ]
    text, days = draw(st.sampled_from(shapes))
    return first, f"{text};INTERVAL={step}", timedelta(days=days * step)


@given(rules())
def test_every_date_has_the_wall_time_of_the_first_and_lasts_as_long(
    drawn: tuple[datetime, str, timedelta],
) -> None:
    first, text, span = drawn
    series = a_series(recurrence_id(first), text)
    found = series.dates((first + span).date())
    assert found[0] == recurrence_id(first)
    for each in found:
        period = series.period(each)
        assert each[11:] == recurrence_id(first)[11:]
        assert period.end - period.start == timedelta(minutes=90)
        shown = period.start.astimezone(ZoneInfo(PARIS))
        skipped = shown.replace(tzinfo=None) - wall_of(each)
        assert skipped in (timedelta(0), timedelta(hours=1)), "an hour later, where the clock skips it"


@given(rules())
def test_each_date_is_named_once_and_its_instants_follow_one_another(
    drawn: tuple[datetime, str, timedelta],
) -> None:
    first, text, span = drawn
    series = a_series(recurrence_id(first), text)
    found = series.dates((first + span).date())
    assert len(set(found)) == len(found)
    starts = [series.period(each).start for each in found]
    assert starts == sorted(set(starts))


@given(rules(), st.integers(1, 60))
def test_a_count_is_kept_to_the_date(drawn: tuple[datetime, str, timedelta], count: int) -> None:
    first, text, _ = drawn
    far = date(9000, 1, 1)
    assert len(a_series(recurrence_id(first), f"{text};COUNT={count}").dates(far)) == count


@given(rules(), st.integers(0, 400))
def test_an_end_leaves_what_is_on_its_day_and_takes_what_is_after(
    drawn: tuple[datetime, str, timedelta], days: int
) -> None:
    first, text, span = drawn
    last = (first + timedelta(days=days)).date()
    endless = a_series(recurrence_id(first), text).dates((first + span).date())
    ended = a_series(recurrence_id(first), f"{text};UNTIL={last:%Y%m%d}").dates((first + span).date())
    assert ended == [each for each in endless if each[:10] <= last.isoformat()]


@given(walls, st.integers(1, 3), st.sets(st.integers(0, 6)), st.data())
def test_the_dates_are_those_that_a_walk_through_every_day_finds(
    first: datetime, step: int, weekdays: set[int], data: st.DataObject
) -> None:
    weekday, days = first.weekday(), {*weekdays, first.weekday()}
    nth = (first.day - 1) // 7 + 1

    def months(day: date) -> int:
        return 12 * (day.year - first.year) + day.month - first.month

    def weeks(day: date) -> int:
        return ((day - first.date()).days + weekday) // 7

    shapes: dict[str, Callable[[date], bool]] = {
        "FREQ=DAILY": lambda day: (day - first.date()).days % step == 0,
        f"FREQ=WEEKLY;BYDAY={','.join(WEEKDAYS[each] for each in sorted(days))}": lambda day: (
            weeks(day) % step == 0 and day.weekday() in days
        ),
        f"FREQ=MONTHLY;BYMONTHDAY={first.day}": lambda day: months(day) % step == 0 and day.day == first.day,
        f"FREQ=MONTHLY;BYDAY={nth}{WEEKDAYS[weekday]}": lambda day: (
            months(day) % step == 0 and day.weekday() == weekday and (day.day - 1) // 7 + 1 == nth
        ),
        "FREQ=YEARLY": lambda day: (
            (day.year - first.year) % step == 0 and (day.month, day.day) == (first.month, first.day)
        ),
    }
    shape = data.draw(st.sampled_from(sorted(shapes)))
    every = [first.date() + timedelta(days=n) for n in range(800)]
    found = a_series(recurrence_id(first), f"{shape};INTERVAL={step}").dates(every[-1] + timedelta(days=1))
    assert found == [f"{day}T{first:%H:%M}" for day in every if shapes[shape](day)]


@given(walls)
def test_the_instant_of_a_wall_time_is_its_first_pass(wall: datetime) -> None:
    found = instant(wall, PARIS)
    passes = [
        moment
        for hours in (1, 2)
        if (moment := (wall - timedelta(hours=hours)).replace(tzinfo=UTC))
        .astimezone(ZoneInfo(PARIS))
        .replace(tzinfo=None)
        == wall
    ]
    assert found == min(passes, default=(wall - timedelta(hours=1)).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("wall", "then"),
    [
        ("2026-10-24T18:00", datetime(2026, 10, 24, 16, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice: the first
        ("2026-10-25T18:00", datetime(2026, 10, 25, 17, tzinfo=UTC)),
        ("2027-03-28T02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # comes not at all
        ("2027-03-28T18:00", datetime(2027, 3, 28, 16, tzinfo=UTC)),
    ],
)
def test_the_hours_of_both_switches(wall: str, then: datetime) -> None:
    assert instant(wall_of(wall), PARIS) == then


def test_what_ends_at_an_instant_ends_there_and_not_at_a_wall_time() -> None:
    daily = "FREQ=DAILY;UNTIL=20261026T170000Z"
    assert a_series("2026-10-24T18:00", daily).dates(date(2027, 1, 1))[-1] == "2026-10-26T18:00"
    earlier = daily.replace("170000Z", "165959Z")
    assert a_series("2026-10-24T18:00", earlier).dates(date(2027, 1, 1))[-1] == "2026-10-25T18:00"


def test_dates_are_taken_out_and_put_in_by_their_wall_time() -> None:
    series = a_series(
        "2026-10-06T18:00",
        "FREQ=WEEKLY;COUNT=3",
        excluded=("2026-10-13T18:00",),
        added=("2026-10-14T09:00",),
    )
    assert series.dates(date(2027, 1, 1)) == ["2026-10-06T18:00", "2026-10-14T09:00", "2026-10-20T18:00"]


def test_the_last_friday_of_a_month_is_one_rule() -> None:
    series = a_series("2026-10-30T18:00", "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1;COUNT=3")
    assert series.dates(date(2027, 6, 1)) == ["2026-10-30T18:00", "2026-11-27T18:00", "2026-12-25T18:00"]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;INTERVAL=1000",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=1TU",
        "FREQ=MONTHLY;BYSETPOS=2",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;BYSETPOS=2",
        "FREQ=DAILY;UNTIL=20270231",
        "INTERVAL=2",
        "every Tuesday",
        "",
    ],
)
def test_a_rule_with_more_than_is_published_is_refused_by_the_part(text: str) -> None:
    with pytest.raises(RuleUnusable) as refused:
        rule(text)
    assert refused.value.values["allowed"]


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("2026-10-06T18:00", "FREQ=WEEKLY;BYDAY=WE"),
        ("2026-10-06T18:00", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2"),
        ("2026-10-06T18:00", "FREQ=DAILY;INTERVAL=7;BYMONTHDAY=7"),
        ("2026-10-06T18:00", "FREQ=DAILY;UNTIL=20261005"),
    ],
)
def test_a_series_begins_on_a_date_of_its_rule(first: str, text: str) -> None:
    with pytest.raises(StartOutsideRule):
        a_series(first, text)


def test_a_series_of_more_dates_than_days_is_refused() -> None:
    added = tuple(f"2026-10-{day:02}T{hour:02}:00" for day in range(7, 31) for hour in range(7, 9))
    series = a_series("2026-10-06T18:00", "FREQ=DAILY", added=added)
    with pytest.raises(SeriesTooLong):
        series.between(date(2026, 10, 1), date(2027, 11, 6))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=12), st.data())
def test_what_is_in_the_way_is_what_a_look_at_each_pair_finds(
    busy: list[tuple[int, int]], data: st.DataObject
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def stretch(at: int, length: int) -> Interval:
        return Interval(start + timedelta(hours=at), start + timedelta(hours=at + length))

    drawn = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=12)
    wanted = [stretch(*each) for each in sorted(data.draw(drawn))]
    taken = [stretch(*each) for each in busy]
    met: set[int] = set()
    for number, each in enumerate(wanted):
        if any(each.start < other.end and other.start < each.end for other in taken):
            met.add(number)
        else:
            taken.append(each)
    assert in_the_way(wanted, [stretch(*each) for each in busy]) == met

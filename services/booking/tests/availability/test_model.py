"""Times offered instead of a taken one, against a search minute by minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.availability.model import nearest
from booking.openings.model import Interval

DAY = datetime(2035, 3, 6, tzinfo=UTC)
STEP = 5


def span(start: int, length: int) -> Interval:
    return Interval(DAY + timedelta(minutes=start), DAY + timedelta(minutes=start + length))


STARTS = st.integers(0, 23 * 12).map(lambda n: n * STEP)
LENGTHS = st.integers(1, 36).map(lambda n: n * STEP)
SPANS = st.builds(span, STARTS, LENGTHS)


def fits(
    time: Interval, turnaround: timedelta, open_: list[Interval], busy: list[Interval], now: datetime
) -> bool:
    return (
        time.start >= now
        and any(opened.start <= time.start and time.end <= opened.end for opened in open_)
        and not any(taken.start < time.end + turnaround and time.start < taken.end for taken in busy)
    )


@given(
    asked=SPANS,
    turnaround=st.integers(0, 6).map(lambda n: timedelta(minutes=n * STEP)),
    opened=st.builds(span, STARTS, LENGTHS),
    busy=st.lists(SPANS, max_size=6),
    now=STARTS.map(lambda minutes: DAY + timedelta(minutes=minutes)),
)
def test_what_is_offered_fits_and_nothing_nearer_does(
    asked: Interval, turnaround: timedelta, opened: Interval, busy: list[Interval], now: datetime
) -> None:
    found = nearest(asked, turnaround, [opened], busy, now)
    assert all(fits(time, turnaround, [opened], busy, now) for time in found)
    assert all(time.end - time.start == asked.end - asked.start for time in found)
    length = (asked.end - asked.start) // timedelta(minutes=1)
    possible = [
        abs(time.start - asked.start)
        for minutes in range(0, 27 * 60, STEP)
        if fits(time := span(minutes, length), turnaround, [opened], busy, now)
    ]
    assert [abs(time.start - asked.start) for time in found][:1] == ([min(possible)] if possible else [])


def test_a_time_begins_on_five_minutes_when_it_begins_now() -> None:
    now = DAY + timedelta(hours=9, minutes=2, seconds=17)
    (found,) = nearest(span(8 * 60, 30), timedelta(0), [span(8 * 60, 600)], [], now)
    assert found.start == DAY + timedelta(hours=9, minutes=5)

"""What an entry is and what may become of it: pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.model import Interval
from booking.sites.model import Rules, Site
from booking.waitlists.model import LEAST, Daily, Entry, NotWaiting, Offer, TooLateToWait, WindowTooNarrow
from chassis.ids import new_id

NINE = datetime(2035, 3, 6, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = Site(new_id(), "L'Atelier d'Aude", "Europe/Paris", Rules())


def an_entry(*windows: Interval, minutes: int = 60, state: str = "waiting", site: Site = SITE) -> Entry:
    return Entry(
        entry_id=new_id(),
        state=state,
        site=site,
        kind="room",
        resource_id=None,
        resource_name=None,
        windows=windows or (Interval(NINE, NINE + HOUR),),
        minutes=minutes,
        person_id=new_id(),
        attendees=None,
        membership_id=None,
        audience=None,
        payer=None,
        by_desk=False,
        joined_at=NINE - 24 * HOUR,
    )


def an_offer(booking_state: str = "held") -> Offer:
    time = Interval(NINE, NINE + HOUR)
    return Offer(new_id(), NINE - HOUR, new_id(), "Salle d'Aude", time, booking_state)


@given(ahead=st.integers(20, 50_000), lasts=st.integers(1, 1440), margin=st.integers(1, 1440))
def test_an_offer_never_lasts_to_its_start_and_always_long_enough_to_be_answered(
    ahead: int, lasts: int, margin: int
) -> None:
    rules = Rules(offer_minutes=lasts, offer_margin_minutes=margin)
    entry = an_entry(site=replace(SITE, rules=rules))
    now = NINE - timedelta(minutes=ahead)
    ends = entry.offer_until(now, NINE)
    assert ends <= NINE - timedelta(minutes=margin)
    assert ends <= now + timedelta(minutes=lasts)
    if entry.soonest(now) <= NINE:
        entry.check(now)
        assert ends - now >= min(timedelta(minutes=lasts), LEAST)
    else:
        with pytest.raises(TooLateToWait):
            entry.check(now)


@given(
    window=st.tuples(st.integers(0, 600), st.integers(30, 600)),
    minutes=st.integers(5, 300),
    busy=st.lists(st.tuples(st.integers(0, 1200), st.integers(5, 120)), max_size=6),
    turnaround=st.integers(0, 30),
)
def test_a_fit_is_found_if_and_only_if_some_start_of_the_grid_fits(
    window: tuple[int, int], minutes: int, busy: list[tuple[int, int]], turnaround: int
) -> None:
    start = NINE + timedelta(minutes=window[0] // 5 * 5)
    opened = Interval(start, start + timedelta(minutes=window[1] // 5 * 5))
    taken = [
        Interval(
            NINE + timedelta(minutes=at // 5 * 5), NINE + timedelta(minutes=at // 5 * 5 + length // 5 * 5)
        )
        for at, length in busy
    ]
    length, after = timedelta(minutes=minutes // 5 * 5), timedelta(minutes=turnaround // 5 * 5)

    def fits(begin: datetime) -> bool:
        free = all(each.end <= begin or each.start >= begin + length + after for each in taken)
        return begin + length <= opened.end and free

    starts = [opened.start + timedelta(minutes=5 * step) for step in range(121)]
    expected = next((begin for begin in starts if fits(begin)), None)
    entry = an_entry(opened, minutes=minutes // 5 * 5)
    found = entry.fit([Interval(NINE - 24 * HOUR, NINE + 48 * HOUR)], taken, after, NINE)
    assert (found and found.start) == expected


def test_a_window_of_wall_time_follows_the_clocks_over_the_change_of_march() -> None:
    days = Daily(date(2035, 3, 24), date(2035, 3, 26), "09:00", "12:00", 60)
    hours = [each.start.hour for each in days.windows("Europe/Paris")]
    assert hours == [8, 7, 7]


def test_a_day_whose_clock_skips_the_window_is_left_out_and_the_others_are_not() -> None:
    days = Daily(date(2035, 3, 24), date(2035, 3, 26), "02:00", "03:00", 60)
    assert len(days.windows("Europe/Paris")) == 2


@pytest.mark.parametrize(
    "daily",
    [
        Daily(date(2035, 3, 6), date(2035, 3, 5), "09:00", "12:00", 60),
        Daily(date(2035, 3, 6), date(2035, 3, 6), "09:00", "09:30", 60),
        Daily(date(2035, 3, 6), date(2035, 4, 30), "09:00", "12:00", 60),
    ],
    ids=["backwards", "narrow", "long"],
)
def test_a_window_that_holds_nothing_is_refused(daily: Daily) -> None:
    with pytest.raises(WindowTooNarrow):
        daily.windows("Europe/Paris")


def test_only_what_is_offered_is_answered_and_only_what_lives_is_left() -> None:
    for state in ("waiting", "accepted", "declined", "expired", "left", "ended"):
        with pytest.raises(NotWaiting):
            an_entry(state=state).answered("accepted", "accepted")
    for state in ("accepted", "declined", "expired", "left", "ended"):
        with pytest.raises(NotWaiting):
            an_entry(state=state).left()
    assert an_entry().offered(an_offer()).answered("declined", "declined").state == "declined"
    assert an_entry().left().state == "left"


def test_what_became_of_an_offer_is_read_from_its_booking() -> None:
    outcomes = {"held": "offered", "confirmed": "accepted", "checked_in": "accepted", "no_show": "accepted"}
    for state, outcome in {**outcomes, "cancelled": "declined", "expired": "expired"}.items():
        assert an_offer(state).outcome == outcome


def test_an_entry_is_over_when_its_last_time_begins_and_not_while_something_is_offered() -> None:
    entry = an_entry(Interval(NINE, NINE + 3 * HOUR))
    assert entry.over(NINE + 2 * HOUR - timedelta(seconds=1)) is None
    over = entry.over(NINE + 2 * HOUR)
    assert over is not None
    assert over.state == "ended"
    assert entry.offered(an_offer()).over(NINE + 2 * HOUR) is None

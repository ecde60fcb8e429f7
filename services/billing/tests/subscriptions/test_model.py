"""Which days of which cycles a membership is charged for."""

import datetime as dt

from billing_builders import a_price
from hypothesis import given, settings
from hypothesis import strategies as st
from usage_builders import a_membership

from billing.quotes.model import cost
from billing.subscriptions.model import Subscription, charged_days, cycles, fee, resumed, suspended
from chassis.ids import new_id
from contracts.values import Party

PAYER = Party(person_id=new_id())
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@settings(max_examples=1000, deadline=None)
@given(DAYS, st.none() | DAYS, st.lists(st.tuples(DAYS, st.integers(1, 90)), max_size=4))
def test_the_charged_days_are_those_inside_the_membership_and_outside_its_suspensions(
    start: dt.date, end: dt.date | None, pauses: list[tuple[dt.date, int]]
) -> None:
    rests = tuple((first, first + dt.timedelta(days=length)) for first, length in pauses)
    told = a_membership(PAYER, valid_from=start, valid_until=end)
    subscription = Subscription(told, rests, new_id())
    last = dt.date(2026, 12, 31)
    charged = [
        piece.start + dt.timedelta(days=n)
        for cycle in cycles(subscription, last)
        for piece in charged_days(subscription, cycle)
        for n in range((piece.end - piece.start).days)
    ]
    year = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    assert charged == [
        day
        for day in year
        if start <= day
        and (end is None or day < end)
        and not any(first <= day < again for first, again in rests)
    ]


@settings(max_examples=1000, deadline=None)
@given(DAYS, st.integers(0, 40), st.integers(1, 40))
def test_a_pause_within_a_month_is_neither_charged_nor_made_up_for(
    start: dt.date, after: int, length: int
) -> None:
    price = a_price(unit="month", amount="90.00", prorated=True)
    first = start + dt.timedelta(days=after)
    again = first + dt.timedelta(days=length)
    whole = Subscription(a_membership(PAYER, valid_from=start), (), new_id())
    paused = Subscription(whole.told, ((first, again),), new_id())
    until = dt.date(2027, 3, 1)
    full, less = (
        sum(cost(price, usage.measure).minor for cycle in cycles(each, until) for usage in fee(each, cycle))
        for each in (whole, paused)
    )
    days = [first + dt.timedelta(days=n) for n in range(length)]
    rested = sum(
        9000 / ((day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - day.replace(day=1)).days
        for day in days
    )
    assert abs(full - less - rested) <= 3  # a cent at most for each month that the pause touches


def test_rights_rest_until_they_are_resumed_and_a_rest_not_begun_never_begins() -> None:
    march, may = dt.date(2026, 3, 10), dt.date(2026, 5, 1)
    resting = suspended((), march)
    assert resting == ((march, None),)
    assert resumed(resting, may) == ((march, may),)
    assert resumed(suspended((), may), march) == ()

"""Other terms from a day on: each day is charged under its own, a partner's share and the rest add up."""

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest
from billing_builders import Town, a_price, at, done
from hypothesis import given, settings
from hypothesis import strategies as st
from usage_builders import MORNING, a_membership, membership_as

from billing.charges.model import shared
from billing.prices.model import SoldPrice
from billing.quotes.model import cost
from billing.subscriptions.model import Change, Subscription, changed, fees
from chassis.ids import new_id
from contracts.membership import (
    Funding,
    MembershipConfirmed,
    MembershipEnded,
    MembershipPlanChanged,
    MembershipRenewed,
    MembershipSuspended,
)
from contracts.money import Money
from contracts.values import CivilPeriod, Party

PAYER, PARTNER = Party(person_id=new_id()), Party(organisation_id=new_id())
FIRST, YEAR = dt.date(2026, 1, 1), 365
DAYS = st.integers(0, YEAR - 1).map(lambda n: FIRST + dt.timedelta(days=n))
PRICES = {"student": "29.99", "nomad": "89.90", "company": "150.00"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def changed_to(told: MembershipConfirmed, start: dt.date, **more: Any) -> MembershipPlanChanged:
    told_as = {"changed_from": start, "reason": "asked", "decided_at": MORNING}
    return membership_as(MembershipPlanChanged, told, **(told_as | more))


def price_of(audience: str) -> SoldPrice:
    return a_price("desk-plan", PRICES[audience], unit="month", prorated=True)


def to_cent(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def by_hand(terms: Sequence[tuple[dt.date, str]], first: dt.date, until: dt.date, stop: dt.date) -> int:
    """Add up, month by month and run of days by run of days, what each audience's days cost."""
    total, month = 0, dt.date(2026, 1, 1)
    while month < stop:
        following = (month + dt.timedelta(days=31)).replace(day=1)
        length = (following - month).days
        for (start, audience), after in zip(terms, [*(s for s, _ in terms[1:]), dt.date.max], strict=True):
            days = [
                n
                for n in range(length)
                if max(first, start) <= month + dt.timedelta(days=n) < min(until, after)
            ]
            if days:
                whole = Decimal(PRICES[audience]) * 100
                a, b = days[0], days[-1] + 1
                total += to_cent(whole * b / length) - to_cent(whole * a / length)
        month = following
    return total


@settings(max_examples=400, deadline=None)
@given(DAYS, st.none() | DAYS, st.lists(st.tuples(DAYS, st.sampled_from(sorted(PRICES))), max_size=4))
def test_each_day_costs_what_its_own_terms_say_and_the_sum_is_that_of_brute_force(
    first: dt.date, end: dt.date | None, told: list[tuple[dt.date, str]]
) -> None:
    base = a_membership(PAYER, audience="nomad", valid_from=first, valid_until=end)
    changes: tuple[Change, ...] = ()
    terms = [(first, "nomad")]
    for start, audience in told:
        if start <= first:
            continue
        state = changed_to(base, start, audience=audience)
        changes = changed(changes, Change(start, state))
        terms = [*(each for each in terms if each[0] < start), (start, audience)]
    subscription = Subscription(base, (), new_id(), changes)
    charged = sum(
        cost(price_of(usage.audience), usage.measure).minor for usage in fees(subscription, day("12-31"))
    )
    stop = dt.date(2027, 1, 1)
    assert charged == by_hand(terms, first, end or stop, stop)
    keys = [(usage.item, usage.period) for usage in fees(subscription, day("12-31"))]
    assert len(keys) == len(set(keys))


@settings(max_examples=400, deadline=None)
@given(
    st.integers(1, 100),
    st.none() | st.integers(0, 20_000),
    st.none() | DAYS,
    st.decimals(min_value=0, max_value=500, places=2),
    st.booleans(),
)
def test_what_the_partner_and_the_payer_pay_adds_up_to_the_cent_and_the_partner_never_pays_more_than_agreed(
    percent: int,
    most: int | None,
    until: dt.date | None,
    amount: Decimal,
    prorated: bool,  # noqa: FBT001 - a case
) -> None:
    price = a_price("desk-plan", str(amount), unit="month", prorated=prorated)
    cap = Money(minor=most, currency="EUR") if most is not None else None
    funding = Funding(payer=PARTNER, percent=percent, most=cap, until=until, convention="C-17")
    told = a_membership(PAYER, valid_from=day("01-12"), funding=funding)
    subscription, alone = (
        Subscription(told, (), new_id()),
        Subscription(told.model_copy(update={"funding": None}), (), new_id()),
    )
    found = list(fees(subscription, day("12-31")))
    parts = [
        (usage, shared(whole, usage.share, price, usage.measure).minor if usage.share else whole.minor)
        for usage in found
        for whole in [cost(price, usage.measure)]
    ]
    months = {usage.period for usage in found}
    for month in months:
        here = [(usage, minor) for usage, minor in parts if usage.period == month]
        (whole,) = [usage for usage in fees(alone, day("12-31")) if usage.period == month]
        split = any(usage.measure.split for usage, _ in here if usage.measure.kind == "stretch")
        expected = whole.model_copy(update={"measure": whole.measure.model_copy(update={"split": split})})
        assert sum(minor for _, minor in here) == cost(price, expected.measure).minor
        partner = sum(minor for usage, minor in here if usage.payer == PARTNER)
        assert most is None or partner <= most
        assert all(minor >= 0 for _, minor in here)
    assert until is None or all(
        usage.measure.days.end <= until for usage, _ in parts if usage.payer == PARTNER
    )


@pytest.fixture
async def payer(town: Town) -> Party:
    await town.publish(
        await town.register_issuer(),
        a_price("desk-plan", "90.00", unit="month", prorated=True),
        a_price("desk-plan", "30.00", unit="month", prorated=True, audience="student"),
        a_price("large-plan", "155.00", unit="month"),
    )
    return Party(person_id=await town.register_person())


async def due(town: Town, told: MembershipConfirmed) -> list[tuple[str, str, int]]:
    items = done(await town.get(f"charges?source_id={told.membership_id}&limit=200"))["items"]
    return sorted((each["service_period"]["start"], each["state"], each["amount"]["minor"]) for each in items)


async def test_an_audience_that_ends_within_a_month_splits_it_by_civil_days(town: Town, payer: Party) -> None:
    told = a_membership(payer, audience="student", valid_from=day("03-01"))
    await town.hear(told)
    await town.set_clock(at("2026-07-02 10:00"))
    assert [minor for _, _, minor in await due(town, told)] == [3_000] * 5
    await town.hear(changed_to(told, day("06-16"), audience="nomad", reason="proof_expired"))
    assert await due(town, told) == [
        ("2026-03-01", "pending", 3_000),
        ("2026-04-01", "pending", 3_000),
        ("2026-05-01", "pending", 3_000),
        ("2026-06-01", "pending", 1_500),  # 15 of 30 days at 30.00
        ("2026-06-16", "pending", 4_500),  # 15 of 30 days at 90.00
        ("2026-07-01", "cancelled", 0),
        ("2026-07-01", "pending", 9_000),
    ]


async def test_a_price_without_parts_is_charged_in_parts_where_the_plan_changes_within_the_month(
    town: Town, payer: Party
) -> None:
    told = a_membership(payer, price_code="large-plan", valid_from=day("03-01"))
    await town.hear(told)
    await town.set_clock(at("2026-03-11 10:00"))
    await town.hear(changed_to(told, day("03-11"), price_code="desk-plan"))
    assert await due(town, told) == [
        ("2026-03-01", "pending", 5_000),  # 10 of 31 days at 155.00
        ("2026-03-11", "pending", 6_097),  # 9000 − R(9000 · 10/31)
    ]


async def test_a_change_that_is_withdrawn_leaves_no_trace_in_what_is_due(town: Town, payer: Party) -> None:
    told = a_membership(payer, valid_from=day("03-01"))
    await town.hear(told)
    await town.hear(changed_to(told, day("05-01"), audience="student"))
    await town.hear(changed_to(told, day("04-15")))
    await town.set_clock(at("2026-05-20 10:00"))
    assert sum(minor for _, _, minor in await due(town, told)) == 27_000


async def test_after_a_change_an_end_and_a_rest_still_bound_what_is_due(town: Town, payer: Party) -> None:
    told = a_membership(payer, valid_from=day("03-01"))
    await town.set_clock(at("2026-05-20 10:00"))
    await town.hear(told)
    change = changed_to(told, day("04-01"), audience="student")
    await town.hear(change)
    await town.hear(membership_as(MembershipSuspended, change, suspended_from=day("04-16")))
    assert sum(minor for _, _, minor in await due(town, told)) == 9_000 + 1_500
    await town.hear(membership_as(MembershipEnded, change, valid_until=day("04-11"), ended_at=MORNING))
    assert sum(minor for _, _, minor in await due(town, told)) == 9_000 + 1_000


async def test_a_trial_costs_nothing_and_what_is_taken_up_again_nothing_between(
    town: Town, payer: Party
) -> None:
    told = a_membership(payer, valid_from=day("03-01"), valid_until=day("03-16"), free_until=day("03-16"))
    await town.set_clock(at("2026-05-20 10:00"))
    await town.hear(told)
    assert await due(town, told) == []
    renewed = {"how": "trial_confirmed", "renewed_at": MORNING, "valid_until": None}
    await town.hear(membership_as(MembershipRenewed, told, **renewed))
    assert [minor for _, _, minor in await due(town, told)] == [4_645, 9_000, 9_000]  # 16 of 31 days
    ended = membership_as(MembershipEnded, told, valid_until=day("04-01"), ended_at=MORNING)
    await town.hear(ended)
    again = {"how": "reactivated", "without": CivilPeriod(start=day("04-01"), end=day("05-01"))}
    await town.hear(membership_as(MembershipRenewed, ended, **(renewed | again)))
    assert sum(minor for _, _, minor in await due(town, told)) == 4_645 + 9_000


async def test_partner_and_holder_are_each_charged_their_share_under_the_convention(
    town: Town, payer: Party
) -> None:
    partner = Party(organisation_id=await town.register_organisation())
    funding = Funding(payer=partner, percent=60, until=day("04-16"), convention="CONV-2026-017")
    told = a_membership(payer, valid_from=day("03-01"), funding=funding)
    await town.hear(told)
    await town.set_clock(at("2026-04-20 10:00"))
    items = done(await town.get(f"charges?source_id={told.membership_id}&limit=200"))["items"]
    of = sorted(
        (
            each["service_period"]["start"],
            each["payer"] == partner.model_dump(mode="json"),
            each["amount"]["minor"],
        )
        for each in items
    )
    assert of == [
        ("2026-03-01", False, 3_600),
        ("2026-03-01", True, 5_400),
        ("2026-04-01", False, 1_800),  # 40 % of 15 days of 30
        ("2026-04-01", True, 2_700),
        ("2026-04-16", False, 4_500),
    ]
    assert all("CONV-2026-017" in each["detail"]["fr"] for each in items if each["payer"]["organisation_id"])


def test_pieces_of_a_membership_touch_and_do_not_overlap() -> None:
    told = a_membership(PAYER, valid_from=day("01-05"))
    starts = [day("02-03"), day("05-01")]
    changes = tuple(Change(start, changed_to(told, start, audience="student")) for start in starts)
    pieces = Subscription(told, (), new_id(), changes).pieces
    assert all(one.end == two.start for one, two in pairwise(pieces))
    assert (pieces[0].start, pieces[-1].end) == (day("01-05"), None)

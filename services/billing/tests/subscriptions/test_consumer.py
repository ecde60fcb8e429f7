"""Memberships are charged on the first day of each cycle, for the days they hold."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from billing_builders import Town, a_price, at, done
from usage_builders import MORNING, a_membership, membership_as

from contracts.membership import MembershipEnded, MembershipResumed, MembershipSuspended
from contracts.values import Party


@pytest.fixture
async def payer(town: Town) -> Party:
    await town.publish(
        await town.register_issuer(),
        a_price("desk-plan", "90.00", unit="month", prorated=True),
        a_price("desk-plan", "30.00", unit="month", prorated=True, audience="student"),
        a_price("day-pass", "15.00", unit="day"),
        a_price("year-plan", "600.00", unit="year"),
    )
    return Party(person_id=await town.register_person())


async def fees(town: Town, membership_id: UUID) -> list[tuple[str, str, int]]:
    """First day, state and amount of each charge of a membership, oldest first."""
    items: list[dict[str, Any]] = done(await town.get(f"charges?source_id={membership_id}&limit=200"))[
        "items"
    ]
    return sorted((each["service_period"]["start"], each["state"], each["amount"]["minor"]) for each in items)


async def test_the_first_month_costs_its_days_and_the_next_ones_are_charged_as_they_begin(
    town: Town, payer: Party
) -> None:
    told = a_membership(payer, audience="student")
    await town.hear(told)
    assert await fees(town, told.membership_id) == []
    await town.set_clock(at("2026-03-12 00:01"))
    assert await fees(town, told.membership_id) == [
        ("2026-03-12", "pending", 1_935)
    ]  # 3000 − R(3000 · 11/31)
    await town.set_clock(at("2026-03-31 23:59"))
    assert len(await fees(town, told.membership_id)) == 1
    await town.set_clock(at("2026-05-02 10:00"))
    assert await fees(town, told.membership_id) == [
        ("2026-03-12", "pending", 1_935),
        ("2026-04-01", "pending", 3_000),
        ("2026-05-01", "pending", 3_000),
    ]


async def test_a_membership_heard_late_is_charged_for_all_its_months(town: Town, payer: Party) -> None:
    await town.set_clock(at("2026-06-15 10:00"))
    told = a_membership(payer)
    await town.hear(told)
    assert [minor for _, _, minor in await fees(town, told.membership_id)] == [5_806, 9_000, 9_000, 9_000]


async def test_a_membership_that_ends_is_charged_for_its_last_days_only(town: Town, payer: Party) -> None:
    told = a_membership(payer)
    await town.set_clock(at("2026-04-05 10:00"))
    await town.hear(told)
    end = membership_as(MembershipEnded, told, valid_until=dt.date(2026, 4, 11), ended_at=MORNING)
    await town.hear(end)
    assert await fees(town, told.membership_id) == [
        ("2026-03-12", "pending", 5_806),
        ("2026-04-01", "pending", 3_000),
    ]
    (adjusted,) = await town.told("ChargeAdjusted")
    assert (adjusted["reason"], adjusted["previous_amount"]["minor"]) == ("ended", 9_000)
    await town.set_clock(at("2026-06-05 10:00"))
    assert len(await fees(town, told.membership_id)) == 2


async def test_a_membership_that_ends_before_a_month_already_charged_owes_nothing_for_it(
    town: Town, payer: Party
) -> None:
    told = a_membership(payer)
    await town.set_clock(at("2026-04-05 10:00"))
    await town.hear(told)
    await town.hear(membership_as(MembershipEnded, told, valid_until=dt.date(2026, 4, 1), ended_at=MORNING))
    assert await fees(town, told.membership_id) == [
        ("2026-03-12", "pending", 5_806),
        ("2026-04-01", "cancelled", 0),
    ]


async def test_days_on_which_the_rights_rest_are_never_charged(town: Town, payer: Party) -> None:
    told = a_membership(payer, valid_from=dt.date(2026, 3, 1))
    await town.hear(told)
    await town.hear(membership_as(MembershipSuspended, told, suspended_from=dt.date(2026, 3, 11)))
    await town.set_clock(at("2026-05-20 10:00"))
    assert await fees(town, told.membership_id) == [("2026-03-01", "pending", 2_903)]
    await town.hear(membership_as(MembershipResumed, told, resumed_from=dt.date(2026, 5, 16)))
    assert await fees(town, told.membership_id) == [
        ("2026-03-01", "pending", 2_903),
        ("2026-05-16", "pending", 4_645),
    ]


async def test_a_day_is_charged_by_the_day_and_a_year_in_advance(town: Town, payer: Party) -> None:
    day = a_membership(
        payer,
        cadence="day",
        price_code="day-pass",
        valid_from=dt.date(2026, 3, 2),
        valid_until=dt.date(2026, 3, 4),
    )
    year = a_membership(payer, cadence="year", price_code="year-plan")
    await town.hear(day)
    await town.hear(year)
    await town.set_clock(at("2026-03-20 10:00"))
    assert [minor for _, _, minor in await fees(town, day.membership_id)] == [1_500, 1_500]
    (charged,) = done(await town.get(f"charges?source_id={year.membership_id}"))["items"]
    assert (charged["amount"]["minor"], charged["billable_from"]) == (60_000, "2026-03-13")
    assert charged["service_period"] == {"start": "2026-03-12", "end": "2027-03-12"}


async def test_many_days_are_charged_in_several_transactions_without_a_gap(
    town: Town, payer: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.subscriptions.handlers._MOST", 7)
    await town.set_clock(at("2026-04-15 10:00"))
    told = a_membership(payer, cadence="day", price_code="day-pass", valid_from=dt.date(2026, 3, 1))
    await town.hear(told)
    await town.fire()
    days = [dt.date.fromisoformat(first) for first, _, _ in await fees(town, told.membership_id)]
    assert days == [dt.date(2026, 3, 1) + dt.timedelta(days=n) for n in range(46)]

"""Units are spent with the booking they pay, come back with it, and end when their pass does."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from booking_builders import MONDAY, Hub, at, fire_timers, tell
from credit_builders import a_desk, a_nomad, ask_back, ledger, left, sell
from policy_builders import give_up

from booking.changes.handlers import RescheduleBooking, reschedule_booking
from booking.credits.handlers import SetPaymentOrder, set_payment_order
from booking.credits.model import CreditsShort
from booking.fees.handlers import WaiveFee, waive_fee
from chassis.db import Database
from contracts.booking import (
    BookingConfirmed,
    CreditLotClosed,
    CreditLotExpired,
    CreditLotExpiring,
    CreditLotKept,
    CreditLotOpened,
    CreditsRestored,
    CreditsSpent,
)
from contracts.membership import Entitlement


async def test_a_pass_opens_one_lot_however_often_its_sale_is_told(hub: Hub) -> None:
    sold = await sell(hub, await a_nomad(hub))
    await tell(hub.database, hub.territory, sold)
    assert await ledger(hub, sold.sale_id) == [("opened", 10)]
    (opened,) = await hub.facts(CreditLotOpened)
    assert (opened["lot_id"], opened["left"]) == (str(sold.sale_id), "10")


async def test_a_booking_takes_its_half_days_and_is_paid_by_them(hub: Hub) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person)
    booked = await hub.book(await a_desk(hub), person, 8, 16)
    assert booked.paid_by == "credits"
    assert await left(hub, sold.sale_id) == 8, "a day is two half-days"
    (told,) = await hub.facts(CreditsSpent)
    assert (told["booking_id"], told["spent"], told["left"]) == (str(booked.booking_id), "2", "8")
    (confirmed,) = await hub.facts(BookingConfirmed)
    assert confirmed["paid_by"] == "credits"


async def test_what_ends_first_is_spent_first_and_a_use_may_take_from_two_lots(hub: Hub) -> None:
    person = await a_nomad(hub)
    later = await sell(hub, person, "10", valid_until=date(2035, 12, 5))
    sooner = await sell(hub, person, "1", valid_until=date(2035, 4, 5))
    await hub.book(await a_desk(hub), person, 8, 16)
    assert await left(hub, sooner.sale_id) == 0
    assert await left(hub, later.sale_id) == 9


async def test_a_use_that_credits_do_not_cover_whole_is_paid_in_money(hub: Hub) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person, "1")
    booked = await hub.book(await a_desk(hub), person, 8, 16)
    assert booked.paid_by == "money"
    assert await left(hub, sold.sale_id) == 1, "and yet nothing is taken of what is there"


@pytest.mark.parametrize(
    "changes",
    [
        {"resource_kinds": ("room",)},
        {"price_codes": ("large-room",)},
        {"valid_from": MONDAY + timedelta(days=2)},
        {"valid_until": MONDAY + timedelta(days=1)},
    ],
    ids=["another kind", "another price", "not yet", "no longer"],
)
async def test_a_pass_pays_for_nothing_that_it_does_not_open(hub: Hub, changes: dict[str, Any]) -> None:
    person = await a_nomad(hub)
    await sell(hub, person, **changes)
    assert (await hub.book(await a_desk(hub), person, 8, 10)).paid_by == "money"


async def test_the_plan_comes_first_unless_the_territory_says_that_credits_do(hub: Hub) -> None:
    person = await a_nomad(hub, Entitlement(resource_kinds=("desk",), paid_by="plan"))
    sold, desk = await sell(hub, person), await a_desk(hub)
    assert (await hub.book(desk, person, 8, 9)).paid_by == "plan"
    async with hub.database.tx(hub.territory) as tx:
        await set_payment_order(tx, SetPaymentOrder(ways=("credits", "plan", "money")))
    assert (await hub.book(desk, person, 9, 10)).paid_by == "credits"
    assert await left(hub, sold.sale_id) == 9


async def test_hours_that_a_plan_includes_are_used_up_before_credits(hub: Hub) -> None:
    included = Entitlement(
        resource_kinds=("desk",), paid_by="plan", quantity=Decimal(1), unit="half_day", per="month"
    )
    person = await a_nomad(hub, included)
    await sell(hub, person)
    desk = await a_desk(hub)
    assert [(await hub.book(desk, person, hour, hour + 1)).paid_by for hour in (8, 9)] == ["plan", "credits"]


async def test_a_plan_that_opens_by_credits_alone_refuses_whoever_has_too_few(hub: Hub) -> None:
    person = await a_nomad(hub, Entitlement(resource_kinds=("desk",), paid_by="credits"))
    desk = await a_desk(hub)
    await sell(hub, person, "1")
    with pytest.raises(CreditsShort) as refused:
        await hub.book(desk, person, 8, 16)
    assert refused.value.values["left"] == "1 (Carnet de 10 demi-journées)"
    assert (await hub.book(desk, person, 8, 10)).paid_by == "credits"


async def test_a_cancelled_booking_gives_its_units_back_to_their_lot(hub: Hub) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person)
    booked = await hub.book(await a_desk(hub), person, 8 + 48, 16 + 48)
    await give_up(hub, booked)
    assert await ledger(hub, sold.sale_id) == [("opened", 10), ("spent", -2), ("restored", 2)]
    (told,) = await hub.facts(CreditsRestored)
    assert (told["restored"], told["left"]) == ("2", "10")


async def test_what_is_given_up_late_keeps_the_part_that_stays_due_until_it_is_waived(hub: Hub) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person)
    booked = await hub.book(await a_desk(hub), person, 7, 15)
    given_up = await give_up(hub, booked)
    assert given_up.due_percent == 50
    assert await left(hub, sold.sale_id) == 9, "half of two half-days stays spent"
    async with hub.database.tx(hub.territory) as tx:
        await waive_fee(tx, booked.booking_id, WaiveFee(reason="Grève des trains"))
    assert await left(hub, sold.sale_id) == 10


async def test_who_does_not_come_has_spent_the_units(hub: Hub, worker_database: Database) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person)
    await hub.book(await a_desk(hub), person, 8, 10)
    await hub.set_clock(at(9))
    await fire_timers(worker_database, hub)
    assert await ledger(hub, sold.sale_id) == [("opened", 10), ("spent", -1)]


async def test_a_hold_keeps_its_units_and_gives_them_back_when_it_lapses(
    hub: Hub, worker_database: Database
) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person)
    held = await hub.hold(await a_desk(hub), person, 8, 10)
    assert await left(hub, sold.sale_id) == 9
    assert held.expires_at is not None
    await hub.set_clock(held.expires_at)
    await fire_timers(worker_database, hub)
    assert await left(hub, sold.sale_id) == 10


async def test_a_booking_that_moves_takes_the_difference(hub: Hub) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person, "2")
    booked = await hub.book(await a_desk(hub), person, 8, 10)
    longer = RescheduleBooking(start=at(8), end=at(16))
    async with hub.database.tx(hub.territory) as tx:
        moved = await reschedule_booking(tx, booked.booking_id, longer, hub.principal(person))
    assert moved.paid_by == "credits", "what it has already counts as there"
    assert await ledger(hub, sold.sale_id) == [("opened", 2), ("spent", -1), ("spent", -1)]


async def test_what_is_left_at_the_end_goes_and_people_are_told_two_weeks_before(
    hub: Hub, worker_database: Database
) -> None:
    sold = await sell(hub, await a_nomad(hub))
    await hub.set_clock(_midnight(sold.valid_until - timedelta(days=14)))
    await fire_timers(worker_database, hub)
    assert [each["left"] for each in await hub.facts(CreditLotExpiring)] == ["10"]
    assert await hub.facts(CreditLotExpired) == []
    await hub.set_clock(_midnight(sold.valid_until))
    await fire_timers(worker_database, hub)
    assert [(each["expired"], each["left"]) for each in await hub.facts(CreditLotExpired)] == [("10", "0")]
    assert await left(hub, sold.sale_id) == 0


async def test_units_that_come_back_after_the_end_expire_at_once(hub: Hub, worker_database: Database) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person, "2", valid_until=date(2035, 3, 7))
    booked = await hub.book(await a_desk(hub), person, 8, 10)
    await _miss_and_waive(hub, worker_database, booked.booking_id)
    assert await ledger(hub, sold.sale_id) == [
        ("opened", 2),
        ("spent", -1),
        ("expired", -1),
        ("restored", 1),
        ("expired", -1),
    ]


async def test_units_that_come_back_after_the_end_hold_for_the_days_of_grace(
    hub: Hub, worker_database: Database
) -> None:
    person = await a_nomad(hub)
    sold = await sell(hub, person, "1", valid_until=date(2035, 3, 7), grace_days=30)
    desk = await a_desk(hub)
    booked = await hub.book(desk, person, 8, 10)
    await _miss_and_waive(hub, worker_database, booked.booking_id)
    (told,) = await hub.facts(CreditsRestored)
    assert (told["left"], told["valid_until"]) == ("1", "2035-04-06")
    assert (await hub.book(desk, person, 8 + 72, 10 + 72)).paid_by == "credits"
    assert await left(hub, sold.sale_id) == 0


async def test_an_untouched_pass_is_closed_and_a_spent_one_kept(hub: Hub) -> None:
    person = await a_nomad(hub)
    untouched, desk = await sell(hub, person), await a_desk(hub)
    await ask_back(hub, untouched)
    assert [each["closed"] for each in await hub.facts(CreditLotClosed)] == ["10"]
    assert (await hub.book(desk, person, 8, 10)).paid_by == "money"
    spent = await sell(hub, person)
    await hub.book(desk, person, 10, 11)
    await ask_back(hub, spent)
    assert [each["lot_id"] for each in await hub.facts(CreditLotKept)] == [str(spent.sale_id)]
    assert await left(hub, spent.sale_id) == 9


async def test_the_ledger_admits_no_fork_no_gap_and_nothing_below_zero(
    hub: Hub, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    sold = await sell(hub, await a_nomad(hub), "1")
    row = (
        "INSERT INTO credit_entries (territory_id, lot_id, seq, kind, units, balance_before, balance, "
        "recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, now())"
    )
    wrong = {
        "credit_entries_below_zero": (2, "expired", -2, 1, -1),
        "credit_entries_continued": (2, "expired", -1, 3, 2),
        "credit_entries_summed": (2, "expired", -1, 1, 1),
        "credit_entries_signed": (2, "opened", -1, 1, 0),
        "credit_entries_from_one": (1, "expired", -1, 1, 0),
        "credit_entries_forked": (1, "opened", 1, 0, 1),
    }
    for constraint, (seq, kind, *figures) in wrong.items():
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=constraint):
            async with hub.database.tx(hub.territory) as tx:
                await tx.execute(row, hub.territory, sold.sale_id, seq, kind, *map(Decimal, figures))
    for change in ("UPDATE credit_entries SET units = units", "DELETE FROM credit_entries"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with hub.database.tx(hub.territory) as tx:
                await tx.execute(change)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="final"):
            await admin.execute(change)


async def _miss_and_waive(hub: Hub, worker_database: Database, booking_id: UUID) -> None:
    """Let nobody come, the pass end in the night, and the staff let the person off the next day."""
    for instant in (at(9), at(10 + 24)):
        await hub.set_clock(instant)
        await fire_timers(worker_database, hub)
    async with hub.database.tx(hub.territory) as tx:
        await waive_fee(tx, booking_id, WaiveFee(reason="Malade"))


def _midnight(day: date) -> datetime:
    return at(0, day)
